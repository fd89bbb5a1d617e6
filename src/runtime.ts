/**
 * What the rest of the server is given instead of reaching for it: settings, database, time, randomness, keys, log,
 * network and files. Made once in `main.ts`; tests make their own.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import type { Sql } from "../db/open.ts";
import type { PasswordCost } from "./access/passwords.ts";
import type { Config } from "./config.ts";
import type { Counters } from "./counters.ts";
import type { RefusalTally } from "./events/refusals.ts";
import type { FileStore } from "./files/store.ts";
import type { Logger } from "./log.ts";
import { generateRsaKey } from "./pki/keys.ts";
import type { Routine } from "./events/routine.ts";
import type { KeyRing } from "./secrets/key_ring.ts";

/** The time. Tests move it by hand. */
export type Clock = { now(): Date };

/** The system's own time. */
export const systemClock: Clock = { now: () => new Date() };

/** Cryptographic randomness. */
export type Random = {
  /** `length` random bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** A random (version 4) UUID in lower case. */
  uuid(): string;
  /** A new RSA private key of 2048 bits; a fifth of a second of work. */
  rsaKey(): Promise<KeyObject>;
};

/** The system's own randomness. */
export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uuid: () => crypto.randomUUID(),
  rsaKey: () => generateRsaKey(2048),
};

/** `length` characters of [A-Za-z0-9], unbiased. */
export function randomText(random: Random, length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  let text = "";
  while (text.length < length) {
    // 248 = 4 × 62: bytes above it would make the first characters more likely.
    for (const byte of random.bytes(length)) if (byte < 248 && text.length < length) text += alphabet[byte % 62];
  }
  return text;
}

/** A client of one outside host over HTTP/2, with a client certificate where one is given. */
export type HttpClient = {
  fetch(url: string, init?: RequestInit): Promise<Response>;
  close(): void;
};

/** How the server reaches the outside. */
export type Network = {
  /** A new client; `certificate` and `key` are PEM (key unencrypted), `anchors` PEM roots besides the system's. */
  client(options: { certificate?: string; key?: string; anchors?: string[]; http2?: boolean }): HttpClient;
};

/** The system's own network. */
export const systemNetwork: Network = {
  client({ certificate, key, anchors, http2 }) {
    const client = Deno.createHttpClient({
      ...(certificate !== undefined && key !== undefined ? { cert: certificate, key } : {}),
      ...(anchors === undefined ? {} : { caCerts: anchors }),
      http2: http2 ?? true,
      http1: !(http2 ?? false),
      // APNs treats many connections as an attack; HTTP/2 multiplexes on one.
      poolMaxIdlePerHost: 1,
    });
    return {
      fetch: (url, init) => fetch(url, { ...init, client }),
      close: () => client.close(),
    };
  },
};

/** Everything a service is given. */
export type Runtime = {
  config: Config;
  sql: Sql;
  /** The connections that messages of devices use; the common ones where it is absent. */
  deviceSql?: Sql;
  clock: Clock;
  random: Random;
  /** What the hash of a password costs that is made now. */
  passwordCost: PasswordCost;
  keys: KeyRing;
  log: Logger;
  network: Network;
  files: FileStore;
  /** What this process refused lately, so that refusals are recorded as samples. */
  refusals: RefusalTally;
  /** What routine contacts leave behind, written shortly after. */
  routine: Routine;
  /** What happened in this process since it started. */
  counters: Counters;
  /** Milliseconds that the machine's own clock is ahead of this one. */
  skew?(): number;
};
