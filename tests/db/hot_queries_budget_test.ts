import assert from "node:assert/strict";
import { findTargetArtifacts } from "../../db/artifacts/target_artifacts.ts";
import { findSuccessorOfHardware, lockForDeletion } from "../../db/devices/device_deletion.ts";
import { countDevices, type DeviceCondition, searchDevices } from "../../db/devices/device_list_views.ts";
import { findExpiredDevices } from "../../db/devices/device_purge.ts";
import { listDevices } from "../../db/devices/device_views.ts";
import { isHardwareBlocked, listUnproven, lockHardware } from "../../db/devices/hardware.ts";
import { findStatusItems, searchStatusItems } from "../../db/devices/status_items.ts";
import { recordContacts } from "../../db/enrollment/contacts.ts";
import {
  channelOf,
  enrollmentOf,
  findContact,
  findPinned,
  findTokenSender,
  lockContact,
  lockFreeContacts,
} from "../../db/enrollment/identities.ts";
import { findOutstandingSuccessors } from "../../db/issuing/issued_certificates.ts";
import { openDatabase, type Sql } from "../../db/open.ts";
import { claimPushTargets } from "../../db/push/push_targets.ts";
import { updateReports, updatingDevice, updatingDevices } from "../../db/updates/update_views.ts";
import { findChannelPlan, findPreparedList, wakeInWave } from "../../db/work/channel_plans.ts";
import { findCommand, finishCommand, markingSent, type SentCommand, setNextActions } from "../../db/work/commands.ts";
import { renewPushTarget } from "../../db/work/channels.ts";
import { claimJobs, lookForTrouble, reclaimJobs } from "../../db/work/job_queue.ts";
import {
  findPlanQueue,
  findPlanRow,
  findPlanRowsOf,
  findPlanRowsOfBlueprint,
  findTurn,
  findTurns,
} from "../../db/work/plan_facts.ts";
import { purgeDeletedDevices } from "../../src/devices/purge.ts";
import { byJob } from "../../src/events/by.ts";
import { dropDatabase, makeTemplate, withDatabaseCopy } from "../support/database.ts";
import { findEvents } from "../support/events.ts";
import { channelIdOf, deviceIdOf, enrollmentIdOf } from "../support/ids.ts";
import { testRuntime } from "../support/runtime.ts";

const FLEET = 20_000;
const NOW = new Date("2026-06-01T12:00:00Z");
const [DEVICE, ENROLLMENT, CHANNEL] = [deviceIdOf(700), enrollmentIdOf(700), channelIdOf(700)];
/** Tables that grow with the fleet or with time. */
const BIG = [
  "devices",
  "enrollments",
  "enrollment_identities",
  "channels",
  "commands",
  "command_history_default",
  "events_default",
  "enrollment_sessions",
  "jobs",
  "channel_plans",
  "target_artifacts",
  "status_items",
  "device_tags",
];

