/**
 * Secrets that let devices enroll, their tags, and the requests that used them.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A secret as it is stored. Empty lists mean any. */
export type EnrollmentSecretRow = {
  id: number;
  secretSealed: string;
  metaBusinessUnitId: number;
  tags: number[];
  serialNumbers: string[];
  udids: string[];
  quota: number | null;
  requestCount: number;
  revokedAt: Date | null;
  expiredAt: Date | null;
  createdAt: Date;
};

/** Returns the input for a secret. */
export type EnrollmentSecretValues = Pick<
  EnrollmentSecretRow,
  "metaBusinessUnitId" | "serialNumbers" | "udids" | "quota" | "expiredAt"
>;

const columns = (db: Db) =>
  db`e.id, e.secret_sealed, e.meta_business_unit_id, e.serial_numbers, e.udids, e.quota, e.request_count, e.revoked_at,
     e.expired_at, e.created_at,
     array(select st.tag_id from enrollment_secret_tags st where st.enrollment_secret_id = e.id order by st.tag_id) as tags`;

/** Returns one secret. */
export async function findEnrollmentSecret(
  db: Db,
  id: number,
): Promise<EnrollmentSecretRow | undefined> {
  const [row] = await db<EnrollmentSecretRow[]>`
    select ${columns(db)} from enrollment_secrets e where e.id = ${id}`;
  return row;
}

/** Returns the secret with that hash, locked: two requests can not both take the last place of a quota. */
export async function lockEnrollmentSecretByHash(db: Db, hash: Uint8Array): Promise<EnrollmentSecretRow | undefined> {
  const [row] = await db<EnrollmentSecretRow[]>`
    select ${columns(db)} from enrollment_secrets e where e.secret_hash = ${hash} for update`;
  return row;
}

/** Reserves the id of a new secret, which its sealed value is bound to. */
export async function nextEnrollmentSecretId(db: Db): Promise<number> {
  return one(
    await db<{ id: number }[]>`select nextval(pg_get_serial_sequence('enrollment_secrets', 'id'))::int as id`,
  ).id;
}

/** Adds a secret. */
export async function insertEnrollmentSecret(
  db: Db,
  secret: EnrollmentSecretValues & { id: number; secretHash: Uint8Array; secretSealed: string },
  now: Date,
): Promise<void> {
  await db`
    insert into enrollment_secrets (id, secret_hash, secret_sealed, meta_business_unit_id, serial_numbers, udids, quota,
                                    expired_at, created_at)
    values (${secret.id}, ${secret.secretHash}, ${secret.secretSealed}, ${secret.metaBusinessUnitId},
            ${secret.serialNumbers}, ${secret.udids}, ${secret.quota}, ${secret.expiredAt}, ${now})`;
}

/** Updates the settings of a secret. */
export async function updateEnrollmentSecret(db: Db, id: number, values: EnrollmentSecretValues): Promise<void> {
  await db`
    update enrollment_secrets set meta_business_unit_id = ${values.metaBusinessUnitId},
      serial_numbers = ${values.serialNumbers}, udids = ${values.udids}, quota = ${values.quota},
      expired_at = ${values.expiredAt}
    where id = ${id}`;
}

/** Sets the tags of a secret to exactly these. */
export async function setEnrollmentSecretTags(db: Db, id: number, tags: readonly number[]): Promise<void> {
  await db`
    delete from enrollment_secret_tags where enrollment_secret_id = ${id} and not tag_id = any(${[...tags]}::int[])`;
  await db`
    insert into enrollment_secret_tags (enrollment_secret_id, tag_id) select ${id}, unnest(${[...tags]}::int[])
    on conflict do nothing`;
}

/** Ends a secret's use. Returns whether it was in use. */
export async function revokeEnrollmentSecretRow(db: Db, id: number, now: Date): Promise<boolean> {
  return (await db`update enrollment_secrets set revoked_at = ${now} where id = ${id} and revoked_at is null`).count >
    0;
}

/** A use of a secret. */
export type EnrollmentSecretUse = {
  userAgent: string;
  ip: string;
  serialNumber: string | null;
  udid: string | null;
};

/** Counts a use and keeps it. */
export async function insertEnrollmentSecretUse(
  db: Db,
  id: number,
  use: EnrollmentSecretUse,
  now: Date,
): Promise<void> {
  await db`
    with counted as (update enrollment_secrets set request_count = request_count + 1 where id = ${id})
    insert into enrollment_secret_requests (enrollment_secret_id, user_agent, ip, serial_number, udid, created_at)
    values (${id}, ${use.userAgent}, ${use.ip}, ${use.serialNumber}, ${use.udid}, ${now})`;
}
