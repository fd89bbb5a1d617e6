/**
 * Every kind of job, disturbed at each of its statements in turn, leads to what an undisturbed run leads to: through the queue,
 * whose own statements are disturbed as well.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { addInstanceSetting } from "../../db/installation/instance_settings.ts";
import type { Json, Sql } from "../../db/open.ts";
import { DatabaseUnavailable } from "../../db/supervised_pool.ts";
import type { AnyJob } from "../../jobs/job.ts";
import type { FrozenJob } from "../jobs/frozen_worker.ts";
import { drain } from "../../jobs/queue.ts";
import { JOBS } from "../../jobs/registry.ts";
import { SimulatedAppsAndBooks } from "../../simulators/apple/apps_and_books.ts";
import { SimulatedDeviceAssignment } from "../../simulators/apple/device_assignment.ts";
import { type FakeSoftwareLookup, startSoftwareLookup } from "../../simulators/apple/software_lookup.ts";
import { ownedDevices } from "../../simulators/apple/device_assignment_portal.ts";
import { SimulatedS3 } from "../../simulators/storage/s3.ts";
import { taskFlags } from "../../simulators/tasks/task_flags.ts";
import { enqueueAssignment } from "../../src/ade/assign.ts";
import { beginBulkAssociation } from "../../src/apps/bulk.ts";
import { reserveLicences } from "../../src/apps/licences.ts";
import { addLocation } from "../../src/apps/locations.ts";
import { receiveNotification } from "../../src/apps/notifications.ts";
import { byJob } from "../../src/events/by.ts";
import { FolderStore } from "../../src/files/folder.ts";
import { enqueueJob } from "../../src/enqueue_job.ts";
import { systemNetwork, systemRandom } from "../../src/runtime.ts";
import { syncCatalogue } from "../../src/updates/catalogue.ts";
import { KEY_CHECK } from "../../src/secrets/load.ts";
import { parseKeyRing } from "../../src/secrets/key_ring.ts";
import { connected, defined } from "./ade.ts";
import { assign, idOf, link, made, makeBlueprint, makeProfile, rest, settle } from "./artifacts.ts";
import { copyDatabase, dropDatabase, makeTemplate, withDatabaseCopy } from "./database.ts";
import { type Fleet, fleetOn } from "./fleet.ts";
import { keepRows } from "./kept_rows.ts";
import { keepState } from "./kept_state.ts";
import { losing } from "./lost_statements.ts";
import { pkgOf, provisioningProfileOf } from "./packages.ts";
import type { TestRuntime } from "./runtime.ts";

const never = new AbortController().signal;
/** A second key, so that there is something to rotate. */
const RING = "new:HxAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4=,test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const keys = await parseKeyRing(RING, systemRandom);

/** A bucket elsewhere, with a package to fetch. */
const ACCOUNT = { accessKeyId: "AKTEST", secretAccessKey: "a secret", region: "eu-central-1" };
const PACKAGE = pkgOf({ size: 300_000 });

/**
 * The differences between two runs with the same result: by chance (tokens, ids of new rows, a certificate's key), and
 * by the number of tries (places in the queue of wakes; of a job its attempts, the work of its last attempt, and its
 * lease; of a sync with Apple the number of its fetches, and Apple's cursors, which hold the time).
 */
const MAY_DIFFER: Record<string, RegExp> = {
  "": /^(?:id|uuid|next_wake_at|push_due_at|fan_out_claim|fanned_out_claim|certificate|fingerprint|index)$/,
  dep_tokens: /^(?:generation|sync_cursor)$/,
  dep_devices: /^generation$/,
  bulk_command_targets: /^command_uuid$/,
  jobs: /^(?:attempts|deaths|result|run_at|lost_token)$/,
  // Of Apps & Books, the same: lists that began again, ids of what is new, and Apple's ids of events.
  locations: /^(?:generation|sync_version)$/,
  location_assets: /^(?:asset_id|generation)$/,
  licences: /^(?:location_asset_id|generation|request_id|tries)$/,
  licence_days: /^location_asset_id$/,
  store_assets: /^metadata_due_at$/,
  content_requests: /^(?:event_id|polls)$/,
};

/** A request that was made again, because the process had ended before Apple's answer was stored. */
const MADE_AGAIN = /The server stopped before Apple had answered/;

