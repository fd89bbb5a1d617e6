import assert from "node:assert/strict";
import { z } from "zod";
import { findJob } from "../../db/work/job_queue.ts";
import { defineJob, FinalJobError } from "../../jobs/job.ts";
import { backoffSeconds, claim, drain, runClaimed } from "../../jobs/queue.ts";
import { SCHEDULES, tick } from "../../jobs/schedules.ts";
import { startWorkers } from "../../jobs/workers.ts";
import { taskResult } from "../../src/task_result.ts";
import { enqueueJob } from "../../src/enqueue_job.ts";
import { withRuntime } from "../support/runtime.ts";
import { taskFlags } from "../../simulators/tasks/task_flags.ts";

const never = new AbortController().signal;
const echo = defineJob({
  kind: "echo",
  payload: z.object({ word: z.string() }),
  leaseSeconds: 60,
  run: ({ payload }) => Promise.resolve({ said: payload.word }),
});

Deno.test("a job runs once and its result can be read", () =>
  withRuntime(async (runtime) => {
    const uuid = await enqueueJob(runtime.sql, runtime, { kind: "echo", payload: { word: "pear" } });
    assert.deepEqual(await taskResult(runtime.sql, uuid), { name: "echo", id: uuid, status: "PENDING", unready: true });
    assert.equal(await drain(runtime, [echo], never), 1);
    assert.deepEqual(await taskResult(runtime.sql, uuid), {
      name: "echo",
      id: uuid,
      status: "SUCCESS",
      unready: false,
      result: { said: "pear" },
    });
    assert.equal(await drain(runtime, [echo], never), 0);
  }));

Deno.test("an unknown task is unknown, not an error", () =>
  withRuntime(async ({ sql }) => {
    const id = crypto.randomUUID();
    assert.deepEqual(await taskResult(sql, id), { id, status: "UNKNOWN", unready: true });
  }));

Deno.test("live jobs with one key are one, and the sooner time counts", () =>
  withRuntime(async (runtime) => {
    const later = new Date(runtime.clock.now().getTime() + 60_000);
    const first = await enqueueJob(runtime.sql, runtime, {
      kind: "echo",
      key: "k",
      payload: { word: "a" },
      runAt: later,
    });
    assert.equal(await drain(runtime, [echo], never), 0);
    const second = await enqueueJob(runtime.sql, runtime, { kind: "echo", key: "k", payload: { word: "b" } });
    assert.equal(second, first);
    assert.equal(await drain(runtime, [echo], never), 1);
    const third = await enqueueJob(runtime.sql, runtime, { kind: "echo", key: "k", payload: { word: "c" } });
    assert.notEqual(third, first);
  }));

/** A job that is asked for again while its first attempts run, as often as `asks` says, and then does what it does. */
function askedAgain(asks: number, ends: () => Promise<{ run: number }>) {
  let runs = 0;
  return defineJob({
    kind: "again",
    payload: z.unknown(),
    leaseSeconds: 60,
    async run({ runtime }) {
      if (++runs <= asks) await enqueueJob(runtime.sql, runtime, { kind: "again", key: "k", maxAttempts: 1 });
      return await ends();
    },
  });
}

Deno.test("a job that is requested again while it runs, runs again, however often it was requested", () =>
  withRuntime(async (runtime) => {
    let runs = 0;
    const job = askedAgain(1, async () => {
      if (++runs === 1) await enqueueJob(runtime.sql, runtime, { kind: "again", key: "k" });
      return { run: runs };
    });
    const uuid = await enqueueJob(runtime.sql, runtime, { kind: "again", key: "k", maxAttempts: 1 });
    const [row] = await claim(runtime, [job], 1);
    assert.ok(row !== undefined);
    await runClaimed(runtime, [job], row, never);
    assert.equal((await taskResult(runtime.sql, uuid)).status, "PENDING", "what was asked last is not done yet");
    assert.equal(await drain(runtime, [job], never), 1);
    assert.deepEqual((await taskResult(runtime.sql, uuid)).result, { run: 2 });
    assert.equal(await drain(runtime, [job], never), 0);
  }));

