import assert from "node:assert/strict";
import { confirmHardware } from "../../src/devices/confirm_hardware.ts";
import { idOf, made, makeBlueprint, settle } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";
import { testBy } from "../routes/api/support.ts";

/** The results of the jobs that planned devices again, in their order. */
const RESULTS = "select result from jobs where kind = 'replan' order by id";

Deno.test("a change for one device without a serial number looks at that device, and at no other without one", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const devices = [await fleet.enrolled(), await fleet.enrolled(), await fleet.enrolled()];
    const [id = assert.fail()] = await Promise.all(devices.map(({ serialNumber }) => idOf(fleet, serialNumber)));
    const blueprint = await makeBlueprint(fleet);
    await sql`update devices set serial_number = ''`;
    await settle(fleet);
    await sql`delete from jobs`;
    const path = `/api/mdm/devices/${id}/blueprint/`;
    const preview = await made(fleet, "PUT", `${path}?dry_run=true`, { blueprint: blueprint.id });
    assert.equal(preview.devices.examined, 1);
    await made(fleet, "PUT", path, { blueprint: blueprint.id });
    await settle(fleet);
    assert.deepEqual((await sql.unsafe(RESULTS)).map(({ result }) => result.examined), [1]);
  }));

Deno.test("a device without a serial number is planned again when its hardware is confirmed, since its own tags end", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const devices = [await fleet.enrolled(), await fleet.enrolled()];
    const [id = assert.fail()] = await Promise.all(devices.map(({ serialNumber }) => idOf(fleet, serialNumber)));
    await runtime.sql`update devices set serial_number = ''`;
    await runtime.sql`update enrollments set hardware_proven = false`;
    await settle(fleet);
    await runtime.sql`delete from jobs`;
    await confirmHardware(runtime, testBy, id);
    await settle(fleet);
    assert.deepEqual((await runtime.sql.unsafe(RESULTS)).map(({ result }) => result.examined), [1]);
  }));
