import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import type { PlistDict } from "../../src/protocol/plist.ts";
import { visitor } from "../routes/admin/support.ts";
import { findEvents } from "../support/events.ts";
import { type Fleet, TOPIC, withFleet } from "../support/fleet.ts";
import { known, withPush } from "../support/push.ts";

const MB = 1024 * 1024;
const LIMIT = 1024;

const token = (device: SimulatedDevice, message: PlistDict) =>
  device.checkIn({
    MessageType: "TokenUpdate",
    Topic: TOPIC,
    Token: crypto.getRandomValues(new Uint8Array(32)),
    PushMagic: "m",
    ...message,
  });
const drained = async (answer: Promise<Response>) => {
  const response = await answer;
  await response.body?.cancel();
  return response.status;
};
/** The longest text in the whole database, with where it stands. */
async function longest({ runtime }: Fleet): Promise<{ length: number; where: string }> {
  let found = { length: 0, where: "" };
  const columns = await runtime.sql<{ tableName: string; columnName: string }[]>`
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and data_type in ('text', 'jsonb')`;
  for (const { tableName, columnName } of columns) {
    const [row] = await runtime.sql<{ length: number | null }[]>`
      select max(octet_length(${runtime.sql(columnName)}::text)) as length from ${runtime.sql(tableName)}`;
    if ((row?.length ?? 0) > found.length) found = { length: row?.length ?? 0, where: `${tableName}.${columnName}` };
  }
  return found;
}

Deno.test("a device with a name of 2 MB enrolls, and keeps a kilobyte of it that is marked", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ name: `Ada ${"N".repeat(2 * MB)}` });
    const { json: [{ name }] } = await fleet.api("GET", "/api/mdm/devices/");
    assert.equal(new TextEncoder().encode(name).length, LIMIT);
    assert.match(name, /^Ada N+…$/);
    await device.connect();
    const { length, where } = await longest(fleet);
    assert.ok(length < 256 * 1024, `${where} has ${length} bytes`);
  }));

Deno.test("whatever a device sends, no event is larger than 64 KB", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const serverUrl = "https://mdm.example.com/public/mdm/connect/";
    const checkInUrl = "https://mdm.example.com/public/mdm/checkin/";
    const long = "-----BEGIN PRIVATE KEY-----".repeat(MB / 27);
    const said: [string, PlistDict][] = [
      [serverUrl, { UDID: device.udid, Status: "Acknowledged", CommandUUID: long }],
      [serverUrl, { UDID: device.udid, Status: "Error", CommandUUID: long, ErrorChain: [{ ErrorDomain: long }] }],
      [serverUrl, { UDID: device.udid, Status: long }],
      [serverUrl, { UDID: long, Status: "Idle" }],
      [checkInUrl, { UDID: device.udid, MessageType: long }],
      [checkInUrl, { UDID: device.udid, MessageType: "TokenUpdate", Topic: long, UserShortName: long }],
      [checkInUrl, {
        UDID: device.udid,
        MessageType: "DeclarativeManagement",
        Endpoint: `declaration/x/${"y".repeat(4000)}`,
      }],
    ];
    for (const [url, message] of said) await drained(device.put(url, message));
    for (const { payload, request, type } of await findEvents(fleet.runtime.sql, { limit: 500 })) {
      const size = JSON.stringify([payload, request]).length;
      assert.ok(size < 64 * 1024, `${type} has ${size} bytes`);
    }
    const { length, where } = await longest(fleet);
    assert.ok(length < 256 * 1024, `${where} has ${length} bytes`);
  }));

Deno.test("a name or topic that is too long is cut, an id or token that is too long is refused", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const user = (more: PlistDict) => drained(token(device, { UserID: crypto.randomUUID(), ...more }));
    assert.equal(await user({ UserShortName: "s".repeat(MB), UserLongName: "l".repeat(MB) }), 200);
    assert.equal(await user({ UserID: "u".repeat(256) }), 400);
    assert.equal(await user({ Token: new Uint8Array(MB) }), 400);
    const { json: [{ users }] } = await fleet.api("GET", "/api/mdm/devices/");
    assert.equal(users.length, 1);
    assert.equal(users[0].short_name, `${"s".repeat(LIMIT - 3)}…`);
  }));

Deno.test("an enrollment has forty users; one more is answered, has no channel, and leaves an event", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const ids = Array.from({ length: 60 }, () => crypto.randomUUID().toUpperCase());
    const answers = await Promise.all(ids.map((UserID) => drained(token(device, { UserID, UserShortName: "u" }))));
    assert.deepEqual(new Set(answers), new Set([200]));
    const channels = () =>
      fleet.runtime.sql<{ userKey: string }[]>`select user_key from channels where user_key <> '' order by user_key`;
    const made = await channels();
    assert.equal(made.length, 40);
    const warned = (await findEvents(fleet.runtime.sql, { limit: 500 }))
      .filter(({ payload }) => JSON.stringify(payload).includes("the enrollment already has 40 users"));
    assert.equal(warned.length, 20);
    // A user with a channel keeps it.
    assert.equal(await drained(token(device, { UserID: made[0]?.userKey ?? "", UserShortName: "v" })), 200);
    assert.deepEqual(await channels(), made);
  }));

Deno.test("a dead token stays dead when the device brings it again", () =>
  withPush(async (stage) => {
    const { fleet, apple, notify, seen } = stage;
    const { device } = await known(stage);
    apple.expire(device.pushToken);
    fleet.runtime.clock.advance(10);
    await notify();
    const before = seen().length;
    const dead = async () => {
      const [row] = await fleet.runtime.sql<{ deadAt: Date | null; reason: string | null }[]>`
        select push_dead_at as dead_at, push_reason as reason from channels`;
      return [row?.deadAt !== null, row?.reason];
    };
    assert.deepEqual(await dead(), [true, "Unregistered"]);
    assert.equal(await drained(device.tokenUpdate()), 200);
    assert.deepEqual(await dead(), [true, "Unregistered"]);
    fleet.runtime.clock.advance(86_400);
    await notify();
    assert.equal(seen().length, before);
    crypto.getRandomValues(device.pushToken);
    assert.equal(await drained(device.tokenUpdate()), 200);
    assert.deepEqual(await dead(), [false, null]);
  }));

Deno.test("the forms for strangers are not read if they are cross-site or large", () =>
  withFleet(async ({ runtime }) => {
    const { post } = visitor(runtime);
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`${index}.kept`, ""]));
    for (const path of ["/signin/", "/setup/"]) {
      const elsewhere = await post(path, { username: "\0" }, { "Sec-Fetch-Site": "cross-site" });
      assert.match(elsewhere.text, /was not sent from a page of this server/, path);
      const large = await post(path, many);
      assert.match(large.text, /larger than allowed/, path);
    }
  }));
