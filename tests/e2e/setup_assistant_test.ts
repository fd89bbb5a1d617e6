import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import type { DeviceOptions } from "../../simulators/device/device_options.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { asDict, buildPlist, data, dict, int, parsePlist } from "../../src/protocol/plist.ts";
import { wakeOverdueSetups } from "../../src/planner/setup_watchdog.ts";
import { pbkdf2Sync } from "node:crypto";
import { assign, type DepSettings, makeDepEnrollment } from "../support/ade_devices.ts";
import { made, makeBlueprint, makeProfile, profileSource } from "../support/artifacts.ts";
import { deviceOf } from "../support/claims.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { idle, say } from "../support/talk.ts";

const MINUTE = 60;
const SHORT_IDENTITIES = { IDENTITY_VALIDITY_DAYS: 30, IDENTITY_RENEW_DAYS: 10 };
const types = (exchanges: readonly { requestType: string }[]) => exchanges.map(({ requestType }) => requestType);

/** A blueprint with a profile for Setup Assistant and one for later. */
async function blueprintOf(fleet: Fleet): Promise<number> {
  const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
  for (const [name, early] of [["Wi-Fi", true], ["Later", false]] as const) {
    const { artifact } = await makeProfile(fleet, {
      artifact: { name, install_during_setup_assistant: early },
      version: { source: profileSource(`com.example.${name.toLowerCase()}`, name) },
    });
    await made(fleet, "POST", "/api/mdm/blueprint_artifacts/", {
      blueprint: blueprint.id,
      artifact: artifact.id,
      ios: true,
      ipados: true,
      macos: true,
      tvos: true,
    });
  }
  return blueprint.id;
}

/** A device that waits in Setup Assistant. */
async function waiting(
  fleet: Fleet,
  settings: DepSettings = {},
  options: Partial<DeviceOptions> = {},
): Promise<SimulatedDevice> {
  const dep = await makeDepEnrollment(fleet, { awaitDeviceConfigured: true, ...settings });
  const device = fleet.device(options);
  await assign(fleet, dep.virtualServerId, device);
  await device.enrollAutomatically({
    factory: fleet.maker.certify(device.udid, KEYS[0]),
    url: dep.url,
    awaitDeviceConfigured: true,
  });
  return device;
}

const setupRow = async (fleet: Fleet) => {
  const [row] = await fleet.runtime.sql<
    { awaitingConfiguration: boolean; releasedBecause: string | null; releasedAt: Date | null; releaseDueAt: Date }[]
  >`select awaiting_configuration, released_because, released_at, release_due_at from enrollments where ended_at is null`;
  assert.ok(row);
  return row;
};

const profilesOf = (device: SimulatedDevice) =>
  device.state.profiles.filter(({ by }) => by !== "enrollment").map(({ displayName }) => displayName);

for (const platform of ["macOS", "iOS", "iPadOS", "tvOS"]) {
  Deno.test(`${platform}: only the profiles for Setup Assistant come before the release, the others after it`, () =>
    withFleet(async (fleet) => {
      const model = MODELS.find((one) => one.platform === platform);
      assert.ok(model);
      const device = await waiting(fleet, { blueprintId: await blueprintOf(fleet) }, { model });
      assert.equal((await deviceOf(fleet, device)).awaiting_configuration, true);
      const seen = types(await device.connect());
      const released = seen.indexOf("DeviceConfigured");
      assert.ok(released > 0, seen.join());
      assert.deepEqual(
        new Set(seen.slice(0, released)),
        new Set(["DeviceInformation", "SecurityInfo", "InstallProfile"]),
      );
      assert.equal(seen.filter((type) => type === "InstallProfile").length, 2);
      assert.equal(seen.slice(0, released).filter((type) => type === "InstallProfile").length, 1);
      assert.equal(profilesOf(device).length, 2);
      const { awaitingConfiguration, releasedBecause, releasedAt } = await setupRow(fleet);
      assert.deepEqual([awaitingConfiguration, releasedBecause], [false, "ready"]);
      assert.ok(releasedAt);
      assert.equal((await fleet.runtime.sql`select id from events where type = 'device_configured'`).length, 1);
    }));
}

