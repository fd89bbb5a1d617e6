/**
 * The key ring of this process: from the setting SECRET_KEYS, or from a key file created at first start; checked
 * against the database before anything is sealed with it.
 *
 * @module
 */

import { join } from "node:path";
import { addInstanceSetting, findInstanceSetting } from "../../db/installation/instance_settings.ts";
import type { Sql } from "../../db/open.ts";
import type { Config } from "../config.ts";
import type { Random } from "../runtime.ts";
import { type KeyRing, newKeySetting, parseKeyRing, SecretError } from "./key_ring.ts";

/** The location of the value that shows whether a ring matches the database. */
export const KEY_CHECK = { table: "instance_settings", column: "value", id: "key_check" };

const pathOf = (folder: string) => join(folder, "secret.keys");

async function keyFile(folder: string, random: Random): Promise<string> {
  const path = pathOf(folder);
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(folder, { recursive: true });
  const setting = newKeySetting(`k${random.uuid().slice(0, 8)}`, random) + "\n";
  try {
    // createNew: of two processes that start at once, one writes the file and both read it.
    await Deno.writeTextFile(path, setting, { mode: 0o600, createNew: true });
    return setting;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return await Deno.readTextFile(path);
    throw error;
  }
}

/** Returns the key ring. Throws SecretError when it cannot decrypt the secrets of this database. */
export async function loadKeyRing(config: Config, sql: Sql, random: Random): Promise<KeyRing> {
  const ring = config.SECRET_KEYS === undefined
    // Read again when a key is unknown: another process may have added one to the file.
    ? await parseKeyRing(await keyFile(config.DATA_DIR, random), random, () => keyFile(config.DATA_DIR, random))
    : await parseKeyRing(config.SECRET_KEYS, random);
  await addInstanceSetting(sql, KEY_CHECK.id, await ring.seal("espalier", KEY_CHECK));
  const check = await findInstanceSetting(sql, KEY_CHECK.id);
  if (typeof check !== "string" || await ring.openText(check, KEY_CHECK) !== "espalier") {
    throw new SecretError("Cannot use these secret keys: the database was made with others");
  }
  return ring;
}

/**
 * Inserts a new random key at the start of the key file. Returns its id. Throws SecretError if the keys come from
 * SECRET_KEYS: then the operator adds the key there.
 */
export async function addKeyToFile(config: Config, random: Random): Promise<string> {
  if (config.SECRET_KEYS !== undefined) {
    throw new SecretError(
      "Cannot add a key: the keys come from SECRET_KEYS; add a new one at the front, restart every process, and rotate",
    );
  }
  const path = pathOf(config.DATA_DIR);
  const old = (await keyFile(config.DATA_DIR, random)).trim();
  const id = `k${random.uuid().slice(0, 8)}`;
  const next = `${path}.${id}`;
  await Deno.writeTextFile(next, `${newKeySetting(id, random)},${old}\n`, { mode: 0o600, createNew: true });
  // In one step: every reader sees either the old ring or the new one.
  await Deno.rename(next, path);
  return id;
}
