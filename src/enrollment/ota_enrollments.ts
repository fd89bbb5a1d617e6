/**
 * OTA enrollments: the configuration that lets devices enroll, and the direct profile created from it.
 *
 * @module
 */

import { findBlueprint } from "../../db/blueprints/blueprints.ts";
import { findEnrollmentSecret } from "../../db/enrollment/enrollment_secrets.ts";
import {
  deleteOtaEnrollment,
  findOtaEnrollment,
  hasSessions,
  insertOtaEnrollment,
  type OtaEnrollmentRow,
  setReenrollment,
  updateOtaEnrollment,
} from "../../db/enrollment/ota_enrollments.ts";
import { findScepIssuer } from "../../db/issuing/scep_issuers.ts";
import { isUniqueViolation, type Tx } from "../../db/open.ts";
import { listPushTopics } from "../../db/push/push_topics.ts";
import { invalid, Problem, problem } from "../errors.ts";
import type { By, Caller } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { unknownPk } from "../input_fields.ts";
import { signProfile } from "../issuing/profile_signer.ts";
import { BUILT_IN_ISSUER } from "../issuing/scep_issuers.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { mdmProfile, otaProfile } from "./mdm_profile.ts";
import {
  createEnrollmentSecret,
  type EnrollmentSecretInput,
  refusalOf,
  revealEnrollmentSecret,
  revokeEnrollmentSecret,
  updateEnrollmentSecret,
  verifyEnrollmentSecret,
} from "./secrets.ts";
import { openSession, SESSION_HOURS } from "./sessions.ts";

const SENTENCE_OF_USED = "This OTA enrollment cannot be deleted";

/** The input for an OTA enrollment. */
export type OtaEnrollmentInput = {
  name: string;
  /** The organization's name where none is said. */
  displayName: string;
  pushCertificateId: number;
  /** The built-in one by default. */
  scepIssuerId?: string | undefined;
  blueprintId?: number | null | undefined;
  /** Whether its devices take over enrolled hardware without an operator's confirmation; no by default. */
  reenrollmentWithoutConfirmation?: boolean | undefined;
  secret: EnrollmentSecretInput;
};

const valuesOf = ({ config }: Runtime, input: OtaEnrollmentInput) => ({
  name: input.name,
  displayName: input.displayName || config.ORGANIZATION,
  pushCertificateId: input.pushCertificateId,
  scepIssuerId: input.scepIssuerId ?? BUILT_IN_ISSUER,
  blueprintId: input.blueprintId ?? null,
  reenrollmentWithoutConfirmation: input.reenrollmentWithoutConfirmation ?? false,
});

async function checkReferences(tx: Tx, input: OtaEnrollmentInput): Promise<void> {
  const unknown = (pk: string | number) => [unknownPk(pk)];
  const { pushCertificateId, scepIssuerId, blueprintId } = input;
  const fields: Record<string, string[]> = {};
  if (!(await listPushTopics(tx)).some(({ id }) => id === pushCertificateId)) {
    fields.push_certificate = unknown(pushCertificateId);
  }
  if (scepIssuerId !== undefined && await findScepIssuer(tx, scepIssuerId) === undefined) {
    fields.scep_issuer = unknown(scepIssuerId);
  }
  if (blueprintId !== undefined && blueprintId !== null && await findBlueprint(tx, blueprintId) === undefined) {
    fields.blueprint = unknown(blueprintId);
  }
  if (Object.keys(fields).length > 0) throw invalid(fields);
}

function nameTaken(error: unknown): never {
  if (isUniqueViolation(error, "ota_enrollments_name")) {
    throw invalid({ name: ["OTA enrollment with this name already exists."] });
  }
  throw error;
}

/** Creates an OTA enrollment with its secret. Throws `invalid`. */
export async function createOtaEnrollment(
  runtime: Runtime,
  by: By,
  input: OtaEnrollmentInput,
): Promise<OtaEnrollmentRow> {
  return await runtime.sql.begin(async (tx) => {
    await checkReferences(tx, input);
    const secret = await createEnrollmentSecret(tx, runtime, input.secret);
    const id = await insertOtaEnrollment(
      tx,
      { ...valuesOf(runtime, input), enrollmentSecretId: secret.id },
      runtime.clock.now(),
    );
    const row = await findOtaEnrollment(tx, id);
    if (row === undefined) throw new Error("Cannot find the enrollment that was just made");
    await recordAudit(tx, runtime, by, {
      action: "created",
      model: "mdm.otaenrollment",
      pk: id,
      after: otaEnrollmentRepresentation(row),
    });
    return row;
  }).catch(nameTaken);
}

