/**
 * `deno task chaos`: servers under faults, with a record of every command.
 *
 * @module
 */

import { z } from "zod";
import { deviceIdOf } from "../../db/ids.ts";
import { listUnfinished } from "../../db/tools/chaos.ts";
import { randomOf } from "../../fuzz/random.ts";
import { type Options, runCommand, UsageError } from "../../src/cli/command.ts";
import { apiClient } from "../api_client.ts";
import type { SimulatedDevice } from "../device/device.ts";
import { startCrowd } from "../fleet/crowd.ts";
import { enrollmentApi } from "../fleet/enrollment_api.ts";
import { makeKeyPool } from "../fleet/key_pool.ts";
import { BASE_URL, makeDevices, makeWire } from "./devices.ts";
import { type FaultName, FAULTS, type World } from "./faults.ts";
import { Ledger, type Violation } from "./ledger.ts";
import { Operator } from "./operator.ts";
import { reportLines } from "./report.ts";
import { planFaults } from "./schedule.ts";
import type { Supervised } from "./supervisor.ts";
import { buildStage, SHUTDOWN_SECONDS } from "./world.ts";

const HELP = `deno task chaos [--minutes N] [--seed S] [--devices N] [--rate N] [--within N]

Starts two servers on a PostgreSQL of their own, simulated devices and a fake push service, and lets faults happen: servers
and PostgreSQL are killed, stopped and frozen, connections are cut, APNs fails. Meanwhile an operator sends commands and
changes a blueprint. After some time without faults it prints what became of everything, and ends with 1 when a promise
was not kept.

  --minutes N   Minutes with faults (2). At most ten more follow without, five in runs under ten minutes.
  --seed S      Which faults come when (1).
  --devices N   How many devices (40).
  --rate N      Commands that the operator sends in a second, all devices together (60).
  --within N    Seconds within which a server should be ready after a fault (5).
  --help        Shows this text.`;

const KNOWN = { texts: ["minutes", "seed", "devices", "rate", "within"], flags: [] };
const SERVERS = 2;
/** Seconds between two connects of a device without a push. */
const EVERY = 3;
/** Seconds after which a server that is not ready is given up, and milliseconds between two looks. */
const GIVE_UP = 60;
const LOOK_MS = 50;
/** Seconds between a recovery and the next fault at least. */
const REST = 1;

/** The options of a run. */
export type ChaosRun = { minutes: number; seed: number; devices: number; rate: number; within: number };

/** Returns the options as values. Throws UsageError. */
export function chaosOf({ texts }: Options): ChaosRun {
  const number = (name: string, fallback: number, low: number, high: number, whole = true): number => {
    const text = texts.get(name) ?? String(fallback);
    const value = Number(text);
    if (
      /^[0-9]{1,9}(\.[0-9]{1,3})?$/.test(text) && value >= low && value <= high && (!whole || Number.isInteger(value))
    ) {
      return value;
    }
    throw new UsageError(
      `Cannot use --${name} "${text}": it should be a ${whole ? "whole " : ""}number from ${low} to ${high}`,
    );
  };
  return {
    minutes: number("minutes", 2, 0.1, 1440, false),
    seed: number("seed", 1, 0, 999_999_999),
    devices: number("devices", 40, 1, 1000),
    rate: number("rate", 60, 1, 1000),
    within: number("within", 5, 0.1, GIVE_UP, false),
  };
}

/** Waits that many seconds, or until `signal` aborts. */
const pause = (seconds: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, Math.max(0, seconds) * 1000);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
  });

/** A run that was ended by a signal has no result. */
class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Seconds until the server is ready; null when it was given up. */
async function untilReady(server: Supervised): Promise<number | null> {
  const began = performance.now();
  const took = () => (performance.now() - began) / 1000;
  while (took() < GIVE_UP) {
    if (await server.ready()) return took();
    await pause(LOOK_MS / 1000);
  }
  return null;
}

/** Sentences about devices that are not in their desired state. */
function strayDevices(
  devices: readonly SimulatedDevice[],
  { desired, ever }: { desired: ReadonlySet<string>; ever: ReadonlySet<string> },
): string[] {
  return devices.flatMap(({ state, enrolled, udid }) => {
    if (!enrolled) return [`${udid} is no longer enrolled`];
    const here = new Set(state.profiles.map(({ uuid }) => uuid).filter((uuid) => ever.has(uuid)));
    const [missing, extra] = [[...desired.difference(here)], [...here.difference(desired)]];
    if (missing.length + extra.length === 0) return [];
    const who = `${udid} (${state.model.platform} ${state.model.osVersion})`;
    return [`${who} lacks ${missing.join(", ") || "nothing"}, has besides ${extra.join(", ") || "nothing"}`];
  });
}

