/**
 * DEP enrollments: what devices that are assigned to a virtual server get out of the box.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { type Db, one } from "../open.ts";

/** A DEP enrollment. Its profile at Apple is `uuid`. Texts are "" where nothing is said. */
export type DepEnrollmentRow = {
  id: number;
  uuid: string;
  name: string;
  displayName: string;
  virtualServerId: number;
  pushCertificateId: number;
  enrollmentSecretId: number;
  scepIssuerId: string;
  blueprintId: number | null;
  useRealmUser: boolean;
  usernamePattern: string;
  realmUserIsAdmin: boolean;
  adminFullName: string;
  adminShortName: string;
  hiddenAdmin: boolean;
  /** 1 to 3. */
  adminPasswordComplexity: number;
  /** Minutes. */
  adminPasswordRotationDelay: number;
  allowPairing: boolean;
  autoAdvanceSetup: boolean;
  awaitDeviceConfigured: boolean;
  department: string;
  isMandatory: boolean;
  isMdmRemovable: boolean;
  isMultiUser: boolean;
  isSupervised: boolean;
  language: string;
  orgMagic: string;
  region: string;
  skipSetupItems: string[];
  supportEmailAddress: string;
  supportPhoneNumber: string;
  includeTlsCertificates: boolean;
  iosMaxVersion: string;
  iosMinVersion: string;
  macosMaxVersion: string;
  macosMinVersion: string;
  releaseAfterMinutes: number;
  /** SHA-256 of the serialisation that Apple has. */
  definedHash: Uint8Array<ArrayBuffer>;
  definedAt: Date;
  /** The server's own address at that time. */
  definedBaseUrl: string;
  /** The topic of its push certificate; null while none was uploaded. */
  topic: string | null;
  createdAt: Date;
  updatedAt: Date;
};

const columns = (db: Db) =>
  db`d.id, d.uuid, d.name, d.display_name, d.virtual_server_id, d.push_certificate_id, d.enrollment_secret_id,
    d.scep_issuer_id, d.blueprint_id, d.use_realm_user, d.username_pattern, d.realm_user_is_admin, d.admin_full_name,
    d.admin_short_name, d.hidden_admin, d.admin_password_complexity, d.admin_password_rotation_delay, d.allow_pairing,
    d.auto_advance_setup, d.await_device_configured, d.department, d.is_mandatory, d.is_mdm_removable, d.is_multi_user,
    d.is_supervised, d.language, d.org_magic, d.region, d.skip_setup_items, d.support_email_address,
    d.support_phone_number, d.include_tls_certificates, d.ios_max_version, d.ios_min_version, d.macos_max_version,
    d.macos_min_version, d.release_after_minutes, d.defined_hash, d.defined_at, d.defined_base_url, p.topic,
    d.created_at, d.updated_at`;

/** What Apple has of an enrollment: the profile's UUID, and the serialisation that it came from. */
export type DepDefinition = Pick<DepEnrollmentRow, "uuid" | "definedHash" | "definedAt" | "definedBaseUrl">;

/** What an operator sets. */
export type DepEnrollmentValues = Omit<
  DepEnrollmentRow,
  keyof DepDefinition | "id" | "enrollmentSecretId" | "topic" | "createdAt" | "updatedAt"
>;

const definitionOf = (row: DepDefinition) => ({
  uuid: row.uuid,
  definedHash: row.definedHash,
  definedAt: row.definedAt,
  definedBaseUrl: row.definedBaseUrl,
});

const valuesOf = (row: DepEnrollmentValues) => ({
  name: row.name,
  displayName: row.displayName,
  virtualServerId: row.virtualServerId,
  pushCertificateId: row.pushCertificateId,
  scepIssuerId: row.scepIssuerId,
  blueprintId: row.blueprintId,
  useRealmUser: row.useRealmUser,
  usernamePattern: row.usernamePattern,
  realmUserIsAdmin: row.realmUserIsAdmin,
  adminFullName: row.adminFullName,
  adminShortName: row.adminShortName,
  hiddenAdmin: row.hiddenAdmin,
  adminPasswordComplexity: row.adminPasswordComplexity,
  adminPasswordRotationDelay: row.adminPasswordRotationDelay,
  allowPairing: row.allowPairing,
  autoAdvanceSetup: row.autoAdvanceSetup,
  awaitDeviceConfigured: row.awaitDeviceConfigured,
  department: row.department,
  isMandatory: row.isMandatory,
  isMdmRemovable: row.isMdmRemovable,
  isMultiUser: row.isMultiUser,
  isSupervised: row.isSupervised,
  language: row.language,
  orgMagic: row.orgMagic,
  region: row.region,
  skipSetupItems: [...row.skipSetupItems],
  supportEmailAddress: row.supportEmailAddress,
  supportPhoneNumber: row.supportPhoneNumber,
  includeTlsCertificates: row.includeTlsCertificates,
  iosMaxVersion: row.iosMaxVersion,
  iosMinVersion: row.iosMinVersion,
  macosMaxVersion: row.macosMaxVersion,
  macosMinVersion: row.macosMinVersion,
  releaseAfterMinutes: row.releaseAfterMinutes,
});

