import assert from "node:assert/strict";
import { drain } from "../../jobs/queue.ts";
import { JOBS } from "../../jobs/registry.ts";
import { desiredChanged } from "../../src/blueprints/changed.ts";
import { assign, link, made, makeBlueprint, makeProfile, rest } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("sixty changes in a row are one fan-out, after which each device's plan has all of them", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const device = await fleet.enrolled();
    const blueprint = await makeBlueprint(fleet);
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    await drain(fleet.runtime, JOBS, new AbortController().signal);
    const { artifact } = await makeProfile(fleet);
    await link(fleet, blueprint.id, artifact.id);
    for (let n = 0; n < 58; n++) {
      await made(fleet, "PUT", `/api/mdm/blueprints/${blueprint.id}/`, { name: `Macs ${n}` });
    }
    const jobs = async () => (await sql`select 1 from jobs where kind = 'fan-out' and state = 'queued'`).length;
    assert.equal(await jobs(), 1);
    await drain(fleet.runtime, JOBS, new AbortController().signal);
    assert.equal(await jobs(), 0);
    fleet.runtime.clock.advance(60);
    const seen = await device.connect();
    assert.ok(seen.some(({ requestType }) => /DeclarativeManagement|InstallProfile/.test(requestType)));
  }));

Deno.test("a change after a fan-out was set aside has a fan-out of its own", () =>
  withFleet(async ({ runtime }) => {
    const { sql } = runtime;
    await sql.begin((tx) => desiredChanged(tx, runtime));
    await sql`update jobs set state = 'quarantined' where kind = 'fan-out'`;
    await sql.begin((tx) => desiredChanged(tx, runtime));
    const rows = await sql<{ state: string }[]>`select state from jobs where kind = 'fan-out' order by id`;
    assert.deepEqual(rows.map(({ state }) => state), ["quarantined", "queued"]);
  }));
