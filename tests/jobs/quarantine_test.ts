import assert from "node:assert/strict";
import { z } from "zod";
import { findJob, type JobRow } from "../../db/work/job_queue.ts";
import { type AnyJob, defineJob } from "../../jobs/job.ts";
import { claim, drain, runClaimed } from "../../jobs/queue.ts";
import { sweep } from "../../jobs/sweep.ts";
import { startWorkers } from "../../jobs/workers.ts";
import { taskFlags } from "../../simulators/tasks/task_flags.ts";
import { COMMAND_LINE } from "../../src/access/operator.ts";
import { enqueueJob } from "../../src/enqueue_job.ts";
import { rerunJob } from "../../src/job_actions.ts";
import { withFleet } from "../support/fleet.ts";
import { type TestRuntime, withRuntime } from "../support/runtime.ts";

const never = new AbortController().signal;
const LEASE = 60;
const named = (kind: string, run: AnyJob["run"] = () => Promise.resolve(null)): AnyJob =>
  defineJob({ kind, payload: z.unknown(), leaseSeconds: LEASE, run: (context) => run({ ...context, payload: null }) });
const deadly = named("deadly");
const harmless = named("harmless");
const JOBS = [deadly, harmless];

/** A process takes all jobs that it can get and dies: the job is no longer updated, and its lease expires. */
async function die(runtime: TestRuntime, limit = 1): Promise<JobRow[]> {
  const rows = await claim(runtime, JOBS, limit);
  runtime.clock.advance(LEASE + 1);
  return rows;
}

Deno.test("a job whose process died backs off, then runs alone, and is set aside after the third death", () =>
  withRuntime(async (runtime) => {
    const { clock, sql } = runtime;
    const bad = await enqueueJob(sql, runtime, { kind: "deadly", key: "k" });
    const good = await enqueueJob(sql, runtime, { kind: "harmless" });
    assert.equal((await die(runtime, 4)).length, 2);
    assert.equal((await die(runtime, 4)).length, 0, "both back off");
    assert.equal((await die(runtime, 4)).length, 2);
    // Both may have done it. The second pause is two minutes.
    assert.deepEqual(await claim(runtime, JOBS, 4), []);
    clock.advance(119);
    assert.deepEqual(await claim(runtime, JOBS, 4), []);
    clock.advance(1);
    const alone = await die(runtime, 4);
    assert.deepEqual(alone.map(({ uuid, deaths }) => [uuid, deaths]), [[bad, 2]]);
    // The other one continues, and is no longer blamed.
    assert.equal(await drain(runtime, JOBS, never), 1);
    assert.equal((await findJob(sql, good))?.state, "succeeded");
    assert.equal((await findJob(sql, bad))?.state, "quarantined");
    const events = await sql`select objects->'job'->>0 as job from events where type = 'job_quarantined'`;
    assert.deepEqual(events.map(({ job }) => job), [bad]);
    // It stays aside, however often it is asked for and however long it waits, until an operator lets it run.
    assert.equal(await enqueueJob(sql, runtime, { kind: "deadly", key: "k" }), bad);
    clock.advance(30 * 86_400);
    assert.equal(await drain(runtime, JOBS, never), 0);
    await rerunJob(runtime, COMMAND_LINE, bad);
    assert.equal(await drain(runtime, JOBS, never), 1);
    assert.equal((await findJob(sql, bad))?.state, "succeeded");
    await assert.rejects(rerunJob(runtime, COMMAND_LINE, bad), /succeeded/);
  }));

Deno.test("a busy process claims nothing while a job waits that has to run alone, and runs it before all others", () =>
  withRuntime(async (runtime) => {
    const { sql } = runtime;
    await enqueueJob(sql, runtime, { kind: "deadly" });
    await sql`update jobs set deaths = 2`;
    await enqueueJob(sql, runtime, { kind: "harmless" });
    assert.deepEqual(await claim(runtime, JOBS, 4, false), []);
    assert.deepEqual((await claim(runtime, JOBS, 4, true)).map(({ kind }) => kind), ["deadly"]);
    assert.deepEqual((await claim(runtime, JOBS, 4, false)).map(({ kind }) => kind), ["harmless"]);
  }));

