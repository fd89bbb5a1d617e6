/**
 * The transaction of a conversation.
 *
 * @module
 */

import type { Tx } from "../../db/open.ts";
import { TOGETHER } from "../../db/supervised_pool.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import type { Outcome } from "./conversation.ts";
import { type LastStatements, lastStatements } from "./next_command.ts";

/** Runs a conversation in a transaction, and writes the deferred statements with its commit. */
export async function inTransaction(
  runtime: Runtime,
  converse: (tx: Tx, last: LastStatements) => Promise<Outcome>,
): Promise<Outcome> {
  let outcome: Outcome = null;
  const last: LastStatements = { statements: [] };
  await runtime.sql.begin(TOGETHER, async (tx) => {
    outcome = await converse(tx, last);
    return lastStatements(tx, last, runtime.clock.now());
  });
  // Not before the commit: what was rolled back did not happen.
  last.afterwards?.();
  if (last.marking !== undefined && (await last.marking).length === 0) {
    // The command was ended while it was chosen. The device connects again, and gets the next one.
    throw endedMeanwhile();
  }
  return outcome;
}

/** The refusal of a device whose next command was ended while it was chosen: it connects again, and gets the one after. */
export const endedMeanwhile = () =>
  problem("unavailable", undefined, { reason: "the command to send was ended meanwhile" });
