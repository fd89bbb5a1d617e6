import assert from "node:assert/strict";
import { DatabaseUnavailable } from "../../db/supervised_pool.ts";
import { openDatabase, type Sql } from "../../db/open.ts";
import { fanOutJob } from "../../jobs/fan_out.ts";
import type { AnyJob } from "../../jobs/job.ts";
import { JOBS } from "../../jobs/registry.ts";
import type { Runtime } from "../../src/runtime.ts";
import { systemRandom } from "../../src/runtime.ts";
import { parseKeyRing } from "../../src/secrets/key_ring.ts";
import { enqueueJob } from "../../src/jobs.ts";
import { assign, idOf, link, made, makeBlueprint, makeProfile, rest, settle } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { watched } from "../support/statements.ts";

/** A pool whose statement number `at` fails as if its connection was lost, before it is sent; `reached` says whether it was. */
function failing(sql: Sql, at: number): { sql: Sql; reached: () => boolean } {
  let statements = 0;
  const count = () => {
    if (++statements === at) throw new DatabaseUnavailable("Cannot run a statement: this test ends its connection");
  };
  return { sql: watched(sql, count), reached: () => statements >= at };
}

/** What depends on chance or on the number of tries: tokens, nonces, ids of new rows, places in the queue of wakes. */
const BY_CHANCE =
  /_sealed$|^(?:id|uuid|next_wake_at|push_due_at|fan_out_claim|fanned_out_claim|certificate|fingerprint)$/;

/** All rows of a database but for chance, by table. */
async function stateOf(sql: Sql): Promise<Record<string, string[]>> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename !~ '^(migrations|jobs)$'`;
  const state: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await sql<{ row: Record<string, unknown> }[]>`select to_jsonb(t) as row from ${sql(name)} t`;
    state[name] = rows.map(({ row }) =>
      JSON.stringify(
        Object.entries(row).filter(([key]) => !BY_CHANCE.test(key)).map(([key, value]) => [
          key,
          // What is sealed, and by which key, but not with which nonce.
          typeof value === "string" && /^v\d+\./.test(value) ? value.split(".").slice(0, 2).join(".") : value,
        ]),
      )
    ).sort();
  }
  return state;
}

const UNUSED = new TextEncoder().encode("unused");

/** A house in which every kind of job has something to do. */
async function prepare(fleet: Fleet): Promise<{ serialNumber: string; version: string }> {
  const { sql, clock, runtime } = { ...fleet.runtime, runtime: fleet.runtime };
  const blueprint = await makeBlueprint(fleet);
  const { artifact } = await makeProfile(fleet);
  await link(fleet, blueprint.id, artifact.id);
  const devices = [await fleet.enrolled(), await fleet.enrolled(), await fleet.enrolled()];
  for (const device of devices) {
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
  }
  await settle(fleet);
  const [first] = devices;
  assert.ok(first);
  // A command whose time is over, a wrong password of last week, an answer in the clear, a file that nobody names.
  await made(fleet, "POST", `/api/mdm/devices/${await idOf(fleet, first.serialNumber)}/lock/`, { pin: "123456" });
  await fleet.runtime.files.put(UNUSED, 9);
  await sql`update commands set expires_at = ${clock.now()}`;
  await sql`update command_history set result = '\\x01', result_sealed = null where name = 'SecurityInfo'`;
  clock.advance(8 * 86_400);
  // A version that fails on all devices; a change that nobody was told of; a job that was set aside.
  const second = await makeProfile(fleet);
  await sql`
    insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, created_at, updated_at)
    select c.id, ${second.version.id}, ${second.artifact.id}, 'Failed', 'command', now(), now() from channels c
    on conflict do nothing`;
  await link(fleet, blueprint.id, second.artifact.id);
  await enqueueJob(sql, runtime, { kind: "replan", payload: { serial_numbers: [first.serialNumber] } });
  await sql`update jobs set state = 'quarantined' where kind = 'replan'`;
  await sql`update channels set next_action_at = null, push_due_at = ${new Date("2030-01-01T00:00:00Z")}`;
  return { serialNumber: first.serialNumber, version: second.version.id };
}

/** A copy of a database, that is dropped afterwards. */
async function withCopy(sql: Sql, url: string, body: (copy: Sql) => Promise<void>): Promise<void> {
  const source = new URL(url).pathname.slice(1);
  const name = `${source}_copy_${crypto.randomUUID().slice(0, 8)}`;
  const admin = openDatabase(Deno.env.get("ESPALIER_TEST_DATABASE") ?? "", { max: 1 });
  await sql`select 1`;
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${source}`;
  await admin.unsafe(`create database ${name} template ${source}`);
  const address = new URL(url);
  address.pathname = `/${name}`;
  const copy = openDatabase(address.href, { max: 4 });
  try {
    await body(copy);
  } finally {
    await copy.end({ timeout: 5 });
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end({ timeout: 5 });
  }
}

const never = new AbortController().signal;

for (const job of JOBS) {
  Deno.test(`${job.kind}, ended at each of its statements in turn, leads to what an undisturbed run does`, () =>
    withFleet(async (fleet) => {
      const { serialNumber, version } = await prepare(fleet);
      const { clock, databaseUrl } = fleet.runtime;
      if (job.kind === "authority-renewal") clock.set("2040-01-01T00:00:00Z");
      const payload = { revision: 1, serial_numbers: [serialNumber], version };
      // A second key, so that there is something to rotate.
      const keys = await parseKeyRing(
        "new:HxAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4=,test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        systemRandom,
      );
      const run = (one: AnyJob, sql: Sql) => {
        const runtime: Runtime = { ...fleet.runtime, sql, keys };
        return one.run({ runtime, payload, signal: never });
      };
      await withCopy(fleet.runtime.sql, databaseUrl, async (undisturbed) => {
        await withCopy(fleet.runtime.sql, databaseUrl, async (disturbed) => {
          const before = await stateOf(undisturbed);
          assert.deepEqual(await stateOf(disturbed), before);
          const done = JSON.stringify(await run(job, undisturbed));
          const expected = await stateOf(undisturbed);
          if (job.kind === "file-cleanup") {
            assert.equal(done, '{"removed_files":1}');
            // Both runs share the store.
            clock.advance(-8 * 86_400);
            await fleet.runtime.files.put(UNUSED, 9);
            clock.advance(8 * 86_400);
          } else assert.notDeepEqual(expected, before, "the job has something to do");
          let tries = 0;
          for (let at = 1;; at++) {
            const broken = failing(disturbed, at);
            const failed = await run(job, broken.sql).then(() => false, (error) => {
              assert.ok(error instanceof DatabaseUnavailable, `statement ${at}: ${error?.stack ?? error}`);
              return true;
            });
            assert.equal(failed, broken.reached(), `statement ${at}`);
            tries++;
            if (!failed) break;
          }
          assert.ok(tries > 1, "it was ended at least once");
          assert.deepEqual(await stateOf(disturbed), expected);
          if (job.kind === "file-cleanup") assert.equal((await Array.fromAsync(fleet.runtime.files.list())).length, 0);
        });
      });
    }));
}

Deno.test("the failures of these tests reach a statement in a transaction", async () => {
  await withFleet(async ({ runtime }) => {
    const broken = failing(runtime.sql, 2);
    await assert.rejects(
      broken.sql.begin(async (tx) => {
        await tx`select 1`;
        await tx`select 2`;
      }),
      DatabaseUnavailable,
    );
    assert.ok(fanOutJob.leaseSeconds > 0);
  });
});