Deno.test("a job that is asked for again while its last attempt fails or its worker dies has all its attempts again", () =>
  withRuntime(async (runtime) => {
    let runs = 0;
    const job = askedAgain(1, () => ++runs === 1 ? Promise.reject(new Error("no")) : Promise.resolve({ run: runs }));
    const uuid = await enqueueJob(runtime.sql, runtime, { kind: "again", key: "k", maxAttempts: 1 });
    assert.equal(await drain(runtime, [job], never), 2);
    assert.equal((await taskResult(runtime.sql, uuid)).status, "SUCCESS");

    const second = await enqueueJob(runtime.sql, runtime, { kind: "again", key: "k", maxAttempts: 1 });
    assert.equal((await claim(runtime, [job], 1)).length, 1);
    await enqueueJob(runtime.sql, runtime, { kind: "again", key: "k" });
    runtime.clock.advance(61);
    assert.equal(await drain(runtime, [job], never), 0, "it backs off");
    runtime.clock.advance(30);
    assert.equal(await drain(runtime, [job], never), 1, "the worker died, the job is there");
    assert.equal((await taskResult(runtime.sql, second)).status, "SUCCESS");
  }));

Deno.test("a failing job is retried with backoff and then kept as failed with its last sentence", () =>
  withRuntime(async (runtime) => {
    let tries = 0;
    const broken = defineJob({
      kind: "broken",
      payload: z.unknown(),
      leaseSeconds: 60,
      run: () => Promise.reject(new Error(`try ${++tries}`)),
    });
    const uuid = await enqueueJob(runtime.sql, runtime, { kind: "broken", maxAttempts: 3 });
    await drain(runtime, [broken], never);
    assert.equal(tries, 1);
    assert.equal((await taskResult(runtime.sql, uuid)).status, "RETRY");
    runtime.clock.advance(14);
    assert.equal(await drain(runtime, [broken], never), 0);
    runtime.clock.advance(10);
    assert.equal(await drain(runtime, [broken], never), 1);
    runtime.clock.advance(3600);
    assert.equal(await drain(runtime, [broken], never), 1);
    assert.deepEqual(await taskResult(runtime.sql, uuid), {
      name: "broken",
      id: uuid,
      status: "FAILURE",
      unready: false,
      result: { error: "try 3" },
    });
    runtime.clock.advance(1e6);
    assert.equal(await drain(runtime, [broken], never), 0);
  }));

Deno.test("a payload that is not the job's, and a final error, are not retried", () =>
  withRuntime(async (runtime) => {
    const final = defineJob({
      kind: "final",
      payload: z.unknown(),
      leaseSeconds: 60,
      run: () => Promise.reject(new FinalJobError("the key was revoked")),
    });
    const one = await enqueueJob(runtime.sql, runtime, { kind: "echo", payload: { word: 7 } });
    const other = await enqueueJob(runtime.sql, runtime, { kind: "final" });
    await drain(runtime, [echo, final], never);
    assert.equal((await taskResult(runtime.sql, one)).status, "FAILURE");
    assert.equal((await taskResult(runtime.sql, other)).status, "FAILURE");
  }));

Deno.test("a job of a kind that this process does not know waits for one that does", () =>
  withRuntime(async (runtime) => {
    const uuid = await enqueueJob(runtime.sql, runtime, { kind: "from-a-newer-version" });
    assert.equal(await drain(runtime, [echo], never), 0);
    assert.equal((await findJob(runtime.sql, uuid))?.state, "queued");
  }));

Deno.test("many workers at once run each of many jobs exactly once", () =>
  withRuntime(async (runtime) => {
    const seen: string[] = [];
    const count = defineJob({
      kind: "count",
      payload: z.object({ n: z.int() }),
      leaseSeconds: 60,
      run: ({ payload }) => {
        seen.push(String(payload.n));
        return Promise.resolve(null);
      },
    });
    for (let n = 0; n < 60; n++) await enqueueJob(runtime.sql, runtime, { kind: "count", payload: { n } });
    await Promise.all(Array.from({ length: 5 }, () => drain(runtime, [count], never)));
    assert.deepEqual(seen.map(Number).sort((a, b) => a - b), Array.from({ length: 60 }, (_, n) => n));
  }));

