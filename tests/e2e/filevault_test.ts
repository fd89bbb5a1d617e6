/** FileVault from the profile to the recovery key in a person's hands, with simulated Macs. */
import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import type { DeviceOptions } from "../../simulators/device/device_options.ts";
import { type Model, MODELS } from "../../simulators/device/models.ts";
import { bool, int, str } from "../../src/protocol/plist.ts";
import { assign, makeDepEnrollment } from "../support/ade_devices.ts";
import { assign as assignBlueprint, made, makeBlueprint, settle } from "../support/artifacts.ts";
import { deviceOf } from "../support/claims.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { personWith } from "../routes/admin/support.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const IDENTIFIER = "com.example.mdm.mdm.fv";
const types = (exchanges: readonly { requestType: string }[]) => exchanges.map(({ requestType }) => requestType);

const [MAC] = MODELS;
const mac = (change: Partial<Model> = {}): Model => {
  assert.ok(MAC);
  return { ...MAC, ...change };
};

/** A blueprint with a FileVault configuration. */
async function blueprintWith(fleet: Fleet, config: Record<string, unknown> = {}) {
  const name = `Disk ${crypto.randomUUID()}`;
  const { id: configId } = await made(fleet, "POST", "/api/mdm/filevault_configs/", {
    name,
    escrow_location_display_name: "Example IT",
    ...config,
  });
  const blueprint = await makeBlueprint(fleet, { name, filevault_config: configId });
  return { blueprint, configId };
}

async function link(fleet: Fleet, blueprint: { id: number; name: string }, configId: number | null) {
  await made(fleet, "PUT", `/api/mdm/blueprints/${blueprint.id}/`, {
    name: blueprint.name,
    filevault_config: configId,
  });
  await settle(fleet);
}

/** A Mac that waits in Setup Assistant. */
async function outOfTheBox(fleet: Fleet, blueprintId: number, options: Partial<DeviceOptions> = {}) {
  const dep = await makeDepEnrollment(fleet, { awaitDeviceConfigured: true, blueprintId });
  const device = fleet.device(options);
  await assign(fleet, dep.virtualServerId, device);
  await device.enrollAutomatically({
    factory: fleet.maker.certify(device.udid, KEYS[0]),
    url: dep.url,
    awaitDeviceConfigured: true,
  });
  return device;
}

/** A Mac in use, with a blueprint. */
async function inUse(fleet: Fleet, blueprintId: number, options: Partial<DeviceOptions> = {}) {
  const device = await fleet.enrolled({ fileVault: "off", ...options });
  await assignBlueprint(fleet, device.serialNumber, blueprintId);
  await settle(fleet);
  return device;
}

const filevaultPayload = (device: SimulatedDevice) => {
  const profile = device.state.profiles.find(({ identifier }) => identifier === IDENTIFIER);
  return profile?.payloads.find((one) => str(one, "PayloadType") === "com.apple.MCX.FileVault2");
};

const prkOf = async (fleet: Fleet, device: SimulatedDevice): Promise<string | null> => {
  const { id } = await deviceOf(fleet, device);
  return (await made(fleet, "GET", `/api/mdm/devices/${id}/filevault_prk/`)).filevault_prk;
};

const secretsOf = async (fleet: Fleet, device: SimulatedDevice) => {
  const { id } = await deviceOf(fleet, device);
  const rows: { id: number; kind: string; state: string; reason: string }[] = await made(
    fleet,
    "GET",
    `/api/mdm/devices/${id}/secrets/`,
  );
  return rows.filter(({ kind }) => kind !== "activation_lock_bypass_code");
};

/** Ten minutes later the key is read. */
async function read(fleet: Fleet, device: SimulatedDevice) {
  fleet.runtime.clock.advance(10 * MINUTE);
  return types(await device.connect());
}

