/**
 * A Mac does what it was told, and its answer never arrives: the server was killed, say. No password may be lost.
 */
import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import type { DeviceOptions } from "../../simulators/device/device_options.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { asDict, data, dict, int, parsePlist } from "../../src/protocol/plist.ts";
import { assign as assignAtApple, makeDepEnrollment } from "../support/ade_devices.ts";
import { assign, idOf, made, makeBlueprint, rest, settle } from "../support/artifacts.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";

const MINUTE = 60;
const INTEL = MODELS.find(({ appleSilicon }) => appleSilicon === false);
assert.ok(INTEL);

const later = async (fleet: Fleet, device: SimulatedDevice, seconds: number) => {
  await settle(fleet);
  fleet.runtime.clock.advance(seconds);
  await rest(device);
};

/** Every secret that is stored of a kind, in whatever state. */
async function stored(fleet: Fleet, device: SimulatedDevice, kind: string): Promise<string[]> {
  const path = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/secrets/`;
  const rows: { id: number; kind: string }[] = await made(fleet, "GET", path);
  return await Promise.all(
    rows.filter((row) => row.kind === kind).map(async ({ id }) => (await made(fleet, "GET", `${path}${id}/`)).secret),
  );
}

const read = async (fleet: Fleet, device: SimulatedDevice, path: string): Promise<string | null> =>
  (await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/${path}/`))[path];

const lost = (name: string, which: number): NonNullable<DeviceOptions["mischief"]> => (type, n) =>
  type === name && n === which ? "lost answer" : undefined;

/** Waits until the server knows the password of the Mac for certain; it is stored at every moment before. */
async function untilKnown(fleet: Fleet, device: SimulatedDevice, kind: string, path: string, hours: number) {
  for (let n = 0; n * 31 < hours * 60; n++) {
    const { current, pending } = device.state.recoveryPassword;
    const known = await stored(fleet, device, kind);
    for (const password of [current, pending ?? ""]) {
      assert.ok(password === "" || known.includes(password), `a password of the Mac is not stored`);
    }
    if (current !== "" && pending === undefined && await read(fleet, device, path) === current) return;
    await later(fleet, device, 31 * MINUTE);
  }
  throw new Error("The password of the Mac never became known");
}

for (
  const [set, model, kind] of [
    ["SetRecoveryLock", undefined, "recovery_lock_password"],
    ["SetFirmwarePassword", INTEL, "firmware_password"],
  ] as const
) {
  Deno.test(`a lost answer to ${set}, the first or a later one, loses no password`, () =>
    withFleet(async (fleet) => {
      for (const which of [1, 2]) {
        const config = await made(fleet, "POST", "/api/mdm/recovery_password_configs/", {
          name: `${which}`,
          reveal_rotation_delay: 5,
          rotate_firmware_password: true,
        });
        const blueprint = await makeBlueprint(fleet, { recovery_password_config: config.id });
        const device = await fleet.enrolled({ ...(model === undefined ? {} : { model }), mischief: lost(set, which) });
        await assign(fleet, device.serialNumber, blueprint.id);
        await rest(device);
        await untilKnown(fleet, device, kind, "recovery_password", 24);
        const before = device.state.recoveryPassword.current;
        await later(fleet, device, 6 * MINUTE);
        await untilKnown(fleet, device, kind, "recovery_password", 24);
        for (let n = 0; n < 48 && device.state.recoveryPassword.current === before; n++) {
          await later(fleet, device, 31 * MINUTE);
        }
        assert.notEqual(device.state.recoveryPassword.current, before);
        await untilKnown(fleet, device, kind, "recovery_password", 24);
      }
    }));

  Deno.test(`a lost answer to the removal by ${set} leaves neither a password nor a wrong one`, () =>
    withFleet(async (fleet) => {
      const config = await made(fleet, "POST", "/api/mdm/recovery_password_configs/", { name: "Macs" });
      const blueprint = await makeBlueprint(fleet, { recovery_password_config: config.id });
      const device = await fleet.enrolled({ ...(model === undefined ? {} : { model }), mischief: lost(set, 2) });
      await assign(fleet, device.serialNumber, blueprint.id);
      await rest(device);
      await untilKnown(fleet, device, kind, "recovery_password", 24);
      await made(fleet, "PUT", `/api/mdm/blueprints/${blueprint.id}/`, {
        name: blueprint.name,
        recovery_password_config: null,
      });
      for (let n = 0; n < 60; n++) await later(fleet, device, 31 * MINUTE);
      assert.equal(device.state.recoveryPassword.current, "");
      assert.equal(await read(fleet, device, "recovery_password"), null);
    }));
}

/** A Mac out of the box, with an administrator of the server. */
async function outOfTheBox(fleet: Fleet, given: object, options: Partial<DeviceOptions>) {
  const dep = await makeDepEnrollment(fleet, { awaitDeviceConfigured: true, ...given });
  const device = fleet.device(options);
  await assignAtApple(fleet, dep.virtualServerId, device);
  await device.enrollAutomatically({
    factory: fleet.maker.certify(device.udid, KEYS[0]),
    url: dep.url,
    awaitDeviceConfigured: true,
  });
  return device;
}

