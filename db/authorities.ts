/**
 * The built-in authority, as it is stored.
 *
 * @module
 */

import type { Db } from "./open.ts";

/** The built-in authority as it is stored. */
export type AuthorityRow = { id: number; certificate: Uint8Array; privateKeySealed: string };

/** The authority of that name. */
export async function findAuthority(db: Db, name: string): Promise<AuthorityRow | undefined> {
  const [row] = await db<AuthorityRow[]>`
    select id, certificate, private_key_sealed from certificate_authorities where name = ${name}`;
  return row;
}

/** Stores an authority; of two processes at once the first wins. */
export async function insertAuthority(
  db: Db,
  row: AuthorityRow & { name: string; notAfter: Date },
  now: Date,
): Promise<void> {
  await db`
    insert into certificate_authorities (id, name, certificate, private_key_sealed, not_after, created_at)
    values (${row.id}, ${row.name}, ${row.certificate}, ${row.privateKeySealed}, ${row.notAfter}, ${now})
    on conflict (name) do nothing`;
}

/** Replaces the certificate of an authority; its key stays. */
export async function updateAuthority(db: Db, id: number, certificate: Uint8Array, notAfter: Date): Promise<void> {
  await db`update certificate_authorities set certificate = ${certificate}, not_after = ${notAfter} where id = ${id}`;
}