Deno.test("FileVault is forced in Setup Assistant; the recovery key is escrowed, shown, and rotated after the delay", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { prk_reveal_rotation_delay: 30 });
    const device = await outOfTheBox(fleet, blueprint.id);
    const seen = types(await device.connect());
    assert.ok(seen.indexOf("InstallProfile") < seen.indexOf("DeviceConfigured"), seen.join());
    const payload = filevaultPayload(device);
    assert.ok(payload);
    assert.deepEqual([bool(payload, "Defer"), bool(payload, "ForceEnableInSetupAssistant")], [true, true]);
    assert.equal(int(payload, "DeferForceAtUserLoginMaxBypassAttempts"), undefined);
    assert.equal(device.state.fileVault.enabled, true);
    const first = device.state.fileVault.recoveryKey;
    assert.ok((await read(fleet, device)).includes("SecurityInfo"));

    const { id } = await deviceOf(fleet, device);
    assert.equal((await deviceOf(fleet, device)).filevault_prk_escrowed, true);
    const ada = await personWith(fleet.runtime, "superuser");
    assert.ok(!(await ada.get(`/devices/${id}/`)).text.includes(first ?? "-"));
    const shown = await ada.post(`/devices/${id}/filevault-prk/`);
    assert.match(shown.text, new RegExp(`id="filevault-prk">${first}<`));
    assert.match(shown.text, /The device replaces the recovery key/);
    // Seen again: still one rotation.
    assert.equal(await prkOf(fleet, device), first);
    const queued = await fleet.runtime.sql`select * from commands where name = 'RotateFileVaultKey'`;
    assert.equal(queued.length, 1);
    assert.ok(!JSON.stringify(queued).includes(first ?? "-"));
    fleet.runtime.clock.advance(29 * MINUTE);
    assert.ok(!types(await device.connect()).includes("RotateFileVaultKey"));
    fleet.runtime.clock.advance(MINUTE);
    assert.ok(types(await device.connect()).includes("RotateFileVaultKey"));
    const second = device.state.fileVault.recoveryKey;
    assert.notEqual(second, first);
    assert.ok((await read(fleet, device)).includes("SecurityInfo"));
    assert.equal(await prkOf(fleet, device), second);

    const history = await secretsOf(fleet, device);
    assert.deepEqual(history.map(({ state, reason }: { state: string; reason: string }) => [state, reason]), [
      ["current", "rotated"],
      ["previous", "reported"],
    ]);
    const old = await made(fleet, "GET", `/api/mdm/devices/${id}/secrets/${history[1]?.id}/`);
    assert.equal(old.secret, first);
    const page = await ada.post(`/devices/${id}/filevault-prk/`, { secret: String(history[1]?.id) });
    assert.match(page.text, new RegExp(`>${first}<`));
    assert.match(page.text, /This is a previous recovery key/);
    const viewed = await fleet.runtime.sql`select 1 from events where type = 'filevault_prk_viewed'`;
    assert.equal(viewed.length, 5);
    const left = await fleet.runtime.sql`select purpose from filevault_escrow_keys`;
    assert.deepEqual(left.map(({ purpose }) => purpose), ["escrow"]);
  }));

Deno.test("a Mac below macOS 14.4 gets FileVault deferred, with the bypass attempts of the configuration", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { at_login_only: true, bypass_attempts: 2 });
    const device = await outOfTheBox(fleet, blueprint.id, { model: mac({ osVersion: "14.3", build: "23D56" }) });
    await device.connect();
    assert.equal(device.state.awaitingConfiguration, false);
    const payload = filevaultPayload(device);
    assert.ok(payload);
    assert.deepEqual(
      ["Defer", "ForceEnableInSetupAssistant", "DeferDontAskAtUserLogout"].map((key) => bool(payload, key)),
      [true, undefined, true],
    );
    assert.equal(int(payload, "DeferForceAtUserLoginMaxBypassAttempts"), 2);
    const { fileVault } = device.state;
    assert.equal(fileVault.logout(device.state), false);
    assert.deepEqual([1, 2, 3].map(() => fileVault.login(device.state, { postpones: true })), [false, false, true]);
    fleet.runtime.clock.advance(4 * HOUR);
    assert.ok(types(await device.connect()).includes("SecurityInfo"));
    assert.equal(await prkOf(fleet, device), fileVault.recoveryKey);
  }));

