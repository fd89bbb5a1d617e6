import assert from "node:assert/strict";
import { drain } from "../../../jobs/queue.ts";
import { JOBS } from "../../../jobs/registry.ts";
import { enqueueJob } from "../../../src/enqueue_job.ts";
import { downloadOtaProfile } from "../../../src/enrollment/ota_enrollments.ts";
import { COMMAND_LINE } from "../../../src/access/operator.ts";
import { revealEscrowed } from "../../../src/escrow/reveal.ts";
import { taskResult } from "../../../src/task_result.ts";
import { follower, made, makeBlueprint, makeDeclaration, makeProfile, rest } from "../../support/artifacts.ts";
import { deviceOf, idsOf, refusedAs } from "../../support/claims.ts";
import { makeDepEnrollment } from "../../support/ade_devices.ts";
import { deleted, idleStatus, restore } from "../../support/deletion.ts";
import { findEvents } from "../../support/events.ts";
import { type Fleet, KEYS, withFleet } from "../../support/fleet.ts";
import { channelOf } from "../../support/hosted.ts";
import { locationAsset } from "../../support/refused_writes.ts";

const DAY = 86_400;

async function housekeeping({ runtime }: Fleet): Promise<number> {
  const uuid = await enqueueJob(runtime.sql, runtime, { kind: "housekeeping" });
  await drain(runtime, JOBS, new AbortController().signal);
  const { status, result } = await taskResult(runtime.sql, uuid);
  assert.equal(status, "SUCCESS");
  return (result as { purged_devices: number }).purged_devices;
}

/** How many rows each table has that names a device, an enrollment, a channel or a session, by a foreign key or not. */
async function rows({ runtime: { sql } }: Fleet): Promise<Record<string, number>> {
  const tables = await sql<{ name: string }[]>`
    select distinct c.table_name as name from information_schema.columns c
      join information_schema.tables t on t.table_name = c.table_name and t.table_schema = c.table_schema
    where c.table_schema = 'public' and c.column_name in ('device_id', 'enrollment_id', 'channel_id', 'session_id')
      and c.table_name !~ '_(default|20[0-9]{2}_[0-9]{2})$'
      -- Apple's list: its enrollment is the one that Apple gives to the device.
      and c.table_name <> 'dep_devices'
    union select 'enrollment_sessions' order by 1`;
  const counted: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await sql<{ count: number }[]>`select count(*)::int as count from ${sql(name)}`;
    counted[name] = row?.count ?? 0;
  }
  return counted;
}

