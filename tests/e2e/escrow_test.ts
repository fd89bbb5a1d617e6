/** Escrowed secrets outlive what happens to their device, and are in nothing that the server says. */
import assert from "node:assert/strict";
import { drain } from "../../jobs/queue.ts";
import { JOBS } from "../../jobs/registry.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { drillEscrow } from "../../src/cli/drill.ts";
import { enqueueJob } from "../../src/enqueue_job.ts";
import { systemRandom } from "../../src/runtime.ts";
import { parseKeyRing } from "../../src/secrets/key_ring.ts";
import { rotateSecrets } from "../../src/secrets/rotate.ts";
import { assign, makeDepEnrollment } from "../support/ade_devices.ts";
import { made, makeBlueprint, rest } from "../support/artifacts.ts";
import { deviceOf } from "../support/claims.ts";
import { deleted } from "../support/deletion.ts";
import { answers, pages, tables } from "../support/everything.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { personWith } from "../routes/admin/support.ts";

const DAY = 86_400;
const STATIC = "St4tic p4ssword";

/** A Mac out of the box with a recovery key, an administrator and a lock PIN; and its secrets. */
async function entrusted(fleet: Fleet): Promise<{ device: SimulatedDevice; id: number; secrets: string[] }> {
  const { clock } = fleet.runtime;
  const config = await made(fleet, "POST", "/api/mdm/filevault_configs/", {
    name: "Disks",
    escrow_location_display_name: "Example IT",
  });
  const recovery = await made(fleet, "POST", "/api/mdm/recovery_password_configs/", {
    name: "Labs",
    dynamic_password: false,
    static_password: STATIC,
  });
  const blueprint = await makeBlueprint(fleet, { filevault_config: config.id });
  await makeBlueprint(fleet, { recovery_password_config: recovery.id });
  const dep = await makeDepEnrollment(fleet, {
    awaitDeviceConfigured: true,
    blueprintId: blueprint.id,
    adminFullName: "Admin",
    adminShortName: "admin",
  });
  const device = fleet.device();
  await assign(fleet, dep.virtualServerId, device);
  await device.enrollAutomatically({
    factory: fleet.maker.certify(device.udid, KEYS[0]),
    url: dep.url,
    awaitDeviceConfigured: true,
  });
  await device.connect();
  clock.advance(600);
  await rest(device);
  const { id } = await deviceOf(fleet, device);
  const first = (await made(fleet, "GET", `/api/mdm/devices/${id}/filevault_prk/`)).filevault_prk;
  clock.advance(3600);
  await rest(device);
  const second = (await made(fleet, "GET", `/api/mdm/devices/${id}/filevault_prk/`)).filevault_prk;
  assert.notEqual(first, second);
  const { admin_password: admin } = await made(fleet, "GET", `/api/mdm/devices/${id}/admin_password/`);
  await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "618034" });
  await device.connect();
  assert.equal(device.state.lockedWith, "618034");
  const secrets = [first, second, admin, "618034", device.state.bypassCode];
  assert.ok(secrets.every((secret) => typeof secret === "string" && secret.length > 5));
  return { device, id, secrets };
}

/** Whether a text has a secret: as it is, in hexadecimal, or in base64. */
function has(text: string, secret: string): boolean {
  const bytes = new TextEncoder().encode(secret);
  return [secret, bytes.toHex(), bytes.toBase64({ omitPadding: true })].some((one) => text.includes(one));
}

Deno.test("no log, row, event, answer of the API or page has an escrowed secret, or the static password", () =>
  withFleet(async (fleet) => {
    const { device, secrets } = await entrusted(fleet);
    const clerk = await personWith(fleet.runtime, [
      "mdm.view_recoverypasswordconfig",
      "mdm.change_recoverypasswordconfig",
    ]);
    const shown = (await clerk.get("/recovery-password-configs/1/edit/")).text;
    const sources = {
      rows: await tables(fleet),
      answers: await answers(fleet, device.serialNumber),
      pages: await pages(fleet),
      log: new Map(fleet.runtime.lines.map((line, n) => [String(n), line])),
    };
    assert.ok(sources.answers.size > 30 && sources.pages.size > 30, `${sources.answers.size} ${sources.pages.size}`);
    for (const [kind, texts] of Object.entries(sources)) {
      for (const [name, text] of texts) {
        for (const secret of secrets) assert.ok(!has(text, secret), `${kind}: ${name}`);
        // A superuser's token reads settings with their secrets.
        const reads = kind === "answers" && name.startsWith("/api/mdm/recovery_password_configs/");
        if (!reads) assert.ok(!has(text, STATIC), `${kind}: ${name}`);
      }
    }
    assert.ok(!has(shown, STATIC));
  }));