Deno.test("a worker runs nothing beside a job that has to run alone", () =>
  withRuntime(async (runtime) => {
    const { sql } = runtime;
    let running = 0;
    let most = 0;
    let left = 6;
    const done = Promise.withResolvers<void>();
    const crowded = new Map<string, number>();
    const counting = (kind: string) =>
      named(kind, async () => {
        most = Math.max(most, ++running);
        crowded.set(kind, Math.max(crowded.get(kind) ?? 0, running));
        await sql`select pg_sleep(0.01)`;
        running--;
        if (--left === 0) done.resolve();
        return null;
      });
    await enqueueJob(sql, runtime, { kind: "deadly" });
    await sql`update jobs set deaths = 2`;
    for (let made = 0; made < 5; made++) await enqueueJob(sql, runtime, { kind: "harmless" });
    const jobs = [counting("deadly"), counting("harmless")];
    const workers = startWorkers(runtime, { jobs, concurrency: 4, notify: () => Promise.resolve(0) });
    await done.promise;
    await workers.stop();
    assert.equal(crowded.get("deadly"), 1);
    assert.ok(most > 1, "the others ran together");
  }));

Deno.test("a process that lost the database or was frozen does not count as dead: it reports when it is back", () =>
  withRuntime(async (runtime) => {
    const { clock, sql } = runtime;
    const uuid = await enqueueJob(sql, runtime, { kind: "deadly" });
    for (let time = 0; time < 6; time++) {
      const [row] = await claim(runtime, JOBS, 1);
      assert.ok(row !== undefined, `time ${time}`);
      const frozen = named("deadly", async () => {
        clock.advance(LEASE + 1);
        // Another process polls while this one cannot respond.
        assert.deepEqual(await claim(runtime, JOBS, 1), []);
        return null;
      });
      assert.equal(await runClaimed(runtime, [frozen], row, never), "lost");
      const [{ deaths } = { deaths: -1 }] = await sql`select deaths from jobs where uuid = ${uuid}`;
      assert.equal(deaths, 0);
      clock.advance(31);
    }
    assert.equal(await drain(runtime, JOBS, never), 1);
  }));

Deno.test("a requested stop does not count as a death, even for a job that reaches no safe point", () =>
  withRuntime(async (runtime) => {
    const { sql } = runtime;
    const started = Promise.withResolvers<void>();
    const end = Promise.withResolvers<null>();
    const deaf = named("deadly", () => {
      started.resolve();
      return end.promise;
    });
    const uuid = await enqueueJob(sql, runtime, { kind: "deadly" });
    const workers = startWorkers(runtime, {
      jobs: [deaf],
      concurrency: 1,
      notify: () => Promise.resolve(0),
      graceMs: 1,
    });
    await started.promise;
    await workers.stop();
    const [job] = await sql`select state, deaths, attempts from jobs where uuid = ${uuid}`;
    assert.deepEqual({ ...job }, { state: "queued", deaths: 0, attempts: 0 });
    end.resolve(null);
    // Later results of the job are void.
    await sql`select 1`;
    assert.equal((await findJob(sql, uuid))?.state, "queued");
  }));

Deno.test("three processes that a job really kills are the last ones", () =>
  withRuntime(async (runtime) => {
    const uuid = await enqueueJob(runtime.sql, runtime, { kind: "slow" });
    const victim = new URL("./victim.ts", import.meta.url).pathname;
    for (let death = 0; death < 4; death++) {
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          ...taskFlags("test"),
          "--no-check",
          victim,
          runtime.databaseUrl,
          "dies",
          runtime.clock.now().toISOString(),
        ],
        stdout: "null",
        stderr: "null",
      }).spawn();
      const { code } = await child.status;
      const { state } = await findJob(runtime.sql, uuid) ?? {};
      assert.deepEqual([code, state], death < 3 ? [7, "running"] : [0, "quarantined"], `death ${death}`);
      runtime.clock.advance(31);
      // Another process polls, and sees that the process has died.
      assert.deepEqual(await claim(runtime, JOBS, 1), []);
      runtime.clock.advance(600);
    }
  }));