function opens(device: SimulatedDevice, password: string): boolean {
  const plist = asDict(parsePlist(device.state.adminAccount?.passwordHash ?? new Uint8Array()));
  const hash = dict(plist, "SALTED-SHA512-PBKDF2") ?? {};
  const derived = pbkdf2Sync(password, data(hash, "salt") ?? "", int(hash, "iterations") ?? 1, 128, "sha512");
  return derived.equals(data(hash, "entropy") ?? new Uint8Array());
}

const ADMIN = { adminFullName: "Admin", adminShortName: "admin", adminPasswordRotationDelay: 10 };

Deno.test("a lost answer to AccountConfiguration loses no password, even if the Mac goes on without the server", () =>
  withFleet(async (fleet) => {
    for (const refusesAgain of [false, true]) {
      const device = await outOfTheBox(fleet, ADMIN, {
        mischief: (type, n) =>
          type !== "AccountConfiguration" ? undefined : n === 1 ? "lost answer" : refusesAgain ? "Error" : undefined,
      });
      await device.connect();
      assert.ok(device.state.adminAccount !== undefined);
      const known = await stored(fleet, device, "admin_password");
      assert.ok(known.some((password) => opens(device, password)), "the password is not stored");
      for (let n = 0; n < 12; n++) await later(fleet, device, 11 * MINUTE);
      const after = await stored(fleet, device, "admin_password");
      assert.ok(after.some((password) => opens(device, password)), "the password is lost");
    }
  }));

Deno.test("a lost answer to SetAutoAdminPassword loses no password", () =>
  withFleet(async (fleet) => {
    const device = await outOfTheBox(fleet, ADMIN, { mischief: lost("SetAutoAdminPassword", 1) });
    await rest(device);
    const first = await read(fleet, device, "admin_password");
    assert.ok(first !== null && opens(device, first));
    // The Mac reports the account with its inventory.
    for (const hours of [24, 5, 1, 1]) {
      await later(fleet, device, hours * 60 * MINUTE);
      const known = await stored(fleet, device, "admin_password");
      assert.ok(known.some((password) => opens(device, password)), "the password is not stored");
    }
    const last = await read(fleet, device, "admin_password");
    assert.ok(last !== null && opens(device, last));
    assert.notEqual(last, first);
  }));

for (const unlinked of [false, true]) {
  const what = unlinked
    ? "without its profile a Mac is not told to rotate"
    : "a lost answer to a rotation loses no key";
  Deno.test(what, () =>
    withFleet(async (fleet) => {
      const { id: config } = await made(fleet, "POST", "/api/mdm/filevault_configs/", {
        name: "Disk",
        escrow_location_display_name: "IT",
      });
      const blueprint = await makeBlueprint(fleet, { filevault_config: config });
      const device = await outOfTheBox(fleet, { blueprintId: blueprint.id }, {
        mischief: lost("RotateFileVaultKey", 1),
      });
      await rest(device);
      await later(fleet, device, 11 * MINUTE);
      const first = await read(fleet, device, "filevault_prk");
      assert.equal(first, device.state.fileVault.recoveryKey);
      if (unlinked) {
        await made(fleet, "PUT", `/api/mdm/blueprints/${blueprint.id}/`, {
          name: blueprint.name,
          filevault_config: null,
        });
        await later(fleet, device, 11 * MINUTE);
      }
      const rotate = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/rotate_filevault_key/`;
      assert.equal((await fleet.api("POST", rotate, {})).status, unlinked ? 400 : 201);
      await device.connect();
      for (let n = 0; n < 12; n++) await later(fleet, device, 31 * MINUTE);
      assert.equal(await read(fleet, device, "filevault_prk"), device.state.fileVault.recoveryKey);
    }));
}

Deno.test("a lost answer to DeviceLock loses no PIN, and the lock is one secret however often it is sent", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({
      mischief: (type, n) =>
        type !== "DeviceLock" ? undefined : n === 1 ? "NotNow" : n === 2 ? "lost answer" : undefined,
    });
    await rest(device);
    await made(fleet, "POST", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/lock/`, { pin: "271828" });
    const states = async () =>
      (await fleet.runtime.sql<{ proven: boolean; ended: boolean }[]>`
        select proven, ended_at is not null as ended from escrowed_secrets where kind = 'device_lock_pin' order by id`)
        .map(({ proven, ended }) => `${proven} ${ended}`);
    for (let n = 0; n < 2; n++) {
      await device.connect();
      assert.deepEqual(await stored(fleet, device, "device_lock_pin"), ["271828"]);
      assert.deepEqual(await states(), ["false false"]);
      assert.equal(await read(fleet, device, "device_lock_pin"), null);
      await settle(fleet);
      fleet.runtime.clock.advance(31 * MINUTE);
    }
    await device.connect();
    assert.equal(await read(fleet, device, "device_lock_pin"), "271828");
    assert.deepEqual(await states(), ["true false"]);
    await device.connect();
    assert.deepEqual(await states(), ["true true"]);
  }));