Deno.test("a device that does not wait is never sent the commands of Setup Assistant", () =>
  withFleet(async (fleet) => {
    const admin = { adminFullName: "Admin", adminShortName: "admin" };
    const dep = await makeDepEnrollment(fleet, admin);
    const device = fleet.device();
    await assign(fleet, dep.virtualServerId, device);
    await device.enrollAutomatically({ factory: fleet.maker.certify(device.udid, KEYS[0]), url: dep.url });
    const direct = await fleet.enrolled();
    for (const one of [device, direct]) {
      const seen = types(await one.connect());
      assert.ok(!seen.includes("DeviceConfigured") && !seen.includes("AccountConfiguration"), seen.join());
    }
  }));

Deno.test("a profile that fails holds the device while it is retried, and at the latest until the deadline", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, { blueprintId: await blueprintOf(fleet), releaseAfterMinutes: 15 }, {
      mischief: (type) => type === "InstallProfile" ? "Error" : undefined,
    });
    assert.ok(!types(await device.connect()).includes("DeviceConfigured"));
    const { id } = await deviceOf(fleet, device);
    const { decisions } = await made(fleet, "GET", `/api/mdm/devices/${id}/plan/`);
    const about = (subject: string) =>
      decisions.find((one: { scheduler: string; subject: string }) =>
        one.scheduler === "setup-assistant" && one.subject === subject
      );
    const { releaseDueAt } = await setupRow(fleet);
    assert.equal(
      about("DeviceConfigured").evidence,
      `waits for: Artifacts; released at the latest ${releaseDueAt.toISOString()}`,
    );
    assert.equal(about("Artifacts").evidence, 'waits for "Wi-Fi"');
    assert.equal(about("Inventory").outcome, "not due");
    fleet.runtime.clock.advance(15 * MINUTE);
    assert.equal(types(await device.connect())[0], "DeviceConfigured");
    assert.equal((await setupRow(fleet)).releasedBecause, "deadline");
    assert.equal(device.state.awaitingConfiguration, false);
  }));

Deno.test("a profile whose next attempt comes after the deadline does not hold the device", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, { blueprintId: await blueprintOf(fleet), releaseAfterMinutes: 10 }, {
      mischief: (type) => type === "InstallProfile" ? "Error" : undefined,
    });
    await device.connect();
    assert.equal((await setupRow(fleet)).releasedBecause, "ready");
  }));

Deno.test("a profile that failed for good does not hold the device", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, { blueprintId: await blueprintOf(fleet), releaseAfterMinutes: 1440 }, {
      mischief: (type) => type === "InstallProfile" ? "Error" : undefined,
    });
    for (let n = 0; n < 20 && device.state.awaitingConfiguration; n++) {
      await device.connect();
      fleet.runtime.clock.advance(60 * MINUTE);
    }
    assert.equal((await setupRow(fleet)).releasedBecause, "ready");
  }));

Deno.test("an artifact that waits for a value which nobody set does not hold the device", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact } = await makeProfile(fleet, {
      artifact: { name: "VPN", install_during_setup_assistant: true, hold_without_values: true },
      version: { source: profileSource("com.example.vpn", "password $CUSTOM.VPN_PASSWORD") },
    });
    await made(fleet, "POST", "/api/mdm/blueprint_artifacts/", {
      blueprint: blueprint.id,
      artifact: artifact.id,
      macos: true,
    });
    const device = await waiting(fleet, { blueprintId: blueprint.id });
    await device.connect();
    assert.equal(device.state.awaitingConfiguration, false);
  }));

Deno.test("inventory that the device cannot answer does not hold it", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, {}, {
      mischief: (type) => type === "DeviceInformation" || type === "SecurityInfo" ? "Error" : undefined,
    });
    await device.connect();
    assert.equal(device.state.awaitingConfiguration, false);
  }));