/** Fifteen years: a renewed authority expires so long after the run. */
const AUTHORITY_MS = Date.parse("2055-01-01T00:00:00Z") - Date.parse("2040-01-01T00:00:00Z");

/**
 * What is different from the rows that {@link keepRows} kept: by table the rows that came (+) and went (-), and the names of all
 * tables. A time of the run, up to an hour after `since`, is only known to be one.
 */
async function stateOf(sql: Sql, since: Date): Promise<Record<string, string[]>> {
  const ofTheRun = (time: number) =>
    [0, AUTHORITY_MS].map((ms) => time - ms - since.getTime()).some((after) => after >= 0 && after <= 3_600_000);
  const plain = (row: string) =>
    row.replaceAll(
      /"\d{4}-\d\d-\d\dT[^"]*"/g,
      (time) => ofTheRun(Date.parse(time.slice(1, -1))) ? '"of the run"' : time,
    )
      // Devices and releases that a sync found: of a try that was taken back, the ids are used up.
      .replaceAll(
        /("mdm_depdevice":\[")\d+|("software_update":\[")\d+|("pk":)\d+(?=,"model":"mdm.depdevice")/g,
        "$1$2$3id",
      )
      .replaceAll(/("mdm_(?:location)?asset":\[")\d+/g, "$1id")
      .replaceAll(/("event_id":")[0-9a-f-]{36}/g, "$1id")
      // The commands that a bulk command has queued.
      .replaceAll(/("uuid":"|"mdm_devicecommand":\["|"pk":")[0-9a-f-]{36}/g, "$1id")
      // The encrypted value and its key, but not its nonce.
      .replaceAll(/"(e1\.\w+)\.[^"]*"/g, '"$1"');
  const names = await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`;
  const state: Record<string, string[]> = { "": names.map(({ name }) => name).sort() };
  for (const { name } of await sql<{ name: string }[]>`select distinct name from kept."?written"`) {
    const rows = await sql<{ came: boolean; row: Record<string, unknown> }[]>`
      select true as came, to_jsonb(t) as row from (table ${sql(name)} except all table kept.${sql(name)}) t
      union all
      select false, to_jsonb(t) from (table kept.${sql(name)} except all table ${sql(name)}) t`;
    const seen = new Map<string, number>();
    for (const { came, row } of rows) {
      const text = plain(JSON.stringify(
        Object.entries(row).filter(([key]) => !MAY_DIFFER[""]?.test(key) && !MAY_DIFFER[name]?.test(key)),
      ));
      if (!MADE_AGAIN.test(text)) seen.set(text, (seen.get(text) ?? 0) + (came ? 1 : -1));
    }
    const changed = [...seen].filter(([, times]) => times !== 0).map(([text, times]) => `${times} × ${text}`).sort();
    if (changed.length > 0) state[name] = changed;
  }
  return state;
}

/** A house in which every kind of job has something to do. */
async function prepare(
  fleet: Fleet,
  { apple, shop, lookup }: {
    apple: SimulatedDeviceAssignment;
    shop: SimulatedAppsAndBooks;
    lookup: FakeSoftwareLookup;
  },
): Promise<{ serialNumber: string; version: string }> {
  const { runtime } = fleet;
  const { sql, clock } = runtime;
  const blueprint = await makeBlueprint(fleet);
  const { artifact } = await makeProfile(fleet);
  await link(fleet, blueprint.id, artifact.id);
  const devices = [await fleet.enrolled(), await fleet.enrolled(), await fleet.enrolled()];
  for (const device of devices) {
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
  }
  await settle(fleet);
  await assignDevices(fleet, apple);
  await giveLicences(fleet, shop);
  // Releases of which one is withdrawn, one gets another date and one is new at the next sync; one of them expires.
  lookup.sections = { AssetSets: { macOS: [release("26.1"), release("26.2"), release("26.2.1", "2026-06-05")] } };
  await syncCatalogue(runtime, byJob("test"));
  lookup.sections = { AssetSets: { macOS: [release("26.2", "2026-07-01"), release("26.2.1"), release("26.3")] } };
  const [first] = devices;
  assert.ok(first);
  // A command whose time is over, a wrong password of last week, an answer in the clear.
  await made(fleet, "POST", `/api/mdm/devices/${await idOf(fleet, first.serialNumber)}/lock/`, { pin: "123456" });
  await sql`update commands set expires_at = ${clock.now()}`;
  await sql`update command_history set result = '\\x01', result_sealed = null where name = 'SecurityInfo'`;
  clock.advance(8 * 86_400);
  // The rows that a server writes at its start, so that the ring's own check is rotated too: with the key of the house.
  await addInstanceSetting(sql, KEY_CHECK.id, await runtime.keys.seal("espalier", KEY_CHECK));
  // A version that fails on all devices; a change that no device was notified of; a job that was set aside.
  const second = await makeProfile(fleet);
  await sql`
    insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, created_at, updated_at)
    select c.id, ${second.version.id}, ${second.artifact.id}, 'Failed', 'command', now(), now() from channels c
    on conflict do nothing`;
  await link(fleet, blueprint.id, second.artifact.id);
  await enqueueJob(sql, runtime, { kind: "replan", payload: { serial_numbers: [first.serialNumber] } });
  await sql`update jobs set state = 'quarantined' where kind = 'replan'`;
  // A command for all devices.
  await made(fleet, "POST", "/api/mdm/bulk_commands/", {
    name: "RestartDevice",
    selection: { filter: "" },
    expires_at: "2030-01-01T00:00:00",
  });
  await expireProfiles(fleet, blueprint.id);
  // A device whose time in Setup Assistant is over.
  await sql`update enrollments set awaiting_configuration = true, release_due_at = ${clock.now()}
    where id = (select max(id) from enrollments)`;
  await sql`update channels set next_action_at = null, push_due_at = ${new Date("2030-01-01T00:00:00Z")}`;
  return { serialNumber: first.serialNumber, version: second.version.id };
}

/** Two provisioning profiles in a blueprint that expire soon. */
async function expireProfiles(fleet: Fleet, blueprint: number): Promise<void> {
  const expires = new Date(fleet.runtime.clock.now().getTime() + 5 * 86_400_000);
  for (const uuid of ["one", "two"]) {
    const { id } = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: `Profile ${uuid}`,
      type: "Provisioning Profile",
      channel: "Device",
      platforms: ["iOS"],
    });
    const source = provisioningProfileOf({ app: "A1B2C3D4E5.*", uuid, expires }).toBase64();
    await made(fleet, "POST", "/api/mdm/provisioning_profiles/", { artifact: id, version: 1, ios: true, source });
    await link(fleet, blueprint, id, { ios: true });
  }
}

const release = (ProductVersion: string, ExpirationDate = "2030-01-01") => ({
  ProductVersion,
  ExpirationDate,
  Build: `25${ProductVersion.replaceAll(".", "A")}`,
  PostingDate: "2026-05-01",
  SupportedDevices: ["J713AP"],
});

/**
 * Two devices that shall get an enrollment at Apple; two that Apple has assigned and one that it has taken away, to be
 * found by a full fetch of three pages, since the cursor will be too old; and a token that expires soon.
 */
async function assignDevices(fleet: Fleet, apple: SimulatedDeviceAssignment): Promise<void> {
  const { runtime } = fleet;
  const server = apple.portal.addServer("Orchard");
  apple.mostPerPage = 2;
  apple.portal.assign(server, ownedDevices(3));
  const virtualServerId = await connected(fleet, apple, server);
  await settle(fleet);
  const enrollment = await defined(fleet, virtualServerId, "Out of the box");
  const serials = ["DMPA00000001", "DMPA00000002"];
  await runtime.sql.begin((tx) =>
    enqueueAssignment(tx, runtime, { virtualServerId, depEnrollmentId: enrollment.id, serials })
  );
  apple.portal.assign(server, ownedDevices(2, "LATE"));
  apple.portal.unassign(server, ["DMPA00000003"]);
  const { clock, sql } = runtime;
  // Its profile at Apple is not the one that it should be.
  await sql`update dep_enrollments set defined_base_url = ${runtime.config.BASE_URL}`;
  await sql`update dep_tokens set access_token_expiry = ${new Date(clock.now().getTime() + 20 * 86_400_000)}`;
  await enqueueJob(sql, runtime, { kind: "ade-sync", payload: { virtual_server: virtualServerId, full: false } });
}

/**
 * A location with two apps, of which one is new at the next sync; licences that are wanted by a device and by a person, a
 * notification that was not applied, a client configuration that Apple does not have, and a token that expires soon.
 */
async function giveLicences(fleet: Fleet, { store }: SimulatedAppsAndBooks): Promise<void> {
  const { runtime } = fleet;
  const { sql, clock } = runtime;
  const location = store.addLocation("Orchard");
  location.expiry = new Date("2026-06-25T00:00:00Z");
  const item = store.buy(location, "1", 50, { entry: { name: "Pages", bundleId: "com.apple.Pages", version: "1.0" } });
  item.holders.add("device X1").add("device X2");
  const id = await addLocation(
    runtime,
    { who: { kind: "command line" }, request: undefined },
    store.download(location),
    {
      takeOver: false,
    },
  );
  // Not the jobs of others, which wait for their own tests.
  await drain(runtime, JOBS.filter(({ kind }) => kind.startsWith("apps-")), never);
  store.buy(location, "2", 5, { entry: { name: "Numbers" } });
  item.holders.delete("device X2");
  item.holders.add("device X3");
  await sql`update store_assets set metadata_due_at = ${clock.now()}, icon = null, icon_type = ''`;
  await sql`update locations set notification_token_sealed = null`;
  await sql.begin((tx) =>
    reserveLicences(tx, runtime, "device", [
      { locationAssetId: 1, kind: "device", holder: "C01" },
      { locationAssetId: 1, kind: "device", holder: "C02" },
    ])
  );
  const by = byJob("test");
  const actor = { userId: 0, username: "", isServiceAccount: false, isSuperuser: true, grants: [] };
  await beginBulkAssociation(runtime, { ...by, actor }, 1, {
    action: "associate",
    serial_numbers: ["C03", "C04"],
    tags: [],
    virtual_servers: [],
  });
  await receiveNotification(
    runtime,
    id,
    new TextEncoder().encode(JSON.stringify({
      notificationId: "n",
      notificationType: "ASSET_MANAGEMENT",
      notification: {
        type: "ASSOCIATE",
        result: "SUCCESS",
        assignments: [{ adamId: "1", pricingParam: "STDQ", serialNumber: "X3" }],
      },
    })),
  );
  for (
    const [kind, payload] of [
      ["apps-sync", { location: id }],
      ["apps-catalogue", { location: id }],
      ["apps-licences", { location: id }],
      ["apps-configure", { location: id, take_over: true }],
      ["apps-check", { location: id, adam_id: "1", pricing_param: "STDQ" }],
    ] as const
  ) await enqueueJob(sql, runtime, { kind, key: `${id}`, payload });
}

/** The house as it was, with a store that has one unreferenced file; the store is removed afterwards. */
async function withCopy(house: Waiting, body: (copy: Copy) => Promise<void>): Promise<void> {
  // A pool of its own as far as caches can tell: they go by the pool, and the rows go back in time.
  const { sql } = losing(house.sql, 0, "unsent");
  await using store = await makeStore();
  await sql.unsafe(house.restore);
  house.restoreServices();
  house.runtime.clock.set(house.since);
  await body({ sql, folder: store.folder });
}

/** A folder of files, of which one is not referenced and was put long ago: a new one may still be named. */
async function makeStore(): Promise<AsyncDisposable & { folder: string }> {
  const folder = await Deno.makeTempDir();
  const { sha256 } = await new FolderStore(folder, systemRandom).put(new TextEncoder().encode("unused"), 9);
  const long = new Date("2026-01-01T00:00:00Z");
  await Deno.utime(`${folder}/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`, long, long);
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

type Copy = { sql: Sql; folder: string };
type House = {
  runtime: TestRuntime;
  /** Where the simulated services are. */
  settings: Record<string, string>;
  /** The database as it was prepared, to be copied. */
  template: string;
  /** A copy. Its connections serve all runs: a new one reads what the tables are, which costs more than a run. */
  sql: Sql;
  /** The statement that brings the rows of a copy back. */
  restore: string;
  /** Brings the simulated services back. */
  restoreServices(): void;
  /** Keeps what the simulated services hold now. Returns what brings it back. */
  keepServices(): () => void;
  /** When it was prepared. */
  since: Date;
  /** The payload of any job. */
  payload: Json;
};
/** A house in which a job waits: `since` is when it is due. */
type Waiting = House & { job: AnyJob };

/** Runs `body` with a house. */
async function withHouse(body: (house: House) => Promise<void>): Promise<void> {
  let now = () => new Date();
  const apple = new SimulatedDeviceAssignment(() => now());
  const assignmentUrl = apple.start();
  const shop = new SimulatedAppsAndBooks(() => now());
  // Events are done at once, and no notification arrives: the job asks how far they are.
  shop.immediate = true;
  const contentUrl = shop.start();
  const lookup = await startSoftwareLookup(new Date(), {});
  const bucket = new SimulatedS3(ACCOUNT, () => now());
  const settings = {
    DEVICE_ASSIGNMENT_URL: assignmentUrl,
    CONTENT_URL: contentUrl,
    SOFTWARE_LOOKUP_URL: lookup.url,
    SOFTWARE_LOOKUP_ANCHORS: lookup.caPem,
    S3_ENDPOINT: bucket.start(),
    S3_REGION: ACCOUNT.region,
    S3_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
    S3_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
  };
  bucket.objects.set("packages/Editor.pkg", { bytes: PACKAGE, modified: now() });
  const prepared = Promise.withResolvers<Pick<House, "runtime" | "restore" | "since" | "payload">>();
  const keepServices = () => keepState(apple.portal, apple.locks, shop.store, bucket.objects, bucket.uploads);
  let template: string | undefined;
  try {
    template = await makeTemplate(async (sql, url) => {
      const fleet = await fleetOn(sql, url, settings);
      const { runtime } = fleet;
      now = () => runtime.clock.now();
      runtime.network = systemNetwork;
      const { serialNumber, version } = await prepare(fleet, { apple, shop, lookup });
      const payload = {
        revision: 1,
        serial_numbers: [serialNumber],
        version,
        uri: "s3://packages/Editor.pkg",
        sha256: createHash("sha256").update(PACKAGE).digest("hex"),
      };
      prepared.resolve({ runtime, restore: await keepRows(sql), since: now(), payload });
    }, 6);
    const house = { ...await prepared.promise, settings, template, restoreServices: keepServices(), keepServices };
    await withDatabaseCopy((sql) => body({ ...house, sql }), template);
  } finally {
    await Promise.all([apple.stop(), shop.stop(), lookup.close(), bucket.stop()]);
    if (template !== undefined) await dropDatabase(template);
  }
}

/** Runs `body` with the house as it was, in which a job waits. */
async function withJob(house: House, job: AnyJob, body: (house: Waiting) => Promise<void>): Promise<void> {
  const { runtime, sql, restore } = house;
  await sql.unsafe(restore);
  const since = job.kind === "authority-renewal" ? new Date("2040-01-01T00:00:00Z") : house.since;
  runtime.clock.set(since);
  const queued = await queueJob(house, job, sql);
  try {
    await body({ ...house, since, job });
  } finally {
    await sql`delete from kept.jobs where uuid = ${queued}`;
  }
}

/** Queues a job as one of the kept rows. Returns its UUID; null if changes of the house have asked for it already. */
async function queueJob({ runtime, payload }: House, { kind }: AnyJob, sql: Sql): Promise<string | null> {
  const [asked] = await sql`select 1 from jobs where kind = ${kind} and state = 'queued'`;
  if (asked !== undefined) return null;
  const uuid = await enqueueJob(sql, runtime, { kind, payload });
  await sql`insert into kept.jobs select * from jobs where uuid = ${uuid}`;
  return uuid;
}

/** Runs what is due of the house's kind on a copy. */
const run = ({ runtime, job }: Waiting, { folder }: Copy, sql: Sql) =>
  drain({ ...runtime, sql, keys, files: new FolderStore(folder, systemRandom) }, [job], never);

const filesOf = async ({ folder }: Copy) =>
  (await Array.fromAsync(new FolderStore(folder, systemRandom).list())).map(({ sha256 }) => sha256);

const outcomeOf = async (house: Waiting, copy: Copy) => ({
  files: await filesOf(copy),
  rows: await stateOf(copy.sql, house.since),
});

/** The result of an undisturbed run, and its number of statements. */
type Undisturbed = { outcome: Awaited<ReturnType<typeof outcomeOf>>; statements: number };

async function runUndisturbed(house: Waiting): Promise<Undisturbed> {
  let found: Undisturbed | undefined;
  await withCopy(house, async (copy) => {
    const before = await outcomeOf(house, copy);
    const counted = losing(copy.sql, 0, "unsent");
    assert.ok(await run(house, copy, counted.sql) > 0);
    const statements = counted.count();
    // A job that looks again later does so after an interruption, too.
    if (house.job.kind === "apps-licences") await finish(house, copy);
    const outcome = await outcomeOf(house, copy);
    const { jobs: _, ...tables } = outcome.rows;
    const { jobs: __, ...tablesBefore } = before.rows;
    assert.notDeepEqual(
      { files: outcome.files, tables },
      { files: before.files, tables: tablesBefore },
      "the job has something to do",
    );
    found = { outcome, statements };
  });
  assert.ok(found);
  return found;
}

/** Lets the lease and the pause after it pass, and runs the job to its end. */
async function finish(house: Waiting, copy: Copy): Promise<void> {
  const { clock } = house.runtime;
  clock.advance(house.job.leaseSeconds);
  // The first poll takes the job back from a dead process; it is due after a pause.
  await run(house, copy, copy.sql);
  clock.advance(60);
  await run(house, copy, copy.sql);
  if (house.job.kind === "apps-licences") {
    // It then asks how far Apple is.
    clock.advance(60);
    await run(house, copy, copy.sql);
  }
  const left = await copy.sql`select 1 from jobs where kind = ${house.job.kind} and state in ('queued', 'running')`;
  assert.equal(left.length, 0, "the job came to its end");
}

const LOSSES = ["unsent", "unanswered", "over"] as const;
const HOW: Record<(typeof LOSSES)[number], string> = {
  unsent: "that loses a statement",
  unanswered: "that loses the answer to a statement",
  over: "whose process ends before a statement",
};

/** The files of these tests, which take about as long as each other and run at once: each has a house of its own to prepare. */
type Group = "apple" | "others";

const groupOf = ({ kind }: AnyJob): Group => /^(?:ade|apps|software-updates)-/.test(kind) ? "apple" : "others";

/** Jobs that one process runs and freezes before it is killed: each holds two databases with their connections. */
const JOBS_OF_A_PROCESS = 4;

/** Registers the tests of the jobs of a group. */
export function testKilledJobs(group: Group): void {
  const jobs = JOBS.filter((job) => groupOf(job) === group);
  assert.ok(jobs.length > 0, group);
  Deno.test(`a job, interrupted at each of its statements in turn or killed, has the result of an undisturbed run: ${group}`, (t) =>
    withHouse(async (house) => {
      /** Runs a step; what is opened in it may stay open for the next, but not after the test. */
      const step = (name: string, fn: () => Promise<void>) =>
        t.step({ name, fn, sanitizeOps: false, sanitizeResources: false });
      const undisturbed: (Undisturbed & { job: AnyJob })[] = [];
      for (const job of jobs) {
        await step(
          `${job.kind}, interrupted at each of its statements in turn`,
          () =>
            withJob(house, job, async (waiting) => {
              const result = await runUndisturbed(waiting);
              undisturbed.push({ job, ...result });
              // The state after an unanswered or a last statement is the same as before the next unsent one: all three ways are
              // needed only for the queue's behavior, which one kind shows.
              for (const how of job.kind === "file-cleanup" ? LOSSES : (["unsent"] as const)) {
                await interruptAtEach(waiting, how, result);
              }
            }),
        );
      }
      assert.equal(undisturbed.length, jobs.length);
      for (let at = 0; at < jobs.length; at += JOBS_OF_A_PROCESS) {
        await testKilled(house, undisturbed.slice(at, at + JOBS_OF_A_PROCESS), step);
      }
    }));
}

/** Loses each statement of a job in turn. */
async function interruptAtEach(
  house: Waiting,
  how: (typeof LOSSES)[number],
  { outcome }: Undisturbed,
): Promise<void> {
  for (let at = 1, reached = true; reached; at++) {
    const where = `a run ${HOW[how]}: ${at}`;
    await withCopy(house, async (copy) => {
      const broken = losing(copy.sql, at, how);
      await run(house, copy, broken.sql).catch((error) => {
        assert.ok(error instanceof DatabaseUnavailable, `${where}: ${error?.stack ?? error}`);
      });
      reached = broken.count() >= at;
      await finish(house, copy);
      assert.deepEqual(await outcomeOf(house, copy), outcome, where);
    });
  }
}

/** Kills jobs twice each: in the middle of their work, and after it, before their success is recorded. */
async function testKilled(
  house: House,
  jobs: readonly (Undisturbed & { job: AnyJob })[],
  step: (name: string, fn: () => Promise<void>) => Promise<unknown>,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const killed = jobs.flatMap((one) => {
    // Three statements before the job (look, claim, beat); after it success, and a look and a claim that find nothing.
    const own = one.statements - 6;
    assert.ok(own > 0);
    return [
      { ...one, when: "in the middle", at: 3 + Math.ceil(own / 2) },
      { ...one, when: "before its success is recorded", at: 3 + own + 1 },
    ];
  });
  const copies: (Copy & { house: Waiting; frozen: FrozenJob })[] = [];
  for (const { job, at } of killed) {
    const { sql, url } = stack.use(await copyDatabase(house.template));
    const { folder } = stack.use(await makeStore());
    const since = job.kind === "authority-renewal" ? new Date("2040-01-01T00:00:00Z") : house.since;
    house.runtime.clock.set(since);
    await queueJob(house, job, sql);
    const frozen = { url, kind: job.kind, at, time: since.toISOString(), folder };
    copies.push({ sql, folder, frozen, house: { ...house, job, since } });
  }
  const servicesAt = await killFrozen(house, copies.map(({ frozen }) => frozen));
  for (const [index, { job, when, outcome }] of killed.entries()) {
    await step(`${job.kind}, whose process is killed ${when}`, async () => {
      const copy = copies[index];
      assert.ok(copy);
      servicesAt[index]?.();
      house.runtime.clock.set(copy.house.since);
      const running = await copy.sql`select 1 from jobs where kind = ${job.kind} and state = 'running'`;
      assert.equal(running.length, 1, "it was killed while it held the lease");
      assert.equal(await run(copy.house, copy, copy.sql), 0, "nobody takes it over before the lease is over");
      await finish(copy.house, copy);
      assert.deepEqual(await outcomeOf(copy.house, copy), outcome);
    });
  }
}

/**
 * Runs jobs in a process of their own up to a statement of each, and kills it. Returns for each what brings the simulated
 * services back to where they were then.
 */
async function killFrozen(house: House, jobs: readonly FrozenJob[]): Promise<(() => void)[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...taskFlags("test"),
      "--no-check",
      new URL("../jobs/frozen_worker.ts", import.meta.url).pathname,
      ...[RING, JSON.stringify(house.settings)],
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const services: (() => void)[] = [];
  try {
    for (const job of jobs) {
      house.restoreServices();
      house.runtime.clock.set(job.time);
      await input.write(new TextEncoder().encode(`${JSON.stringify(job)}\n`));
      assert.equal((await output.read()).value, "frozen\n", job.kind);
      services.push(house.keepServices());
    }
  } finally {
    child.kill("SIGKILL");
    await output.cancel();
    await input.abort();
  }
  assert.equal((await child.status).signal, "SIGKILL");
  return services;
}

/** Registers the tests of transactions of their own. */
export function testLostTransactions(): void {
  for (const how of LOSSES) {
    Deno.test(`a transaction ${HOW[how]} of its own, is rolled back, and one without its commit's answer is not`, () =>
      withDatabaseCopy(async (sql) => {
        await sql`create table words (word text)`;
        const write = (at: number) => {
          const broken = losing(sql, at, how);
          return broken.sql.begin(async (tx) => {
            await tx`insert into words values ('one')`;
            // A caught error does not save the transaction.
            await tx`insert into words values (${"two"}) ${tx`returning word`}`.catch(() => {});
          });
        };
        const written = async () => (await sql`select 1 from words`).length;
        for (const at of [1, 2]) await assert.rejects(write(at), DatabaseUnavailable);
        assert.equal(await written(), 0);
        await assert.rejects(write(3), DatabaseUnavailable);
        assert.equal(await written(), how === "unanswered" ? 2 : 0);
        await write(4);
        assert.equal(await written(), how === "unanswered" ? 4 : 2);
      }));
  }
}
