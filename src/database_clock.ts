/**
 * The time of the database, which every process of an installation shares.
 *
 * Due, sent and expiry times are compared across processes. The attack, and the accident: one machine's clock jumps,
 * and commands are stamped days ahead. So a process reads the database's time and measures from it with a clock that
 * cannot be set.
 *
 * @module
 */

import { databaseTime } from "../db/ping.ts";
import type { Sql } from "../db/open.ts";
import type { Clock } from "./runtime.ts";

/** How often the database's time is read again, since no two clocks run alike. */
const REFRESH_MS = 30_000;

/** A clock of the database's time. */
export type DatabaseClock = Clock & {
  /** Milliseconds that the machine's own clock is ahead of the database's. */
  skew(): number;
  stop(): void;
};

/** The machine's clocks: the wall clock, and a monotonic one. */
export type MachineTime = { now(): number; monotonic(): number };

const machine: MachineTime = { now: () => Date.now(), monotonic: () => performance.now() };

/** Reads the database's time. Rejects if it does not answer; later reads fail silently and are repeated. */
export async function databaseClock(sql: Sql, own: MachineTime = machine): Promise<DatabaseClock> {
  let base = 0;
  const ask = async () => {
    const before = own.monotonic();
    const time = await databaseTime(sql);
    const after = own.monotonic();
    // The answer was created somewhere in between; the middle is the best estimate.
    base = time.getTime() - (before + after) / 2;
  };
  await ask();
  const timer = setInterval(() => void ask().catch(() => {}), REFRESH_MS);
  Deno.unrefTimer(timer);
  const now = () => base + own.monotonic();
  return {
    now: () => new Date(Math.floor(now())),
    skew: () => own.now() - now(),
    stop: () => clearInterval(timer),
  };
}
