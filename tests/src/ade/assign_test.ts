import assert from "node:assert/strict";
import { ownedDevices } from "../../../simulators/apple/device_assignment_portal.ts";
import { enqueueAssignment } from "../../../src/ade/assign.ts";
import { assignDevices } from "../../../src/ade/devices.ts";
import { changeDefaultEnrollment } from "../../../src/ade/virtual_servers.ts";
import { testBy } from "../../routes/api/support.ts";
import { type Orchard, withOrchard } from "../../support/ade.ts";
import { jobs } from "../../support/ade_jobs.ts";
import { settle } from "../../support/artifacts.ts";
import { findEvents } from "../../support/events.ts";

/** A server with devices, synchronized, and an enrollment. */
async function orchardOf({ fleet, apple, connect, enrollment }: Orchard, devices: number) {
  const server = apple.portal.addServer("Orchard");
  apple.portal.assign(server, ownedDevices(devices));
  const id = await connect(server);
  await settle(fleet);
  return { server, id, enrollment: await enrollment(id) };
}

const idOf = async ({ fleet }: Orchard, serialNumber: string): Promise<number> =>
  (await fleet.api("GET", `/api/mdm/dep/devices/?serial_number=${serialNumber}`)).json.results[0].id;

Deno.test("PUT gives a device the enrollment at Apple and answers what Apple then says", () =>
  withOrchard(async (orchard) => {
    const { fleet } = orchard;
    const { server, enrollment } = await orchardOf(orchard, 2);
    const id = await idOf(orchard, "DMPA00000001");
    const { status, json } = await fleet.api("PUT", `/api/mdm/dep/devices/${id}/`, { enrollment: enrollment.id });
    assert.equal(status, 200);
    assert.deepEqual(
      [json.enrollment, json.profile_uuid, json.profile_status, json.profile_push_time],
      [enrollment.id, enrollment.uuid, "assigned", null],
    );
    assert.equal(json.device_assigned_date, "2026-06-01T12:00:00");
    assert.equal(server.devices.get("DMPA00000001")?.profileStatus, "assigned");
    const [audit] = await findEvents(fleet.runtime.sql, {
      type: "zentral_audit",
      serialNumber: "DMPA00000001",
      limit: 1,
    });
    assert.ok(audit);
    assert.equal((await fleet.api("PUT", `/api/mdm/dep/devices/${id}/`, { enrollment: 999 })).status, 400);
    assert.deepEqual((await fleet.api("PUT", `/api/mdm/dep/devices/${id}/`, {})).json, {
      enrollment: ["This field is required."],
    });
    assert.equal((await fleet.api("PUT", "/api/mdm/dep/devices/999/", { enrollment: enrollment.id })).status, 404);
  }));

Deno.test("what Apple refuses is a 400 on the enrollment, in the shape that clients know, with the cause", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple, sync } = orchard;
    const { server, id, enrollment } = await orchardOf(orchard, 2);
    const device = await idOf(orchard, "DMPA00000001");
    const put = () => fleet.api("PUT", `/api/mdm/dep/devices/${device}/`, { enrollment: enrollment.id });
    apple.portal.unassign(server, ["DMPA00000001"]);
    server.operations.pop();
    const gone = await put();
    assert.equal(gone.status, 400);
    assert.equal(gone.json.enrollment, "Could not assign enrollment to device");
    assert.match(gone.json.detail, /does not assign this device/);
    assert.equal((await fleet.api("GET", `/api/mdm/dep/devices/${device}/`)).json.last_op_type, "deleted");
    const other = await idOf(orchard, "DMPA00000002");
    server.trouble = "terms not signed";
    const terms = await fleet.api("PUT", `/api/mdm/dep/devices/${other}/`, { enrollment: enrollment.id });
    assert.deepEqual([terms.status, terms.json.enrollment], [400, "Could not assign enrollment to device"]);
    assert.match(terms.json.detail, /terms and conditions/);
    server.trouble = undefined;
    apple.failNext({ status: 500 }, { path: "/profile/devices" });
    assert.equal((await fleet.api("PUT", `/api/mdm/dep/devices/${other}/`, { enrollment: enrollment.id })).status, 503);
    const second = apple.portal.addServer("Second");
    const foreign = await orchard.enrollment(await orchard.connect(second), "Elsewhere");
    const wrong = await fleet.api("PUT", `/api/mdm/dep/devices/${other}/`, { enrollment: foreign.id });
    assert.deepEqual(wrong.json, { enrollment: ["This enrollment is for the devices of another virtual server"] });
    await sync(id);
  }));

Deno.test("a throttled device gets its enrollment after the time that Apple named, and not before", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple, devices } = orchard;
    const { clock } = fleet.runtime;
    const { server, id, enrollment } = await orchardOf(orchard, 3);
    apple.portal.throttle(["DMPA00000001"], 7200);
    const device = await idOf(orchard, "DMPA00000001");
    const { status, json } = await fleet.api("PUT", `/api/mdm/dep/devices/${device}/`, { enrollment: enrollment.id });
    assert.equal(status, 200);
    assert.deepEqual(
      [json.enrollment, json.pending_enrollment, json.assign_status, json.throttled_until],
      [null, enrollment.id, "THROTTLED", "2026-06-01T14:00:00"],
    );
    const asked = () => apple.seen.filter(({ path }) => path === "/profile/devices").length;
    const before = asked();
    for (let time = 0; time < 5; time++) {
      clock.advance(1200);
      await jobs(fleet, "ade-sync-due");
    }
    assert.equal(asked(), before, "nothing is asked while Apple throttles");
    clock.advance(1201);
    await settle(fleet);
    assert.equal(server.devices.get("DMPA00000001")?.profileStatus, "assigned");
    assert.equal((await devices(id)).DMPA00000001, `added assigned e${enrollment.id} SUCCESS`);
    const after = (await fleet.api("GET", `/api/mdm/dep/devices/${device}/`)).json;
    assert.deepEqual([after.pending_enrollment, after.throttled_until], [null, null]);
  }));

