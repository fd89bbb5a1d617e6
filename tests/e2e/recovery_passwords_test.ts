import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { MODELS } from "../../simulators/device/models.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { asDict, data, dict, int, parsePlist } from "../../src/protocol/plist.ts";
import { assign as assignAtApple, makeDepEnrollment } from "../support/ade_devices.ts";
import { assign, idOf, made, makeBlueprint, rest, settle } from "../support/artifacts.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { personWith } from "../routes/admin/support.ts";

const DAY = 86_400;
const MINUTE = 60;
const INTEL = MODELS.find(({ appleSilicon }) => appleSilicon === false);
assert.ok(INTEL);

/** A blueprint with settings of recovery passwords. */
async function blueprintWith(fleet: Fleet, settings: Record<string, unknown> = {}) {
  const config = await made(fleet, "POST", "/api/mdm/recovery_password_configs/", {
    name: crypto.randomUUID(),
    ...settings,
  });
  const blueprint = await makeBlueprint(fleet);
  await made(fleet, "PUT", `/api/mdm/blueprints/${blueprint.id}/`, {
    ...blueprint,
    recovery_password_config: config.id,
  });
  return { config, blueprint };
}

/** A Mac of a blueprint, at rest. */
async function macIn(fleet: Fleet, blueprint: number, options: Parameters<Fleet["enrolled"]>[0] = {}) {
  const device = await fleet.enrolled(options);
  await assign(fleet, device.serialNumber, blueprint);
  await rest(device);
  return device;
}

