/**
 * The key that signs the addresses of downloads, as it is stored.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** The id of the one key. */
export const DOWNLOAD_KEY_ID = 1;

/** Returns the sealed key. */
export async function findDownloadKey(db: Db): Promise<string | undefined> {
  const [row] = await db<{ keySealed: string }[]>`select key_sealed from download_keys where id = ${DOWNLOAD_KEY_ID}`;
  return row?.keySealed;
}

/** Stores the key; of two processes at once the first wins. */
export async function insertDownloadKey(db: Db, keySealed: string, now: Date): Promise<void> {
  await db`
    insert into download_keys (id, key_sealed, created_at) values (${DOWNLOAD_KEY_ID}, ${keySealed}, ${now})
    on conflict (id) do nothing`;
}
