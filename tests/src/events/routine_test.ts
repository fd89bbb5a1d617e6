import assert from "node:assert/strict";
import { channelIdOf } from "../../support/ids.ts";
import { Routine } from "../../../src/events/routine.ts";
import { testBy } from "../../routes/api/support.ts";
import { idOf, made } from "../../support/artifacts.ts";
import { findEvents } from "../../support/events.ts";
import { buildPlist } from "../../../src/protocol/plist.ts";
import { idle, say } from "../../support/talk.ts";
import { losing } from "../../support/lost_statements.ts";
import { type Fleet, withFleet } from "../../support/fleet.ts";
import { createApp } from "../../../routes/app.ts";

/** A routine whose timer a test holds in its hand. */
function held(fleet: Fleet) {
  const waiting: (() => void)[] = [];
  const routine = new Routine(fleet.runtime, (work) => {
    waiting.push(work);
    return () => waiting.splice(waiting.indexOf(work), 1);
  });
  return { routine, waiting };
}

const channel = async ({ runtime: { sql } }: Fleet) => {
  const [row] = await sql<{ id: number; seen: Date | null; ip: string | null; session: Date | null }[]>`
    select id, last_seen_at as seen, last_ip as ip, session_started_at as session from channels`;
  assert.ok(row);
  return { ...row, id: channelIdOf(row.id) };
};

Deno.test("contacts and events of a second are written together, the newest contact of a channel once", () =>
  withFleet(async (fleet) => {
    await fleet.enrolled();
    const { id } = await channel(fleet);
    const { routine, waiting } = held(fleet);
    const at = (seconds: number) => new Date(fleet.runtime.clock.now().getTime() + seconds * 1000);
    routine.heard(id, "192.0.2.7", true, at(60));
    routine.heard(id, "192.0.2.8", false, at(61));
    routine.heard(channelIdOf(999_999), "192.0.2.9", true, at(61));
    for (let n = 0; n < 700; n++) routine.record(testBy, { type: "mdm_request", payload: { n } });
    assert.equal(waiting.length, 1, "one timer is enough");
    assert.equal(
      (await findEvents(fleet.runtime.sql, { type: "mdm_request", limit: 5 })).some(({ payload }) =>
        typeof payload === "object" && payload !== null && "n" in payload
      ),
      false,
    );
    await routine.flush();
    assert.equal(waiting.length, 0);
    const { seen, ip, session } = await channel(fleet);
    assert.deepEqual([seen, ip, session], [at(61), "192.0.2.8", at(60)]);
    const [{ count } = { count: 0 }] = await fleet.runtime.sql<{ count: number }[]>`
      select count(*)::int as count from events where payload ? 'n'`;
    assert.equal(count, 700);
    // An entry older than the stored one changes nothing.
    routine.heard(id, "192.0.2.1", true, at(-60));
    await routine.flush();
    const after = await channel(fleet);
    assert.deepEqual([after.seen, after.ip, after.session], [at(61), "192.0.2.8", at(60)]);
  }));

Deno.test("a channel in a conversation is left for the next time, and nothing waits for it", () =>
  withFleet(async (fleet) => {
    await fleet.enrolled();
    const { id } = await channel(fleet);
    const { routine, waiting } = held(fleet);
    const at = new Date(fleet.runtime.clock.now().getTime() + 60_000);
    routine.heard(id, "192.0.2.7", true, at);
    await fleet.runtime.sql.begin(async (tx) => {
      await tx`select id from channels where id = ${id} for update`;
      await routine.flush();
    });
    assert.notDeepEqual((await channel(fleet)).seen, at);
    assert.equal(waiting.length, 1, "it is tried again");
    await routine.flush();
    assert.deepEqual((await channel(fleet)).seen, at);
  }));

Deno.test("entries that cannot be written stay pending, up to a limit", () =>
  withFleet(async (fleet) => {
    await fleet.enrolled();
    const before = await findEvents(fleet.runtime.sql, { limit: 500 });
    const { routine } = held(fleet);
    for (let n = 0; n < 25_000; n++) routine.record(testBy, { type: "mdm_request", payload: { n } });
    await fleet.runtime.sql`alter table events rename to gone`;
    await assert.rejects(routine.flush(), /events/);
    await fleet.runtime.sql`alter table gone rename to events`;
    await routine.flush();
    const [{ count } = { count: 0 }] = await fleet.runtime.sql<{ count: number }[]>`
      select count(*)::int as count from events`;
    assert.equal(count - before.length, 20_000);
  }));

