/**
 * Changes of tables that others are using.
 *
 * `alter table` waits for every transaction that has read the table, and all later transactions wait behind it: a
 * report that takes minutes would delay all devices for as long. So a change waits for its locks only for a moment,
 * lets the transactions behind it pass, and retries.
 *
 * @module
 */

import postgres from "postgres";
import type { Tx } from "./open.ts";

/**
 * How long other transactions may be delayed, and the pauses of a change that did not get its locks. Times are in
 * milliseconds.
 */
export type Patience = {
  lockMs: number;
  /**
   * Called with the length of the pause, the number of attempts so far and the error: it may give up by throwing that
   * error.
   */
  pause(milliseconds: number, tries: number, error: unknown): Promise<void>;
};

/**
 * A device's message waits longer for a lock than this. So does PostgreSQL before it looks for a deadlock (a second): the change
 * gives way before a message is ended for it.
 */
export const LOCK_MS = 500;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
/** A lock was not given in time; a deadlock, which this side lost. */
const NOT_NOW = new Set(["55P03", "40P01"]);

/** Whether an error means that a lock was not available, so that a retry may succeed in a moment. */
export function isLocked(error: unknown): boolean {
  return error instanceof postgres.PostgresError && NOT_NOW.has(error.code);
}

/**
 * Runs `work` in savepoints of `tx` until it gets its locks, however many attempts that takes. The transaction keeps
 * the locks that it already holds: others should not need them.
 */
export async function withShortLocks<T>(tx: Tx, { lockMs, pause }: Patience, work: (tx: Tx) => Promise<T>): Promise<T> {
  await tx`select set_config('lock_timeout', ${`${lockMs}ms`}, true)`;
  for (let tries = 1;; tries++) {
    try {
      return await tx.savepoint((inner) => work(inner)) as T;
    } catch (error) {
      if (!isLocked(error)) throw error;
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS), tries, error);
    }
  }
}

/** Gives up after the third attempt, by throwing an error that `isLocked` recognizes. */
export const THRICE: Patience = {
  lockMs: LOCK_MS,
  async pause(milliseconds, tries, error) {
    if (tries === 3) throw error;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  },
};