Deno.test("the release is sent also after NotNow, and is offered again when the device answers it with NotNow", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, { releaseAfterMinutes: 5 }, {
      mischief: (type, n) =>
        type === "DeviceInformation" || (type === "DeviceConfigured" && n === 1) ? "NotNow" : undefined,
    });
    const first = types(await device.connect());
    assert.ok(!first.includes("DeviceConfigured"));
    fleet.runtime.clock.advance(5 * MINUTE);
    const second = types(await device.connect());
    assert.equal(second[0], "DeviceConfigured");
    assert.equal(device.state.awaitingConfiguration, true);
    fleet.runtime.clock.advance(5);
    assert.equal(types(await device.connect())[0], "DeviceConfigured");
    assert.equal(device.state.awaitingConfiguration, false);
  }));

Deno.test("a lost reply to a command, or to the release, is repaired by the next connect", () =>
  withFleet(async (fleet) => {
    for (const lost of ["DeviceInformation", "InstallProfile", "DeviceConfigured"]) {
      for (const how of ["lost reply", "drop"] as const) {
        const device = await waiting(fleet, {}, {
          mischief: (type, n) => type === lost && n === 1 ? how : undefined,
        });
        for (let n = 0; n < 8 && device.state.awaitingConfiguration; n++) {
          await device.connect();
          fleet.runtime.clock.advance(2 * MINUTE);
        }
        assert.equal(device.state.awaitingConfiguration, false, `${how} of ${lost}`);
        await device.connect();
        assert.equal((await deviceOf(fleet, device)).awaiting_configuration, false, `${how} of ${lost}`);
      }
    }
  }));

Deno.test("a release that the device refuses is not repeated in the same conversation", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, {}, {
      mischief: (type, n) => type === "DeviceConfigured" && n === 1 ? "Error" : undefined,
    });
    assert.equal(types(await device.connect()).filter((type) => type === "DeviceConfigured").length, 1);
    fleet.runtime.clock.advance(2 * MINUTE);
    assert.deepEqual(types(await device.connect()).slice(0, 1), ["DeviceConfigured"]);
    assert.equal(device.state.awaitingConfiguration, false);
  }));

Deno.test("the watchdog wakes a device whose time is over, once, and again only when it does not come", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await waiting(fleet, { releaseAfterMinutes: 5 }, {
      mischief: (type) => type === "SecurityInfo" ? "drop" : undefined,
    });
    await device.connect();
    const due = async () => {
      const [row] = await runtime.sql<{ pushDueAt: Date | null; pushForced: boolean; nextActionAt: Date }[]>`
        select c.push_due_at, c.push_forced, c.next_action_at from channels c
          join enrollments e on e.id = c.enrollment_id where e.ended_at is null`;
      assert.ok(row);
      return row;
    };
    assert.equal(await wakeOverdueSetups(runtime), 0);
    runtime.clock.advance(5 * MINUTE);
    await runtime.sql`update channels set push_due_at = null, push_forced = false, next_action_at = null`;
    assert.equal(await wakeOverdueSetups(runtime), 1);
    const woken = await due();
    assert.deepEqual([woken.pushDueAt, woken.pushForced], [runtime.clock.now(), true]);
    assert.equal(await wakeOverdueSetups(runtime), 0, "it is about to be pushed");
    const pushed = () =>
      runtime
        .sql`update channels set push_due_at = null, push_forced = false, last_notified_at = ${runtime.clock.now()}`;
    await pushed();
    assert.equal(await wakeOverdueSetups(runtime), 0, "a push is on its way");
    runtime.clock.advance(6 * MINUTE);
    assert.equal(await wakeOverdueSetups(runtime), 1);
    assert.equal(types(await device.connect())[0], "DeviceConfigured");
    await pushed();
    runtime.clock.advance(60 * MINUTE);
    assert.equal(await wakeOverdueSetups(runtime), 0, "it was released");
  }));

