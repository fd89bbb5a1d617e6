import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { buildPlist, type Plist } from "../../src/protocol/plist.ts";
import { idOf, made } from "../support/artifacts.ts";
import { type Fleet, TOPIC, withFleet } from "../support/fleet.ts";
import { idle, say } from "../support/talk.ts";

const USER = "7D4E2B1A-93C8-4F65-8E21-0A9B8C7D6E5F";

const sentOf = async (fleet: Fleet, userKey: string) =>
  (await fleet.runtime.sql<{ uuid: string }[]>`
    select m.uuid from commands m join channels c on c.id = m.channel_id
    where m.state = 'sent' and c.user_key = ${userKey} order by m.id`).map(({ uuid }) => uuid);

/** A device and a user of it, each with a command that was sent. */
async function withUser(fleet: Fleet): Promise<{ device: SimulatedDevice; ofDevice: string; ofUser: string }> {
  const device = await fleet.enrolled();
  const token = { Topic: TOPIC, Token: new Uint8Array(32), PushMagic: "m" };
  const response = await device.checkIn({
    MessageType: "TokenUpdate",
    ...token,
    UserID: USER,
    UserLongName: "Ada",
    UserShortName: "ada",
  });
  assert.equal(response.status, 200);
  await response.body?.cancel();
  // The API gives commands to devices alone; this one is moved to the user.
  const asked = await made(
    fleet,
    "POST",
    `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/send_custom_command/`,
    {
      command: "<dict><key>RequestType</key><string>ProfileList</string></dict>",
    },
  );
  const { sql, clock } = fleet.runtime;
  await sql`
    update commands set channel_id = (select id from channels where user_key = ${USER}) where uuid = ${asked.uuid}`;
  await sql`update channels set next_action_at = ${clock.now()}`;
  const { uuid: ofDevice } = await say(fleet, device, idle(device));
  const { uuid: ofUser } = await say(fleet, device, buildPlist({ UDID: device.udid, UserID: USER, Status: "Idle" }));
  assert.ok(ofDevice !== null && ofUser !== null);
  assert.equal(ofUser, asked.uuid);
  return { device, ofDevice, ofUser };
}

const ended = async (fleet: Fleet) =>
  (await fleet.runtime.sql<{ uuid: string; state: string }[]>`
    select uuid, state from command_history order by result_at, id`).map(({ uuid, state }) => [uuid, state]);

/** A list with a status that no report has. */
const busy = (keys: Record<string, Plist>) => buildPlist({ ...keys, Status: "Busy" });

Deno.test("a report that cannot be read finishes the command that it names, on the channel that it names", () =>
  withFleet(async (fleet) => {
    const { device, ofDevice, ofUser } = await withUser(fleet);
    const { udid: UDID } = device;
    const other = crypto.randomUUID();
    const innocent = [
      // Commands that are not outstanding there, the other channel's among them.
      busy({ UDID, UserID: USER, CommandUUID: other }),
      busy({ UDID, UserID: USER, CommandUUID: ofDevice }),
      busy({ UDID, CommandUUID: ofUser }),
      busy({ UDID, CommandUUID: other }),
      busy({ UDID, CommandUUID: "no UUID" }),
      busy({ CommandUUID: other }),
      // A user that has no channel, and one that is no text.
      busy({ UDID, UserID: "somebody else" }),
      busy({ UDID, UserID: 5 }),
      busy({ UDID, EnrollmentUserID: true, CommandUUID: ofDevice }),
      busy({ UDID, CommandUUID: 5 }),
    ];
    for (const body of innocent) assert.equal((await say(fleet, device, body)).status, 400);
    assert.deepEqual(await ended(fleet), []);
    assert.equal((await say(fleet, device, busy({ UDID, UserID: USER, CommandUUID: ofUser }))).status, 200);
    assert.deepEqual(await ended(fleet), [[ofUser, "error"]]);
    assert.equal((await say(fleet, device, busy({ UDID, CommandUUID: ofDevice.toUpperCase() }))).status, 200);
    assert.deepEqual(await ended(fleet), [[ofUser, "error"], [ofDevice, "error"]]);
  }));

Deno.test("a report that names no command finishes that of its channel, and garbage that of the device alone", () =>
  withFleet(async (fleet) => {
    const { device, ofDevice, ofUser } = await withUser(fleet);
    const { udid: UDID } = device;
    // The user's command was sent last.
    assert.equal((await say(fleet, device, new TextEncoder().encode("garbage"))).status, 200);
    assert.deepEqual(await ended(fleet), [[ofDevice, "error"]]);
    assert.deepEqual(await sentOf(fleet, USER), [ofUser]);
    for (let n = 0; (await sentOf(fleet, "")).length > 0; n++) {
      assert.ok(n < 50);
      const body = n % 2 === 0 ? new TextEncoder().encode("garbage") : buildPlist(["Busy"]);
      assert.equal((await say(fleet, device, body)).status, 200);
    }
    assert.equal((await say(fleet, device, new TextEncoder().encode("garbage"))).status, 400);
    assert.equal((await say(fleet, device, busy({ UDID }))).status, 400);
    assert.deepEqual(await sentOf(fleet, USER), [ofUser], "the user's command is as it was");
    assert.equal((await say(fleet, device, busy({ UDID, UserID: USER }))).status, 200);
    assert.ok((await ended(fleet)).some(([uuid]) => uuid === ofUser));
  }));

Deno.test("a report with another device's UDID is a cloned identity, readable or not, and finishes nothing", () =>
  withFleet(async (fleet) => {
    const { device, ofDevice } = await withUser(fleet);
    const [UDID, other] = [crypto.randomUUID().toUpperCase(), await fleet.enrolled()];
    for (const claimed of [UDID, other.udid]) {
      assert.equal((await say(fleet, device, busy({ UDID: claimed, CommandUUID: ofDevice }))).status, 400);
    }
    assert.deepEqual(await ended(fleet), []);
    const { results } = await made(fleet, "GET", "/api/mdm/identity_alerts/");
    assert.deepEqual(results.map((alert: { kind: string }) => alert.kind), ["cloned identity"]);
  }));