async function mustFindOta(runtime: Runtime, id: number): Promise<OtaEnrollmentRow> {
  const row = await findOtaEnrollment(runtime.sql, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Returns an OTA enrollment as the audit log shows it: without its secret. */
export const otaEnrollmentRepresentation = (row: OtaEnrollmentRow) => ({
  id: row.id,
  name: row.name,
  display_name: row.displayName,
  push_certificate: row.pushCertificateId,
  scep_issuer: row.scepIssuerId,
  acme_issuer: null,
  blueprint: row.blueprintId,
  realm: null,
  reenrollment_without_confirmation: row.reenrollmentWithoutConfirmation,
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

/** Changes an OTA enrollment and its secret's limits; distributed profiles keep working. Throws `invalid`. */
export async function changeOtaEnrollment(
  runtime: Runtime,
  by: By,
  id: number,
  input: OtaEnrollmentInput,
): Promise<OtaEnrollmentRow> {
  const before = await mustFindOta(runtime, id);
  return await runtime.sql.begin(async (tx) => {
    await checkReferences(tx, input);
    // Deleted since, and its secret with it.
    if (!await updateOtaEnrollment(tx, id, valuesOf(runtime, input), runtime.clock.now())) throw problem("not-found");
    await updateEnrollmentSecret(tx, before.enrollmentSecretId, input.secret);
    const after = await findOtaEnrollment(tx, id);
    if (after === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.otaenrollment",
      pk: id,
      before: otaEnrollmentRepresentation(before),
      after: otaEnrollmentRepresentation(after),
    });
    return after;
  }).catch(nameTaken);
}

/** Sets whether devices of an OTA enrollment take over enrolled hardware without an operator's word. */
export async function setReenrollmentWithoutConfirmation(
  runtime: Runtime,
  by: By,
  id: number,
  allowed: boolean,
): Promise<void> {
  const before = await mustFindOta(runtime, id);
  await runtime.sql.begin(async (tx) => {
    await setReenrollment(tx, id, allowed, runtime.clock.now());
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.otaenrollment",
      pk: id,
      before: otaEnrollmentRepresentation(before),
      after: otaEnrollmentRepresentation({ ...before, reenrollmentWithoutConfirmation: allowed }),
    });
  });
}

/** Deletes an OTA enrollment with its secret. Throws `refused` once a device began to enroll with it. */
export async function removeOtaEnrollment(runtime: Runtime, by: By, id: number): Promise<void> {
  const before = await mustFindOta(runtime, id);
  await runtime.sql.begin(async (tx) => {
    if (await hasSessions(tx, id)) {
      throw new Problem("refused", SENTENCE_OF_USED, {
        list: [SENTENCE_OF_USED],
        because: "Devices have begun to enroll with it. Revoke it instead.",
      });
    }
    await deleteOtaEnrollment(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: "mdm.otaenrollment",
      pk: id,
      before: otaEnrollmentRepresentation(before),
    });
  });
}

/** Revokes the secret of an OTA enrollment: no more devices, whatever profiles are out there. */
export async function revokeOtaEnrollment(
  runtime: Runtime,
  by: By,
  id: number,
): Promise<OtaEnrollmentRow> {
  const row = await mustFindOta(runtime, id);
  return await runtime.sql.begin(async (tx) => {
    if (!await revokeEnrollmentSecret(tx, runtime, row.enrollmentSecretId)) {
      throw problem("refused", "The enrollment secret is already revoked.");
    }
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.otaenrollment",
      pk: id,
      before: otaEnrollmentRepresentation(row),
      after: { ...otaEnrollmentRepresentation(row), revoked: true },
    });
    return row;
  });
}

/**
 * Returns a direct enrollment profile for one device. Each download uses the enrollment secret once, so a revoked,
 * expired or used-up secret gives none; a serial number or UDID limits the profile to that device.
 */
export async function downloadDirectProfile(
  runtime: Runtime,
  by: Caller,
  id: number,
  options: { signed: boolean; serialNumber?: string | undefined; udid?: string | undefined },
): Promise<Uint8Array<ArrayBuffer>> {
  const enrollment = await findOtaEnrollment(runtime.sql, id);
  if (enrollment === undefined) throw problem("not-found");
  const made = await runtime.sql.begin(async (tx) => {
    const row = await findEnrollmentSecret(tx, enrollment.enrollmentSecretId);
    if (row === undefined) throw problem("not-found");
    const secret = await revealEnrollmentSecret(runtime, row);
    const verified = await verifyEnrollmentSecret(tx, runtime, by, {
      secret,
      serialNumber: options.serialNumber,
      udid: options.udid,
    });
    // Returned, not thrown: the refusal's event stays.
    if (!verified.ok) return { refusal: verified.reason };
    const session = await openSession(tx, runtime, {
      kind: "OTA",
      status: "PHASE_3",
      otaEnrollmentId: enrollment.id,
      depEnrollmentId: null,
      metaBusinessUnitId: verified.secret.metaBusinessUnitId,
      serialNumber: options.serialNumber ?? null,
      udid: options.udid ?? null,
      enrollmentId: null,
      hardwareEvidence: options.serialNumber === undefined || options.udid === undefined ? null : "limited profile",
      factoryKey: null,
    }, SESSION_HOURS.direct);
    return { profile: await mdmProfile(tx, runtime, enrollment, session, { ...options, plain: !options.signed }) };
  });
  if (made.profile === undefined) {
    throw problem("refused", undefined, { list: [`Cannot create an enrollment profile: ${made.refusal}`] });
  }
  return options.signed ? await signProfile(runtime, made.profile) : made.profile;
}

/**
 * Returns the profile that begins an OTA enrollment, signed: it may go to any number of devices while the secret allows
 * it. Throws `refused` when the secret no longer permits one.
 */
export async function downloadOtaProfile(runtime: Runtime, id: number): Promise<Uint8Array<ArrayBuffer>> {
  const enrollment = await findOtaEnrollment(runtime.sql, id);
  const row = enrollment === undefined
    ? undefined
    : await findEnrollmentSecret(runtime.sql, enrollment.enrollmentSecretId);
  if (enrollment === undefined || row === undefined) throw problem("not-found");
  // Which devices may use it is seen when one does.
  const spent = refusalOf({ ...row, serialNumbers: [], udids: [] }, {}, runtime.clock.now());
  if (spent !== undefined) {
    throw problem("refused", undefined, { list: [`Cannot create an enrollment profile: ${spent}`] });
  }
  return await signProfile(runtime, otaProfile(runtime, enrollment, await revealEnrollmentSecret(runtime, row)));
}
