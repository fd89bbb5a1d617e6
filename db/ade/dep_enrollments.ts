/**
 * DEP enrollments: what devices that are assigned to a virtual server get out of the box.
 *
 * @module
 */

import type { Db } from "../open.ts";

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
  definedHash: Uint8Array;
  definedAt: Date;
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
    d.macos_min_version, d.release_after_minutes, d.defined_hash, d.defined_at, p.topic, d.created_at, d.updated_at`;

/** Returns one DEP enrollment. */
export async function findDepEnrollment(db: Db, id: number): Promise<DepEnrollmentRow | undefined> {
  const [row] = await db<DepEnrollmentRow[]>`
    select ${columns(db)} from dep_enrollments d join push_certificates p on p.id = d.push_certificate_id
    where d.id = ${id}`;
  return row;
}

/** Returns the DEP enrollment of an enrollment secret. */
export async function findDepEnrollmentOfSecret(db: Db, secretId: number): Promise<DepEnrollmentRow | undefined> {
  const [row] = await db<DepEnrollmentRow[]>`
    select ${columns(db)} from dep_enrollments d join push_certificates p on p.id = d.push_certificate_id
    where d.enrollment_secret_id = ${secretId}`;
  return row;
}
