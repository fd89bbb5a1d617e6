import assert from "node:assert/strict";
import { downloadOtaProfile } from "../../src/enrollment/ota_enrollments.ts";
import { createApp } from "../../routes/app.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { idOf, made } from "../support/artifacts.ts";
import { deviceOf, idsOf, profileFor, refusedAs } from "../support/claims.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { idle, say } from "../support/talk.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";

async function block(fleet: Fleet, device: SimulatedDevice): Promise<number> {
  const { id } = await deviceOf(fleet, device);
  await made(fleet, "POST", `/api/mdm/devices/${id}/block/`);
  return id;
}

const renewal = ({ identity }: SimulatedDevice) => {
  const name = identity?.certificate.subject;
  assert.ok(name);
  return {
    PayloadContent: {
      URL: "https://mdm.example.com/public/mdm/scep/",
      Subject: [
        [["CN", name.commonName ?? ""]],
        ...(name.serialNumber === undefined ? [] : [[["2.5.4.5", name.serialNumber]]]),
        [["O", name.organization ?? ""]],
      ],
    },
  };
};

Deno.test("a blocked device reads and changes nothing by check-in, and may check out", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.setBootstrapToken(new TextEncoder().encode("bootstrap"));
    const kept = () => fleet.runtime.sql`select bootstrap_token_sealed, unlock_token_sealed from enrollments`;
    const before = JSON.stringify(await kept());
    await block(fleet, device);
    const statuses: Record<string, number> = {};
    for (
      const message of [
        { MessageType: "GetBootstrapToken" },
        { MessageType: "SetBootstrapToken", BootstrapToken: new Uint8Array([6]) },
        { MessageType: "SetBootstrapToken" },
        { MessageType: "UserAuthenticate", UserID: "u" },
        { MessageType: "DeclarativeManagement", Endpoint: "declaration-items" },
        { MessageType: "DeclarativeManagement", Endpoint: "status", Data: new TextEncoder().encode("{}") },
        { MessageType: "GetToken", TokenServiceType: "com.apple.maid" },
        { MessageType: "Authenticate", Topic: device.topic, SerialNumber: device.serialNumber },
        { MessageType: "ReturnToService" },
      ]
    ) {
      const response = await device.checkIn(message);
      assert.equal(await response.text(), "Cannot serve this device: it is blocked.", message.MessageType);
      statuses[message.MessageType] = response.status;
    }
    statuses.TokenUpdate = (await device.tokenUpdate()).status;
    assert.deepEqual([...new Set(Object.values(statuses))], [400]);
    assert.equal(JSON.stringify(await kept()), before);
    await assert.rejects(device.renewByScep(renewal(device)), /badRequest/);
    await device.checkOut();
    assert.ok((await deviceOf(fleet, device)).checkout_at);
  }));

Deno.test("the last report of a blocked device is kept, with its escrowed secrets, and is answered with 401", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({
      // The server loses no time: it blocks the device while it works on the command.
      mischief: (type) => type === "DeviceLock" ? "drop" : undefined,
    });
    for (let n = 0; n < 3; n++) await device.connect();
    const { id } = await deviceOf(fleet, device);
    const { uuid } = await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "271828" });
    await device.connect();
    await block(fleet, device);
    const response = await device.put("https://mdm.example.com/public/mdm/connect/", {
      UDID: device.udid,
      Status: "Acknowledged",
      CommandUUID: uuid,
    });
    assert.equal(response.status, 401);
    const pin = await made(fleet, "GET", `/api/mdm/devices/${id}/device_lock_pin/`);
    assert.equal(pin.device_lock_pin, "271828");
    const [row] = await fleet.runtime.sql`select state from command_history where uuid = ${uuid}`;
    assert.equal(row?.state, "acknowledged");
  }));

