/**
 * DEP enrollments: what the devices of a virtual server get out of the box. Every change that Apple's profile comes from is
 * defined at Apple first (`definitions.ts`).
 *
 * @module
 */

import {
  deleteDepEnrollment,
  type DepEnrollmentRow,
  type DepEnrollmentUses,
  type DepEnrollmentValues,
  findDepEnrollment,
  insertDepEnrollment,
  isDepEnrollmentNameTaken,
  lockDepEnrollment,
  updateDepEnrollment,
  usesOfDepEnrollment,
} from "../../db/ade/dep_enrollments.ts";
import { findVirtualServer } from "../../db/ade/virtual_servers.ts";
import { findBlueprint } from "../../db/blueprints/blueprints.ts";
import { findScepIssuer } from "../../db/issuing/scep_issuers.ts";
import { isForeignKeyViolation, isUniqueViolation, type Tx } from "../../db/open.ts";
import { listPushTopics } from "../../db/push/push_topics.ts";
import {
  checkEnrollmentSecret,
  createEnrollmentSecret,
  newSecretText,
  updateEnrollmentSecret,
} from "../enrollment/secrets.ts";
import { type FieldErrors, invalid, Problem, problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { unknownPk } from "../input_fields.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { assignmentClient } from "./client.ts";
import { type Connect, defineProfile, findDefined, withDefinitions } from "./definitions.ts";
import type { DepEnrollmentInput } from "./dep_enrollment_input.ts";

const MODEL = "mdm.depenrollment";
const SENTENCE_OF_USED = "This DEP enrollment cannot be deleted";
const NAME_TAKEN = "DEP enrollment with this name already exists.";
const USUAL_RELEASE_MINUTES = 30;

const valuesOf = (
  { config }: Pick<Runtime, "config">,
  { secret: _secret, ...input }: DepEnrollmentInput,
  before?: DepEnrollmentRow,
): DepEnrollmentValues => ({
  ...input,
  displayName: input.displayName || config.ORGANIZATION,
  releaseAfterMinutes: input.releaseAfterMinutes ?? before?.releaseAfterMinutes ?? USUAL_RELEASE_MINUTES,
});

async function checkReferences(tx: Tx, input: DepEnrollmentInput, id?: number): Promise<void> {
  const fields: FieldErrors = {};
  const unknown = (field: string, pk: string | number) => fields[field] = [unknownPk(pk)];
  const { pushCertificateId, scepIssuerId, blueprintId, virtualServerId } = input;
  if (!(await listPushTopics(tx)).some(({ id }) => id === pushCertificateId)) {
    unknown("push_certificate", pushCertificateId);
  }
  if (await findScepIssuer(tx, scepIssuerId) === undefined) unknown("scep_issuer", scepIssuerId);
  if (blueprintId !== null && await findBlueprint(tx, blueprintId) === undefined) unknown("blueprint", blueprintId);
  if (await findVirtualServer(tx, virtualServerId) === undefined) unknown("virtual_server", virtualServerId);
  if (await isDepEnrollmentNameTaken(tx, input.name, id)) fields.name = [NAME_TAKEN];
  if (Object.keys(fields).length > 0) throw invalid(fields);
  await checkEnrollmentSecret(tx, input.secret);
}

function nameTaken(error: unknown): never {
  if (isUniqueViolation(error, "dep_enrollments_name")) throw invalid({ name: [NAME_TAKEN] });
  throw error;
}

/** Returns a DEP enrollment as the audit log shows it: without its secret. */
export const depEnrollmentRepresentation = (row: DepEnrollmentRow) => ({
  id: row.id,
  uuid: row.uuid,
  name: row.name,
  display_name: row.displayName,
  virtual_server: row.virtualServerId,
  push_certificate: row.pushCertificateId,
  scep_issuer: row.scepIssuerId,
  acme_issuer: null,
  blueprint: row.blueprintId,
  realm: null,
  use_realm_user: row.useRealmUser,
  username_pattern: row.usernamePattern,
  realm_user_is_admin: row.realmUserIsAdmin,
  // Null where none is set: clients compare it with what they sent.
  admin_full_name: row.adminFullName || null,
  admin_short_name: row.adminShortName || null,
  hidden_admin: row.hiddenAdmin,
  admin_password_complexity: row.adminPasswordComplexity,
  admin_password_rotation_delay: row.adminPasswordRotationDelay,
  allow_pairing: row.allowPairing,
  auto_advance_setup: row.autoAdvanceSetup,
  await_device_configured: row.awaitDeviceConfigured,
  department: row.department,
  is_mandatory: row.isMandatory,
  is_mdm_removable: row.isMdmRemovable,
  is_multi_user: row.isMultiUser,
  is_supervised: row.isSupervised,
  language: row.language,
  org_magic: row.orgMagic,
  region: row.region,
  skip_setup_items: row.skipSetupItems,
  support_email_address: row.supportEmailAddress,
  support_phone_number: row.supportPhoneNumber,
  include_tls_certificates: row.includeTlsCertificates,
  ios_max_version: row.iosMaxVersion,
  ios_min_version: row.iosMinVersion,
  macos_max_version: row.macosMaxVersion,
  macos_min_version: row.macosMinVersion,
  release_after_minutes: row.releaseAfterMinutes,
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

async function mustFind(tx: Tx, id: number): Promise<DepEnrollmentRow> {
  const row = await findDepEnrollment(tx, id);
  if (row === undefined) throw new Error(`Cannot find the DEP enrollment ${id} that was just saved`);
  return row;
}

/** Creates a DEP enrollment with its secret, after Apple took its profile. Throws `invalid`. */
export async function createDepEnrollment(
  runtime: Runtime,
  by: By,
  input: DepEnrollmentInput,
  connect: Connect = assignmentClient,
): Promise<DepEnrollmentRow> {
  // Apple is not asked for what would be refused here.
  await runtime.sql.begin((tx) => checkReferences(tx, input));
  const secret = newSecretText(runtime.random);
  const row = valuesOf(runtime, input);
  const definition = await defineProfile(runtime, connect, { row, secret, views: false });
  return await runtime.sql.begin(async (tx) => {
    await checkReferences(tx, input);
    const { id: enrollmentSecretId } = await createEnrollmentSecret(tx, runtime, input.secret, secret);
    const id = await insertDepEnrollment(tx, { ...row, ...definition, enrollmentSecretId }, runtime.clock.now());
    const created = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "created",
      model: MODEL,
      pk: id,
      after: depEnrollmentRepresentation(created),
    });
    return created;
  }).catch(nameTaken);
}

/**
 * Changes a DEP enrollment and its secret's limits. Apple gets a new profile if it would be another one, and the devices with
 * the old one are assigned it. Throws `invalid`, and `conflict`.
 */
export async function changeDepEnrollment(
  runtime: Runtime,
  by: By,
  id: number,
  input: DepEnrollmentInput,
  connect: Connect = assignmentClient,
): Promise<DepEnrollmentRow> {
  const before = await findDefined(runtime.sql, runtime, id);
  if (input.virtualServerId !== before.row.virtualServerId) throw invalid({ virtual_server: ["Cannot be changed"] });
  await runtime.sql.begin((tx) => checkReferences(tx, input, id));
  const values = valuesOf(runtime, input, before.row);
  await withDefinitions(runtime, connect, [{ before, values }], async (tx) => {
    await checkReferences(tx, input, id);
    await updateDepEnrollment(tx, id, values, runtime.clock.now());
    await updateEnrollmentSecret(tx, before.row.enrollmentSecretId, input.secret);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: depEnrollmentRepresentation(before.row),
      after: depEnrollmentRepresentation(await mustFind(tx, id)),
    });
  }).catch(nameTaken);
  const after = await findDepEnrollment(runtime.sql, id);
  if (after === undefined) throw problem("not-found");
  return after;
}