Deno.test("a recovery key in an envelope of BER, and with AES, is read as well", async () => {
  for (
    const envelope of [
      { cipher: "aes-256-cbc", form: "ber" },
      { cipher: "des-ede3-cbc", form: "ber" },
      { cipher: "aes-128-cbc", form: "der" },
    ] as const
  ) {
    await withFleet(async (fleet) => {
      const { blueprint } = await blueprintWith(fleet);
      const device = await outOfTheBox(fleet, blueprint.id);
      device.state.fileVault.envelope = envelope;
      await device.connect();
      await read(fleet, device);
      assert.equal(await prkOf(fleet, device), device.state.fileVault.recoveryKey);
      const { id } = await deviceOf(fleet, device);
      await made(fleet, "POST", `/api/mdm/devices/${id}/rotate_filevault_key/`, {});
      await device.connect();
      assert.equal(await prkOf(fleet, device), device.state.fileVault.recoveryKey);
    });
  }
});

Deno.test("the recovery key is rotated by the interval of the configuration, and never twice at a time", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { prk_rotation_interval_days: 7, prk_reveal_rotation_delay: 0 });
    const device = await outOfTheBox(fleet, blueprint.id);
    await device.connect();
    await read(fleet, device);
    const first = await prkOf(fleet, device);
    fleet.runtime.clock.advance(7 * DAY - HOUR);
    assert.ok(!types(await device.connect()).includes("RotateFileVaultKey"));
    fleet.runtime.clock.advance(HOUR);
    assert.equal(types(await device.connect()).filter((type) => type === "RotateFileVaultKey").length, 1);
    const second = await prkOf(fleet, device);
    assert.notEqual(second, first);
    assert.equal(second, device.state.fileVault.recoveryKey);
    assert.ok(!(await read(fleet, device)).includes("RotateFileVaultKey"));
    assert.equal((await secretsOf(fleet, device)).length, 2);
  }));

Deno.test("a rotation that the Mac refuses changes nothing, is tried again after four hours, and the key is read anew", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { prk_rotation_interval_days: 7 });
    const device = await outOfTheBox(fleet, blueprint.id);
    await device.connect();
    await read(fleet, device);
    // Its user has made a new key meanwhile, of which the server does not know yet.
    device.state.fileVault.changeRecovery(device.state);
    await fleet.runtime.sql`update blueprints set inventory_interval = 604800`;
    fleet.runtime.clock.advance(7 * DAY - 20 * MINUTE);
    await fleet.runtime.sql`update enrollments set security_info_at = ${fleet.runtime.clock.now()}`;
    fleet.runtime.clock.advance(20 * MINUTE);
    assert.ok(types(await device.connect()).includes("RotateFileVaultKey"));
    assert.ok((await read(fleet, device)).includes("SecurityInfo"));
    assert.equal(await prkOf(fleet, device), device.state.fileVault.recoveryKey);
  }));

Deno.test("a lost answer to a rotation loses no key: the command is sent again, and SecurityInfo has the new one", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet);
    const device = await outOfTheBox(fleet, blueprint.id, {
      mischief: (type, n) => type === "RotateFileVaultKey" && n === 1 ? "lost answer" : undefined,
    });
    await device.connect();
    await read(fleet, device);
    const { id } = await deviceOf(fleet, device);
    await made(fleet, "POST", `/api/mdm/devices/${id}/rotate_filevault_key/`, {});
    await device.connect().catch(() => undefined);
    fleet.runtime.clock.advance(HOUR);
    await device.connect();
    await read(fleet, device);
    assert.equal(await prkOf(fleet, device), device.state.fileVault.recoveryKey);
  }));

