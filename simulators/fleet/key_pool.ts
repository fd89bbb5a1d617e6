/**
 * RSA keys created in advance, since creating one takes a fifth of a second.
 *
 * How it differs from the real thing: with `shared` several devices have one key, which no real device does; it is for
 * loads where key generation would be most of the work.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { generateRsaKey } from "../../src/pki/keys.ts";

/** Returns keys of 2048 bits. */
export type KeyPool = {
  /** Returns the next key; created now if none is ready. */
  take(): Promise<KeyObject>;
  /** Stops creating keys; resolves when the keys in progress are done. */
  close(): Promise<void>;
};

/** Returns a pool of fresh keys of which `ahead` are kept ready, or of `shared` keys that go round. */
export function makeKeyPool(options: { ahead: number } | { shared: number }): KeyPool {
  if ("shared" in options) {
    const keys: Promise<KeyObject>[] = [];
    let next = 0;
    return {
      take: () => keys[next++ % options.shared] ?? made(keys, generateRsaKey(2048)),
      close: () => allDone(keys),
    };
  }
  const ready: Promise<KeyObject>[] = [];
  let closed = false;
  const fill = () => {
    while (!closed && ready.length < options.ahead) made(ready, generateRsaKey(2048));
  };
  return {
    take() {
      const key = ready.shift() ?? generateRsaKey(2048);
      fill();
      return key;
    },
    close() {
      closed = true;
      return allDone(ready);
    },
  };
}

const allDone = (keys: Promise<KeyObject>[]) => Promise.allSettled(keys).then(() => {});

function made(keys: Promise<KeyObject>[], key: Promise<KeyObject>): Promise<KeyObject> {
  // The caller that takes it gets the failure; no other code needs it.
  key.catch(() => {});
  keys.push(key);
  return key;
}
