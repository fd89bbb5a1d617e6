/**
 * A runtime for tests: a clock that moves by hand, a ring of one fixed key, a log that is kept, no network, files
 * in memory.
 *
 * @module
 */

import type { Sql } from "../../db/open.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { Counters } from "../../src/counters.ts";
import { RefusalTally } from "../../src/events/refusals.ts";
import { createLogger } from "../../src/log.ts";
import { Routine } from "../../src/events/routine.ts";
import { type Network, type Runtime, systemRandom } from "../../src/runtime.ts";
import { parseKeyRing } from "../../src/secrets/key_ring.ts";
import { withDatabase } from "./database.ts";
import { serverKeys } from "./keys.ts";
import { MemoryStore } from "./memory_files.ts";

/** A clock that stands still until it is moved. */
export class TestClock {
  constructor(private time: Date = new Date("2026-06-01T12:00:00Z")) {}
  now(): Date {
    return new Date(this.time);
  }
  /** Moves on by so many seconds. */
  advance(seconds: number): void {
    this.time = new Date(this.time.getTime() + seconds * 1000);
  }
  set(time: Date | string): void {
    this.time = new Date(time);
  }
}

/** A network on which every call fails. */
const noNetwork: Network = {
  client: () => ({
    fetch: (url) => Promise.reject(new Error(`Cannot reach ${url}: this test has no network`)),
    close: () => {},
  }),
};

/** The context of a test: the runtime, its clock, and the log lines written so far. */
export type TestRuntime = Runtime & { clock: TestClock; lines: string[]; databaseUrl: string };

/** A runtime on `sql`. */
export async function testRuntime(
  sql: Sql,
  databaseUrl: string,
  settings: Partial<Record<keyof Config, unknown>> = {},
): Promise<TestRuntime> {
  const clock = new TestClock();
  const lines: string[] = [];
  const random = { ...systemRandom, rsaKey: serverKeys() };
  const log = createLogger("debug", () => clock.now(), (line) => lines.push(line));
  return {
    config: loadConfig({ BASE_URL: "https://mdm.example.com", ...settings }, { env: {}, readFile: () => "" }),
    sql,
    clock,
    random,
    // A real hash is a quarter of a second of work, for each sign-in as well.
    passwordCost: { logN: 8, r: 8, p: 1 },
    keys: await parseKeyRing("test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", systemRandom),
    log,
    // Written when a test asks for it: nothing of it happens by time.
    routine: new Routine({ sql, clock, random, log }, () => () => {}),
    network: noNetwork,
    files: new MemoryStore(clock),
    refusals: new RefusalTally(),
    counters: new Counters(),
    lines,
    databaseUrl,
  };
}

/** Runs `body` with a fresh database and a runtime on it. */
export function withRuntime<T>(
  body: (runtime: TestRuntime) => Promise<T>,
  settings: Partial<Record<keyof Config, unknown>> = {},
): Promise<T> {
  return withDatabase(async (sql, url) => await body(await testRuntime(sql, url, settings)));
}
