import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { idle, say } from "../support/talk.ts";

/** A status report in the order of Apple's keys: Data is before MessageType, and as long as asked. */
const statusOf = (device: SimulatedDevice, length: number) =>
  buildPlist({
    Data: new TextEncoder().encode(JSON.stringify({ StatusItems: { test: "a".repeat(length) }, Errors: [] })),
    Endpoint: "status",
    MessageType: "DeclarativeManagement",
    UDID: device.udid,
  });

const sent = (fleet: Fleet) =>
  fleet.runtime.sql<{ uuid: string; state: string }[]>`select uuid, state from commands where state = 'sent'`;

Deno.test("a status report of any length is a check-in at either address, and ends no command", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const { uuid } = await say(fleet, device, idle(device));
    assert.ok(uuid);
    for (const length of [1000, 200_000]) {
      for (const at of ["checkin", "connect"] as const) {
        const answer = await say(fleet, device, statusOf(device, length), at);
        assert.deepEqual(answer, { status: 200, uuid: null, type: null }, `${length} characters at ${at}`);
      }
    }
    assert.deepEqual((await sent(fleet)).map((row) => row.uuid), [uuid]);
    // Read as a status report: it would have been refused otherwise.
    const [item] = await fleet.runtime.sql<{ count: number }[]>`
      select count(*)::int from events where type = 'mdm_request' and payload->>'status' = 'failure'`;
    assert.equal(item?.count, 0);
  }));

Deno.test("an unreadable message at the check-in address is a bad request and ends no command", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const { uuid } = await say(fleet, device, idle(device));
    const whole = statusOf(device, 1000);
    const bodies = [
      new TextEncoder().encode("garbage"),
      whole.slice(0, whole.length - 20),
      buildPlist({ UDID: device.udid, CommandUUID: uuid ?? "", Status: "Busy" }),
      buildPlist({ UDID: device.udid, MessageType: 5 }),
    ];
    for (const body of bodies) assert.equal((await say(fleet, device, body, "checkin")).status, 400);
    assert.deepEqual((await sent(fleet)).map((row) => row.uuid), [uuid]);
    // Neither is a check-in that lacks a key an answer to a command, wherever it arrives.
    const lacking = buildPlist({ UDID: device.udid, MessageType: "TokenUpdate" });
    assert.equal((await say(fleet, device, lacking)).status, 400);
    assert.deepEqual((await sent(fleet)).map((row) => row.uuid), [uuid]);
  }));

Deno.test("a report is a report at the check-in address, too", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    assert.deepEqual(await say(fleet, device, idle(device), "checkin"), { status: 200, uuid: null, type: null });
  }));
