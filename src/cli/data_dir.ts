/**
 * The data folder, before anything is stored in it: whether it is writable, and whether it has a database.
 *
 * @module
 */

import { join } from "node:path";
import { type Config, ConfigError } from "../config.ts";

/** Returns where the embedded database lives. */
export const databaseFolder = (config: Pick<Config, "DATA_DIR">): string => join(config.DATA_DIR, "postgres");

const CAUSES: Record<string, string> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "it is a file",
  ENOSPC: "the disk is full",
};

/** Returns why a folder or file cannot be used, in words; undefined for an error that is about something else. */
function causeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Deno.errors.NotCapable) return "the system keeps this folder for itself";
  const known = CAUSES[String(Object(error).code)];
  if (known !== undefined) return known;
  if (error instanceof Deno.errors.PermissionDenied) return CAUSES.EACCES;
  if (error instanceof Deno.errors.NotADirectory) return CAUSES.ENOTDIR;
  if (error instanceof Deno.errors.AlreadyExists) return CAUSES.EEXIST;
  return undefined;
}

const sentence = (config: Config, cause: string) =>
  `Cannot write to DATA_DIR "${config.DATA_DIR}": ${cause}. Set DATA_DIR to a folder that this user can write to.`;

/** Translates an error of the file system into a ConfigError that names DATA_DIR; passes others on. */
export function dataDirError(config: Config, error: unknown): unknown {
  const cause = causeOf(error);
  return cause === undefined ? error : new ConfigError(sentence(config, cause), { cause: error });
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

/**
 * Resolves when the data folder can be used. Throws ConfigError if it cannot be written, and unless `create` if the
 * database or the keys that should be in it are not: a mistyped folder would become a second, empty server.
 */
export async function checkDataDir(config: Config, create: boolean): Promise<void> {
  const embedded = config.DATABASE_URL === undefined;
  if (!embedded && config.SECRET_KEYS !== undefined) return;
  if (create) {
    try {
      await Deno.mkdir(config.DATA_DIR, { recursive: true });
      const probe = join(config.DATA_DIR, `.writable-${crypto.randomUUID()}`);
      await Deno.writeTextFile(probe, "", { createNew: true });
      await Deno.remove(probe);
    } catch (error) {
      throw dataDirError(config, error);
    }
    return;
  }
  if (embedded && !await exists(join(databaseFolder(config), "data", "PG_VERSION"))) {
    throw new ConfigError(
      `Cannot find a database in DATA_DIR "${config.DATA_DIR}". Set DATA_DIR to the server's data folder, or DATABASE_URL to its database.`,
    );
  }
  if (config.SECRET_KEYS === undefined && !await exists(join(config.DATA_DIR, "secret.keys"))) {
    throw new ConfigError(
      `Cannot find the file secret.keys in DATA_DIR "${config.DATA_DIR}". Set DATA_DIR to the server's data folder, or SECRET_KEYS to its keys.`,
    );
  }
}