const counted = (count: number) => count === 1 ? "1 device has or waits for" : `${count} devices have or wait for`;

/** Returns why an enrollment stays, or undefined. */
function whyKept({ sessions, devices, isDefault }: DepEnrollmentUses): string | undefined {
  if (isDefault) return "It is the default enrollment of its virtual server. Choose another one there first.";
  if (devices > 0) return `${counted(devices)} its profile. Assign another enrollment first.`;
  return sessions ? "Devices have enrolled with it." : undefined;
}

const used = (because: string, cause?: unknown) =>
  new Problem("refused", SENTENCE_OF_USED, { list: [SENTENCE_OF_USED], because }, cause);

/**
 * Deletes a DEP enrollment with its secret. Apple keeps the profile, which no device has. Throws `refused` while a virtual
 * server, a device or a session uses it.
 */
export async function removeDepEnrollment(runtime: Runtime, by: By, id: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const before = await lockDepEnrollment(tx, id);
    if (before === undefined) throw problem("not-found");
    const because = whyKept(await usesOfDepEnrollment(tx, id));
    if (because !== undefined) throw used(because);
    await deleteDepEnrollment(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: MODEL,
      pk: id,
      before: depEnrollmentRepresentation(before),
    });
  }).catch((error) => {
    // A device got it in the meantime.
    throw isForeignKeyViolation(error) ? used("A device got it in the meantime.", error) : error;
  });
}
