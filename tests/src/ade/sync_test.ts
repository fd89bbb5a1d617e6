import assert from "node:assert/strict";
import { findVirtualServer } from "../../../db/ade/virtual_servers.ts";
import { openDatabase } from "../../../db/open.ts";
import { drain } from "../../../jobs/queue.ts";
import { JOBS } from "../../../jobs/registry.ts";
import { ownedDevices } from "../../../simulators/apple/device_assignment_portal.ts";
import { changeDefaultEnrollment } from "../../../src/ade/virtual_servers.ts";
import { syncVirtualServer } from "../../../src/ade/sync.ts";
import { testBy } from "../../routes/api/support.ts";
import { withOrchard } from "../../support/ade.ts";
import { findEvents } from "../../support/events.ts";
import { settle } from "../../support/artifacts.ts";

const never = new AbortController().signal;
const count = (rows: Record<string, string>, said: string) => Object.values(rows).filter((one) => one === said).length;

Deno.test("a first sync fetches all devices over many pages, a second one only what changed", () =>
  withOrchard(async ({ fleet, apple, connect, sync, devices }) => {
    const server = apple.portal.addServer("Orchard");
    apple.mostPerPage = 100;
    apple.portal.assign(server, ownedDevices(250));
    const id = await connect(server);
    await settle(fleet);
    assert.equal(count(await devices(id), "added empty"), 250);
    assert.equal(apple.seen.filter(({ path }) => path === "/server/devices").length, 3);
    apple.portal.modify(server, "DMPA00000007", { assetTag: "seven" });
    apple.portal.unassign(server, ["DMPA00000008"]);
    fleet.runtime.clock.advance(60);
    const { status, result } = await sync(id);
    assert.equal(status, "SUCCESS");
    assert.deepEqual(result, {
      dep_virtual_server: { pk: id, name: "Orchard" },
      operations: { created: 0, updated: 2, unchanged: 0, marked_deleted: 0 },
      requested_sync_type: "delta_sync",
      effective_sync_type: "delta_sync",
      status: "SUCCESS",
    });
    assert.equal((await devices(id)).DMPA00000008, "deleted empty");
    assert.equal(apple.seen.filter(({ path }) => path === "/server/devices").length, 3);
    const { json } = await fleet.api("GET", "/api/mdm/dep/devices/?serial_number=DMPA00000007");
    assert.equal(json.results[0].asset_tag, "seven");
  }));

Deno.test("a full sync that was asked for fetches all again and marks what Apple has no more", () =>
  withOrchard(async ({ fleet, apple, connect, sync, devices }) => {
    const server = apple.portal.addServer("Orchard");
    apple.portal.assign(server, ownedDevices(5));
    const id = await connect(server);
    await settle(fleet);
    // Apple forgets the operation: only a full fetch shows it.
    apple.portal.unassign(server, ["DMPA00000003"]);
    server.operations.pop();
    assert.equal((await sync(id)).result.effective_sync_type, "delta_sync");
    assert.equal((await devices(id)).DMPA00000003, "added empty");
    const { result } = await sync(id, "?full_sync=TRUE");
    assert.deepEqual(result.operations, { created: 0, updated: 0, unchanged: 4, marked_deleted: 1 });
    assert.deepEqual([result.requested_sync_type, result.effective_sync_type], ["full_sync", "full_sync"]);
    assert.equal((await devices(id)).DMPA00000003, "deleted empty");
    // And the same once a day by itself, with what the account then says.
    apple.portal.organization.name = "Renamed";
    apple.portal.unassign(server, ["DMPA00000004"]);
    server.operations.pop();
    fleet.runtime.clock.advance(86_400);
    const audit = (await sync(id)).result;
    assert.deepEqual([audit.requested_sync_type, audit.effective_sync_type], ["delta_sync", "full_sync"]);
    assert.equal((await devices(id)).DMPA00000004, "deleted empty");
    assert.equal((await findVirtualServer(fleet.runtime.sql, id))?.organizationName, "Renamed");
  }));