/** Runs it to its end. Returns the violations. Throws when `end` ended it before. */
async function runChaos(
  run: ChaosRun,
  print: (line: string) => void,
  end: AbortSignal,
): Promise<readonly Violation[]> {
  await using stack = new AsyncDisposableStack();
  const ledger = new Ledger(run.within);
  let start = performance.now();
  const now = () => (performance.now() - start) / 1000;
  const ended = (server: number, how: string) => {
    print(`${now().toFixed(1)} s  server ${server} ${how}`);
    ledger.note({ kind: "ended", at: now(), server, how });
  };
  const stage = await buildStage(stack, SERVERS, { died: ended, say: print });
  const wire = makeWire(stage.proxies.devices.map(({ port }) => port));
  const keys = makeKeyPool({ shared: 4 });
  const devices = makeDevices(run.devices, { keys, wire, ledger, now });
  const api = enrollmentApi(BASE_URL, stage.token, wire.send);
  const enrollment = await api.makeEnrollment("Chaos", stage.pushCertificate);
  const failures = new Map<string, number>();
  let afterPush = 0;
  const crowd = startCrowd({
    devices,
    enroll: async (device) => await device.enroll(await api.profile(enrollment, device)),
    every: EVERY,
    apns: stage.apns,
    on(event) {
      if (event.kind === "connected" && event.cause === "push") afterPush++;
      if (event.kind !== "failed") return;
      const what = `${event.doing}: ${event.error.message.slice(0, 80)}`;
      failures.set(what, (failures.get(what) ?? 0) + 1);
    },
  });
  stack.defer(() => crowd.stop());
  await crowd.enrolled;
  const targets = await apiClient(BASE_URL, stage.token, wire.send)
    .json(z.array(z.object({ id: z.int().transform(deviceIdOf), udid: z.string() })), "GET", "/api/mdm/devices/");
  print(`${targets.length} devices are enrolled`);

  const random = randomOf(run.seed, "operator");
  const operator = new Operator({
    wire,
    token: stage.token,
    ledger,
    now,
    blueprint: await api.blueprint(),
    targets,
    rate: run.rate,
    pick: random.below,
  });
  const stopping = new AbortController();
  start = performance.now();
  const working = operator.work(stopping.signal);
  // It is awaited when the faults are over.
  working.catch(() => {});
  const world: World = { ...stage, targets, shutdownSeconds: SHUTDOWN_SECONDS, misbehaved: ended };
  const faults = new Map<FaultName, number>();
  for (const planned of planFaults(FAULTS, { seed: run.seed, seconds: run.minutes * 60, servers: SERVERS })) {
    await pause(planned.at - now(), end);
    if (end.aborted || now() > run.minutes * 60) break;
    const began = now();
    const undo = await FAULTS[planned.name].strike(world, planned);
    await pause(planned.lasts, end);
    await undo();
    const over = now();
    const times = await Promise.all(stage.servers.map(untilReady));
    times.forEach((seconds, server) => ledger.note({ kind: "ready", at: over, fault: planned.name, server, seconds }));
    faults.set(planned.name, (faults.get(planned.name) ?? 0) + 1);
    const told = times.map((seconds) => (seconds === null ? "never" : `${seconds.toFixed(2)} s`)).join(", ");
    print(
      `${began.toFixed(1)} s  ${planned.name}, ${
        (over - began).toFixed(1)
      } s long: ready after ${told}; ${ledger.roundTrips} round trips`,
    );
    await pause(REST, end);
  }
  await pause(run.minutes * 60 - now(), end);
  stopping.abort();
  await working;
  if (end.aborted) throw new Interrupted("Interrupted");

  const quiet = now();
  // A job of a process that was killed waits for its lease and a pause, four minutes after two deaths.
  const most = run.minutes < 10 ? 300 : 600;
  print(`${quiet.toFixed(1)} s  no more faults`);
  let open = await listUnfinished(stage.sql);
  let astray = strayDevices(devices, operator.versions());
  while (!end.aborted && now() - quiet < most && open.commands.length + open.jobs.length + astray.length > 0) {
    await pause(1, end);
    if (astray.length > 0) await operator.resumeHalted();
    open = await listUnfinished(stage.sql);
    astray = strayDevices(devices, operator.versions());
  }
  if (end.aborted) throw new Interrupted("Interrupted");
  const quietSeconds = now() - quiet;
  const violations = ledger.judge({
    listed: await operator.listed(),
    open,
    astray: [...astray, ...await operator.lostChanges()],
  });
  const lines = reportLines({
    seed: run.seed,
    minutes: run.minutes,
    devices: run.devices,
    servers: SERVERS,
    faults,
    answers: wire.answers,
    changes: operator.changes,
    resumed: operator.resumed,
    afterPush,
    uncaught: stage.uncaught.length,
    quietSeconds,
    figures: ledger.figures(),
    violations,
  });
  print("");
  for (const [what, count] of failures) print(`device failures, ${what}: ${count}`);
  for (const line of stage.uncaught.slice(0, 5)) print(line);
  for (const line of lines) print(line);
  return violations;
}

if (import.meta.main) {
  // From the beginning: PostgreSQL and its folder must not stay behind.
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => end.abort());
  Deno.exit(
    await runCommand(Deno.args, HELP, KNOWN, async (options) => {
      const violations = await runChaos(chaosOf(options), console.log, end.signal);
      console.log(violations.length === 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
      if (violations.length > 0) Deno.exit(1);
    }).catch((error: unknown) => {
      if (!(error instanceof Interrupted)) throw error;
      console.error("Interrupted: nothing is known of this run.");
      return 130;
    }),
  );
}