Deno.test("a device whose plan cannot be made is released at its deadline all the same, and its answer ends the wait", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, { releaseAfterMinutes: 5 });
    await fleet.runtime.sql`alter table target_artifacts rename to broken_target_artifacts`;
    await assert.rejects(device.connect(), /500/);
    fleet.runtime.clock.advance(5 * MINUTE);
    const offered = await say(fleet, device, idle(device));
    assert.equal(offered.type, "DeviceConfigured");
    const again = await say(fleet, device, idle(device));
    assert.equal(again.uuid, offered.uuid, "a lost reply");
    const done = buildPlist({ UDID: device.udid, CommandUUID: offered.uuid ?? "", Status: "Acknowledged" });
    assert.deepEqual(await say(fleet, device, done), { status: 200, uuid: null, type: null });
    const { awaitingConfiguration, releasedBecause } = await setupRow(fleet);
    assert.deepEqual([awaitingConfiguration, releasedBecause], [false, "deadline"]);
    // Out of Setup Assistant, it is a fault like any other.
    assert.equal((await say(fleet, device, idle(device))).status, 500);
    await fleet.runtime.sql`alter table broken_target_artifacts rename to target_artifacts`;
  }));

Deno.test("a device that was wiped while its renewal waits is a new enrollment, waits again and is released", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const dep = await makeDepEnrollment(fleet, { awaitDeviceConfigured: true });
    const device = fleet.device({ mischief: (type, n) => type === "InstallProfile" && n === 1 ? "drop" : undefined });
    await assign(fleet, dep.virtualServerId, device);
    const how = {
      factory: fleet.maker.certify(device.udid, KEYS[0]),
      url: dep.url,
      awaitDeviceConfigured: true,
    };
    await device.enrollAutomatically(how);
    await device.connect();
    // Days before the identity ends, the renewal is sent, and the device never answers it.
    runtime.clock.advance(25 * 86_400);
    await device.connect();
    const [renewal] = await runtime.sql`select status from enrollment_sessions where kind = 'RE'`;
    assert.equal(renewal?.status, "STARTED");
    device.state.erased = true;
    await device.enrollAutomatically(how);
    assert.equal((await deviceOf(fleet, device)).awaiting_configuration, true);
    const seen = types(await device.connect());
    assert.ok(seen.includes("DeviceConfigured"), seen.join());
    const rows = await runtime.sql`select id from enrollments`;
    assert.equal(rows.length, 2);
    assert.equal(device.state.awaitingConfiguration, false);
  }, SHORT_IDENTITIES));

Deno.test("a renewal of an identity keeps the device out of Setup Assistant", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet);
    await device.connect();
    fleet.runtime.clock.advance(25 * 86_400);
    const seen = types(await device.connect());
    assert.ok(seen.includes("InstallProfile"), seen.join());
    const rows = await fleet.runtime.sql<{ kind: string; depEnrollmentId: number | null }[]>`
      select kind, dep_enrollment_id from enrollment_sessions where kind = 'RE'`;
    assert.equal(rows.length, 1);
    assert.ok(rows[0]?.depEnrollmentId);
    assert.equal((await deviceOf(fleet, device)).awaiting_configuration, false);
    assert.equal((await fleet.runtime.sql`select id from enrollments`).length, 1);
  }, SHORT_IDENTITIES));

const ADMIN = { adminFullName: "Example Admin", adminShortName: "exadmin", hiddenAdmin: true };