/** A device with something in every table. */
async function furnished(fleet: Fleet) {
  const { runtime } = fleet;
  const { sql, clock } = runtime;
  const blueprint = await makeBlueprint(fleet, { collect_apps: 2, collect_certificates: 2, collect_profiles: 2 });
  await makeDeclaration(fleet).then(({ artifact }) =>
    made(fleet, "POST", "/api/mdm/blueprint_artifacts/", {
      blueprint: blueprint.id,
      artifact: artifact.id,
      macos: true,
    })
  );
  const { artifact, version } = await makeProfile(fleet);
  const device = await follower(fleet, blueprint.id, artifact.id);
  await device.addUser({ userId: "11111111-2222-3333-4444-555555555555", shortName: "ada", longName: "Ada" });
  await rest(device);
  await device.setBootstrapToken(new TextEncoder().encode("bootstrap"));
  const { id } = await deviceOf(fleet, device);
  await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "271828" });
  await device.connect();
  const [enrollment] = await sql<{ id: number }[]>`select id from enrollments where device_id = ${id}`;
  const context = { table: "enrollments", column: "unlock_token_sealed", id: enrollment?.id ?? 0 };
  await sql`
    update enrollments set unlock_token_sealed = ${await runtime.keys.seal("unlock", context)} where device_id = ${id}`;
  // A claim, an alert, a certificate of an asset, a session that led nowhere, a long history, a command that waits.
  await refusedAs(fleet, { serialNumber: device.serialNumber }, 403);
  const channel = await channelOf(runtime, device);
  const now = clock.now();
  await sql`
    insert into identity_alerts (enrollment_id, kind, fingerprint, ip, attempted_at, created_at, dismissed_at)
    select id, 'cloned identity', 'x', 'x', ${now}, ${now}, ${now} from enrollments where device_id = ${id}`;
  const asset = await locationAsset(runtime);
  await sql`
    insert into licence_needs (channel_id, location_asset_id, holder_kind, holder)
    select c.id, ${asset}, 'device', ${device.serialNumber} from channels c join enrollments e on e.id = c.enrollment_id
    where e.device_id = ${id} and c.user_key = ''`;
  await sql`
    insert into device_locations (enrollment_id, command_uuid, created_at)
    select id, gen_random_uuid(), ${now} from enrollments where device_id = ${id}`;
  await sql`
    insert into odd_inventory_rows (enrollment_id, list, position, reason, raw)
    select id, 'apps', 0, 'x', '{}' from enrollments where device_id = ${id}`;
  await sql`
    insert into asset_credentials (challenge_hash, channel_id, artifact_version_id, expires_at, created_at)
    values ('\\x01', ${channel}, ${version.id}, ${new Date(now.getTime() + 100 * DAY * 1000)}, ${now})`;
  await sql`
    insert into asset_certificates (fingerprint, authority_id, challenge_hash, spki_fingerprint, channel_id, artifact_version_id,
      certificate, not_after, created_at)
    select 'a', min(id), '\\x01', 's', ${channel}, ${version.id}, 'x', ${now}, ${now} from certificate_authorities`;
  await sql`
    insert into filevault_escrow_keys (device_id, enrollment_id, purpose, certificate, private_key_sealed, created_at)
    values (${id}, 1, 'escrow', '\\x01', 'x', ${now})`;
  await sql`
    insert into approvals (id, state, kind, action, name, permission, device_id, requester_name, expires_at, created_at, updated_at)
    values (gen_random_uuid(), 'declined', 'destructive_commands', 'command', 'EraseDevice', 'x', ${id}, 'x', ${now}, ${now}, ${now})`;
  await made(fleet, "POST", "/api/mdm/bulk_commands/", { name: "RestartDevice", selection: { devices: [id] } });
  await sql`
    insert into reinstall_paces (channel_id, artifact_version_id, content_revision, desired_revision, repeats, not_before)
    values (${channel}, ${version.id}, 1, 1, 1, ${now})`;
  await sql`
    insert into enrollment_sessions (kind, status, secret_hash, challenge_hash, ota_enrollment_id, meta_business_unit_id,
      serial_number, udid, expires_at, created_at, updated_at)
    select 'OTA', 'PHASE_2', '\\x01', '\\x01', ${fleet.enrollmentId}, min(id), ${device.serialNumber}, ${device.udid}, ${now},
      ${now}, ${now} from meta_business_units`;
  const dep = await makeDepEnrollment(fleet);
  await sql`
    insert into dep_messages (digest, dep_enrollment_id, session_id, factory_key, serial_number, created_at)
    select '\\x01', ${dep.id}, session_id, 'key', ${device.serialNumber}, ${now} from enrollments where device_id = ${id}`;
  await sql`
    insert into status_item_history (channel_id, device_id, path, created_at)
    select ${channel}, ${id}, 'p' || n, ${now} from generate_series(1, 1200) n`;
  await sql`
    insert into command_history (id, uuid, device_id, enrollment_id, user_key, name, arguments, state, sent_count,
      not_now_count, created_at, updated_at)
    select 100000 + n, gen_random_uuid(), ${id}, enrollment_id, '', 'X', '{}', 'acknowledged', 1, 0, ${now}, ${now}
    from devices, generate_series(1, 1100) n where devices.id = ${id}`;
  await sql`
    insert into commands (uuid, channel_id, name, arguments, created_at, updated_at)
    values (gen_random_uuid(), ${channel}, 'RestartDevice', '{}', ${now}, ${now})`;
  return { device, id };
}