/** A fleet, written without the server: the plans are those of a filled database. */
async function fill(sql: Sql): Promise<void> {
  await sql.unsafe(`
    insert into meta_business_units (id, name, created_at, updated_at) values (1, 'x', now(), now());
    insert into push_certificates (id, name, topic, not_before, not_after, certificate, private_key_sealed, created_at, updated_at)
      values (1, 'p', 't', '2026-01-01', '2027-01-01', 'x', 'x', now(), now());
    insert into devices (id, udid, serial_number, created_at, updated_at)
      select n, 'UDID-' || n, 'SERIAL' || n, now() - n * interval '1 second', now() from generate_series(1, ${FLEET}) n;
    insert into enrollment_sessions (id, kind, status, secret_hash, challenge_hash, meta_business_unit_id, serial_number,
        udid, expires_at, created_at, updated_at)
      select n, 'OTA', 'COMPLETED', decode(md5('s' || n), 'hex'), decode(md5('c' || n), 'hex'), 1, 'SERIAL' || n,
        'UDID-' || n, now(), now(), now() from generate_series(1, ${FLEET}) n;
    insert into enrollments (id, device_id, session_id, push_certificate_id, name, platform, os_version, created_at, updated_at)
      select n, n, n, 1, 'Mac ' || n, 'macOS', '26.1', now(), now() from generate_series(1, ${FLEET}) n;
    update devices set enrollment_id = id;
    insert into enrollment_identities (fingerprint, enrollment_id, not_after, created_at)
      select 'f' || n, n, '2027-01-01', now() from generate_series(1, ${FLEET}) n;
    insert into channels (id, enrollment_id, push_token, push_magic_sealed, last_seen_at, push_due_at, created_at, updated_at)
      select n, n, '\\x01', 'x', '2026-06-01T11:00:00Z',
        '2026-06-01T12:00:00Z'::timestamptz + (n - 30) * interval '1 second', '2026-01-01', now()
      from generate_series(1, ${FLEET}) n;
    insert into channel_plans (channel_id, updated_at) select id, now() from channels;
    insert into blueprints (id, name, created_at, updated_at) select n, 'B' || n, now(), now() from generate_series(1, 20) n;
    update enrollments set blueprint_id = id % 20 + 1, hardware_proven = true;
    insert into tags (id, name, slug, color, created_at, updated_at) values (1, 'T', 't', '000000', now(), now());
    insert into device_tags (serial_number, tag_id, created_at) select serial_number, 1, now() from devices;
    insert into artifacts (id, name, type, channel, platforms, created_at, updated_at)
      values ('00000000-0000-4000-8000-00000000000a', 'A', 'Profile', 'Device', '{macOS}', now(), now());
    insert into artifact_versions (id, artifact_id, version, created_at, updated_at)
      values ('00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000a', 1, now(), now());
    insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, created_at, updated_at)
      select id, '00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000a',
        case when id % 1000 = 0 then 'Failed' else 'Installed' end, 'declaration', now(), now() from channels;
    insert into status_items (channel_id, path, value, changed_at, reported_at)
      select c.id, p, to_jsonb(c.id::text), now(), now() from channels c, unnest(array['a', 'b', 'c']) p;
    insert into commands (uuid, channel_id, name, arguments, created_at, updated_at)
      select gen_random_uuid(), n, 'RestartDevice', '{}', now(), now() from generate_series(1, ${FLEET}) n;
    insert into command_history (id, uuid, device_id, enrollment_id, user_key, name, arguments, state, sent_count,
        not_now_count, created_at, updated_at)
      select n, gen_random_uuid(), n, n, '', 'DeviceLock', '{}', 'acknowledged', 1, 0, '2020-01-01', now()
      from generate_series(1, ${FLEET}) n;
    insert into command_history (id, uuid, device_id, enrollment_id, user_key, name, arguments, state, sent_count,
        not_now_count, created_at, updated_at)
      select ${FLEET} + n * 300 + k, gen_random_uuid(), 680 + n, 680 + n, '', 'DeviceLock', '{}', 'acknowledged', 1, 0,
        '2020-01-01', now()
      from generate_series(1, 40) n, generate_series(1, 300) k;
    insert into events (id, type, created_at, serial_number)
      select gen_random_uuid(), 'mdm_request', '2020-01-01'::timestamptz + n * interval '1 second', 'SERIAL' || n
      from generate_series(1, ${FLEET}) n;
    insert into jobs (uuid, kind, payload, state, run_at, max_attempts, created_at, finished_at)
      select gen_random_uuid(), 'old', '{}', 'succeeded', now(), 1, now(), now() from generate_series(1, ${FLEET}) n;
    analyze;
  `);
}

let filled = "";
Deno.test.beforeAll(async () => void (filled = await makeTemplate(fill)));
Deno.test.afterAll(() => dropDatabase(filled));

/** Runs `body` with a copy of the filled database: filling one takes seconds. */
/** Answers of as many devices as are taken together. */
const CLAIMS = Array.from({ length: 16 }, (_, n) => ({
  fingerprint: `f${700 + n}`,
  deviceKey: `UDID-${700 + n}`,
  userKey: "",
  answered: crypto.randomUUID(),
}));

const withMany = (body: (sql: Sql, url: string) => Promise<void>) => withDatabaseCopy(body, filled);

type Counters = Map<string, number>;

/** How often each big table was read from end to end so far. */
async function scans(sql: Sql, tables: readonly string[] = BIG): Promise<Counters> {
  await sql`select pg_stat_force_next_flush()`;
  const rows = await sql<{ name: string; scans: number }[]>`
    select relname as name, seq_scan::int as scans from pg_stat_user_tables where relname = any(${[...tables]})`;
  return new Map(rows.map(({ name, scans }) => [name, scans]));
}

