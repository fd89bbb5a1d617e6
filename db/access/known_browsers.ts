/**
 * Browsers that users signed in with before, known by the hash of their cookie.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Whether the user signed in with that browser after `since`. */
export async function isKnownBrowser(db: Db, hash: Uint8Array, userId: number, since: Date): Promise<boolean> {
  const rows = await db`
    select 1 from known_browsers where hash = ${hash} and user_id = ${userId} and last_used_at > ${since}`;
  return rows.length > 0;
}

/** Remembers a browser of a user, and forgets the user's oldest ones beyond `keep`. */
export async function rememberBrowser(
  db: Db,
  browser: { hash: Uint8Array; userId: number; keep: number },
  now: Date,
): Promise<void> {
  await db`
    insert into known_browsers (hash, user_id, created_at, last_used_at)
    values (${browser.hash}, ${browser.userId}, ${now}, ${now})
    on conflict (hash) do update set last_used_at = excluded.last_used_at where known_browsers.user_id = excluded.user_id`;
  await db`
    delete from known_browsers where hash in (
      select hash from known_browsers where user_id = ${browser.userId}
      order by last_used_at desc, hash offset ${browser.keep})`;
}

/** Deletes the browsers that were not used after `limit`. Returns their number. */
export async function deleteUnusedBrowsers(db: Db, limit: Date): Promise<number> {
  return (await db`delete from known_browsers where last_used_at <= ${limit}`).count;
}