Deno.test("a process that ends before it wrote routine entries has lost no answer and no token", () =>
  withFleet(async (fleet) => {
    let serve = fleet.fetch;
    const device = await fleet.enrolled({ send: (request) => serve(request) });
    await device.connect();
    const path = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/send_custom_command/`;
    const { uuid } = await made(fleet, "POST", path, {
      command: "<dict><key>RequestType</key><string>ProfileList</string></dict>",
    });
    const { routine } = held(fleet);
    const doomed = createApp({ ...fleet.runtime, routine });
    serve = async (request) => await doomed.fetch(request, { remoteAddress: "192.0.2.1" });
    device.pushToken[0] = 255 - (device.pushToken[0] ?? 0);
    await (await device.tokenUpdate()).body?.cancel();
    await device.connect();
    // Here the process ends.
    const [row] = await fleet.runtime.sql<{ state: string; token: Uint8Array }[]>`
      select h.state, (select push_token from channels) as token from command_history h where h.uuid = ${uuid}`;
    assert.equal(row?.state, "acknowledged");
    assert.deepEqual(new Uint8Array(row?.token ?? []), new Uint8Array(device.pushToken));
    // The device continues with another process.
    serve = fleet.fetch;
    assert.deepEqual(await device.connect(), []);
  }));

Deno.test("events whose writing was committed and not answered are there once, and hold up no others", () =>
  withFleet(async (fleet) => {
    await fleet.enrolled();
    const count = async () =>
      (await fleet.runtime.sql<{ n: number }[]>`select count(*)::int as n from events where payload ? 'n'`)[0]?.n;
    const { sql } = losing(fleet.runtime.sql, 1, "unanswered");
    const routine = new Routine({ ...fleet.runtime, sql }, () => () => {});
    routine.record(testBy, { type: "mdm_request", payload: { n: 1 } });
    await assert.rejects(routine.flush());
    routine.record(testBy, { type: "mdm_request", payload: { n: 2 } });
    await routine.flush();
    assert.equal(await count(), 2);
  }));

Deno.test("of more channels than may wait those that came first are kept", () =>
  withFleet(async (fleet) => {
    await fleet.enrolled();
    const { id } = await channel(fleet);
    const { routine } = held(fleet);
    const at = new Date(fleet.runtime.clock.now().getTime() + 60_000);
    routine.heard(id, "192.0.2.7", true, at);
    for (let n = 0; n < 20_000; n++) routine.heard(channelIdOf(1_000_000 + n), "192.0.2.7", true, at);
    await routine.flush();
    assert.deepEqual((await channel(fleet)).seen, at);
  }));

Deno.test("an answer whose transaction was rolled back leaves no event that it succeeded", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const path = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/send_custom_command/`;
    const { uuid } = await made(fleet, "POST", path, {
      command: "<dict><key>RequestType</key><string>ProfileList</string></dict>",
    });
    assert.equal((await say(fleet, device, idle(device))).uuid, uuid);
    const report = buildPlist({ UDID: device.udid, Status: "Acknowledged", CommandUUID: uuid, ProfileList: [] });
    const statuses: number[] = [];
    // The transaction is lost at each of its statements in turn, until one goes well.
    for (let n = 1; n < 30 && statuses.at(-1) !== 200; n++) {
      const app = createApp({ ...fleet.runtime, sql: losing(fleet.runtime.sql, n, "over").sql });
      const fetch: Fleet["fetch"] = async (request) => await app.fetch(request, { remoteAddress: "192.0.2.1" });
      statuses.push((await say({ ...fleet, fetch }, device, report)).status);
    }
    assert.ok(statuses.length > 3 && statuses.at(-1) === 200, statuses.join());
    await fleet.runtime.routine.flush();
    const events = await findEvents(fleet.runtime.sql, { type: "mdm_request", limit: 500 });
    const acknowledged = events.filter(({ payload }) => {
      const text = JSON.stringify(payload);
      return text.includes(uuid) && text.includes("Acknowledged");
    });
    assert.equal(acknowledged.length, 1);
  }));