/** The queries whose cost must not depend on the number of devices. */
const HOT: [string, (sql: Sql) => Promise<unknown>][] = [
  ["an idle connect", (sql) => findContact(sql, "f700", "UDID-700", "")],
  ["a TokenUpdate", (sql) => findTokenSender(sql, "f700", "")],
  [
    "keeping a push token",
    (sql) =>
      renewPushTarget(sql, "f700", {
        channelId: CHANNEL,
        token: Uint8Array.of(1),
        magicSealed: "x",
        pushDueAt: NOW,
        unlockTokenSealed: null,
      }, NOW),
  ],
  ["an answer", (sql) => lockContact(sql, "f700", "UDID-700", "")],
  ["who answers, and the queue behind it", (sql) =>
    findTurn(sql, {
      enrollmentId: enrollmentOf(sql, "f700"),
      channelId: channelOf(sql, "f700", ""),
      channel: "Device",
    }, crypto.randomUUID())],
  ["answers together", async (sql) => assert.equal((await lockFreeContacts(sql, CLAIMS)).length, CLAIMS.length)],
  [
    "who answers together, and their queues",
    async (sql) => assert.equal((await findTurns(sql, CLAIMS)).size, CLAIMS.length),
  ],
  [
    "finishing commands and sending the next ones",
    async (sql) => {
      const heads = await sql<SentCommand[]>`
        select distinct on (channel_id) id, channel_id from commands where channel_id = any(${
        CLAIMS.map((_, n) => 700 + n)
      }::int[]) order by channel_id, id`;
      assert.ok(heads.length > 0);
      const answered = heads.map((_, n) =>
        ({ id: -1 - n, state: "acknowledged", resultSealed: null, errorChain: null }) as const
      );
      assert.equal((await markingSent(sql, heads, NOW, NOW, answered)).length, heads.length);
      const first = heads.map((one) => ({ ...one, begins: true }));
      assert.equal((await markingSent(sql, first, NOW, NOW, [])).length, heads.length);
    },
  ],
  ["ending conversations", async (sql) => {
    const resting = CLAIMS.map((_, n) => ({ channelId: channelIdOf(700 + n), at: NOW }));
    assert.equal((await setNextActions(sql, resting)).count, CLAIMS.length);
  }],
  [
    "declarations that were prepared",
    (sql) => findPreparedList(sql, { fingerprint: "f700", udid: "UDID-700", userKey: "" }, NOW),
  ],
  [
    "finishing a command and sending the next one",
    async (sql) => {
      const [head] = await findPlanQueue(sql, CHANNEL);
      assert.ok(head);
      // The one that was answered is not in the queue any more.
      const answered = { id: -1, state: "acknowledged", resultSealed: null, errorChain: null } as const;
      assert.equal((await markingSent(sql, [{ id: head.id, channelId: CHANNEL }], NOW, NOW, [answered])).length, 1);
    },
  ],
  [
    "finishing a command",
    async (sql) => {
      const [head] = await findPlanQueue(sql, CHANNEL);
      assert.ok(head);
      await finishCommand(sql, { id: head.id, state: "acknowledged", resultSealed: null, errorChain: null }, NOW);
    },
  ],
  [
    "contacts that are written together",
    (sql) => recordContacts(sql, [{ channelId: CHANNEL, at: NOW, ip: "192.0.2.1", sessionAt: NOW }]),
  ],
  ["identifying a check-in", (sql) => findPinned(sql, "f700")],
  ["what is known of hardware", (sql) => lockHardware(sql, "udid-700", "serial700")],
  ["whether hardware is blocked", (sql) => isHardwareBlocked(sql, "udid-700", "serial700")],
  ["the successors of an identity", (sql) => findOutstandingSuccessors(sql, ENROLLMENT, NOW)],
  ["devices of unproven hardware", (sql) => listUnproven(sql, 50, undefined)],
  ["claiming due pushes", (sql) => claimPushTargets(sql, 50, new Date(NOW.getTime() + 120_000), NOW)],
  ["the facts of a plan", (sql) => findPlanRow(sql, CHANNEL)],
  ["the queue of a plan", (sql) => findPlanQueue(sql, CHANNEL)],
  ["the artifacts of a plan", (sql) => findTargetArtifacts(sql, CHANNEL)],
  ["what a device was told", (sql) => findChannelPlan(sql, CHANNEL)],
  ["what a device reports", (sql) => findStatusItems(sql, CHANNEL)],
  ["who reports a value", (sql) => searchStatusItems(sql, { path: "a", value: "700", limit: 50, offset: 0 })],
  ["the first of a blueprint's devices", (sql) => findPlanRowsOfBlueprint(sql, 3, 0, 20)],
  ["a device and its update", (sql) => updatingDevice(sql, DEVICE)],
  ["some devices and their updates", (sql) => updatingDevices(sql, [3, 4], 700, 20, undefined)],
  ["what a device has reported of its updates", (sql) => updateReports(sql, CHANNEL, 12)],
  ["devices by id", (sql) => findPlanRowsOf(sql, { deviceIds: [DEVICE] })],
  ["devices by serial number", (sql) => findPlanRowsOf(sql, { serialNumbers: ["SERIAL700", "SERIAL701"] })],
  [
    "waking a few of many",
    (sql) => wakeInWave(sql, [{ channelId: CHANNEL, digest: "x" }], { firstAt: NOW, perSecond: 20 }, NOW),
  ],
  [
    "looking for jobs",
    (sql) =>
      claimJobs(sql, { kinds: ["x"], alone: false, limit: 4, leaseToken: crypto.randomUUID(), leaseUntil: NOW }, NOW),
  ],
  ["looking for jobs of dead processes", (sql) => lookForTrouble(sql, ["x"], NOW)],
  ["taking jobs back", (sql) => reclaimJobs(sql, NOW)],
  ["what a deletion looks at", (sql) => lockForDeletion(sql, DEVICE)],
  [
    "whose hardware a deleted device's is now",
    (sql) =>
      findSuccessorOfHardware(sql, DEVICE, {
        udid: "UDID-700",
        serialNumber: "SERIAL700",
        deletedAt: NOW,
        purgeBeganAt: null,
        suspended: true,
      }),
  ],
  ["the devices whose data is to be removed", (sql) => findExpiredDevices(sql, NOW, undefined, 20)],
  ["one command", (sql) => findCommand(sql, crypto.randomUUID())],
  ["the last events of a device", (sql) => findEvents(sql, { serialNumber: "SERIAL700", limit: 50 })],
  ["the last events", (sql) => findEvents(sql, { limit: 50 })],
];