Deno.test("a Mac gets a managed administrator, whose password is escrowed when it has acknowledged it", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, { ...ADMIN, adminPasswordComplexity: 2, autoAdvanceSetup: true });
    const seen = types(await device.connect());
    assert.ok(seen.indexOf("AccountConfiguration") < seen.indexOf("DeviceConfigured"), seen.join());
    const account = device.state.adminAccount;
    assert.ok(account);
    assert.deepEqual(
      [account.shortName, account.fullName, account.hidden, account.alone],
      ["exadmin", "Example Admin", true, true],
    );
    const shown = await deviceOf(fleet, device);
    assert.equal(shown.admin_password_escrowed, true);
    const { admin_password: password } = await made(fleet, "GET", `/api/mdm/devices/${shown.id}/admin_password/`);
    assert.match(password, /^[A-HJ-NP-Z2-9]{6}(-[A-HJ-NP-Z2-9]{6}){2}$/);
    assert.ok(account.passwordHash);
    const hash = dict(asDict(parsePlist(account.passwordHash)), "SALTED-SHA512-PBKDF2");
    assert.ok(hash);
    const entropy = pbkdf2Sync(password, data(hash, "salt") ?? "", int(hash, "iterations") ?? 0, 128, "sha512");
    assert.deepEqual(new Uint8Array(entropy), new Uint8Array(data(hash, "entropy") ?? []));
    const events = await fleet.runtime.sql<{ type: string; payload: unknown }[]>`
      select type, payload from events where type like 'admin_password%' order by type`;
    assert.deepEqual(events.map(({ type }) => type), ["admin_password_updated", "admin_password_viewed"]);
    const everything = JSON.stringify(await fleet.runtime.sql`select * from events`) +
      JSON.stringify(await fleet.runtime.sql`select * from command_history`) +
      JSON.stringify(await fleet.runtime.sql`select * from escrowed_secrets`);
    assert.ok(!everything.includes(password));
    // The Mac reports the account each day, and the password stays.
    fleet.runtime.clock.advance(86_400);
    assert.ok(types(await device.connect()).includes("DeviceInformation"));
    assert.equal((await deviceOf(fleet, device)).admin_password_escrowed, true);
    device.state.adminAccount = undefined;
    fleet.runtime.clock.advance(86_400);
    await device.connect();
    assert.equal((await deviceOf(fleet, device)).admin_password_escrowed, false);
  }));

Deno.test("an account that the Mac refuses does not hold it, and its password is not escrowed", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, ADMIN, {
      mischief: (type) => type === "AccountConfiguration" ? "Error" : undefined,
    });
    const seen = types(await device.connect());
    assert.equal(seen.filter((type) => type === "AccountConfiguration").length, 1);
    assert.equal(device.state.awaitingConfiguration, false);
    assert.equal((await deviceOf(fleet, device)).admin_password_escrowed, false);
  }));

Deno.test("a lost reply to AccountConfiguration leads to the same password", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, ADMIN, {
      mischief: (type, n) => type === "AccountConfiguration" && n === 1 ? "drop" : undefined,
    });
    for (let n = 0; n < 8 && device.state.adminAccount === undefined; n++) {
      await device.connect();
      fleet.runtime.clock.advance(2 * MINUTE);
    }
    await device.connect();
    assert.ok(device.state.adminAccount?.passwordHash);
    const { id } = await deviceOf(fleet, device);
    const { admin_password: password } = await made(fleet, "GET", `/api/mdm/devices/${id}/admin_password/`);
    const hash = dict(asDict(parsePlist(device.state.adminAccount.passwordHash)), "SALTED-SHA512-PBKDF2");
    assert.ok(hash);
    const entropy = pbkdf2Sync(password, data(hash, "salt") ?? "", int(hash, "iterations") ?? 0, 128, "sha512");
    assert.deepEqual(new Uint8Array(entropy), new Uint8Array(data(hash, "entropy") ?? []));
  }));

Deno.test("phones and Apple TVs get no administrator, and are not held for one", () =>
  withFleet(async (fleet) => {
    for (const platform of ["iOS", "tvOS"]) {
      const model = MODELS.find((one) => one.platform === platform);
      assert.ok(model);
      const device = await waiting(fleet, ADMIN, { model });
      const seen = types(await device.connect());
      assert.ok(!seen.includes("AccountConfiguration"));
      assert.equal(device.state.awaitingConfiguration, false);
    }
  }));

Deno.test("the administrator of a Mac is shown as the Mac reports it, its password to nobody without an account", () =>
  withFleet(async (fleet) => {
    const device = await waiting(fleet, ADMIN);
    await device.connect();
    fleet.runtime.clock.advance(86_400);
    await device.connect();
    const { id, admin_shortname, admin_guid } = await deviceOf(fleet, device);
    assert.deepEqual([admin_shortname, admin_guid], ["exadmin", device.state.adminAccount?.guid]);
    const nobody = await fleet.fetch(new Request(`https://mdm.example.com/api/mdm/devices/${id}/admin_password/`));
    assert.equal(nobody.status, 401);
    await nobody.body?.cancel();
  }));
