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

/**
 * Milliseconds that a turn takes at most: longer than the database's own limits for a device's message. After it the next
 * message is handled too, so that one whose connection hangs does not hold up its device until that is noticed.
 */
const LONGEST = 20_000;

/** The last message of each identity that has one in hand. */
const last = new WeakMap<Runtime, Map<string, Promise<void>>>();

/** Does the work of a message when those before it from the same sender have ended, and settles as it does. */
export async function inTurn<Result>(
  runtime: Runtime,
  { fingerprint }: Certificate,
  work: () => Promise<Result>,
  longest: number = LONGEST,
): Promise<Result> {
  let turns = last.get(runtime);
  if (turns === undefined) last.set(runtime, turns = new Map());
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const before = turns.get(fingerprint);
  turns.set(fingerprint, over);
  if (before !== undefined) await before;
  const timer = setTimeout(end, longest);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    end();
    if (turns.get(fingerprint) === over) turns.delete(fingerprint);
  }
}