/** Runs the hot queries, and asserts that none of them reads a big table from end to end. */
async function assertNoScans(url: string): Promise<void> {
  // One connection, so that what it did is in the counters when it asks.
  const sql = openDatabase(url, { max: 1 });
  try {
    for (const [name, run] of HOT) {
      const before = await scans(sql);
      await sql.begin(async (tx) => {
        // deno-lint-ignore no-explicit-any
        await run(tx as any);
      });
      const after = await scans(sql);
      for (const [table, count] of after) {
        assert.equal(count - (before.get(table) ?? 0), 0, `${name} reads all of ${table}`);
      }
    }
  } finally {
    await sql.end();
  }
}

Deno.test("on a database of many devices no hot query reads a table from end to end", () =>
  withMany((_wide, url) => assertNoScans(url)));

Deno.test("nor does one on a database that was never analysed", () =>
  withMany(async (wide, url) => {
    await wide`delete from pg_statistic`;
    await wide`update pg_class set reltuples = -1, relpages = 0 where relnamespace = 'public'::regnamespace`;
    await assertNoScans(url);
  }));

Deno.test("removing a deleted device with everything it has reads no table from end to end", () =>
  withMany(async (wide, url) => {
    await wide.unsafe(`
      insert into issued_certificates (fingerprint, authority_id, session_id, spki_fingerprint, certificate, not_after, created_at)
        select 'f' || id, 1, id, 's' || id, 'x', now(), now() from enrollment_sessions;
      update enrollment_sessions set enrollment_id = id;
      insert into enrollment_sessions (id, kind, status, secret_hash, challenge_hash, meta_business_unit_id, serial_number, udid,
          expires_at, created_at, updated_at)
        select ${FLEET} + n, 'OTA', 'PHASE_2', decode(md5('t' || n), 'hex'), decode(md5('d' || n), 'hex'), 1, 'SERIAL' || n, 'UDID-' || n,
          '2026-01-01', now(), now() from generate_series(1, ${FLEET}) n;
      insert into identity_alerts (enrollment_id, kind, fingerprint, ip, attempted_at, created_at)
        select id, 'cloned identity', 'x', 'x', now(), now() from enrollments;
      insert into status_item_history (channel_id, device_id, path, created_at)
        select id, id, 'a', '2020-01-01' from channels;
      insert into apps (id, identifier, name, version, short_version) values (1, 'x', 'x', 'x', 'x');
      insert into installed_apps (enrollment_id, app_id, flags) select id, 1, '{}' from enrollments;
      insert into installed_profiles (enrollment_id, uuid, identifier, removal_disallowed, has_removal_passcode, encrypted,
          payloads, signers) select id, 'x', 'x', false, false, false, '[]', '{}' from enrollments;
      insert into escrowed_secrets (device_id, kind, secret_sealed, created_at)
        select id, 'device_lock_pin', 'x', now() from devices where id <> 700;
      update devices set deleted_at = '2020-01-01' where id between 700 and 705;
      analyze;
    `);
    const grown = [
      "issued_certificates",
      "identity_alerts",
      "status_item_history_default",
      "installed_apps",
      "installed_profiles",
      "escrowed_secrets",
    ];
    const sql = openDatabase(url, { max: 1 });
    try {
      const runtime = await testRuntime(sql, url);
      const before = await scans(sql, [...BIG, ...grown]);
      assert.equal(await purgeDeletedDevices(runtime, byJob("housekeeping"), new AbortController().signal), 6);
      for (const [table, count] of await scans(sql, [...BIG, ...grown])) {
        assert.equal(count - (before.get(table) ?? 0), 0, `removing devices reads all of ${table}`);
      }
      // The one without an escrowed secret is removed completely.
      const left = await sql<{ id: number }[]>`select id from devices where deleted_at is not null order by id`;
      assert.deepEqual(left.map(({ id }) => id), [701, 702, 703, 704, 705]);
      const [others] = await sql`select count(*)::int as count from enrollments`;
      assert.equal(others?.count, FLEET - 6);
    } finally {
      await sql.end();
    }
  }));

