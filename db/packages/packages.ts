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
  warnings: string[];
};

const select = (db: Db) =>
  db`select p.id, p.name, p.description, p.source_uri, p.sha256, p.filename, p.created_at, p.updated_at, f.type, f.size,
      f.product_id, f.product_version, f.bundles, f.warnings
    from packages p join package_files f on f.sha256 = p.sha256`;

/** Returns a page by name, and the total number. */
export async function listPackages(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: PackageRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where p.name = ${page.name}`;
  const rows = await db<PackageRow[]>`
    ${select(db)} ${where} order by p.name, p.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from packages p ${where}`);
  return { rows: [...rows], count };
}

/** Returns one. */
export async function findPackage(db: Db, id: string): Promise<PackageRow | undefined> {
  const [row] = await db<PackageRow[]>`${select(db)} where p.id = ${id}`;
  return row;
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