Deno.test("the devices of a job that was set aside are woken without it, once for each request", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { sql, clock } = runtime;
    const [one, other] = [await fleet.enrolled(), await fleet.enrolled()];
    for (const device of [one, other]) await device.connect();
    const blueprint = (await fleet.api("POST", "/api/mdm/blueprints/", { name: "Everything" })).json.id;
    await sql`update enrollments set blueprint_id = ${blueprint}`;
    const quiet = async () => {
      await sql`update channels set next_action_at = null, push_forced = false`;
    };
    const woken = async () => {
      const rows = await sql`
        select d.serial_number as s from channels c join enrollments e on e.id = c.enrollment_id
          join devices d on d.id = e.device_id where next_action_at <= ${clock.now()} and push_forced order by s`;
      return rows.map(({ s }) => s);
    };
    await sql`delete from jobs`;
    await enqueueJob(sql, runtime, { kind: "replan", key: "r", payload: { serial_numbers: [one.serialNumber] } });
    await sql`update jobs set state = 'quarantined'`;
    await quiet();
    const run = () => sweep.run({ runtime, payload: {}, signal: never });
    assert.deepEqual(await run(), { woken: 1 });
    assert.deepEqual(await woken(), [one.serialNumber]);
    assert.deepEqual(await run(), { woken: 0 });
    clock.advance(10);
    await enqueueJob(sql, runtime, { kind: "replan", key: "r", payload: {} });
    assert.deepEqual(await run(), { woken: 1 });
    await enqueueJob(sql, runtime, { kind: "fan-out", key: "f", payload: { revision: 1 } });
    await sql`update jobs set state = 'quarantined'`;
    await quiet();
    assert.deepEqual(await run(), { woken: 2 });
    assert.deepEqual(await woken(), [one.serialNumber, other.serialNumber].sort());
  }));

Deno.test("an operator sees a job that was set aside and lets it run, by page and by API", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const uuid = await enqueueJob(sql, fleet.runtime, { kind: "fan-out" });
    await sql`update jobs set state = 'quarantined', deaths = 3 where uuid = ${uuid}`;
    const list = await fleet.api("GET", "/api/jobs/?state=quarantined");
    assert.deepEqual([list.json.count, list.json.results[0].id, list.json.results[0].deaths], [1, uuid, 3]);
    assert.equal((await fleet.api("GET", `/api/task_result/${uuid}/`)).json.status, "FAILURE");
    assert.equal((await fleet.api("POST", `/api/jobs/${uuid}/run/`)).status, 204);
    assert.equal((await fleet.api("POST", `/api/jobs/${uuid}/run/`)).status, 400);
    assert.equal((await findJob(sql, uuid))?.state, "queued");
  }));

Deno.test("a failed job is not run again beside a later one for the same work", () =>
  withRuntime(async (runtime) => {
    const { sql } = runtime;
    const failing = named("deadly", () => Promise.reject(new Error("no")));
    const first = await enqueueJob(sql, runtime, { kind: "deadly", key: "k", maxAttempts: 1 });
    await drain(runtime, [failing], never);
    assert.equal((await findJob(sql, first))?.state, "failed");
    const second = await enqueueJob(sql, runtime, { kind: "deadly", key: "k" });
    assert.notEqual(second, first);
    await assert.rejects(rerunJob(runtime, COMMAND_LINE, first), /A later job for the same work/);
    await drain(runtime, JOBS, never);
    assert.equal((await findJob(sql, second))?.state, "succeeded");
    await rerunJob(runtime, COMMAND_LINE, first);
    await drain(runtime, JOBS, never);
    assert.equal((await findJob(sql, first))?.state, "succeeded");
  }));