Deno.test("due pushes are claimed once, the longest due first, and the rest stays", () =>
  withMany(async (sql) => {
    const until = new Date(NOW.getTime() + 120_000);
    const [one, two] = await Promise.all([
      claimPushTargets(sql, 20, until, NOW),
      claimPushTargets(sql, 20, until, NOW),
    ]);
    const ids = [...one, ...two].map(({ channelId }) => channelId).sort((a, b) => a - b);
    assert.deepEqual(ids, Array.from({ length: 30 }, (_, n) => n + 1));
    assert.equal((await claimPushTargets(sql, 20, until, NOW)).length, 0);
  }));

Deno.test("the lists of devices answer on a database of many", () =>
  withMany(async (sql) => {
    const page = await searchDevices(sql, { sort: "seen", descending: true, limit: 50, offset: 0, silentBefore: NOW });
    assert.deepEqual([page.rows.length, page.count], [50, FLEET]);
    const listed = await listDevices(sql, {
      limit: 50,
      offset: 0,
      silentBefore: NOW,
      ordering: { column: "created_at", descending: true },
    });
    assert.deepEqual([listed.rows.length, listed.count], [50, FLEET]);
  }));

Deno.test("the overview counts its figures of devices in one pass over the fleet", () =>
  withMany(async (sql) => {
    const condition = { silentBefore: NOW };
    const searches = new Map<string, DeviceCondition>([
      ["enrolled", { ...condition, state: "enrolled" }],
      ["silent", { ...condition, state: "silent" }],
      ["unreachable", { ...condition, state: "enrolled", unreachable: true }],
      ["expiring", { ...condition, state: "enrolled", identityEndsBefore: NOW }],
      ["recent", { ...condition, state: "enrolled", seen: { since: new Date(NOW.getTime() - 7_200_000) } }],
    ]);
    const before = await scans(sql, BIG);
    assert.equal((await countDevices(sql, searches)).get("enrolled"), FLEET);
    for (const [table, count] of await scans(sql, BIG)) {
      assert.ok(count - (before.get(table) ?? 0) <= 1, `${table} was read ${count - (before.get(table) ?? 0)} times`);
    }
  }));
