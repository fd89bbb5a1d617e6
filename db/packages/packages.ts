/**
 * Packages that declarations refer to.
 *
 * @module
 */

import { type Db, one } from "../open.ts";
import type { PackageFileFacts } from "./package_files.ts";

/** What an operator says of a package. */
export type PackageValues = { name: string; description: string };

/** A package. */
export type PackageRow = PackageValues & {
  id: string;
  sourceUri: string;
  sha256: string;
  filename: string;
  createdAt: Date;
  updatedAt: Date;
  type: PackageFileFacts["type"];
  size: number;
  productId: string;
  productVersion: string;
  bundles: PackageFileFacts["bundles"];
  signature: PackageFileFacts["signature"];
  signer: string;
  warnings: string[];
};

const select = (db: Db) =>
  db`select p.id, p.name, p.description, p.source_uri, p.sha256, p.filename, p.created_at, p.updated_at, f.type, f.size,
      f.product_id, f.product_version, f.bundles, f.signature, f.signer, f.warnings
    from packages p join package_files f on f.sha256 = p.sha256`;

/** Returns a page by name, and the total number. */
export async function listPackages(
  db: Db,
  page: {
    limit: number;
    offset: number;
    name?: string;
    /** Part of the name, or of the product's identifier. */
    search?: string;
    productId?: string;
  },
): Promise<{ rows: PackageRow[]; count: number }> {
  const like = `%${(page.search ?? "").replaceAll(/[\\%_]/g, "\\$&")}%`;
  const where = db`where true
    ${page.name === undefined ? db`` : db`and p.name = ${page.name}`}
    ${page.productId === undefined ? db`` : db`and f.product_id = ${page.productId}`}
    ${page.search === undefined ? db`` : db`and (p.name ilike ${like} or f.product_id ilike ${like})`}`;
  const rows = await db<PackageRow[]>`
    ${select(db)} ${where} order by p.name, p.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<
      { count: number }[]
    >`select count(*)::int as count from packages p join package_files f on f.sha256 = p.sha256 ${where}`,
  );
  return { rows: [...rows], count };
}

/** Returns one. */
export async function findPackage(db: Db, id: string): Promise<PackageRow | undefined> {
  const [row] = await db<PackageRow[]>`${select(db)} where p.id = ${id}`;
  return row;
}

/** A version of a declaration that refers to a package. */
export type PackageUse = {
  packageId: string;
  artifactId: string;
  name: string;
  version: number;
  /** Whether a later version of the artifact refers to something else. */
  isLatest: boolean;
  blueprints: number;
};

/** Returns what refers to these packages, by artifact, the latest version first. */
export async function listPackageUses(db: Db, ids: readonly string[]): Promise<PackageUse[]> {
  return await db<PackageUse[]>`
    select d.package_id, a.id as artifact_id, a.name, v.version,
      not exists (select 1 from artifact_versions o where o.artifact_id = a.id and o.version > v.version) as is_latest,
      (select count(*)::int from blueprint_artifacts b where b.artifact_id = a.id) as blueprints
    from declaration_packages d join artifact_versions v on v.id = d.version_id join artifacts a on a.id = v.artifact_id
    where d.package_id = any(${[...ids]}::uuid[]) order by a.name, a.id, v.version desc`;
}

/** Returns which of these packages exist. */
export async function existingPackages(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db<{ id: string }[]>`select id from packages where id = any(${[...ids]}::uuid[])`;
  return rows.map(({ id }) => id);
}

/** Adds one. */
export async function insertPackage(
  db: Db,
  row: PackageValues & { id: string; sourceUri: string; sha256: string; filename: string },
  now: Date,
): Promise<void> {
  await db`insert into packages ${db({ ...row, createdAt: now, updatedAt: now })}`;
}

/** Changes its name and description. */
export async function updatePackage(db: Db, id: string, values: PackageValues, now: Date): Promise<void> {
  await db`update packages set ${db({ ...values, updatedAt: now })} where id = ${id}`;
}

/** Deletes one that no declaration names. */
export async function deletePackage(db: Db, id: string): Promise<void> {
  await db`delete from packages where id = ${id}`;
}
