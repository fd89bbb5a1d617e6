import assert from "node:assert/strict";
import { insertEvents } from "../../db/events/events.ts";
import { JOBS } from "../../jobs/registry.ts";
import { drain } from "../../jobs/queue.ts";
import { dueAt, SCHEDULES } from "../../jobs/schedules.ts";
import { builtInAuthority } from "../../src/issuing/authority.ts";
import { taskResult } from "../../src/task_result.ts";
import { enqueueJob } from "../../src/enqueue_job.ts";
import { issueCertificate, randomSerial } from "../../src/pki/ca.ts";
import { parseCertificate } from "../../src/pki/certificate.ts";
import { verifyChain } from "../../src/pki/chain.ts";
import { spkiOf } from "../../src/pki/keys.ts";
import { withFleet } from "../support/fleet.ts";
import { type TestRuntime, withRuntime } from "../support/runtime.ts";
import { KEYS } from "../support/keys.ts";

async function run(runtime: TestRuntime, kind: string): Promise<unknown> {
  const uuid = await enqueueJob(runtime.sql, runtime, { kind });
  await drain(runtime, JOBS, new AbortController().signal);
  const { status, result } = await taskResult(runtime.sql, uuid);
  assert.equal(status, "SUCCESS");
  return result;
}

Deno.test("every schedule names a job that exists", () => {
  const kinds = JOBS.map(({ kind }) => kind);
  assert.equal(new Set(kinds).size, kinds.length);
  for (const { kind, name } of SCHEDULES) assert.ok(kinds.includes(kind), name);
});

Deno.test("housekeeping creates next months' partitions and drops those past their retention", () =>
  withRuntime(async (runtime) => {
    await run(runtime, "housekeeping");
    const event = (at: Date) => ({
      id: crypto.randomUUID(),
      index: 0,
      type: "test",
      createdAt: at,
      tags: [],
      serialNumber: null,
      userId: null,
      request: null,
      objects: {},
      payload: null,
    });
    await insertEvents(runtime.sql, [event(runtime.clock.now())]);
    runtime.clock.set("2026-08-20T00:00:00Z");
    await run(runtime, "housekeeping");
    runtime.clock.set("2026-09-02T00:00:00Z");
    const result = await run(runtime, "housekeeping");
    assert.deepEqual((result as { dropped_partitions: string[] }).dropped_partitions, [
      "events_2026_06",
      "command_history_2026_06",
      "status_item_history_2026_06",
    ]);
    const left = await runtime.sql`select 1 from events`;
    assert.equal(left.length, 0);
    const partitions = await runtime.sql`select to_regclass('events_2026_11') is not null as found`;
    assert.equal(partitions[0]?.found, true);
  }, { EVENT_RETENTION_MONTHS: 2, HISTORY_RETENTION_MONTHS: 2 }));

Deno.test("the authority is renewed in time, and the certificates that it issued keep their chain", () =>
  withRuntime(async (runtime) => {
    const before = await builtInAuthority(runtime);
    const leaf = issueCertificate(before, {
      subject: [["CN", "leaf"]],
      spki: spkiOf(KEYS[0]),
      serial: randomSerial(),
      notBefore: runtime.clock.now(),
      notAfter: new Date("2041-01-01T00:00:00Z"),
      keyUsage: ["digitalSignature"],
    });
    assert.deepEqual(await run(runtime, "authority-renewal"), { renewed_until: null });
    runtime.clock.set("2040-01-01T00:00:00Z");
    assert.deepEqual(await run(runtime, "authority-renewal"), { renewed_until: "2055-01-01T00:00:00.000Z" });
    const after = await builtInAuthority(runtime);
    assert.notEqual(after.certificate.fingerprint, before.certificate.fingerprint);
    verifyChain(parseCertificate(leaf), { anchors: [after.certificate], now: runtime.clock.now() });
  }));

Deno.test("expired commands are ended even if their device never connects", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled({ mischief: () => "drop" });
    await device.connect();
    assert.deepEqual((await runtime.sql`select name from commands`).map(({ name }) => name), ["DeviceInformation"]);
    runtime.clock.advance(3 * 86_400);
    assert.equal((await run(runtime, "housekeeping") as { expired_commands: number }).expired_commands, 1);
    assert.equal((await runtime.sql`select 1 from commands`).length, 0);
    assert.deepEqual((await runtime.sql`select state from command_history`).map(({ state }) => state), ["expired"]);
  }));

Deno.test("uploaded files that nothing refers to are cleared away after a day", () =>
  withRuntime(async (runtime) => {
    await runtime.files.put(new TextEncoder().encode("x"), 10);
    assert.deepEqual(await run(runtime, "file-cleanup"), { removed_files: 0 });
    runtime.clock.advance(86_401);
    assert.deepEqual(await run(runtime, "file-cleanup"), { removed_files: 1 });
  }));

Deno.test("jobs that deliver changes to devices are taken over half a minute after their process died", () => {
  for (const kind of ["fan-out", "replan", "rollout-health"]) {
    const job = JOBS.find((one) => one.kind === kind);
    assert.ok(job !== undefined, kind);
    assert.ok(job.leaseSeconds <= 30, `${kind}: ${job.leaseSeconds} s`);
  }
});

Deno.test("every schedule is due at its minute and for two more, by the clock of UTC, and then in the next slot", () => {
  const due = (time: string) => dueAt(new Date(time)).map(({ name }) => name);
  assert.ok(!due("2026-06-01T03:22:59Z").includes("authority-renewal"));
  for (const minute of [23, 24, 25]) assert.ok(due(`2026-06-01T03:${minute}:00Z`).includes("authority-renewal"));
  assert.ok(!due("2026-06-01T03:26:00Z").includes("authority-renewal"));
  assert.ok(!due("2026-06-01T04:23:00Z").includes("authority-renewal"));
  assert.deepEqual(due("2026-06-01T18:17:30Z"), ["apps-and-books", "setup-watchdog", "software-updates-sync"]);
  for (const hour of ["00", "06", "12"]) assert.ok(due(`2026-06-01T${hour}:17:00Z`).includes("software-updates-sync"));
  // In a day each has its minutes, none is left out, and a slot has one place for each.
  const counts = new Map<string, number>();
  for (let minute = 0; minute < 1440; minute++) {
    for (const { name } of dueAt(new Date(Date.UTC(2026, 5, 1) + minute * 60_000))) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  for (const { name, minutes, at } of SCHEDULES) {
    assert.ok(at < minutes, name);
    assert.equal(counts.get(name), 1440 / minutes * Math.min(3, minutes - at), name);
  }
});
