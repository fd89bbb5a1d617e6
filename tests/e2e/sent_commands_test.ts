/**
 * Commands of the catalogue with behaviour of their own, and the order, time and secrets of all of them.
 */
import assert from "node:assert/strict";
import { findEvents } from "../support/events.ts";
import { housekeeping } from "../../jobs/housekeeping.ts";
import { type Model, MODELS } from "../../simulators/device/models.ts";
import { idOf, made, rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { makeCaller } from "../routes/api/support.ts";

const modelOf = (find: (model: Model) => boolean): Model => {
  const model = MODELS.find(find);
  assert.ok(model);
  return model;
};
const IPHONE = modelOf(({ platform, supervised }) => platform === "iOS" && supervised);
const IPAD = modelOf(({ platform }) => platform === "iPadOS");
const MAC = modelOf(({ platform }) => platform === "macOS");

async function houseOf(fleet: Fleet, model: Model, more: Partial<Parameters<Fleet["enrolled"]>[0]> = {}) {
  const device = await fleet.enrolled({ model, ...more });
  await rest(device);
  const id = await idOf(fleet, device.serialNumber);
  const path = `/api/mdm/devices/${id}/commands/`;
  const send = (body: Record<string, unknown>) => made(fleet, "POST", path, body);
  const stateOf = async (uuid: string): Promise<string> =>
    (await fleet.api("GET", `/api/mdm/devices/commands/${uuid}/`)).json.state;
  return { device, id, path, send, stateOf };
}

const typesOf = (exchanges: { requestType: string }[]) => exchanges.map(({ requestType }) => requestType);

Deno.test("commands of an order group follow each other, also after NotNow; others pass them", () =>
  withFleet(async (fleet) => {
    const later = new Set(["RestartDevice"]);
    const { device, send, stateOf } = await houseOf(fleet, IPHONE, {
      mischief: (type, n) => later.has(type) && n === 1 ? "NotNow" : undefined,
    });
    const group = { order_group: "move" };
    const first = await send({ name: "RestartDevice", ...group });
    const second = await send({ name: "StopMirroring", ...group });
    await send({ name: "ClearRestrictionsPassword" });
    assert.deepEqual(typesOf(await device.connect()), ["RestartDevice", "ClearRestrictionsPassword"]);
    assert.deepEqual([await stateOf(first.uuid), await stateOf(second.uuid)], ["not_now", "queued"]);
    fleet.runtime.clock.advance(120);
    assert.deepEqual(typesOf(await device.connect()), ["RestartDevice", "StopMirroring"]);
    assert.deepEqual([await stateOf(first.uuid), await stateOf(second.uuid)], ["acknowledged", "acknowledged"]);
  }));

Deno.test("a command of a group is due when the one before it is cancelled or has expired", () =>
  withFleet(async (fleet) => {
    const { device, send, stateOf } = await houseOf(fleet, IPHONE);
    const { clock } = fleet.runtime;
    const at = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000).toISOString();
    const group = { order_group: "move", not_before: at(7200) };
    const first = await send({ name: "RestartDevice", ...group });
    const second = await send({ name: "StopMirroring", order_group: "move" });
    assert.deepEqual(await device.connect(), []);
    assert.equal((await fleet.api("DELETE", `/api/mdm/devices/commands/${first.uuid}/`)).status, 204);
    assert.deepEqual(typesOf(await device.connect()), ["StopMirroring"]);
    assert.equal(await stateOf(second.uuid), "acknowledged");

    const third = await send({ name: "RestartDevice", ...group, expires_at: at(7260) });
    await send({ name: "StopMirroring", order_group: "move", expires_at: at(20_000) });
    assert.deepEqual(await device.connect(), []);
    clock.advance(7300);
    assert.deepEqual(typesOf(await device.connect()), ["StopMirroring"]);
    assert.equal(await stateOf(third.uuid), "expired");
  }));

