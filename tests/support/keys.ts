/**
 * Keys that stand in `tests/fixtures/keys`, since making one takes a fifth of a second. Each place takes keys of its own, so
 * that nothing holds by two places having the same one.
 *
 * @module
 */

import { createPrivateKey, type KeyObject } from "node:crypto";

const FOLDER = new URL("../fixtures/keys/", import.meta.url);

const keyAt = (number: number): KeyObject =>
  createPrivateKey(Deno.readTextFileSync(new URL(`rsa-${String(number).padStart(2, "0")}.pem`, FOLDER)));

/** Keys that every test may give to devices. */
export const KEYS = [keyAt(1), keyAt(2)] as const;

/** The key of the maker of simulated devices. */
export const MAKER_KEY = keyAt(3);

/** The key of authorities that tests make themselves. */
export const AUTHORITY_KEY = keyAt(4);

/** Returns a maker of keys that go round in the fixtures of those numbers. */
function goingRound(first: number, last: number): () => Promise<KeyObject> {
  let next = 0;
  const keys: KeyObject[] = [];
  return () => {
    const index = next++ % (last - first + 1);
    return Promise.resolve(keys[index] ??= keyAt(first + index));
  };
}

/** The key of the authority that stands in the template database. */
export const builtInKey = (): Promise<KeyObject> => Promise.resolve(keyAt(5));

/** The further keys of a server: that of its profile signer … */
export const serverKeys = (): () => Promise<KeyObject> => goingRound(6, 9);

/** The further keys of devices. */
export const deviceKeys = (): () => Promise<KeyObject> => goingRound(10, 14);
