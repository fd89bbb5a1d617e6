/**
 * OTA enrollments.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** An OTA enrollment. */
export type OtaEnrollmentRow = {
  id: number;
  name: string;
  displayName: string;
  pushCertificateId: number;
  enrollmentSecretId: number;
  scepIssuerId: string;
  blueprintId: number | null;
  /** Whether its devices take over enrolled hardware without an operator's word. */
  reenrollmentWithoutConfirmation: boolean;
  topic: string | null;
  createdAt: Date;
  updatedAt: Date;
};

const otaColumns = (db: Db) =>
  db`o.id, o.name, o.display_name, o.push_certificate_id, o.enrollment_secret_id, o.scep_issuer_id,
    o.blueprint_id, o.reenrollment_without_confirmation, p.topic, o.created_at, o.updated_at`;

/** Returns one OTA enrollment. */
export async function findOtaEnrollment(db: Db, id: number): Promise<OtaEnrollmentRow | undefined> {
  const [row] = await db<OtaEnrollmentRow[]>`
    select ${otaColumns(db)} from ota_enrollments o join push_certificates p on p.id = o.push_certificate_id
    where o.id = ${id}`;
  return row;
}

/** Returns a page of OTA enrollments by name, and the total number. */
export async function listOtaEnrollments(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: OtaEnrollmentRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where o.name = ${page.name}`;
  const rows = await db<OtaEnrollmentRow[]>`
    select ${otaColumns(db)} from ota_enrollments o join push_certificates p on p.id = o.push_certificate_id
    ${where} order by o.name, o.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from ota_enrollments o ${where}`);
  return { rows: [...rows], count };
}

/** The input for an OTA enrollment. */
export type OtaEnrollmentValues = {
  name: string;
  displayName: string;
  pushCertificateId: number;
  scepIssuerId: string;
  blueprintId: number | null;
  reenrollmentWithoutConfirmation: boolean;
};

/** Adds an OTA enrollment; returns its id. */
export async function insertOtaEnrollment(
  db: Db,
  row: OtaEnrollmentValues & { enrollmentSecretId: number },
  now: Date,
): Promise<number> {
  return one(
    await db<{ id: number }[]>`
      insert into ota_enrollments (name, display_name, push_certificate_id, enrollment_secret_id, scep_issuer_id,
        blueprint_id, reenrollment_without_confirmation, created_at, updated_at)
      values (${row.name}, ${row.displayName}, ${row.pushCertificateId}, ${row.enrollmentSecretId}, ${row.scepIssuerId},
        ${row.blueprintId}, ${row.reenrollmentWithoutConfirmation}, ${now}, ${now})
      returning id`,
  ).id;
}

/** Changes an OTA enrollment. Returns false if there is none. */
export async function updateOtaEnrollment(db: Db, id: number, row: OtaEnrollmentValues, now: Date): Promise<boolean> {
  const { count } = await db`
    update ota_enrollments set name = ${row.name}, display_name = ${row.displayName},
      push_certificate_id = ${row.pushCertificateId}, scep_issuer_id = ${row.scepIssuerId},
      blueprint_id = ${row.blueprintId},
      reenrollment_without_confirmation = ${row.reenrollmentWithoutConfirmation}, updated_at = ${now}
    where id = ${id}`;
  return count > 0;
}

/** Sets whether devices take over enrolled hardware without an operator's word. */
export async function setReenrollment(db: Db, id: number, allowed: boolean, now: Date): Promise<void> {
  await db`
    update ota_enrollments set reenrollment_without_confirmation = ${allowed}, updated_at = ${now} where id = ${id}`;
}

/** Returns the OTA enrollment of an enrollment secret. */
export async function findOtaEnrollmentOfSecret(db: Db, secretId: number): Promise<OtaEnrollmentRow | undefined> {
  const [row] = await db<OtaEnrollmentRow[]>`
    select ${otaColumns(db)} from ota_enrollments o join push_certificates p on p.id = o.push_certificate_id
    where o.enrollment_secret_id = ${secretId}`;
  return row;
}

/** Whether a device ever began to enroll with it: then it cannot be deleted. */
export async function hasSessions(db: Db, otaEnrollmentId: number): Promise<boolean> {
  return one(
    await db<{ found: boolean }[]>`
      select exists (select 1 from enrollment_sessions where ota_enrollment_id = ${otaEnrollmentId}) as found`,
  ).found;
}

/** Deletes an OTA enrollment with its secret. */
export async function deleteOtaEnrollment(db: Db, id: number): Promise<void> {
  const [row] = await db<{ secretId: number }[]>`
    delete from ota_enrollments where id = ${id} returning enrollment_secret_id as secret_id`;
  if (row !== undefined) await db`delete from enrollment_secrets where id = ${row.secretId}`;
}
