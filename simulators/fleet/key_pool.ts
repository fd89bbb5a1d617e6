/**
 * RSA keys made ahead of need, since making one takes a fifth of a second.
 *
 * How it differs from the real thing: with `shared` several devices have one key, which no real device does; it is for
 * loads where the making of keys would be most of the work.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { generateRsaKey } from "../../src/pki/keys.ts";

/** Gives keys of 2048 bits. */
export type KeyPool = {
  /** The next key; made now when none is ready. */
  take(): Promise<KeyObject>;
  /** Makes no more keys ahead; resolves when those that are being made are done. */
  close(): Promise<void>;
};

/** A pool of fresh keys of which `ahead` are kept ready, or of `shared` keys that go round. */
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
  // Whoever takes it hears of a failure; nobody else needs to.
  key.catch(() => {});
  keys.push(key);
  return key;
}
