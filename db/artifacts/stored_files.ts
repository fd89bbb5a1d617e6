/**
 * Which stored files are in use.
 *
 * @module
 */

import type { Db, Tx } from "../open.ts";

/** Returns those of `digests` that nothing refers to. */
export async function unreferencedFiles(db: Db, digests: readonly string[]): Promise<string[]> {
  const rows = await db<{ sha256: string }[]>`
    select sha256 from unnest(${[...digests]}::text[]) as one (sha256)
    where not exists (select 1 from data_asset_versions a where a.file_sha256 = one.sha256)
      and not exists (select 1 from package_files f where f.sha256 = one.sha256) order by sha256`;
  return rows.map(({ sha256 }) => sha256);
}

/** Any number, the same in all processes, that no other lock uses as its first half. */
const FILE_LOCKS = 5_071;

/** Locks a file until the transaction ends: alone to remove it, with others to refer to it. */
export async function lockFile(tx: Tx, sha256: string, how: "alone" | "with others"): Promise<void> {
  if (how === "alone") await tx`select pg_advisory_xact_lock(${FILE_LOCKS}, hashtext(${sha256}))`;
  else await tx`select pg_advisory_xact_lock_shared(${FILE_LOCKS}, hashtext(${sha256}))`;
}
