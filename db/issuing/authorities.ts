/**
 * The authorities of this installation, as they are stored.
 *
 * @module
 */

import type { Db } from "../open.ts";

/**
 * An authority as it is stored; `anchor` is a self-signed certificate of the same name and key, if it is not a root.
 */
export type AuthorityRow = { id: number; certificate: Uint8Array; anchor: Uint8Array | null; privateKeySealed: string };

/** Returns the authority of that name. */
export async function findAuthority(db: Db, name: string): Promise<AuthorityRow | undefined> {
  const [row] = await db<AuthorityRow[]>`
    select id, certificate, anchor, private_key_sealed from certificate_authorities where name = ${name}`;
  return row;
}

/** Stores an authority; of two processes at once the first wins. */
export async function insertAuthority(
  db: Db,
  row: AuthorityRow & { name: string; notAfter: Date },
  now: Date,
): Promise<void> {
  await db`
    insert into certificate_authorities (id, name, certificate, anchor, private_key_sealed, not_after, created_at)
    values (${row.id}, ${row.name}, ${row.certificate}, ${row.anchor}, ${row.privateKeySealed}, ${row.notAfter}, ${now})
    on conflict (name) do nothing`;
}

/** Replaces the certificates of an authority; its key stays. */
export async function updateAuthority(
  db: Db,
  row: Omit<AuthorityRow, "privateKeySealed"> & { notAfter: Date },
): Promise<void> {
  await db`
    update certificate_authorities set certificate = ${row.certificate}, anchor = ${row.anchor}, not_after = ${row.notAfter}
    where id = ${row.id}`;
}