Deno.test("an envelope that is damaged sinks nothing else: it is kept and reported, and replaces no key", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { blueprint } = await blueprintWith(fleet, { prk_reveal_rotation_delay: 0 });
    const device = await outOfTheBox(fleet, blueprint.id);
    await device.connect();
    await read(fleet, device);
    const first = await prkOf(fleet, device);
    const good = device.state.fileVault.report.bind(device.state.fileVault);
    device.state.fileVault.report = (state) => {
      const said = good(state);
      const cms = said["FDE_PersonalRecoveryKeyCMS"];
      if (!(cms instanceof Uint8Array)) return said;
      const damaged = Uint8Array.from(cms);
      // In the last block but one: CBC then opens to other bytes, with right padding.
      const at = damaged.length - 30;
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      return { ...said, FDE_PersonalRecoveryKeyCMS: damaged };
    };
    for (let n = 0; n < 2; n++) {
      runtime.clock.advance(DAY);
      assert.ok(types(await device.connect()).includes("SecurityInfo"));
    }
    const { id } = await deviceOf(fleet, device);
    const [{ securityInfoAt }] = await runtime.sql<[{ securityInfoAt: Date }]>`
      select security_info_at from enrollments where device_id = ${id}`;
    assert.equal(securityInfoAt.getTime(), runtime.clock.now().getTime());
    assert.equal(await prkOf(fleet, device), first);
    const kept = await runtime.sql`select 1 from escrowed_secrets where kind = 'filevault_prk_unread'`;
    assert.equal(kept.length, 1);
    const reported = await runtime.sql`select 1 from events where type = 'filevault_prk_unreadable'`;
    assert.equal(reported.length, 1);
    device.state.fileVault.report = good;
    device.state.fileVault.changeRecovery(device.state);
    runtime.clock.advance(DAY);
    await device.connect();
    assert.equal(await prkOf(fleet, device), device.state.fileVault.recoveryKey);
  }));

Deno.test("unlinking removes the profile; another configuration replaces it in place, with the same certificate", () =>
  withFleet(async (fleet) => {
    const { blueprint, configId } = await blueprintWith(fleet);
    const device = await outOfTheBox(fleet, blueprint.id);
    await device.connect();
    await read(fleet, device);
    const certificateOf = () => {
      const profile = device.state.profiles.find(({ identifier }) => identifier === IDENTIFIER);
      const payload = profile?.payloads.find((one) => str(one, "PayloadType") === "com.apple.security.pkcs1");
      return payload === undefined ? undefined : JSON.stringify(payload);
    };
    const before = certificateOf();
    const other = await made(fleet, "POST", "/api/mdm/filevault_configs/", {
      name: "Other",
      escrow_location_display_name: "Other IT",
      show_recovery_key: true,
    });
    await link(fleet, blueprint, other.id);
    const seen = types(await device.connect());
    assert.deepEqual([seen.includes("InstallProfile"), seen.includes("RemoveProfile")], [true, false]);
    assert.equal(bool(filevaultPayload(device) ?? {}, "ShowRecoveryKey"), true);
    assert.equal(certificateOf(), before);
    // A name, or what only the server reads, is no reason to install it again, nor to wake the Mac.
    await made(fleet, "PUT", `/api/mdm/filevault_configs/${other.id}/`, {
      name: "Renamed",
      escrow_location_display_name: "Other IT",
      show_recovery_key: true,
      prk_reveal_rotation_delay: 5,
    });
    await settle(fleet);
    assert.ok(!types(await device.connect()).includes("InstallProfile"));
    await link(fleet, blueprint, null);
    assert.ok(types(await device.connect()).includes("RemoveProfile"));
    assert.equal(filevaultPayload(device), undefined);
    // The disk is still encrypted.
    assert.equal(await prkOf(fleet, device), device.state.fileVault.recoveryKey);
    await link(fleet, blueprint, configId);
    assert.ok(types(await device.connect()).includes("InstallProfile"));
    assert.equal(certificateOf(), before);
  }));