const reveal = async (fleet: Fleet, { serialNumber }: SimulatedDevice): Promise<string | null> =>
  (await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, serialNumber)}/recovery_password/`))
    .recovery_password;

const later = async (fleet: Fleet, device: SimulatedDevice, seconds: number) => {
  await settle(fleet);
  fleet.runtime.clock.advance(seconds);
  await rest(device);
};

const eventsOf = async ({ runtime }: Fleet, ...types: string[]) =>
  (await runtime.sql<{ type: string }[]>`select type from events where type = any(${types}) order by created_at, id`)
    .map(({ type }) => type);

const PASSWORD_EVENTS = ["set", "updated", "cleared", "viewed"].map((what) => `recovery_password_${what}`);

Deno.test("a Mac with Apple silicon gets a recovery lock, which is proven, revealed, rotated, and removed when it is unlinked", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { rotation_interval_days: 30 });
    const device = await macIn(fleet, blueprint.id);
    const first = device.state.recoveryPassword.current;
    assert.match(first, /^[A-Za-z0-9]{12}$/);
    assert.equal(await reveal(fleet, device), first);
    assert.deepEqual((await eventsOf(fleet, ...PASSWORD_EVENTS)).sort(), [
      "recovery_password_set",
      "recovery_password_viewed",
    ]);

    await later(fleet, device, 59 * MINUTE);
    assert.equal(device.state.recoveryPassword.current, first);
    await later(fleet, device, 2 * MINUTE);
    const second = device.state.recoveryPassword.current;
    assert.notEqual(second, first);
    await later(fleet, device, 31 * DAY);
    const third = device.state.recoveryPassword.current;
    assert.notEqual(third, second);
    assert.equal(await reveal(fleet, device), third);
    const { text } = await (await personWith(fleet.runtime, "superuser")).get(
      `/devices/${await idOf(fleet, device.serialNumber)}/`,
    );
    for (const secret of [first, second, third]) assert.ok(!text.includes(secret));

    await made(fleet, "PUT", `/api/mdm/blueprints/${blueprint.id}/`, { ...blueprint, recovery_password_config: null });
    await later(fleet, device, 61);
    assert.equal(device.state.recoveryPassword.current, "");
    assert.equal(await reveal(fleet, device), null);
    assert.equal((await eventsOf(fleet, "recovery_password_cleared")).length, 1);
    const lines = fleet.runtime.lines.join("\n");
    for (const secret of [first, second, third]) assert.ok(!lines.includes(secret));
  }));

for (const how of ["refuses", "acknowledges and ignores"]) {
  Deno.test(`a Mac that ${how} the removal of its lock is told again after ten minutes, an hour, four hours and a day`, () =>
    withFleet(async (fleet) => {
      const { blueprint } = await blueprintWith(fleet, {});
      let refuses = false;
      const device = await macIn(fleet, blueprint.id, {
        mischief: (type) => refuses && type === "SetRecoveryLock" ? "Error" : undefined,
      });
      const { current } = device.state.recoveryPassword;
      assert.notEqual(current, "");
      if (how === "refuses") refuses = true;
      else device.state.ignoresRecoveryLock = true;
      await made(fleet, "PUT", `/api/mdm/blueprints/${blueprint.id}/`, {
        ...blueprint,
        recovery_password_config: null,
      });
      await settle(fleet);
      const tried: number[] = [];
      for (let minutes = 0; minutes < 30 * 60; minutes += 15) {
        const exchanges = await device.connect();
        if (exchanges.some(({ requestType }) => requestType === "SetRecoveryLock")) tried.push(minutes);
        fleet.runtime.clock.advance(15 * MINUTE);
      }
      assert.deepEqual(tried, [0, 15, 75, 315, 315 + 24 * 60]);
      assert.equal(await reveal(fleet, device), current);
      refuses = false;
      device.state.ignoresRecoveryLock = false;
      await later(fleet, device, DAY);
      assert.equal(device.state.recoveryPassword.current, "");
      assert.equal(await reveal(fleet, device), null);
    }));
}

Deno.test("an acknowledged lock that was never set is noticed, and set again; the present password is kept", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { reveal_rotation_delay: 5 });
    const device = await macIn(fleet, blueprint.id);
    const first = device.state.recoveryPassword.current;
    assert.equal(await reveal(fleet, device), first);
    // The Mac was wiped and restored in between, say: it acknowledges, and keeps what it has.
    device.state.ignoresRecoveryLock = true;
    await later(fleet, device, 6 * MINUTE);
    assert.equal(device.state.recoveryPassword.current, first);
    assert.equal(await reveal(fleet, device), first);
    device.state.ignoresRecoveryLock = false;
    await later(fleet, device, 11 * MINUTE);
    const second = device.state.recoveryPassword.current;
    assert.notEqual(second, first);
    assert.equal(await reveal(fleet, device), second);
  }));

Deno.test("a Mac that acknowledges locks and sets none keeps its proven password, however often it is tried", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { reveal_rotation_delay: 5 });
    const device = await macIn(fleet, blueprint.id);
    const first = device.state.recoveryPassword.current;
    assert.equal(await reveal(fleet, device), first);
    device.state.ignoresRecoveryLock = true;
    for (let tries = 0; tries < 40; tries++) await later(fleet, device, 61 * MINUTE);
    const { sql } = fleet.runtime;
    const rows = await sql`select 1 from escrowed_secrets where kind = 'recovery_lock_password'`;
    // Fewer and fewer attempts: each one is a row that is kept.
    assert.ok(rows.length <= 10, `${rows.length} passwords`);
    assert.equal(await reveal(fleet, device), first);

    // Even so many that were denied do not hide it.
    await sql`
      insert into escrowed_secrets (id, device_id, kind, secret_sealed, proven, origin, reason, created_at, denied_at, ended_at)
      select (select max(id) from escrowed_secrets) + row_number() over (), device_id, kind, secret_sealed, false, 'dynamic', 'sent', created_at, created_at, created_at
      from escrowed_secrets, generate_series(1, 40) where kind = 'recovery_lock_password' and proven`;
    device.state.ignoresRecoveryLock = false;
    await made(fleet, "PUT", `/api/mdm/blueprints/${blueprint.id}/`, { ...blueprint, recovery_password_config: null });
    for (let days = 0; days < 2; days++) await later(fleet, device, DAY + 61);
    assert.equal(device.state.recoveryPassword.current, "");
  }));

Deno.test("hardware that is not confirmed ends and replaces no password of the Mac", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const config = await made(fleet, "POST", "/api/mdm/recovery_password_configs/", { name: "Macs" });
    const blueprint = await makeBlueprint(fleet, { recovery_password_config: config.id });
    const dep = await makeDepEnrollment(fleet, {
      awaitDeviceConfigured: true,
      adminFullName: "Admin",
      adminShortName: "admin",
      blueprintId: blueprint.id,
    });
    const device = fleet.device();
    await assignAtApple(fleet, dep.virtualServerId, device);
    await device.enrollAutomatically({
      factory: fleet.maker.certify(device.udid, KEYS[0]),
      url: dep.url,
      awaitDeviceConfigured: true,
    });
    await rest(device);
    await later(fleet, device, DAY + 61);
    const states = async () =>
      (await sql<{ kind: string; proven: boolean; ended: boolean }[]>`
        select kind, proven, ended_at is not null as ended from escrowed_secrets where kind <> 'filevault_prk' order by id`)
        .map(({ kind, proven, ended }) => [kind, proven, ended].join(" ")).sort();
    const before = await states();
    assert.deepEqual(before, [
      "activation_lock_bypass_code true false",
      "admin_password true false",
      "recovery_lock_password true false",
    ]);

    // What follows might be said by anything with this serial number.
    await sql`update enrollments set hardware_proven = false`;
    const id = await idOf(fleet, device.serialNumber);
    await made(fleet, "POST", `/api/mdm/devices/${id}/set_auto_admin_password/`, {});
    await made(fleet, "POST", `/api/mdm/devices/${id}/commands/`, { request_type: "ClearActivationLockBypassCode" });
    await rest(device);
    assert.deepEqual(await states(), before);
    device.state.recoveryPassword.current = "";
    device.state.adminAccount = undefined;
    await later(fleet, device, DAY + 61);
    assert.deepEqual(await states(), before);
  }));

Deno.test("a refused password ends when the one before it is confirmed, and another is set later", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { reveal_rotation_delay: 5 });
    const device = await macIn(fleet, blueprint.id, {
      mischief: (type, n) => type === "SetRecoveryLock" && n === 2 ? "Error" : undefined,
    });
    const first = device.state.recoveryPassword.current;
    assert.equal(await reveal(fleet, device), first);
    await later(fleet, device, 6 * MINUTE);
    assert.equal(device.state.recoveryPassword.current, first);
    assert.equal(await reveal(fleet, device), first);
    const { sql } = fleet.runtime;
    const live = () =>
      sql<{ proven: boolean; denied: boolean }[]>`
        select proven, denied_at is not null as denied from escrowed_secrets
        where kind = 'recovery_lock_password' and ended_at is null order by id`;
    assert.deepEqual([...await live()], [{ proven: true, denied: false }]);
    await later(fleet, device, 11 * MINUTE);
    assert.equal(await reveal(fleet, device), device.state.recoveryPassword.current);
    assert.notEqual(device.state.recoveryPassword.current, first);
  }));

Deno.test("an Intel Mac uses a firmware password after one restart; until then the one before it is kept", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet, { rotate_firmware_password: true, rotation_interval_days: 30 });
    const device = await macIn(fleet, blueprint.id, {
      model: INTEL,
      mischief: (type) => type === "RestartDevice" ? "NotNow" : undefined,
    });
    assert.equal(device.state.recoveryPassword.current, "");
    const first = device.state.recoveryPassword.pending;
    assert.match(first ?? "", /^[A-Za-z0-9]{12}$/);
    assert.equal(await reveal(fleet, device), null);
    await later(fleet, device, 11 * MINUTE);
    // Still not restarted.
    assert.equal(await reveal(fleet, device), null);
    device.restart();
    await later(fleet, device, 61 * MINUTE);
    assert.equal(device.state.recoveryPassword.current, first);
    assert.equal(await reveal(fleet, device), first);
    const { sql } = fleet.runtime;
    const restarts = await sql<{ count: number }[]>`
      select count(*)::int as count from (select name from commands union all select name from command_history) c
      where name = 'RestartDevice'`;
    assert.deepEqual([...restarts], [{ count: 1 }]);
  }));

Deno.test("a static password replaces a dynamic one, changes with the settings, and is not shown to those who may not", () =>
  withFleet(async (fleet) => {
    const { config, blueprint } = await blueprintWith(fleet);
    const device = await macIn(fleet, blueprint.id);
    const own = device.state.recoveryPassword.current;
    const fixed = { name: config.name, dynamic_password: false, static_password: "correct horse" };
    const path = `/api/mdm/recovery_password_configs/${config.id}/`;
    await made(fleet, "PUT", path, fixed);
    await later(fleet, device, 11 * MINUTE);
    assert.equal(device.state.recoveryPassword.current, "correct horse");
    fleet.runtime.clock.advance(1);
    await made(fleet, "PUT", path, { ...fixed, static_password: "battery staple" });
    await later(fleet, device, 11 * MINUTE);
    assert.equal(await reveal(fleet, device), "battery staple");
    await made(fleet, "PUT", path, { name: config.name, dynamic_password: true });
    await later(fleet, device, 11 * MINUTE);
    assert.ok(![own, "correct horse", "battery staple"].includes(device.state.recoveryPassword.current));
  }));

Deno.test("a Mac that is erased and enrolls again has no lock, and gets a new one", () =>
  withFleet(async (fleet) => {
    const { blueprint } = await blueprintWith(fleet);
    const device = await macIn(fleet, blueprint.id);
    const first = device.state.recoveryPassword.current;
    device.state.recoveryPassword.current = "";
    await later(fleet, device, 25 * 3600);
    const second = device.state.recoveryPassword.current;
    assert.notEqual(second, first);
    assert.match(second, /^[A-Za-z0-9]{12}$/);
    assert.equal(await reveal(fleet, device), second);
  }));

Deno.test("people set, check and remove passwords; those of people stay when settings go", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const send = (path: string, body: unknown = {}) => fleet.api("POST", `/api/mdm/devices/${id}/${path}/`, body);
    for (const wrong of ["short", "x".repeat(33), "sübsidiary"]) {
      const { status, json } = await send("set_recovery_lock", { new_password: wrong });
      assert.equal(status, 400);
      assert.ok(Array.isArray(json.new_password), JSON.stringify(json));
    }
    assert.equal((await send("set_recovery_lock", { new_password: "long enough", clear: true })).status, 400);
    assert.equal((await send("set_firmware_password")).status, 400);
    assert.equal((await send("set_recovery_lock", { new_password: "long enough" })).status, 201);
    await rest(device);
    assert.equal(device.state.recoveryPassword.current, "long enough");
    assert.equal(await reveal(fleet, device), "long enough");
    assert.equal((await send("set_recovery_lock")).status, 201);
    await rest(device);
    assert.match(device.state.recoveryPassword.current, /^[A-Za-z0-9]{12}$/);
    assert.equal(await reveal(fleet, device), device.state.recoveryPassword.current);
    assert.equal((await send("verify_recovery_lock")).status, 201);
    await rest(device);
    await later(fleet, device, 3 * DAY);
    assert.match(device.state.recoveryPassword.current, /^[A-Za-z0-9]{12}$/);
    assert.equal((await send("set_recovery_lock", { clear: true })).status, 201);
    await rest(device);
    assert.equal(device.state.recoveryPassword.current, "");
    assert.equal(await reveal(fleet, device), null);
  }));

Deno.test("the managed administrator gets another password after a reveal, which opens the account", () =>
  withFleet(async (fleet) => {
    const dep = await makeDepEnrollment(fleet, {
      awaitDeviceConfigured: true,
      adminFullName: "Admin",
      adminShortName: "admin",
      adminPasswordRotationDelay: 10,
    });
    const device = fleet.device();
    await assignAtApple(fleet, dep.virtualServerId, device);
    await device.enrollAutomatically({
      factory: fleet.maker.certify(device.udid, KEYS[0]),
      url: dep.url,
      awaitDeviceConfigured: true,
    });
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const read = async (): Promise<string> =>
      (await made(fleet, "GET", `/api/mdm/devices/${id}/admin_password/`)).admin_password;
    const opens = (password: string) => {
      const plist = asDict(parsePlist(device.state.adminAccount?.passwordHash ?? new Uint8Array()));
      const hash = dict(plist ?? {}, "SALTED-SHA512-PBKDF2") ?? {};
      const salt = data(hash, "salt") ?? new Uint8Array();
      const derived = pbkdf2Sync(password, salt, int(hash, "iterations") ?? 1, 128, "sha512");
      return derived.equals(data(hash, "entropy") ?? new Uint8Array());
    };
    const first = await read();
    assert.ok(opens(first));
    await later(fleet, device, DAY);
    const second = await read();
    assert.notEqual(second, first);
    assert.ok(opens(second));
    const sent = await fleet.api("POST", `/api/mdm/devices/${id}/set_auto_admin_password/`, {
      password: "by a person",
    });
    assert.equal(sent.status, 201);
    await rest(device);
    assert.ok(opens("by a person"));
    assert.equal(await read(), "by a person");
  }));