Deno.test("a deleted device, one that enrolls again, another key ring: every secret still opens", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { device, id, secrets } = await entrusted(fleet);
    const recoveryKeys = async (of: number) => {
      const rows: { id: number; kind: string }[] = await made(fleet, "GET", `/api/mdm/devices/${of}/secrets/`);
      const found: string[] = [];
      for (const row of rows) {
        found.push((await made(fleet, "GET", `/api/mdm/devices/${of}/secrets/${row.id}/`)).secret);
      }
      return found.sort();
    };
    const all = [...secrets].sort();
    assert.deepEqual(await recoveryKeys(id), all);

    // Its data is removed a month later.
    await deleted(fleet, device);
    runtime.clock.advance(31 * DAY);
    await enqueueJob(runtime.sql, runtime, { kind: "housekeeping" });
    await drain(runtime, JOBS, new AbortController().signal);
    assert.equal((await runtime.sql`select 1 from enrollments`).length, 0);
    assert.deepEqual(await recoveryKeys(id), all);

    const ring = await parseKeyRing(
      "new:HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
      systemRandom,
    );
    const changed = await rotateSecrets({ sql: runtime.sql, keys: ring });
    assert.equal(changed.resealed["escrowed_secrets.secret_sealed"], 5);
    const alone = await parseKeyRing("new:HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", systemRandom);
    Object.assign(runtime, { keys: alone });
    assert.deepEqual(await recoveryKeys(id), all);
    const { opened, faults } = await drillEscrow(runtime);
    assert.deepEqual(faults, []);
    assert.deepEqual(opened, {
      filevault_prk: 2,
      activation_lock_bypass_code: 1,
      admin_password: 1,
      device_lock_pin: 1,
      filevault_escrow_key: 1,
      static_recovery_password: 1,
    });
  }));

Deno.test("a Mac that enrolls again keeps the history, and what it encrypted to its earlier certificate opens", () =>
  withFleet(async (fleet) => {
    const { device, id, secrets } = await entrusted(fleet);
    const { clock, sql } = fleet.runtime;
    const dep = await makeDepEnrollment(fleet, {});
    await assign(fleet, dep.virtualServerId, device);
    const key = device.state.fileVault;
    const before = device.state.profiles;
    // It enrolls again without losing its disk, and answers with the envelope that it has.
    await device.enrollAutomatically({ factory: fleet.maker.certify(device.udid, KEYS[0]), url: dep.url });
    device.state.fileVault = key;
    device.state.profiles = [...device.state.profiles, ...before.filter(({ by }) => by === "command")];
    key.changeRecovery(device.state);
    await rest(device);
    clock.advance(DAY);
    await rest(device);
    const { filevault_prk: now } = await made(fleet, "GET", `/api/mdm/devices/${id}/filevault_prk/`);
    assert.equal(now, key.recoveryKey);
    const rows = await sql`select 1 from escrowed_secrets where kind = 'filevault_prk'`;
    assert.equal(rows.length, 3);
    const history: { id: number }[] = await made(fleet, "GET", `/api/mdm/devices/${id}/secrets/`);
    const values = await Promise.all(
      history.map((row) => made(fleet, "GET", `/api/mdm/devices/${id}/secrets/${row.id}/`)),
    );
    for (const secret of secrets) assert.ok(values.some((value) => value.secret === secret));
  }));

Deno.test("a secret is revealed with the permission of its kind only, and each reveal is an event", () =>
  withFleet(async (fleet) => {
    const { id } = await entrusted(fleet);
    const { runtime } = fleet;
    const rows: { id: number; kind: string }[] = await made(fleet, "GET", `/api/mdm/devices/${id}/secrets/`);
    const prk = rows.find(({ kind }) => kind === "filevault_prk");
    assert.ok(prk);
    const view = "mdm.view_enrolleddevice";
    const reader = await personWith(runtime, [view]);
    const keeper = await personWith(runtime, [view, "mdm.view_filevault_prk"]);
    const events = async () => (await runtime.sql`select 1 from events where type = 'filevault_prk_viewed'`).length;
    const before = await events();
    assert.doesNotMatch((await reader.get(`/devices/${id}/`)).text, /FileVault recovery key<|filevault-prk/);
    assert.equal((await reader.post(`/devices/${id}/filevault-prk/`)).status, 403);
    assert.match((await keeper.get(`/devices/${id}/`)).text, /FileVault recovery key/);
    assert.doesNotMatch((await keeper.get(`/devices/${id}/`)).text, /Administrator password/);
    assert.equal(await events(), before);
    assert.equal((await keeper.post(`/devices/${id}/filevault-prk/`)).status, 200);
    assert.equal(await events(), before + 1);
    // The id of another kind is no way around its permission.
    const admin = rows.find(({ kind }) => kind === "admin_password");
    const tried = await keeper.post(`/devices/${id}/filevault-prk/`, { secret: String(admin?.id) });
    assert.match(tried.text, /no longer stored/);
    assert.equal(await events(), before + 1);
  }));
