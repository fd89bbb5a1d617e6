/**
 * The key ring of this process: from the setting SECRET_KEYS, or from a key file made at first start; checked against the
 * database before anything is sealed with it.
 *
 * @module
 */

import { join } from "node:path";
import { addInstanceSetting, findInstanceSetting } from "../../db/instance_settings.ts";
import type { Sql } from "../../db/open.ts";
import type { Config } from "../config.ts";
import type { Random } from "../runtime.ts";
import { type KeyRing, newKeySetting, parseKeyRing, SecretError } from "./key_ring.ts";

const CHECK = { table: "instance_settings", column: "value", id: "key_check" };

async function keyFile(folder: string, random: Random): Promise<string> {
  const path = join(folder, "secret.keys");
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

/** The key ring. Throws SecretError when it cannot open what this database holds. */
export async function loadKeyRing(config: Config, sql: Sql, random: Random): Promise<KeyRing> {
  const ring = await parseKeyRing(config.SECRET_KEYS ?? await keyFile(config.DATA_DIR, random), random);
  await addInstanceSetting(sql, CHECK.id, await ring.seal("espalier", CHECK));
  const check = await findInstanceSetting(sql, CHECK.id);
  if (typeof check !== "string" || await ring.openText(check, CHECK) !== "espalier") {
    throw new SecretError("Cannot use these secret keys: the database was made with others");
  }
  return ring;
}
