/**
 * Waits for a database that starts later than the server does.
 *
 * @module
 */

import { setTimeout as wait } from "node:timers/promises";
import { databaseTime } from "../../db/ping.ts";
import { isUnavailable, type Sql } from "../../db/open.ts";
import type { Logger } from "../log.ts";

/** A database that did not come; the message is a sentence for the operator. */
export class DatabaseMissing extends Error {
  override readonly name = "DatabaseMissing";
}

const WAIT_MS = 60_000;
const PAUSE_MS = 1000;

/** Resolves after that time, or as soon as the wait is aborted. */
const pause = (milliseconds: number, signal?: AbortSignal) =>
  wait(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {});

/**
 * Resolves once the database answers. Throws DatabaseMissing after a minute, immediately for errors that waiting does
 * not fix, such as a wrong password, and when `signal` aborts the wait.
 */
export async function awaitDatabase(
  sql: Sql,
  log: Logger,
  { waitMs = WAIT_MS, pauseMs = PAUSE_MS, signal }: { waitMs?: number; pauseMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const until = performance.now() + waitMs;
  for (let tries = 0;; tries++) {
    try {
      await databaseTime(sql);
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!isUnavailable(error)) {
        throw new DatabaseMissing(`Cannot use the database that DATABASE_URL names: ${reason}`, { cause: error });
      }
      if (signal?.aborted === true) {
        throw new DatabaseMissing(`Stopped before the database that DATABASE_URL names answered: ${reason}`, {
          cause: error,
        });
      }
      if (performance.now() >= until) {
        throw new DatabaseMissing(
          `Cannot reach the database that DATABASE_URL names: it did not answer for ${
            waitMs / 1000
          } seconds (${reason})`,
          { cause: error },
        );
      }
      if (tries === 0) log.warn("The database does not answer yet: waiting for it", { seconds: waitMs / 1000, reason });
      await pause(pauseMs, signal);
    }
  }
}
