import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { idOf, made, makeProfile, rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { idle, say } from "../support/talk.ts";

const questionOf = (query: string) =>
  `<dict><key>RequestType</key><string>DeviceInformation</string><key>Queries</key><array><string>${query}</string></array></dict>`;

async function ask(fleet: Fleet, device: SimulatedDevice, query: string): Promise<string> {
  const path = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/send_custom_command/`;
  return (await made(fleet, "POST", path, { command: questionOf(query) })).uuid;
}

/** A report whose text is no text in any encoding. */
function garbled(device: SimulatedDevice, uuid: string): Uint8Array<ArrayBuffer> {
  const report = buildPlist({
    UDID: device.udid,
    Status: "Acknowledged",
    CommandUUID: uuid,
    QueryResponses: { DeviceName: "@@" },
  });
  const at = new TextDecoder("latin1").decode(report).indexOf("@@");
  report.set([0xff, 0xfe], at);
  return report;
}

Deno.test("a device that answers nothing is offered every command in turn, whatever the time between its conversations", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const uuids = [await ask(fleet, device, "DeviceName"), await ask(fleet, device, "OSVersion")];
    const offered: (string | null)[] = [];
    for (let n = 0; n < 12; n++) {
      offered.push((await say(fleet, device, idle(device))).uuid);
      fleet.runtime.clock.advance(63);
    }
    assert.deepEqual(offered.slice(0, 2), uuids);
    for (const uuid of uuids) assert.ok(offered.filter((one) => one === uuid).length >= 2, offered.join());
    // The wait doubles up to five minutes: in the long run each comes every fifth conversation of a minute.
    const later: (string | null)[] = [];
    for (let n = 0; n < 20; n++) {
      later.push((await say(fleet, device, idle(device))).uuid);
      fleet.runtime.clock.advance(63);
    }
    for (const uuid of uuids) assert.equal(later.filter((one) => one === uuid).length, 4, later.join());
  }));

Deno.test("a command that is never answered delays neither an identity's renewal nor a profile", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    await ask(fleet, device, "DeviceName");
    assert.equal((await say(fleet, device, idle(device))).type, "DeviceInformation");
    const { clock, sql } = fleet.runtime;
    clock.advance(63);
    // Due for renewal from now on.
    await sql`update enrollment_identities set not_after = ${new Date(clock.now().getTime() + 864e5)}`;
    await sql`update channels set next_action_at = ${clock.now()}`;
    assert.equal((await say(fleet, device, idle(device))).type, "InstallProfile");
  }));

Deno.test("a report that cannot be read finishes the command that was sent, with its bytes, and the next one is sent", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const [first, second] = [await ask(fleet, device, "DeviceName"), await ask(fleet, device, "OSVersion")];
    assert.equal((await say(fleet, device, idle(device))).uuid, first);
    const report = garbled(device, first);
    const next = await say(fleet, device, report);
    assert.deepEqual([next.status, next.uuid], [200, second]);
    const shown = (await fleet.api("GET", `/api/mdm/devices/commands/${first}/`)).json;
    assert.equal(shown.status, "Error");
    assert.match(JSON.stringify(shown.error_chain), /report cannot be read/);
    assert.equal(shown.result, report.toBase64());
    // Neither is a report without a status, nor bytes that are no property list.
    const answered = await say(fleet, device, buildPlist({ UDID: device.udid, CommandUUID: second }));
    assert.deepEqual([answered.status, answered.uuid], [200, null]);
    assert.equal((await fleet.api("GET", `/api/mdm/devices/commands/${second}/`)).json.status, "Error");
    // With nothing outstanding it is what it is: a bad request.
    assert.equal((await say(fleet, device, new TextEncoder().encode("garbage"))).status, 400);
  }));

Deno.test("an unreadable answer to an installation is a failed installation with its reason", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const blueprint = await made(fleet, "POST", "/api/mdm/blueprints/", { name: "Macs" });
    const { artifact } = await makeProfile(fleet);
    await made(fleet, "POST", "/api/mdm/blueprint_artifacts/", {
      blueprint: blueprint.id,
      artifact: artifact.id,
      macos: true,
    });
    const id = await idOf(fleet, device.serialNumber);
    await fleet.runtime.sql`update enrollments set blueprint_id = ${blueprint.id}`;
    await fleet.runtime.sql`update channel_plans set declarative_management = false`;
    await fleet.runtime.sql`update channels set next_action_at = ${fleet.runtime.clock.now()}`;
    let seen = await say(fleet, device, idle(device));
    for (let n = 0; n < 5 && seen.uuid !== null && seen.type !== "InstallProfile"; n++) {
      seen = await say(
        fleet,
        device,
        buildPlist({ UDID: device.udid, Status: "Error", CommandUUID: seen.uuid }),
      );
    }
    assert.equal(seen.type, "InstallProfile");
    assert.ok(seen.uuid);
    const next = await say(fleet, device, garbled(device, seen.uuid));
    assert.equal(next.status, 200);
    assert.notEqual(next.type, "InstallProfile", "it is not offered again at once");
    const [row] = await fleet.runtime.sql<{ status: string; extraInfo: unknown }[]>`
      select status, extra_info from target_artifacts where channel_id in
        (select c.id from channels c join enrollments e on e.id = c.enrollment_id where e.device_id = ${id})`;
    assert.equal(row?.status, "Failed");
    assert.match(JSON.stringify(row), /cannot be read/);
  }));

Deno.test("an answer that has the name of a check-in's key in it is an answer all the same, readable or not", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    for (const broken of [false, true]) {
      const uuid = await ask(fleet, device, "DeviceName");
      await say(fleet, device, idle(device));
      const report = buildPlist({
        UDID: device.udid,
        CommandUUID: uuid,
        Status: "Acknowledged",
        QueryResponses: { DeviceName: "MessageType @@" },
      });
      if (broken) report.set([0xff, 0xfe], new TextDecoder("latin1").decode(report).indexOf("@@"));
      assert.equal((await say(fleet, device, report)).status, 200);
      const shown = (await fleet.api("GET", `/api/mdm/devices/commands/${uuid}/`)).json;
      assert.equal(shown.status, broken ? "Error" : "Acknowledged");
    }
  }));