Deno.test("a command is not sent before its time, and a lifetime begins then", () =>
  withFleet(async (fleet) => {
    const { device, send, path } = await houseOf(fleet, IPHONE);
    const { clock, sql } = fleet.runtime;
    const inDays = (days: number) => new Date(clock.now().getTime() + days * 86_400_000);
    const { uuid } = await send({ name: "RestartDevice", not_before: inDays(3).toISOString() });
    const [row] = await sql<{ expiresAt: Date }[]>`select expires_at from commands where uuid = ${uuid}`;
    assert.deepEqual(row?.expiresAt, inDays(4));
    assert.ok(!typesOf(await device.connect()).includes("RestartDevice"));
    clock.advance(3 * 86_400 + 60);
    assert.ok(typesOf(await device.connect()).includes("RestartDevice"));
    const refused = async (body: object) => (await fleet.api("POST", path, { name: "RestartDevice", ...body })).json;
    const sooner = { not_before: inDays(2).toISOString(), expires_at: inDays(1).toISOString() };
    assert.match(JSON.stringify(await refused(sooner)), /^\{"expires_at":\["The command expires before it can be sent/);
    // No 30th of February becomes the 2nd of March.
    for (const odd of ["soon", "2030-02-30T00:00:00", "2030-02-29", "2031-04-31T10:00:00+02:00"]) {
      assert.match(JSON.stringify(await refused({ not_before: odd })), /^\{"not_before":\["Datetime has wrong format/);
    }
    assert.match(JSON.stringify(await refused({ order_group: "" })), /^\{"order_group":/);
  }));

Deno.test("what is wrong with a request is named by its place in it", () =>
  withFleet(async (fleet) => {
    const { path } = await houseOf(fleet, IPHONE);
    const refused = async (body: unknown) => {
      const { status, json } = await fleet.api("POST", path, body);
      assert.equal(status, 400);
      return json;
    };
    assert.deepEqual(await refused({}), { name: ["This field is required."] });
    assert.deepEqual(Object.keys(await refused({ request_type: "MakeCoffee" })), ["request_type"]);
    assert.deepEqual(Object.keys(await refused({ name: "Reenroll" })), ["name"]);
    assert.deepEqual(Object.keys(await refused({ name: "UserList", arguments: [] })), ["arguments"]);
    const wallpaper = { Item: "Wallpaper", Image: "AQID", Where: 9 };
    assert.deepEqual(
      await refused({ name: "Settings", arguments: { Settings: [{ Item: "Bluetooth", Enabled: true }, wallpaper] } }),
      {
        arguments: { Settings: { 1: { Where: ['"Settings.1.Where" is 9, it should be one of 1, 2, 3'] } } },
      },
    );
    assert.deepEqual(await refused({ name: "EraseDevice", arguments: { preserve_data_plan: true } }), {
      arguments: { disallow_proximity_setup: ["This field is required."] },
    });
    for (const odd of ["a\0b", "a\ud800b", "a\u0001b"]) {
      const { arguments: messages } = await refused({ name: "RemoveProfile", arguments: { Identifier: odd } });
      assert.equal(messages.length, 1, JSON.stringify(odd));
    }
    assert.deepEqual(await refused({ name: "UserList" }), {
      detail: "Cannot send UserList to this device: UserList is for Shared iPad, this device is none.",
    });
    assert.equal((await fleet.runtime.sql`select 1 from commands`).length, 0);
  }));

Deno.test("a passcode is cleared with the token that the device gave, which nobody sees; without one the reason is said", () =>
  withFleet(async (fleet) => {
    const { device, id, send, path, stateOf } = await houseOf(fleet, IPHONE);
    const { sql } = fleet.runtime;
    const { uuid } = await send({ name: "ClearPasscode" });
    const [queued] = await sql<object[]>`select * from commands where uuid = ${uuid}`;
    const token = device.unlockToken.toBase64();
    assert.ok(!JSON.stringify(queued).includes(token.slice(0, 20)));
    await rest(device);
    assert.equal(await stateOf(uuid), "acknowledged");
    assert.equal(device.state.passcode, false);
    const ended = await sql<object[]>`select * from command_history where uuid = ${uuid}`;
    const events = await findEvents(sql, { limit: 200 });
    assert.ok(!JSON.stringify([ended, events]).includes(token.slice(0, 20)));
    assert.deepEqual(
      (await fleet.api("POST", path, { name: "ClearPasscode", arguments: { UnlockToken: token } })).json,
      {
        arguments: { UnlockToken: ['"UnlockToken" is written by the server, it should be absent'] },
      },
    );
    await sql`update enrollments set unlock_token_sealed = null where device_id = ${id}`;
    const { status, json } = await fleet.api("POST", path, { name: "ClearPasscode" });
    assert.equal(status, 400);
    assert.match(json.detail, /^Cannot send ClearPasscode to this device: the server has no unlock token\./);
  }));

Deno.test("lost mode is turned on, asks for the location once, and is turned off; inventory says so, too", () =>
  withFleet(async (fleet) => {
    const { device, id, send, path, stateOf } = await houseOf(fleet, IPAD);
    const { runtime } = fleet;
    assert.match(
      (await fleet.api("POST", path, { name: "PlayLostModeSound" })).json.detail,
      /it is not in lost mode\. Turn lost mode on first\./,
    );
    await send({ name: "EnableLostMode", arguments: { PhoneNumber: "+49 40 1234" } });
    await rest(device);
    assert.equal(device.state.lostMode?.phoneNumber, "+49 40 1234");
    await send({ name: "PlayLostModeSound" });
    const { uuid } = await send({ name: "DeviceLocation" });
    await rest(device);
    assert.equal(device.state.lostMode?.sounds, 1);
    assert.equal(await stateOf(uuid), "acknowledged");
    const command = (await fleet.api("GET", `/api/mdm/devices/commands/${uuid}/`)).json;
    assert.equal(command.result, null);
    const everything = JSON.stringify([
      await runtime.sql<object[]>`select * from device_locations`,
      await runtime.sql<object[]>`select * from command_history`,
      await findEvents(runtime.sql, { limit: 200 }),
    ]);
    assert.doesNotMatch(everything, /37\.33|122\.03/);

    const { as } = await callers(fleet);
    const location = `/api/mdm/devices/commands/${uuid}/location/`;
    assert.equal((await as(["mdm.view_devicecommand", "mdm.view_enrolleddevice"], location)).status, 403);
    const shown = await as(["mdm.view_device_location"], location);
    assert.equal(shown.json.location.Latitude, 37.33182);
    assert.deepEqual((await as(["mdm.view_device_location"], location)).status, 400);
    assert.equal((await as(["mdm.view_device_location"], location.replace(uuid, crypto.randomUUID()))).status, 404);
    const viewed = await findEvents(runtime.sql, { type: "device_location_viewed", limit: 9 });
    assert.deepEqual(viewed.map(({ serialNumber }) => serialNumber), [device.serialNumber]);
    assert.doesNotMatch(JSON.stringify(viewed), /37\.33/);

    // One that nobody looks at is forgotten after a week.
    const other = await send({ name: "DeviceLocation" });
    await rest(device);
    runtime.clock.advance(8 * 86_400);
    await housekeeping.run({
      runtime,
      payload: {},
      signal: new AbortController().signal,
    });
    assert.equal((await as(["mdm.view_device_location"], location.replace(uuid, other.uuid))).status, 404);

    await send({ name: "DisableLostMode" });
    await rest(device);
    assert.equal(device.state.lostMode, undefined);
    // The device's own word counts, whoever turned it on.
    device.state.lostMode = { message: "x", phoneNumber: "", sounds: 0 };
    assert.equal((await fleet.api("POST", path, { name: "DisableLostMode" })).status, 201);
    runtime.clock.advance(2 * 86_400);
    device.state.lostMode = { message: "x", phoneNumber: "", sounds: 0 };
    await rest(device);
    device.state.lostMode = { message: "x", phoneNumber: "", sounds: 0 };
    runtime.clock.advance(2 * 86_400);
    await rest(device);
    assert.equal((await fleet.api("POST", path, { name: "PlayLostModeSound" })).status, 201);
    void id;
  }));

/** Calls by people with some permissions. */
// deno-lint-ignore require-await
async function callers(fleet: Fleet) {
  return {
    async as(permissions: string[], path: string) {
      const { token } = await makeCaller(fleet.runtime, permissions as Parameters<typeof makeCaller>[1]);
      const response = await fleet.fetch(
        new Request(`https://mdm.example.com${path}`, { headers: { Authorization: `Token ${token}` } }),
      );
      return { status: response.status, json: await response.json() };
    },
  };
}

Deno.test("an unlock token in an answer is shown to those who may see it, each time with an event", () =>
  withFleet(async (fleet) => {
    const { device, send } = await houseOf(fleet, IPHONE);
    const { uuid } = await send({ name: "RequestUnlockToken" });
    await rest(device);
    const token = device.unlockToken.toBase64();
    const address = `/api/mdm/devices/commands/${uuid}/`;
    const inside = (result: string) => new TextDecoder().decode(Uint8Array.fromBase64(result)).replaceAll(/\s/g, "");
    const shown = (await fleet.api("GET", address)).json.result;
    const [listed] = (await fleet.api("GET", "/api/mdm/devices/commands/?name=RequestUnlockToken")).json.results;
    for (const result of [shown, listed.result]) {
      assert.ok(!inside(result).includes(token.slice(0, 40)));
      assert.match(inside(result), /&lt;redacted&gt;/);
    }
    const { as } = await callers(fleet);
    const reveal = `${address}revealed_result/`;
    assert.equal((await as(["mdm.view_devicecommand"], reveal)).status, 403);
    const revealed = await as(["mdm.view_devicecommand", "mdm.view_bootstrap_token"], reveal);
    assert.ok(inside(revealed.json.result).includes(token.slice(0, 40)));
    const [event, ...others] = await findEvents(fleet.runtime.sql, { type: "command_secrets_viewed", limit: 9 });
    assert.deepEqual(event?.payload, {
      command: { request_type: "RequestUnlockToken", uuid },
      revealed: ["UnlockToken"],
    });
    assert.equal(others.length, 0);
  }));

Deno.test("secret arguments are sealed, and are in no event, answer or history", () =>
  withFleet(async (fleet) => {
    const { device, send } = await houseOf(fleet, MAC);
    const { sql } = fleet.runtime;
    const secrets = ["hunter2-mirror", "hunter2-config"];
    const mirror = await send({ name: "RequestMirroring", arguments: { Password: secrets[0], DestinationName: "TV" } });
    const app = await send({
      request_type: "InstallApplication",
      arguments: { iTunesStoreID: 1, Configuration: { password: secrets[1] } },
    });
    const tables = async () =>
      JSON.stringify([
        await sql<object[]>`select * from commands`,
        await sql<object[]>`select * from command_history`,
        await findEvents(sql, { limit: 500 }),
        (await fleet.api("GET", "/api/mdm/devices/commands/")).json,
      ]);
    const queued = await tables();
    assert.match(queued, /"DestinationName":"TV"/);
    assert.match(queued, /"Password":"<redacted>"/);
    await rest(device);
    assert.equal((await fleet.api("GET", `/api/mdm/devices/commands/${mirror.uuid}/`)).json.state, "acknowledged");
    assert.equal((await fleet.api("GET", `/api/mdm/devices/commands/${app.uuid}/`)).json.state, "acknowledged");
    const ended = await tables();
    for (const secret of secrets) assert.ok(!queued.includes(secret) && !ended.includes(secret), secret);
  }));

Deno.test("a command is checked again when the device fetches it, and ends with the reason", () =>
  withFleet(async (fleet) => {
    const { device, id, send } = await houseOf(fleet, IPHONE);
    const { sql } = fleet.runtime;
    const supervised = await send({ name: "ShutDownDevice" });
    const setting = await send({
      name: "Settings",
      arguments: { Settings: [{ Item: "DeviceName", DeviceName: "Desk" }] },
    });
    await sql`update enrollments set supervised = false where device_id = ${id}`;
    await sql`update commands set arguments = '{"Settings": 7}', secrets_sealed = null where uuid = ${setting.uuid}`;
    await rest(device);
    const ended = async (uuid: string) => (await fleet.api("GET", `/api/mdm/devices/commands/${uuid}/`)).json;
    const first = await ended(supervised.uuid);
    assert.equal(first.state, "error");
    assert.match(JSON.stringify(first.error_chain), /needs a supervised device, this one is not supervised/);
    const second = await ended(setting.uuid);
    assert.equal(second.state, "error");
    assert.match(JSON.stringify(second.error_chain), /is an integer, it should be an array/);
  }));

Deno.test("users of a Shared iPad and a Mac are listed, signed out, unlocked and deleted, with what hinders it", () =>
  withFleet(async (fleet) => {
    const accounts = [
      { userName: "jane", fullName: "Jane", uid: 501, loggedIn: true, unsynced: true, locked: false },
      { userName: "tom", fullName: "Tom", uid: 502, loggedIn: false, unsynced: false, locked: true },
    ];
    const { device, send } = await houseOf(fleet, { ...IPAD, sharedIpad: true }, { accounts });
    const ended = async (body: Record<string, unknown>) => {
      const { uuid } = await send(body);
      await rest(device);
      const { json } = await fleet.api("GET", `/api/mdm/devices/commands/${uuid}/`);
      return json.state === "error" ? json.error_chain[0].USEnglishDescription : json.state;
    };
    const jane = { UserName: "jane" };
    assert.equal(await ended({ name: "DeleteUser", arguments: jane }), "The user is signed in.");
    assert.equal(await ended({ name: "LogOutUser" }), "acknowledged");
    assert.match(await ended({ name: "DeleteUser", arguments: jane }), /has data that is not in iCloud yet/);
    assert.equal(await ended({ name: "DeleteUser", arguments: { ...jane, ForceDeletion: true } }), "acknowledged");
    assert.deepEqual(device.state.accounts?.map(({ userName }) => userName), ["tom"]);
    assert.match(
      JSON.stringify(
        (await fleet.api("POST", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/commands/`, {
          name: "DeleteUser",
        })).json,
      ),
      /^\{"arguments":\{"UserName":/,
    );

    const mac = await houseOf(fleet, MAC, { accounts });
    await mac.send({ name: "UnlockUserAccount", arguments: { UserName: "tom" } });
    await mac.send({ name: "EnableRemoteDesktop" });
    await rest(mac.device);
    assert.equal(mac.device.state.accounts?.[1]?.locked, false);
    assert.equal(mac.device.state.remoteDesktop, true);
    await mac.send({ name: "DisableRemoteDesktop" });
    await rest(mac.device);
    assert.equal(mac.device.state.remoteDesktop, false);
  }));

Deno.test("users' commands are queued, listed, read and cancelled by their own permissions", () =>
  withFleet(async (fleet) => {
    const { device, id } = await houseOf(fleet, MAC);
    await device.addUser({ userId: "U-1", shortName: "jane", longName: "Jane" });
    await rest(device, "U-1");
    const user = (await fleet.api("GET", `/api/mdm/devices/${id}/`)).json.users[0].id;
    const path = `/api/mdm/users/${user}/commands/`;
    const { uuid } = await made(fleet, "POST", path, { name: "ActiveNSExtensions" });
    const waiting = await made(fleet, "POST", path, { request_type: "ProfileList", not_before: "2030-01-01T00:00:00" });
    assert.deepEqual(await device.connect(), [], "it is for the user alone");
    assert.deepEqual(typesOf(await device.connect("U-1")), ["ActiveNSExtensions"]);
    const read = (await fleet.api("GET", `/api/mdm/users/commands/${uuid}/`)).json;
    assert.equal(read.state, "acknowledged");
    assert.equal(read.enrolled_user, user);
    assert.ok(read.result !== null && !("enrolled_device" in read));
    const list = async (query: string) =>
      (await fleet.api("GET", `/api/mdm/users/commands/${query}`)).json.results.map((one: { uuid: string }) =>
        one.uuid
      );
    assert.deepEqual(await list("?name=ActiveNSExtensions"), [uuid]);
    assert.ok((await list(`?enrolled_user=${user}`)).includes(waiting.uuid));
    assert.deepEqual((await fleet.api("GET", "/api/mdm/users/commands/?enrolled_user=99")).status, 400);
    // They are no commands of the device, and those of the device none of a user.
    assert.equal((await fleet.api("GET", `/api/mdm/devices/commands/${uuid}/`)).status, 404);
    assert.equal((await fleet.api("DELETE", `/api/mdm/users/commands/${waiting.uuid}/`)).status, 204);
    assert.equal((await fleet.api("DELETE", `/api/mdm/users/commands/${waiting.uuid}/`)).status, 400);
    const own = await made(fleet, "POST", `/api/mdm/devices/${id}/commands/`, { name: "UserList" });
    assert.equal((await fleet.api("DELETE", `/api/mdm/users/commands/${own.uuid}/`)).status, 404);
    const refused = await fleet.api("POST", path, { name: "ShutDownDevice" });
    assert.deepEqual(refused.json, {
      detail:
        "Cannot send ShutDownDevice to this device: ShutDownDevice is for the device's channel, this is a user's.",
    });
    const events = await findEvents(fleet.runtime.sql, { type: "zentral_audit", limit: 50 });
    assert.match(JSON.stringify(events.map(({ payload }) => payload)), /"mdm\.usercommand"/);
    assert.equal(
      (await fleet.api("POST", `/api/mdm/users/${Number(user) + 99}/commands/`, { name: "UserList" })).status,
      404,
    );
  }));
