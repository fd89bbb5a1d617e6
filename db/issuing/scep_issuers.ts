/**
 * SCEP issuers.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** Where an issuer's challenges come from. */
export type ScepBackend = "BUILT_IN" | "STATIC_CHALLENGE" | "MICROSOFT_CA" | "OKTA_CA" | "IDENT" | "DIGICERT";

/** A SCEP issuer. `backendSealed` is the encrypted JSON of its backend's settings. */
export type ScepIssuerRow = {
  id: string;
  name: string;
  description: string;
  url: string;
  keySize: number;
  keyUsage: number;
  backend: ScepBackend;
  backendSealed: string | null;
  /** Counts the saves, from 1. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

/** Returns the input for an issuer. */
export type ScepIssuerValues = Omit<ScepIssuerRow, "id" | "version" | "createdAt" | "updatedAt">;

const columns = (db: Db) =>
  db`id, name, description, url, key_size, key_usage, backend, backend_sealed, version, created_at, updated_at`;

/** Returns a page of issuers by name, and the total number. */
export async function listScepIssuers(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: ScepIssuerRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where name = ${page.name}`;
  const rows = await db<ScepIssuerRow[]>`
    select ${columns(db)} from scep_issuers ${where} order by name, id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from scep_issuers ${where}`);
  return { rows: [...rows], count };
}

/** Returns one issuer. */
export async function findScepIssuer(db: Db, id: string): Promise<ScepIssuerRow | undefined> {
  const [row] = await db<ScepIssuerRow[]>`
    select ${columns(db)} from scep_issuers where id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockScepIssuer(db: Db, id: string): Promise<ScepIssuerRow | undefined> {
  const [row] = await db<ScepIssuerRow[]>`
    select ${columns(db)} from scep_issuers where id = ${id} for update`;
  return row;
}

/** Adds an issuer. */
export async function insertScepIssuer(db: Db, id: string, row: ScepIssuerValues, now: Date): Promise<void> {
  await db`
    insert into scep_issuers (id, name, description, url, key_size, key_usage, backend, backend_sealed, created_at, updated_at)
    values (${id}, ${row.name}, ${row.description}, ${row.url}, ${row.keySize}, ${row.keyUsage}, ${row.backend},
      ${row.backendSealed}, ${now}, ${now})`;
}

/** Changes an issuer. */
export async function updateScepIssuer(db: Db, id: string, row: ScepIssuerValues, now: Date): Promise<void> {
  await db`
    update scep_issuers set name = ${row.name}, description = ${row.description}, url = ${row.url},
      key_size = ${row.keySize}, key_usage = ${row.keyUsage}, backend = ${row.backend},
      backend_sealed = ${row.backendSealed}, version = version + 1, updated_at = ${now}
    where id = ${id}`;
}

/** Deletes an issuer; a foreign key refuses while an enrollment uses it. */
export async function deleteScepIssuer(db: Db, id: string): Promise<void> {
  await db`delete from scep_issuers where id = ${id}`;
}
