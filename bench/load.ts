/**
 * Applies load and measures: requests over a few connections at once, their latencies, the server's CPU time.
 *
 * @module
 */

/** The result of a scenario. Times are seconds, latencies milliseconds. */
export type Measured = {
  requests: number;
  wall: number;
  serverCpu: number;
  databaseCpu: number;
  statements: number;
  p50: number;
  p99: number;
};

/** Clock ticks a second of /proc: 100 on every Linux that Deno runs on. */
const TICKS = 100;

/** CPU seconds that a process has used, in user and system mode. Linux only. */
export function cpuOf(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** CPU seconds of every process of that name that lives, by pid. */
function cpuOfAll(name: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (Deno.readTextFileSync(`/proc/${pid}/comm`).trim() === name) found.set(Number(pid), cpuOf(Number(pid)));
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

const quantile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

/**
 * Repeats `step` in `lanes` lanes for `seconds`. A step returns the number of requests that it made; it throws if one
 * fails.
 */
export async function load(
  step: (lane: number, round: number) => Promise<number>,
  options: { lanes: number; seconds: number; serverPid: number; statements(): Promise<number> },
): Promise<Measured> {
  const latencies: number[] = [];
  let requests = 0;
  const before = {
    cpu: cpuOf(options.serverPid),
    database: cpuOfAll("postgres"),
    statements: await options.statements(),
    time: performance.now(),
  };
  const end = before.time + options.seconds * 1000;
  const lane = async (number: number) => {
    for (let round = 0; performance.now() < end; round++) {
      const start = performance.now();
      const made = await step(number, round);
      if (made === 0) break;
      latencies.push((performance.now() - start) / made);
      requests += made;
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, (_, number) => lane(number)));
  const wall = (performance.now() - before.time) / 1000;
  const serverCpu = cpuOf(options.serverPid) - before.cpu;
  let databaseCpu = 0;
  for (const [pid, cpu] of cpuOfAll("postgres")) databaseCpu += cpu - (before.database.get(pid) ?? 0);
  const statements = await options.statements() - before.statements;
  latencies.sort((one, other) => one - other);
  return {
    requests,
    wall,
    serverCpu,
    databaseCpu,
    statements,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}