Deno.test("a removal that waits is dropped when the blueprint has FileVault again", () =>
  withFleet(async (fleet) => {
    const { blueprint, configId } = await blueprintWith(fleet);
    let busy = false;
    const device = await outOfTheBox(fleet, blueprint.id, {
      mischief: (type) => busy && type === "RemoveProfile" ? "NotNow" : undefined,
    });
    await device.connect();
    await link(fleet, blueprint, null);
    busy = true;
    assert.ok(types(await device.connect()).includes("RemoveProfile"));
    busy = false;
    await link(fleet, blueprint, configId);
    fleet.runtime.clock.advance(HOUR);
    assert.ok(!types(await device.connect()).includes("RemoveProfile"));
    assert.ok(filevaultPayload(device));
  }));

Deno.test("a profile that the Mac refuses holds it not in Setup Assistant, and is tried again after four hours", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet);
    const device = await outOfTheBox(fleet, blueprint.id, {
      mischief: (type, n) => type === "InstallProfile" && n === 1 ? "Error" : undefined,
    });
    await device.connect();
    assert.equal(device.state.awaitingConfiguration, false);
    assert.equal(filevaultPayload(device), undefined);
    fleet.runtime.clock.advance(4 * HOUR - MINUTE);
    assert.ok(!types(await device.connect()).includes("InstallProfile"));
    fleet.runtime.clock.advance(MINUTE);
    await device.connect();
    assert.ok(filevaultPayload(device));
  }));

Deno.test("a Mac in use is enabled at a logout or login of its user, and phones get nothing", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet);
    const device = await inUse(fleet, blueprint.id);
    await device.connect();
    const payload = filevaultPayload(device);
    assert.ok(payload);
    assert.equal(bool(payload, "ForceEnableInSetupAssistant"), undefined);
    assert.equal(device.state.fileVault.logout(device.state), true);
    await read(fleet, device);
    assert.equal(await prkOf(fleet, device), device.state.fileVault.recoveryKey);
    const phone = MODELS.find(({ platform }) => platform === "iOS");
    assert.ok(phone);
    const other = await inUse(fleet, blueprint.id, { model: phone });
    await other.connect();
    assert.equal(filevaultPayload(other), undefined);
    const { id } = await deviceOf(fleet, other);
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${id}/rotate_filevault_key/`, {})).status, 400);
  }));

Deno.test("what a Mac encrypted before a rotation does not replace the key that works", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { prk_reveal_rotation_delay: 0 });
    const device = await outOfTheBox(fleet, blueprint.id);
    await device.connect();
    await read(fleet, device);
    const { fileVault } = device.state;
    const { FDE_PersonalRecoveryKeyCMS: old } = fileVault.report(device.state);
    const { id } = await deviceOf(fleet, device);
    await made(fleet, "POST", `/api/mdm/devices/${id}/rotate_filevault_key/`, {});
    await device.connect();
    const good = fileVault.report.bind(fileVault);
    fileVault.report = (state) => ({
      ...good(state),
      ...(old === undefined ? {} : { FDE_PersonalRecoveryKeyCMS: old }),
    });
    assert.ok((await read(fleet, device)).includes("SecurityInfo"));
    assert.equal(await prkOf(fleet, device), fileVault.recoveryKey);
    assert.equal((await secretsOf(fleet, device)).length, 2);
  }));

Deno.test("the recovery key of a Mac whose FileVault is off is a previous one, and is not rotated", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { prk_rotation_interval_days: 7 });
    const device = await outOfTheBox(fleet, blueprint.id);
    await device.connect();
    await read(fleet, device);
    const { fileVault } = device.state;
    fileVault.enabled = false;
    fleet.runtime.clock.advance(DAY);
    await device.connect();
    assert.equal(await prkOf(fleet, device), null);
    assert.deepEqual((await secretsOf(fleet, device)).map(({ state }: { state: string }) => state), ["previous"]);
    fleet.runtime.clock.advance(30 * DAY);
    assert.ok(!types(await device.connect()).includes("RotateFileVaultKey"));
    // The same disk after all.
    fileVault.enabled = true;
    fleet.runtime.clock.advance(DAY);
    await device.connect();
    assert.equal(await prkOf(fleet, device), fileVault.recoveryKey);
  }));

Deno.test("hardware that is not confirmed reports no key for the Mac, and is never sent the key of the Mac", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { blueprint } = await blueprintWith(fleet, { prk_rotation_interval_days: 7 });
    const device = await outOfTheBox(fleet, blueprint.id);
    await device.connect();
    await read(fleet, device);
    const first = await prkOf(fleet, device);
    await runtime.sql`update enrollments set hardware_proven = false`;
    const { id } = await deviceOf(fleet, device);
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${id}/rotate_filevault_key/`, {})).status, 400);
    device.state.fileVault.changeRecovery(device.state);
    runtime.clock.advance(8 * DAY);
    assert.ok(!types(await device.connect()).includes("RotateFileVaultKey"));
    assert.equal(await prkOf(fleet, device), first);
    const states = async () => (await secretsOf(fleet, device)).map(({ state }: { state: string }) => state);
    assert.deepEqual(await states(), ["unverified", "current"]);
    await runtime.sql`update enrollments set hardware_proven = true`;
    runtime.clock.advance(DAY);
    await device.connect();
    await read(fleet, device);
    assert.equal(await prkOf(fleet, device), device.state.fileVault.recoveryKey);
  }));

