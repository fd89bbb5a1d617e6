/**
 * The key that signs the addresses of downloads: created at first use, stored encrypted.
 *
 * @module
 */

import { DOWNLOAD_KEY_ID, findDownloadKey, insertDownloadKey } from "../../db/downloads/download_keys.ts";
import type { Runtime } from "../runtime.ts";

const CONTEXT = { table: "download_keys", column: "key_sealed", id: DOWNLOAD_KEY_ID };
const opened = new WeakMap<Runtime["sql"], Uint8Array>();

/** Returns the key of this installation: 32 bytes. Never replaced, since advertised addresses are signed with it. */
export async function downloadKey(
  runtime: Pick<Runtime, "sql" | "keys" | "random" | "clock">,
): Promise<Uint8Array> {
  const { sql, keys } = runtime;
  const known = opened.get(sql);
  if (known !== undefined) return known;
  if (await findDownloadKey(sql) === undefined) {
    await insertDownloadKey(sql, await keys.seal(runtime.random.bytes(32), CONTEXT), runtime.clock.now());
  }
  // Read back: of two processes that start at once the first one's key counts.
  const sealed = await findDownloadKey(sql);
  if (sealed === undefined) throw new Error("Cannot find the download key that was just made");
  const key = await keys.open(sealed, CONTEXT);
  opened.set(sql, key);
  return key;
}
