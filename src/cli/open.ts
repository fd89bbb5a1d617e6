/**
 * Opens the foundation of a server or an operator's command: settings, database (embedded or given, migrated), keys.
 *
 * @module
 */

import { PASSWORD_COST } from "../access/passwords.ts";
import { startEmbedded } from "../../db/embedded.ts";
import { ensurePartitions } from "../../db/events/events.ts";
import { migrate } from "../../db/migrate.ts";
import { type DatabaseOptions, openDatabase, type Sql } from "../../db/open.ts";
import { isLocked } from "../../db/short_locks.ts";
import { type Config, loadConfig } from "../config.ts";
import { Counters } from "../counters.ts";
import { Routine } from "../events/routine.ts";
import { databaseClock } from "../database_clock.ts";
import { RefusalTally } from "../events/refusals.ts";
import { openFileStore } from "../files/open.ts";
import { createLogger } from "../log.ts";
import { type Runtime, systemClock, systemNetwork, systemRandom } from "../runtime.ts";
import { loadKeyRing } from "../secrets/load.ts";
import { awaitDatabase } from "./await_database.ts";
import { checkDataDir, databaseFolder, dataDirError } from "./data_dir.ts";

/** Of the connections to the database, those for devices. */
const DEVICES_SHARE = 0.6;
/** Seconds. A device whose message waits longer retries; an operator's page may be slow. */
const DEVICES = { wait: 5, statementTimeout: 15, lockTimeout: 5, idleInTransactionTimeout: 30 };
const OPERATORS = { wait: 15, statementTimeout: 120, lockTimeout: 15, idleInTransactionTimeout: 120 };

/** Seconds that the last check-ins and events may take to be written when the process ends. */
const FLUSH_SECONDS = 5;

/** Settles as `work` does, or rejects after so many seconds. */
async function within(seconds: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`The database did not answer for ${seconds} s`)), seconds * 1000);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** A runtime, and how to release it. */
export type Opened = { runtime: Runtime; close(): Promise<void> };

/** How a runtime is opened. */
export type OpenOptions = {
  /** Whether the embedded database and the key file may be created. If not, a folder without them is refused. */
  create?: boolean;
  /** Ends the wait for a database that does not answer. */
  signal?: AbortSignal;
};

/**
 * Opens the runtime of this process. `overrides` win over the environment. Throws ConfigError, EmbeddedError, SecretError
 * and DatabaseMissing with sentences for the operator; whatever it started has stopped by then.
 */
export async function openRuntime(
  overrides: Partial<Record<keyof Config, unknown>> = {},
  { create = true, signal }: OpenOptions = {},
): Promise<Opened> {
  const config = loadConfig(overrides);
  const log = createLogger(config.LOG_LEVEL, () => systemClock.now());
  await checkDataDir(config, create);
  const embedded = config.DATABASE_URL === undefined
    ? await startEmbedded(databaseFolder(config), { log: (message) => log.info(message) }).catch((error) => {
      throw dataDirError(config, error);
    })
    : undefined;
  const url = config.DATABASE_URL ?? embedded?.url ?? "";
  const opened: Sql[] = [];
  const open = (options: DatabaseOptions) => {
    const pool = openDatabase(url, { prepare: config.DATABASE_PREPARE, ...options });
    opened.push(pool);
    return pool;
  };
  const closing: (() => void)[] = [];
  let flush = () => Promise.resolve();
  const close = async () => {
    // A database that does not answer must not keep the process from ending.
    await within(FLUSH_SECONDS, flush()).catch((error) =>
      log.warn("Cannot record the last check-ins and events of devices", { error })
    );
    for (const end of closing) end();
    await Promise.all(opened.map((pool) => pool.end({ timeout: 10 })));
    await embedded?.stop();
  };
  try {
    // Migrations may take their time, and their locks.
    const first = open({ max: 2 });
    await awaitDatabase(first, log, signal === undefined ? {} : { signal });
    const applied = await migrate(first, {
      onWait: ({ migration, reason }) =>
        log.warn(`Waiting to migrate the database to this version: ${reason}`, { migration }),
    });
    if (applied.length > 0) log.info("Migrated the database to this version", { migrations: applied });
    const clock = await databaseClock(first);
    closing.push(() => clock.stop());
    await ensurePartitions(first, clock.now()).catch((error) => {
      if (!isLocked(error)) throw error;
      // There are months ahead: the hourly housekeeping sees to it.
      log.warn("Cannot create the next months' partitions of events and history: their tables are in use", { error });
    });
    // Devices and operators wait for each other nowhere: each has connections of its own.
    const devices = Math.ceil(config.DATABASE_POOL * DEVICES_SHARE);
    const sql = open({ ...OPERATORS, max: Math.max(2, config.DATABASE_POOL - devices) });
    const deviceSql = open({ ...DEVICES, max: devices, name: "espalier-devices" });
    const keys = await loadKeyRing(config, sql, systemRandom);
    const files = openFileStore({ config, network: systemNetwork, clock, random: systemRandom });
    closing.push(() => files.close());
    const routine = new Routine({ sql, clock, random: systemRandom, log });
    flush = () => routine.flush();
    return {
      runtime: {
        config,
        sql,
        deviceSql,
        clock,
        random: systemRandom,
        passwordCost: PASSWORD_COST,
        keys,
        log,
        network: systemNetwork,
        files,
        refusals: new RefusalTally(),
        routine,
        counters: new Counters(),
        skew: () => clock.skew(),
      },
      close,
    };
  } catch (error) {
    await close();
    throw dataDirError(config, error);
  }
}

/** Runs `body` with the runtime of a server that exists, as commands do. Throws ConfigError if DATA_DIR has none. */
export async function withServer<T>(body: (runtime: Runtime) => Promise<T>): Promise<T> {
  const { runtime, close } = await openRuntime({}, { create: false });
  try {
    return await body(runtime);
  } finally {
    await close();
  }
}