Deno.test("devices without a profile get the default enrollment after a sync, and those whose profile Apple dropped", () =>
  withOrchard(async ({ fleet, apple, connect, sync, devices, enrollment }) => {
    const server = apple.portal.addServer("Orchard");
    apple.portal.assign(server, ownedDevices(3));
    const id = await connect(server);
    await settle(fleet);
    const { id: enrollmentId } = await enrollment(id);
    await changeDefaultEnrollment(fleet.runtime, testBy, id, enrollmentId);
    await settle(fleet);
    const given = `added assigned e${enrollmentId} SUCCESS`;
    assert.equal(count(await devices(id), given), 3, JSON.stringify(await devices(id)));
    const before = server.devices.get("DMPA00000002")?.profileUuid;
    // Unassigned and assigned again: the same UUID, and Apple says that the profile was removed.
    fleet.runtime.clock.advance(60);
    apple.portal.unassign(server, ["DMPA00000002"]);
    apple.portal.assign(server, ownedDevices(3).slice(1, 2));
    assert.deepEqual(
      [server.devices.get("DMPA00000002")?.profileUuid, server.devices.get("DMPA00000002")?.profileStatus],
      [before, "removed"],
    );
    await sync(id);
    assert.equal(server.devices.get("DMPA00000002")?.profileStatus, "assigned");
    assert.match((await devices(id)).DMPA00000002 ?? "", /assigned/);
    const events = await findEvents(fleet.runtime.sql, { type: "dep_device_change", limit: 100 });
    const origins = new Set(events.map(({ payload }) => (payload as { origin: string }).origin));
    assert.deepEqual([...origins].sort(), ["default_enrollment_assignment", "sync"]);
  }));

Deno.test("an expired cursor, or one that Apple gives again and again, leads to a full fetch", () =>
  withOrchard(async ({ fleet, apple, connect, sync, devices }) => {
    const server = apple.portal.addServer("Orchard");
    apple.portal.assign(server, ownedDevices(3));
    const id = await connect(server);
    await settle(fleet);
    apple.portal.unassign(server, ["DMPA00000001"]);
    apple.failNext({ status: 400, body: "EXPIRED_CURSOR" }, { path: "/devices/sync" });
    assert.equal((await sync(id)).result.effective_sync_type, "full_sync");
    assert.equal((await devices(id)).DMPA00000001, "deleted empty");
    fleet.runtime.clock.advance(8 * 86_400);
    assert.equal((await sync(id)).result.effective_sync_type, "full_sync");
    apple.circle = true;
    const circle = await sync(id);
    assert.equal(circle.status, "RETRY");
    apple.circle = false;
    fleet.runtime.clock.advance(60);
    await settle(fleet);
    assert.equal((await sync(id)).status, "SUCCESS");
  }));

Deno.test("late, repeated and reversed operations leave what was last", () =>
  withOrchard(async ({ fleet, apple, connect, sync, devices }) => {
    const { clock } = fleet.runtime;
    const server = apple.portal.addServer("Orchard");
    const [one, other] = ownedDevices(2);
    assert.ok(one && other);
    apple.portal.assign(server, [one, other]);
    const id = await connect(server);
    await settle(fleet);
    apple.repeats = true;
    // Deleted and added again, and the deletion is reported after the addition.
    const deletedAt = clock.now();
    clock.advance(60);
    const added = server.operations[0];
    assert.ok(added);
    apple.portal.unassign(server, [one.serialNumber]);
    server.operations.pop();
    clock.advance(60);
    apple.portal.assign(server, [one]);
    apple.portal.reportLate(server, { ...added, type: "deleted", date: new Date(deletedAt.getTime() + 60_000) });
    await sync(id);
    assert.equal((await devices(id))[one.serialNumber], "added empty");
    apple.portal.reportLate(server, { ...added, type: "deleted", date: deletedAt });
    await sync(id);
    assert.equal((await devices(id))[one.serialNumber], "added empty");
    // Unknown, and its deletion comes first.
    const [third] = ownedDevices(3).slice(2);
    assert.ok(third);
    const record = { ...added.record, serial_number: third.serialNumber };
    apple.portal.reportLate(server, { type: "deleted", date: clock.now(), record });
    await sync(id);
    apple.portal.reportLate(server, { type: "added", date: new Date(clock.now().getTime() - 1000), record });
    await sync(id);
    assert.equal((await devices(id))[third.serialNumber], "deleted empty");
  }));