Deno.test("a deleted device with everything is removed after its time: nothing of it is left but its secrets and its events", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { sql, clock } = runtime;
    // Over the air, so that it has sessions of both phases.
    const bystander = fleet.device();
    await bystander.enrollOverTheAir(
      await downloadOtaProfile(runtime, fleet.enrollmentId),
      fleet.maker.certify(bystander.udid, KEYS[0]),
    );
    await rest(bystander);
    const empty = await rows(fleet);
    const { device, id } = await furnished(fleet);
    const full = await rows(fleet);
    for (const [table, count] of Object.entries(full)) {
      // `enrollment_claims` of it end with its deletion.
      assert.ok(count > (empty[table] ?? 0), `the device has nothing in ${table}`);
    }
    const events = (await findEvents(sql, { serialNumber: device.serialNumber, limit: 500 })).length;
    await deleted(fleet, device);
    clock.advance(30 * DAY - 60);
    assert.equal(await housekeeping(fleet), 0);
    clock.advance(60);
    assert.equal(await housekeeping(fleet), 1);
    assert.equal(await housekeeping(fleet), 0);
    const left = await rows(fleet);
    const more = (table: string, count: number) => ({ [table]: (empty[table] ?? 0) + count });
    assert.deepEqual(left, {
      ...empty,
      ...more("escrowed_secrets", 4),
      // What the Mac encrypted to it may still come to light.
      ...more("filevault_escrow_keys", 1),
      // The keys of the secrets.
      ...more("devices", 1),
      // Those of the stranger whose claim was refused are none of the device.
      ...more("enrollment_sessions", 1),
      ...more("issued_certificates", 1),
      // The digest, so that the message is not used again.
      ...more("dep_messages", 1),
    });
    const [message] =
      await sql`select session_id, factory_key, serial_number, used_at is not null as used from dep_messages`;
    assert.deepEqual({ ...message }, { sessionId: null, factoryKey: "", serialNumber: "", used: true });
    // Found only by its hardware.
    const [gone] = (await fleet.api("GET", `/api/mdm/devices/?state=gone&serial_number=${device.serialNumber}`)).json;
    assert.deepEqual(
      [gone.id, gone.state, gone.udid, gone.name, gone.restorable_until],
      [id, "gone", device.udid, "", null],
    );
    assert.equal((await restore(fleet, id)).status, 400);
    assert.equal((await made(fleet, "GET", `/api/mdm/devices/${id}/device_lock_pin/`)).device_lock_pin, "271828");
    const tokens = await sql<{ id: number; kind: string; secretSealed: string }[]>`
      select id, kind, secret_sealed from escrowed_secrets
      where kind in ('bootstrap_token', 'unlock_token') order by kind`;
    assert.deepEqual(tokens.map(({ kind }) => kind), ["bootstrap_token", "unlock_token"]);
    const opened = await Promise.all(
      tokens.map(({ id, secretSealed }) =>
        runtime.keys.open(secretSealed, { table: "escrowed_secrets", column: "secret_sealed", id })
      ),
    );
    assert.deepEqual(opened, [new TextEncoder().encode("bootstrap"), new TextEncoder().encode("unlock")]);
    assert.ok((await findEvents(sql, { serialNumber: device.serialNumber, limit: 500 })).length > events);
    const [event] = await findEvents(sql, { type: "mdm_device_purged", limit: 5 });
    assert.deepEqual(event?.payload, {
      udid: device.udid,
      deleted_at: "2026-06-01T12:00:00.000Z",
      deleted_by: (event?.payload as { deleted_by: string }).deleted_by,
      kept: ["activation_lock_bypass_code", "bootstrap_token", "device_lock_pin", "unlock_token"],
    });
    // Its identity is invalid, but it is not released because of that.
    assert.equal(await idleStatus(device), 400);
    await bystander.connect();
    // The same hardware again finds what it escrowed.
    const again = await fleet.enrolled(idsOf(device));
    assert.equal((await deviceOf(fleet, again)).id, id);
    assert.equal(
      (await revealEscrowed(runtime, COMMAND_LINE, { deviceId: id, serialNumber: "" }, "device_lock_pin"))?.secret,
      "271828",
    );
  }));

Deno.test("a device without secrets is removed altogether, a blocked one is kept blocked, and one that enrolled again is kept", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const [plain, blocked, back] = [
      await fleet.enrolled({ scep: "old" }),
      await fleet.enrolled(),
      await fleet.enrolled(),
    ];
    await sql`update enrollments set unlock_token_sealed = null`;
    const { id } = await deviceOf(fleet, blocked);
    await made(fleet, "POST", `/api/mdm/devices/${id}/block/`);
    for (const device of [plain, blocked, back]) await deleted(fleet, device);
    await fleet.enrolled(idsOf(back));
    clock.advance(31 * DAY);
    assert.equal(await housekeeping(fleet), 2);
    assert.equal((await fleet.api("GET", "/api/mdm/devices/")).json.length, 1);
    assert.deepEqual((await sql`select id from devices where deleted_at is not null`).map((row) => row.id), [id]);
    await refusedAs(fleet, idsOf(blocked), 400);
    await made(fleet, "POST", `/api/mdm/devices/${id}/unblock/`);
    assert.equal(await housekeeping(fleet), 1);
    assert.equal((await fleet.api("GET", `/api/mdm/devices/${id}/`)).status, 404);
    await fleet.enrolled(idsOf(plain));
  }));

Deno.test("a token that does not open is not thrown away, and no other device waits for it", () =>
  withFleet(async (fleet) => {
    const { sql, clock, lines } = fleet.runtime;
    const [one, two] = [await fleet.enrolled(), await fleet.enrolled()];
    const id = await deleted(fleet, one);
    await deleted(fleet, two);
    await sql`update enrollments set unlock_token_sealed = 'e1.lost.AAAA.AAAA' where device_id = ${id}`;
    clock.advance(31 * DAY);
    assert.equal(await housekeeping(fleet), 1);
    const kept = await sql`select unlock_token_sealed from enrollments`;
    assert.deepEqual(kept.map((row) => row.unlockTokenSealed), ["e1.lost.AAAA.AAAA"]);
    assert.ok(lines.some((line) => line.includes("Cannot remove the data of a deleted device")));
  }));

Deno.test("a device that enrolls again while its data is being removed keeps its new enrollment", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const device = await fleet.enrolled();
    const id = await deleted(fleet, device);
    clock.advance(31 * DAY);
    // Where a run that was stopped halfway left it.
    await sql`update devices set purge_began_at = ${clock.now()}`;
    const again = await fleet.enrolled(idsOf(device));
    assert.equal(await housekeeping(fleet), 0);
    assert.equal((await deviceOf(fleet, again)).id, id);
    assert.equal(await idleStatus(again), 200);
  }));