Deno.test("2,500 devices are assigned in batches of 1,000, some of them throttled, some not Apple's any more", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple } = orchard;
    const { server, id, enrollment } = await orchardOf(orchard, 2500);
    apple.portal.throttle(["DMPA00000010", "DMPA00001500"], 600);
    apple.portal.unassign(server, ["DMPA00000020"]);
    server.operations.pop();
    await changeDefaultEnrollment(fleet.runtime, testBy, id, enrollment.id);
    await settle(fleet);
    const sizes = apple.seen.filter(({ path }) => path === "/profile/devices").length;
    assert.equal(sizes, 3);
    const assigned = [...server.devices.values()].filter(({ profileStatus }) => profileStatus === "assigned");
    assert.equal(assigned.length, 2497);
    const [row] = await fleet.runtime.sql`
      select count(*) filter (where enrollment_id is not null)::int as assigned,
        count(*) filter (where wanted_enrollment_id is not null)::int as waiting,
        count(*) filter (where last_op_type = 'deleted')::int as deleted from dep_devices`;
    assert.deepEqual({ ...row }, { assigned: 2497, waiting: 2, deleted: 1 });
    fleet.runtime.clock.advance(601);
    await settle(fleet);
    const [later] = await fleet.runtime.sql`
      select count(*) filter (where enrollment_id is not null)::int as assigned from dep_devices`;
    assert.equal(later?.assigned, 2499);
  }));

Deno.test("devices of a profile that was defined again get the new one, even if a sync came between", () =>
  withOrchard(async (orchard) => {
    const { fleet, sync, devices } = orchard;
    const { server, id, enrollment } = await orchardOf(orchard, 3);
    const { sql } = fleet.runtime;
    await sql.begin((tx) =>
      enqueueAssignment(tx, fleet.runtime, {
        virtualServerId: id,
        depEnrollmentId: enrollment.id,
        serials: ["DMPA00000001", "DMPA00000002"],
      })
    );
    await settle(fleet);
    const fresh = crypto.randomUUID();
    server.profiles.set(fresh.replaceAll("-", "").toUpperCase(), {
      profile_name: "Again",
      url: "https://example.com/",
    });
    await sql`update dep_enrollments set uuid = ${fresh} where id = ${enrollment.id}`;
    await sync(id, "?full_sync");
    assert.match((await devices(id)).DMPA00000001 ?? "", new RegExp(`e${enrollment.id} `));
    await sql.begin((tx) =>
      enqueueAssignment(tx, fleet.runtime, {
        virtualServerId: id,
        depEnrollmentId: enrollment.id,
        serials: "all with an older profile",
      })
    );
    await settle(fleet);
    const uuids = ["DMPA00000001", "DMPA00000002", "DMPA00000003"].map((one) => server.devices.get(one)?.profileUuid);
    const apples = fresh.replaceAll("-", "").toUpperCase();
    assert.deepEqual(uuids, [apples, apples, undefined]);
  }));

Deno.test("devices that are selected are assigned by a job, those of another server are refused", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple, connect } = orchard;
    const { server, enrollment } = await orchardOf(orchard, 3);
    const other = apple.portal.addServer("Other");
    apple.portal.assign(other, ownedDevices(1, "OTHR"));
    await connect(other);
    await settle(fleet);
    const ids = await Promise.all(["DMPA00000001", "DMPA00000003"].map((serial) => idOf(orchard, serial)));
    const { devices, taskId } = await assignDevices(fleet.runtime, testBy, ids, enrollment.id);
    assert.equal(devices, 2);
    await settle(fleet);
    const { json } = await fleet.api("GET", `/api/task_result/${taskId}/`);
    assert.deepEqual(json.result, { assigned: 2, failed: 0, throttled: 0 });
    assert.deepEqual(
      ["DMPA00000001", "DMPA00000002", "DMPA00000003"].map((serial) => server.devices.get(serial)?.profileStatus),
      ["assigned", "empty", "assigned"],
    );
    const foreign = await idOf(orchard, "OTHR00000001");
    await assert.rejects(assignDevices(fleet.runtime, testBy, [foreign], enrollment.id), (error) => {
      assert.match(JSON.stringify(error), /another virtual server than that of OTHR00000001/);
      return true;
    });
  }));

Deno.test("a device is given up at Apple once, and the answer is told", () =>
  withOrchard(async (orchard) => {
    const { fleet } = orchard;
    const { server } = await orchardOf(orchard, 2);
    const id = await idOf(orchard, "DMPA00000001");
    assert.deepEqual(await fleet.api("POST", `/api/mdm/dep/devices/${id}/disown/`), {
      status: 200,
      json: { result: "SUCCESS" },
    });
    assert.equal(server.devices.has("DMPA00000001"), false);
    assert.notEqual((await fleet.api("GET", `/api/mdm/dep/devices/${id}/`)).json.disowned_at, null);
    assert.deepEqual((await fleet.api("POST", `/api/mdm/dep/devices/${id}/disown/`)).json, {
      result: "NOT_ACCESSIBLE",
    });
    server.trouble = "account gone";
    assert.match((await fleet.api("POST", `/api/mdm/dep/devices/${id}/disown/`)).json.error, /no access/);
    const events = await findEvents(fleet.runtime.sql, { type: "dep_device_disowned", limit: 10 });
    assert.equal(events.length, 3);
  }));