Deno.test("a worker killed in the middle of a job loses nothing: another takes the job over after its lease and a pause", () =>
  withRuntime(async (runtime) => {
    const uuid = await enqueueJob(runtime.sql, runtime, { kind: "slow", payload: {} });
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        ...taskFlags("test"),
        "--no-check",
        new URL("./victim.ts", import.meta.url).pathname,
        runtime.databaseUrl,
      ],
      stdout: "piped",
    }).spawn();
    // The victim prints "running" from inside the job.
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assert.match(new TextDecoder().decode(value), /running/);
    child.kill("SIGKILL");
    await reader.cancel();
    assert.equal((await child.status).signal, "SIGKILL");
    assert.equal((await findJob(runtime.sql, uuid))?.state, "running");

    const slow = defineJob({
      kind: "slow",
      payload: z.unknown(),
      leaseSeconds: 30,
      run: () => Promise.resolve("done by another"),
    });
    assert.equal(await drain(runtime, [slow], never), 0);
    runtime.clock.advance(31);
    assert.equal(await drain(runtime, [slow], never), 0);
    runtime.clock.advance(30);
    assert.equal(await drain(runtime, [slow], never), 1);
    const job = await findJob(runtime.sql, uuid);
    assert.deepEqual([job?.state, job?.result, job?.attempts], ["succeeded", "done by another", 2]);
  }));

Deno.test("a process that lost the lease cannot end the job", () =>
  withRuntime(async (runtime) => {
    await enqueueJob(runtime.sql, runtime, { kind: "echo", payload: { word: "late" } });
    const [row] = await claim(runtime, [echo], 1);
    assert.ok(row);
    const slow = {
      ...echo,
      run: async () => {
        runtime.clock.advance(61);
        assert.deepEqual(await claim(runtime, [echo], 1), []);
        runtime.clock.advance(30);
        const [other] = await claim(runtime, [echo], 1);
        assert.ok(other);
        return "stale";
      },
    };
    assert.equal(await runClaimed(runtime, [slow], row, never), "lost");
    assert.equal((await findJob(runtime.sql, row.uuid))?.state, "running");
  }));

Deno.test("stopping gives running jobs back, and the attempt does not count", () =>
  withRuntime(async (runtime) => {
    const started = Promise.withResolvers<void>();
    const patient = defineJob({
      kind: "patient",
      payload: z.unknown(),
      leaseSeconds: 60,
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          started.resolve();
        }),
    });
    const uuid = await enqueueJob(runtime.sql, runtime, { kind: "patient" });
    const workers = startWorkers(runtime, { jobs: [patient], concurrency: 2, notify: () => Promise.resolve(0) });
    await started.promise;
    await workers.stop();
    const job = await findJob(runtime.sql, uuid);
    assert.deepEqual([job?.state, job?.attempts], ["queued", 0]);
  }));

Deno.test("of ten ticks in one slot one enqueues", () =>
  withRuntime(async (runtime) => {
    const [schedule] = SCHEDULES;
    assert.ok(schedule);
    const ticks = await Promise.all(Array.from({ length: 10 }, () => tick(runtime, schedule)));
    assert.equal(ticks.filter(Boolean).length, 1);
    runtime.clock.advance(schedule.minutes * 60);
    assert.equal(await tick(runtime, schedule), true);
  }));

Deno.test("the backoff doubles, stays within its jitter and ends at four hours", () =>
  withRuntime((runtime) => {
    for (let attempts = 1; attempts < 30; attempts++) {
      const base = Math.min(15 * 2 ** (attempts - 1), 14_400);
      const seconds = backoffSeconds(attempts, runtime.random);
      assert.ok(seconds >= base && seconds <= base * 1.25, `${attempts}: ${seconds}`);
    }
    return Promise.resolve();
  }));