Deno.test("a device that moves between two servers is a device of both, assigned to the second", () =>
  withOrchard(async ({ fleet, apple, connect, sync, devices }) => {
    const [from, to] = [apple.portal.addServer("From"), apple.portal.addServer("To")];
    apple.portal.assign(from, ownedDevices(2));
    const [fromId, toId] = [await connect(from), await connect(to)];
    await settle(fleet);
    fleet.runtime.clock.advance(60);
    apple.portal.move(from, to, ["DMPA00000001"]);
    await sync(toId);
    await sync(fromId);
    assert.deepEqual(await devices(fromId), { DMPA00000001: "deleted empty", DMPA00000002: "added empty" });
    assert.deepEqual(await devices(toId), { DMPA00000001: "added empty" });
    apple.portal.move(to, from, ["DMPA00000001"]);
    fleet.runtime.clock.advance(60);
    await sync(fromId, "?full_sync");
    await sync(toId);
    assert.match((await devices(fromId)).DMPA00000001 ?? "", /^added/);
    assert.deepEqual(await devices(toId), { DMPA00000001: "deleted empty" });
  }));

Deno.test("of two syncs at once, one passes over the page that the other has stored", () =>
  withOrchard(async ({ fleet, apple, connect, devices }) => {
    const server = apple.portal.addServer("Orchard");
    apple.mostPerPage = 10;
    apple.portal.assign(server, ownedDevices(50));
    const id = await connect(server);
    const options = { virtualServerId: id, full: false, signal: never };
    const results = await Promise.all([1, 2].map(() => syncVirtualServer(fleet.runtime, testBy, options)));
    const states = results.map(({ status }) => status).sort();
    assert.ok(states.includes("SUCCESS"), String(states));
    await syncVirtualServer(fleet.runtime, testBy, options);
    assert.equal(count(await devices(id), "added empty"), 50);
    const created = await findEvents(fleet.runtime.sql, { type: "dep_device_change", limit: 100 });
    assert.equal(created.length, 50);
  }));

Deno.test("a sync that is refused or answered slowly goes on where it was, not before the time that Apple names", () =>
  withOrchard(async ({ fleet, apple, connect, sync, devices }) => {
    const server = apple.portal.addServer("Orchard");
    apple.mostPerPage = 10;
    apple.portal.assign(server, ownedDevices(30));
    const id = await connect(server);
    apple.failNext({ status: 200, body: "no JSON" }, { path: "/server/devices" });
    await settle(fleet);
    apple.failNext({ status: 429, retryAfter: "900" }, { path: "/server/devices", times: 3 });
    fleet.runtime.clock.advance(60);
    const waiting = await sync(id);
    assert.equal(waiting.status, "RETRY");
    const asked = apple.seen.length;
    fleet.runtime.clock.advance(800);
    await settle(fleet);
    assert.equal(apple.seen.length, asked, "not before the time that Apple named");
    for (let time = 0; time < 3; time++) {
      fleet.runtime.clock.advance(1000);
      await settle(fleet);
    }
    assert.equal(count(await devices(id), "added empty"), 30);
  }));

Deno.test("two processes on one database share the jobs of a server, and its devices are found once", () =>
  withOrchard(async ({ fleet, apple, connect, devices }) => {
    const server = apple.portal.addServer("Orchard");
    apple.mostPerPage = 20;
    apple.portal.assign(server, ownedDevices(200));
    const id = await connect(server);
    const { runtime } = fleet;
    const other = openDatabase(runtime.databaseUrl, { max: 4 });
    try {
      const processes = [runtime, { ...runtime, sql: other }];
      await Promise.all(processes.map((process) => drain(process, JOBS, never)));
      // And when the lease of one was lost, both work at the same job.
      apple.portal.assign(server, ownedDevices(100, "MORE"));
      await runtime.sql`update dep_tokens set sync_cursor = null, sync_kind = 'full'`;
      const options = { virtualServerId: id, full: false, signal: never };
      const results = await Promise.all(processes.map((process) => syncVirtualServer(process, testBy, options)));
      assert.ok(results.some(({ status }) => status === "SUCCESS"), JSON.stringify(results));
    } finally {
      await other.end({ timeout: 5 });
    }
    assert.equal(count(await devices(id), "added empty"), 300);
    const [row] = await runtime.sql`
      select count(*)::int as events, count(distinct serial_number)::int as devices from events where type = 'dep_device_change'`;
    assert.deepEqual({ ...row }, { events: 300, devices: 300 });
  }));