Deno.test("many Macs that need a key at the same time all get the profile, each with a certificate of its own", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet);
    const devices = await Promise.all(Array.from({ length: 8 }, () => inUse(fleet, blueprint.id)));
    await Promise.all(devices.map((device) => device.connect()));
    assert.ok(devices.every((device) => filevaultPayload(device) !== undefined));
    const keys = await fleet.runtime.sql`select distinct certificate from filevault_escrow_keys`;
    assert.equal(keys.length, devices.length);
  }));

Deno.test("a profile that the Mac acknowledged and does not have is installed again, four hours later", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet);
    const device = await outOfTheBox(fleet, blueprint.id);
    await device.connect();
    device.state.profiles = device.state.profiles.filter(({ identifier }) => identifier !== IDENTIFIER);
    fleet.runtime.clock.advance(2 * MINUTE);
    const seen = types(await device.connect());
    assert.deepEqual([seen.includes("ProfileList"), seen.includes("InstallProfile")], [true, false]);
    fleet.runtime.clock.advance(4 * HOUR);
    assert.ok(types(await device.connect()).includes("InstallProfile"));
    assert.ok(filevaultPayload(device));
    fleet.runtime.clock.advance(2 * MINUTE);
    assert.ok(!types(await device.connect()).includes("InstallProfile"));
  }));

Deno.test("more Macs than keys can be made for are told to come again, and get the profile then", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { blueprint } = await blueprintWith(fleet);
    const devices: SimulatedDevice[] = [];
    for (let n = 0; n < 24; n++) devices.push(await inUse(fleet, blueprint.id));
    // No key is made until every Mac has asked.
    const gate = Promise.withResolvers<void>();
    const { rsaKey } = runtime.random;
    runtime.random.rsaKey = async () => {
      await gate.promise;
      return await rsaKey();
    };
    let refused = 0;
    const first = devices.map((device) =>
      device.connect().catch((error) => {
        assert.match(String(error), /503/);
        if (++refused === devices.length - 18) gate.resolve();
      })
    );
    await Promise.all(first);
    assert.equal(refused, 6);
    for (const device of devices) await device.connect();
    assert.ok(devices.every((device) => filevaultPayload(device) !== undefined));
  }));

Deno.test("a reveal while a rotation is queued by hand queues no second one", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { prk_reveal_rotation_delay: 5 });
    const device = await outOfTheBox(fleet, blueprint.id);
    await device.connect();
    await read(fleet, device);
    const { id } = await deviceOf(fleet, device);
    await made(fleet, "POST", `/api/mdm/devices/${id}/rotate_filevault_key/`, {});
    await prkOf(fleet, device);
    assert.equal((await fleet.runtime.sql`select 1 from commands where name = 'RotateFileVaultKey'`).length, 1);
  }));
