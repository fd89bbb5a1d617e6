/**
 * Turns: the messages of one identity are handled one after the other, as a device sends them.
 *
 * The attack: a device sends a thousand at once. Each would wait for the lock of the same channel with a connection to the
 * database, and all other devices for a connection. (Other processes have turns and connections of their own.)
 *
 * @module
 */

import type { Certificate } from "../pki/certificate.ts";
import type { Runtime } from "../runtime.ts";

/** The last message of each identity that has one in hand. */
const last = new WeakMap<Runtime, Map<string, Promise<void>>>();

/** Does the work of a message when those before it from the same sender have ended, and settles as it does. */
export async function inTurn<Result>(
  runtime: Runtime,
  { fingerprint }: Certificate,
  work: () => Promise<Result>,
): Promise<Result> {
  let turns = last.get(runtime);
  if (turns === undefined) last.set(runtime, turns = new Map());
  const before = turns.get(fingerprint);
  const result = before === undefined ? work() : before.then(work);
  const over = result.then(() => {}, () => {});
  turns.set(fingerprint, over);
  try {
    return await result;
  } finally {
    if (turns.get(fingerprint) === over) turns.delete(fingerprint);
  }
}
