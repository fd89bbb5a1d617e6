/**
 * Push certificates.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A push certificate without its key. */
export type PushCertificateRow = {
  id: number;
  provisioningUid: string | null;
  name: string;
  topic: string | null;
  notBefore: Date | null;
  notAfter: Date | null;
  certificate: string | null;
  createdAt: Date;
  updatedAt: Date;
};

const columns = (db: Db) =>
  db`id, provisioning_uid, name, topic, not_before, not_after, certificate, created_at, updated_at`;

/** Returns a page by name, and the total number. */
export async function listPushCertificates(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: PushCertificateRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where name = ${page.name}`;
  const rows = await db<PushCertificateRow[]>`
    select ${columns(db)} from push_certificates ${where} order by name, id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from push_certificates ${where}`);
  return { rows: [...rows], count };
}

/** Returns one push certificate. */
export async function findPushCertificate(db: Db, id: number): Promise<PushCertificateRow | undefined> {
  const [row] = await db<PushCertificateRow[]>`
    select ${columns(db)} from push_certificates where id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockPushCertificate(db: Db, id: number): Promise<PushCertificateRow | undefined> {
  const [row] = await db<PushCertificateRow[]>`
    select ${columns(db)} from push_certificates where id = ${id} for update`;
  return row;
}

/** Adds a push certificate. */
export async function insertPushCertificate(
  db: Db,
  row: {
    id: number;
    name: string;
    topic: string | null;
    notBefore: Date | null;
    notAfter: Date | null;
    certificate: string | null;
    privateKeySealed: string;
  },
  now: Date,
): Promise<void> {
  await db`
    insert into push_certificates (id, name, topic, not_before, not_after, certificate, private_key_sealed, created_at, updated_at)
    values (${row.id}, ${row.name}, ${row.topic}, ${row.notBefore}, ${row.notAfter}, ${row.certificate},
      ${row.privateKeySealed}, ${now}, ${now})`;
}

/** Returns the sealed private key of a push certificate. */
export async function findPushKey(db: Db, id: number): Promise<string | undefined> {
  const [row] = await db<
    { sealed: string }[]
  >`select private_key_sealed as sealed from push_certificates where id = ${id}`;
  return row?.sealed;
}

/** Changes a push certificate; its key stays unless a new one is given. */
export async function updatePushCertificate(
  db: Db,
  id: number,
  row: {
    name: string;
    topic: string | null;
    notBefore: Date | null;
    notAfter: Date | null;
    certificate: string | null;
    privateKeySealed?: string;
  },
  now: Date,
): Promise<void> {
  await db`
    update push_certificates set name = ${row.name}, topic = ${row.topic}, not_before = ${row.notBefore},
      not_after = ${row.notAfter}, certificate = ${row.certificate},
      private_key_sealed = coalesce(${row.privateKeySealed ?? null}, private_key_sealed), updated_at = ${now}
    where id = ${id}`;
}

/** Deletes a push certificate; foreign keys refuse while it is used. */
export async function deletePushCertificate(db: Db, id: number): Promise<void> {
  await db`delete from push_certificates where id = ${id}`;
}

/** Returns how many enrolled devices are pushed with a certificate. */
export async function countDevicesOfPushCertificate(db: Db, id: number): Promise<number> {
  return one(
    await db<{ count: number }[]>`
      select count(*)::int as count from enrollments where push_certificate_id = ${id} and ended_at is null`,
  ).count;
}

/** Push certificates that end before a time, or that have none. */
export async function pushCertificatesInNeed(
  db: Db,
  before: Date,
): Promise<{ id: number; name: string; notAfter: Date | null }[]> {
  return await db<{ id: number; name: string; notAfter: Date | null }[]>`
    select id, name, not_after from push_certificates where not_after is null or not_after < ${before} order by name`;
}
