import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import type { PlistDict } from "../../src/protocol/plist.ts";
import { assign, idOf, made, makeBlueprint, rest } from "../support/artifacts.ts";
import { TOPIC, withFleet } from "../support/fleet.ts";
import { talk } from "../support/talk.ts";

const tokenUpdate = (device: SimulatedDevice, message: PlistDict) =>
  device.checkIn({
    MessageType: "TokenUpdate",
    Topic: TOPIC,
    Token: crypto.getRandomValues(new Uint8Array(32)),
    PushMagic: "m",
    ...message,
  });

Deno.test("values omitted from a TokenUpdate stay: a user's names, the unlock token, the setup state", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const device = await fleet.enrolled();
    const user = { UserID: crypto.randomUUID().toUpperCase() };
    const names = async () => {
      const [row] = await sql<{ userShortName: string; userLongName: string }[]>`
        select user_short_name, user_long_name from channels where user_key <> ''`;
      return [row?.userShortName, row?.userLongName];
    };
    await tokenUpdate(device, { ...user, UserShortName: "ada", UserLongName: "Ada Example" });
    assert.deepEqual(await names(), ["ada", "Ada Example"]);
    await tokenUpdate(device, user);
    assert.deepEqual(await names(), ["ada", "Ada Example"]);
    await tokenUpdate(device, { ...user, UserLongName: "Ada B. Example" });
    assert.deepEqual(await names(), ["ada", "Ada B. Example"]);
    await tokenUpdate(device, { UnlockToken: new Uint8Array([1]), AwaitingConfiguration: true });
    await tokenUpdate(device, {});
    const kept = async () => {
      const [row] = await sql<{ unlockTokenSealed: string | null; awaitingConfiguration: boolean | null }[]>`
        select unlock_token_sealed, awaiting_configuration from enrollments`;
      return [row?.unlockTokenSealed === null, row?.awaitingConfiguration];
    };
    assert.deepEqual(await kept(), [false, true]);
    const seen = await talk(fleet, device, {
      DeviceInformation: { QueryResponses: { OSVersion: "26.1", ProductName: "Mac15,6" } },
      // Its acknowledgement ends the wait.
      DeviceConfigured: { Status: "NotNow" },
    });
    assert.ok(seen.includes("DeviceInformation"));
    assert.deepEqual(await kept(), [false, true], "DeviceInformation without the key");
  }));

Deno.test("a TokenUpdate with another topic is refused, and changes nothing", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const device = await fleet.enrolled();
    const state = async () => JSON.stringify(await sql`select * from channels order by id`);
    const before = await state();
    const topic = "com.apple.mgmt.External.other";
    assert.equal((await tokenUpdate(device, { Topic: topic })).status, 400);
    assert.equal((await tokenUpdate(device, { Topic: topic, UserID: crypto.randomUUID() })).status, 400);
    assert.equal(await state(), before);
  }));

Deno.test("a supplement belongs to its version of the system: it goes when another version is reported without one", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    await fleet.runtime.sql`update enrollments set os_version_extra = '(a)', build_version_extra = '25B79a'`;
    const shown = async () => (await made(fleet, "GET", `/api/mdm/devices/${id}/`)).os_version;
    assert.match(await shown(), /^26\.1 \(a\)$/);
    await device.report();
    assert.match(await shown(), /\(a\)$/, "a report of the same version says nothing of it");
    fleet.runtime.clock.advance(3600);
    device.updateSystem("26.2", "25C56");
    await device.report();
    assert.equal(await shown(), "26.2");
    const [row] = await fleet.runtime.sql<{ buildVersionExtra: string }[]>`select build_version_extra from enrollments`;
    assert.equal(row?.buildVersionExtra, "");
  }));

Deno.test("a device of an unknown model has no platform until it reports it", () =>
  withFleet(async (fleet) => {
    const [mac] = MODELS;
    assert.ok(mac);
    const device = await fleet.enrolled({ model: { ...mac, product: "Novel1,1", modelName: "Novelty" } });
    const id = await idOf(fleet, device.serialNumber);
    const platform = async () => (await made(fleet, "GET", `/api/mdm/devices/${id}/`)).platform;
    assert.ok([null, ""].includes(await platform()), String(await platform()));
    const blueprint = await makeBlueprint(fleet);
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    assert.equal(await platform(), "macOS", "its first status report says so");
  }));
