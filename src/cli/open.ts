/**
 * Opens what a server or an operator's command stands on: settings, database (embedded or given, migrated), keys.
 *
 * @module
 */

import { join } from "node:path";
import { startEmbedded } from "../../db/embedded.ts";
import { ensurePartitions } from "../../db/events.ts";
import { migrate } from "../../db/migrate.ts";
import { openDatabase } from "../../db/open.ts";
import { type Config, loadConfig } from "../config.ts";
import { Counters } from "../counters.ts";
import { RefusalTally } from "../events/refusals.ts";
import { openFileStore } from "../files/open.ts";
import { createLogger } from "../log.ts";
import { type Runtime, systemClock, systemNetwork, systemRandom } from "../runtime.ts";
import { loadKeyRing } from "../secrets/load.ts";

/** A runtime, and how to let go of it. */
export type Opened = { runtime: Runtime; close(): Promise<void> };

/** Opens the runtime of this process. `overrides` win over the environment. */
export async function openRuntime(overrides: Partial<Record<keyof Config, unknown>> = {}): Promise<Opened> {
  const config = loadConfig(overrides);
  const log = createLogger(config.LOG_LEVEL, () => systemClock.now());
  const embedded = config.DATABASE_URL === undefined
    ? await startEmbedded(join(config.DATA_DIR, "postgres"), { log: (message) => log.info(message) })
    : undefined;
  const sql = openDatabase(config.DATABASE_URL ?? embedded?.url ?? "", {
    max: config.DATABASE_POOL,
    prepare: config.DATABASE_PREPARE,
  });
  const close = async () => {
    await sql.end({ timeout: 10 });
    await embedded?.stop();
  };
  try {
    const applied = await migrate(sql);
    if (applied.length > 0) log.info("Brought the database to this version", { migrations: applied });
    await ensurePartitions(sql, systemClock.now());
    const keys = await loadKeyRing(config, sql, systemRandom);
    const files = openFileStore({ config, network: systemNetwork, clock: systemClock, random: systemRandom });
    return {
      runtime: {
        config,
        sql,
        clock: systemClock,
        random: systemRandom,
        keys,
        log,
        network: systemNetwork,
        files,
        refusals: new RefusalTally(),
        counters: new Counters(),
      },
      close: async () => {
        files.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs `body` with a runtime, as commands do. */
export async function withServer<T>(body: (runtime: Runtime) => Promise<T>): Promise<T> {
  const { runtime, close } = await openRuntime();
  try {
    return await body(runtime);
  } finally {
    await close();
  }
}