/** Returns one DEP enrollment. */
export async function findDepEnrollment(db: Db, id: number): Promise<DepEnrollmentRow | undefined> {
  const [row] = await db<DepEnrollmentRow[]>`
    select ${columns(db)} from dep_enrollments d join push_certificates p on p.id = d.push_certificate_id
    where d.id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockDepEnrollment(db: Db, id: number): Promise<DepEnrollmentRow | undefined> {
  const [row] = await db<DepEnrollmentRow[]>`
    select ${columns(db)} from dep_enrollments d join push_certificates p on p.id = d.push_certificate_id
    where d.id = ${id} for update of d`;
  return row;
}

/** Returns a page of DEP enrollments by name, and the total number; those of one virtual server, where one is named. */
export async function listDepEnrollments(
  db: Db,
  page: { limit: number; offset: number; name?: string; virtualServerId?: number },
): Promise<{ rows: DepEnrollmentRow[]; count: number }> {
  const where = db`where ${page.name === undefined ? db`true` : db`d.name = ${page.name}`}
    and ${page.virtualServerId === undefined ? db`true` : db`d.virtual_server_id = ${page.virtualServerId}`}`;
  const rows = await db<DepEnrollmentRow[]>`
    select ${columns(db)} from dep_enrollments d join push_certificates p on p.id = d.push_certificate_id
    ${where} order by d.name, d.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from dep_enrollments d ${where}`,
  );
  return { rows: [...rows], count };
}

/** Whether another DEP enrollment than `id` has a name. */
export async function isDepEnrollmentNameTaken(db: Db, name: string, id?: number): Promise<boolean> {
  return one(
    await db<{ found: boolean }[]>`
      select exists (
        select 1 from dep_enrollments where name = ${name} and ${
      id === undefined ? db`true` : db`id <> ${id}`
    }) as found`,
  ).found;
}

/** Adds a DEP enrollment that Apple has; returns its id. */
export async function insertDepEnrollment(
  db: Db,
  row: DepEnrollmentValues & DepDefinition & { enrollmentSecretId: number },
  now: Date,
): Promise<number> {
  const { enrollmentSecretId } = row;
  const values = { ...valuesOf(row), ...definitionOf(row), enrollmentSecretId, createdAt: now, updatedAt: now };
  return one(await db<{ id: number }[]>`insert into dep_enrollments ${db(values)} returning id`).id;
}

/** Changes a DEP enrollment. */
export async function updateDepEnrollment(db: Db, id: number, row: DepEnrollmentValues, now: Date): Promise<void> {
  await db`update dep_enrollments set ${db({ ...valuesOf(row), updatedAt: now })} where id = ${id}`;
}

/** Sets the profile that Apple has of an enrollment now. */
export async function setDepDefinition(db: Db, id: number, row: DepDefinition): Promise<void> {
  await db`update dep_enrollments set ${db(definitionOf(row))} where id = ${id}`;
}

/** What uses a DEP enrollment, so that it cannot be deleted. */
export type DepEnrollmentUses = {
  /** Whether a device ever began to enroll with it. */
  sessions: boolean;
  /** How many devices that Apple assigns to the virtual server have it, or shall get it. */
  devices: number;
  /** Whether it is the default of its virtual server. */
  isDefault: boolean;
};

/** Returns the uses of a DEP enrollment. */
export async function usesOfDepEnrollment(db: Db, id: number): Promise<DepEnrollmentUses> {
  return one(
    await db<DepEnrollmentUses[]>`
      select exists (select 1 from enrollment_sessions where dep_enrollment_id = ${id}) as sessions,
        (select count(*)::int from dep_devices where ${id} in (enrollment_id, wanted_enrollment_id)
          and last_op_type <> 'deleted' and disowned_at is null) as devices,
        exists (select 1 from dep_virtual_servers where default_enrollment_id = ${id}) as is_default`,
  );
}

/**
 * Deletes a DEP enrollment with its secret. PostgreSQL refuses while a session or a device names it, other than devices
 * that are no longer assigned: nobody could give those another enrollment.
 */
export async function deleteDepEnrollment(db: Db, id: number): Promise<void> {
  await db`
    update dep_devices set enrollment_id = null
    where enrollment_id = ${id} and (last_op_type = 'deleted' or disowned_at is not null)`;
  const [row] = await db<{ secretId: number }[]>`
    delete from dep_enrollments where id = ${id} returning enrollment_secret_id as secret_id`;
  if (row !== undefined) await db`delete from enrollment_secrets where id = ${row.secretId}`;
}

/** Returns the DEP enrollment of an enrollment secret. */
export async function findDepEnrollmentOfSecret(db: Db, secretId: number): Promise<DepEnrollmentRow | undefined> {
  const [row] = await db<DepEnrollmentRow[]>`
    select ${columns(db)} from dep_enrollments d join push_certificates p on p.id = d.push_certificate_id
    where d.enrollment_secret_id = ${secretId}`;
  return row;
}

/**
 * Returns the minutes from a reveal of the managed administrator's password to its replacement, by the enrollment that the
 * device came through; 0 if it came through none, or is not to be replaced.
 */
export async function adminPasswordRotationDelay(db: Db, deviceId: DeviceId): Promise<number> {
  const [row] = await db<{ delay: number }[]>`
    select a.admin_password_rotation_delay as delay from devices d join enrollments e on e.id = d.enrollment_id
      join enrollment_sessions s on s.id = e.session_id join dep_enrollments a on a.id = s.dep_enrollment_id
    where d.id = ${deviceId} and e.ended_at is null`;
  return row?.delay ?? 0;
}
