/**
 * Turns: the messages of one identity are handled one after the other, as a device sends them.
 *
 * The attack: a device sends a thousand at once. Each would wait for the lock of the same channel with a connection to the
 * database, and all other devices for a connection. (Other processes have turns and connections of their own.)
 *
 * @module
 */

import { problem } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Runtime } from "../runtime.ts";

/**
 * Milliseconds that a turn takes at most: longer than the database's own limits for a device's message. After it the next
 * message is handled too, so that one whose connection hangs does not hold up its device until that is noticed.
 */
const LONGEST = 20_000;

/**
 * Messages of one identity at most, the one in hand and those that wait. The attack: a device sends messages and closes their
 * connections, over and over, faster than they are handled.
 */
const MOST = 100;

/** The messages of an identity: how many there are, and when the last one's turn is over. */
type Line = { length: number; last?: Promise<void> };

const lines = new WeakMap<Runtime, Map<string, Line>>();

/**
 * Does the work of a message when those before it from the same sender have ended, and settles as it does. Throws
 * `unavailable` when too many wait.
 */
export async function inTurn<Result>(
  runtime: Runtime,
  { fingerprint }: Certificate,
  work: () => Promise<Result>,
  longest: number = LONGEST,
): Promise<Result> {
  let all = lines.get(runtime);
  if (all === undefined) lines.set(runtime, all = new Map());
  let line = all.get(fingerprint);
  if (line === undefined) all.set(fingerprint, line = { length: 0 });
  if (line.length >= MOST) {
    throw problem("unavailable", undefined, { reason: "too many messages of the device at once" });
  }
  const { last: before } = line;
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  line.last = over;
  line.length++;
  if (before !== undefined) await before;
  const timer = setTimeout(end, longest);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    end();
    line.length--;
    if (line.length === 0) all.delete(fingerprint);
  }
}
