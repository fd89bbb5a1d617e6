/**
 * Packages of the file store, and what was read from each.
 *
 * @module
 */

import { type Db, json } from "../open.ts";

/** A package. */
export type PackageFileRow = {
  /** Lower-case hex; also where the file store keeps it. */
  sha256: string;
  /** Bytes. */
  size: number;
  type: "PKG" | "IPA";
  title: string;
  productId: string;
  productVersion: string;
  bundles: { id: string; version_str: string; version: string; path: string }[];
  platforms: string[];
  signature: "signed" | "unsigned" | "invalid";
  signer: string;
  profile: { name: string; uuid: string; applicationIdentifier: string; expiresAt: string | null } | null;
  warnings: string[];
  /** Bytes of a chunk, and the digests of all, in hex. */
  chunks: { size: number; sha256s: string[]; md5s: string[] };
};

/** A package without the digests of its chunks, of which a large one has thousands. */
export type PackageFileFacts = Omit<PackageFileRow, "chunks">;

/** Stores the facts of a package; those of the same file are replaced. */
export async function putPackageFile(db: Db, row: PackageFileRow, now: Date): Promise<void> {
  const { bundles, profile, chunks, ...plain } = row;
  const values = {
    ...plain,
    bundles: json(db, bundles),
    bundleIds: bundles.map(({ id }) => id),
    profile: profile === null ? null : json(db, profile),
    chunks: json(db, chunks),
    storedAt: now,
  };
  await db`insert into package_files ${db(values)} on conflict (sha256) do update set ${db(values)}`;
}

/** Returns the facts of a package. */
export async function findPackageFile(db: Db, sha256: string): Promise<PackageFileFacts | undefined> {
  const [row] = await db<PackageFileFacts[]>`
    select sha256, size, type, title, product_id, product_version, bundles, platforms, signature, signer, profile, warnings
    from package_files where sha256 = ${sha256}`;
  return row;
}

/** Says that a package was sent again: it is kept for another day. What was sent just now is left as it is. */
export async function renewPackageFile(db: Db, sha256: string, now: Date): Promise<void> {
  await db`
    update package_files set stored_at = ${now}
    where sha256 = ${sha256} and stored_at < ${now}::timestamptz - interval '12 hours'`;
}

/** Removes the facts of packages that were sent before `before` and that nothing refers to. */
export async function deleteUnusedPackageFiles(db: Db, before: Date): Promise<void> {
  await db`
    delete from package_files f where f.stored_at < ${before}
      and not exists (select 1 from enterprise_app_versions v where v.package_sha256 = f.sha256)
      and not exists (select 1 from packages p where p.sha256 = f.sha256)`;
}

/** Returns the digests of a package's chunks. */
export async function findPackageChunks(db: Db, sha256: string): Promise<PackageFileRow["chunks"] | undefined> {
  const [row] = await db<Pick<PackageFileRow, "chunks">[]>`select chunks from package_files where sha256 = ${sha256}`;
  return row?.chunks;
}