Deno.test("a block follows the hardware: another spelling, the same serial number, a limited profile, over the air, a user enrollment", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ udid: "AB-CD", serialNumber: "C02BLOCKED" });
    await block(fleet, device);
    await refusedAs(fleet, { udid: "ab-cd", serialNumber: "C02BLOCKED" }, 400);
    await refusedAs(fleet, { udid: "ab-cd", serialNumber: "C02OTHER" }, 400);
    await refusedAs(fleet, { udid: "ANOTHER", serialNumber: "c02blocked" }, 400);
    const limited = fleet.device({ ...idsOf(device), udid: "ab-cd" });
    // Its SCEP challenge buys nothing.
    await assert.rejects(limited.enroll(await profileFor(fleet, idsOf(device))), /badRequest/);
    const profile = await downloadOtaProfile(fleet.runtime, fleet.enrollmentId);
    for (const ids of [{ udid: "ab-cd", serialNumber: "C02OTHER" }, { udid: "ANOTHER", serialNumber: "c02blocked" }]) {
      const other = fleet.device(ids);
      await assert.rejects(other.enrollOverTheAir(profile, fleet.maker.certify(other.udid, KEYS[0])), /400/);
    }
    const user = fleet.device();
    user.authenticate = () =>
      user.checkIn({ MessageType: "Authenticate", Topic: user.topic, UDID: "", EnrollmentID: "ab-CD" });
    await assert.rejects(profileFor(fleet).then((direct) => user.enroll(direct)), /Authenticate was answered with 400/);
    assert.equal((await made(fleet, "GET", "/api/mdm/enrollment_claims/")).count, 0);
  }));

Deno.test("a CheckOut in a user's name is accepted and ends only that user's pushes", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const userId = "11111111-2222-3333-4444-555555555555";
    await device.addUser({ userId, shortName: "ada", longName: "Ada" });
    const said = await device.checkIn({ MessageType: "CheckOut", Topic: device.topic, UserID: userId });
    assert.equal(said.status, 200);
    const unknown = await device.checkIn({ MessageType: "CheckOut", Topic: device.topic, EnrollmentUserID: "nobody" });
    assert.equal(unknown.status, 200);
    assert.equal((await deviceOf(fleet, device)).checkout_at, null);
    await device.connect();
    assert.ok(device.enrolled);
    const tokens = await fleet.runtime.sql`select user_key, push_token is not null as pushed from channels order by id`;
    assert.deepEqual(tokens.map((row) => [row.userKey, row.pushed]), [["", true], [userId, false]]);
  }));

Deno.test("a device that is blocked between the statements of its connect gets no command, and its list no answer", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const id = await idOf(fleet, device.serialNumber);
    const set = (how: string) => made(fleet, "POST", `/api/mdm/devices/${id}/${how}/`, {});
    const { sql } = fleet.runtime;
    const late = new Proxy(sql, {
      get: (of, key) =>
        key !== "begin" ? Reflect.get(of, key) : async (...given: unknown[]) => {
          await set("block");
          return await Reflect.apply(of.begin as (...all: unknown[]) => unknown, of, given);
        },
    });
    const app = createApp({ ...fleet.runtime, sql: late });
    const blocked: Fleet = {
      ...fleet,
      fetch: async (request) => await app.fetch(request, { remoteAddress: "192.0.2.1" }),
    };
    await made(fleet, "POST", `/api/mdm/devices/${id}/send_custom_command/`, {
      command: "<dict><key>RequestType</key><string>ProfileList</string></dict>",
    });
    assert.deepEqual(await say(blocked, device, idle(device)), { status: 401, uuid: null, type: null });
    await set("unblock");
    const items = buildPlist({
      MessageType: "DeclarativeManagement",
      UDID: device.udid,
      Endpoint: "declaration-items",
    });
    assert.equal((await say(blocked, device, items, "checkin")).status, 400);
  }));

Deno.test("a device that is unblocked between the statements of its connect is not released", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const id = await block(fleet, device);
    const { sql } = fleet.runtime;
    const late = new Proxy(sql, {
      get: (of, key) =>
        key !== "begin" ? Reflect.get(of, key) : async (...given: unknown[]) => {
          await made(fleet, "POST", `/api/mdm/devices/${id}/unblock/`, {});
          return await Reflect.apply(of.begin as (...all: unknown[]) => unknown, of, given);
        },
    });
    const app = createApp({ ...fleet.runtime, sql: late });
    const fetch: Fleet["fetch"] = async (request) => await app.fetch(request, { remoteAddress: "192.0.2.1" });
    assert.equal((await say({ ...fleet, fetch }, device, idle(device))).status, 200);
  }));
