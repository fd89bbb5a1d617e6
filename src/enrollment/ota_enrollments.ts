/**
 * OTA enrollments: what an admin sets up so that devices may enroll, and the direct profile made from it.
 *
 * @module
 */

import { listPushTopics } from "../../db/push_topics.ts";
import { findEnrollmentSecret } from "../../db/enrollment_secrets.ts";
import { findOtaEnrollment, insertOtaEnrollment, type OtaEnrollmentRow } from "../../db/enrollments.ts";
import { isUniqueViolation } from "../../db/open.ts";
import { invalid, problem } from "../errors.ts";
import { recordAudit, type RequestInfo } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { mdmProfile, otaProfile, signProfile } from "./mdm_profile.ts";
import {
  createEnrollmentSecret,
  type EnrollmentSecretInput,
  refusalOf,
  revealEnrollmentSecret,
  verifyEnrollmentSecret,
} from "./secrets.ts";
import { BUILT_IN_ISSUER } from "./scep_issuers.ts";
import { openSession, SESSION_HOURS } from "./sessions.ts";

/** What an admin says of an OTA enrollment. */
export type OtaEnrollmentInput = {
  name: string;
  displayName: string;
  pushCertificateId: number;
  /** The built-in one where none is said. */
  scepIssuerId?: string | undefined;
  blueprintId?: number | null | undefined;
  secret: EnrollmentSecretInput;
};

/** Makes an OTA enrollment with its secret. Throws `invalid`. */
export async function createOtaEnrollment(
  runtime: Runtime,
  request: RequestInfo,
  input: OtaEnrollmentInput,
): Promise<OtaEnrollmentRow> {
  try {
    return await runtime.sql.begin(async (tx) => {
      if (!(await listPushTopics(tx)).some(({ id }) => id === input.pushCertificateId)) {
        throw invalid({ push_certificate: [`Invalid pk "${input.pushCertificateId}" - object does not exist.`] });
      }
      const secret = await createEnrollmentSecret(tx, runtime, input.secret);
      const id = await insertOtaEnrollment(tx, {
        name: input.name,
        displayName: input.displayName,
        pushCertificateId: input.pushCertificateId,
        scepIssuerId: input.scepIssuerId ?? BUILT_IN_ISSUER,
        blueprintId: input.blueprintId ?? null,
        enrollmentSecretId: secret.id,
      }, runtime.clock.now());
      await recordAudit(tx, runtime, request, {
        action: "created",
        model: "mdm.otaenrollment",
        pk: id,
        after: { id, name: input.name, display_name: input.displayName, push_certificate: input.pushCertificateId },
      });
      const row = await findOtaEnrollment(tx, id);
      if (row === undefined) throw new Error("Cannot find the enrollment that was just made");
      return row;
    });
  } catch (error) {
    if (isUniqueViolation(error, "ota_enrollments_name")) {
      throw invalid({ name: ["OTA enrollment with this name already exists."] });
    }
    throw error;
  }
}

/**
 * A direct enrollment profile for one device. Each download uses the enrollment secret once, so a revoked, expired or
 * used-up secret gives none; a serial number or UDID limits the profile to that device.
 */
export async function downloadDirectProfile(
  runtime: Runtime,
  request: RequestInfo,
  id: number,
  options: { signed: boolean; serialNumber?: string | undefined; udid?: string | undefined },
): Promise<Uint8Array<ArrayBuffer>> {
  const enrollment = await findOtaEnrollment(runtime.sql, id);
  if (enrollment === undefined) throw problem("not-found");
  const made = await runtime.sql.begin(async (tx) => {
    const row = await findEnrollmentSecret(tx, enrollment.enrollmentSecretId);
    if (row === undefined) throw problem("not-found");
    const secret = await revealEnrollmentSecret(runtime, row);
    const verified = await verifyEnrollmentSecret(tx, runtime, {
      secret,
      serialNumber: options.serialNumber,
      udid: options.udid,
      userAgent: request.userAgent,
      ip: request.ip,
    }, request);
    // Returned, not thrown: the refusal's event stays.
    if (!verified.ok) return { refusal: verified.reason };
    const session = await openSession(tx, runtime, {
      kind: "OTA",
      status: "PHASE_3",
      otaEnrollmentId: enrollment.id,
      metaBusinessUnitId: verified.secret.metaBusinessUnitId,
      serialNumber: options.serialNumber ?? null,
      udid: options.udid ?? null,
      enrollmentId: null,
    }, SESSION_HOURS.direct);
    return { profile: await mdmProfile(tx, runtime, enrollment, session, { ...options, plain: !options.signed }) };
  });
  if (made.profile === undefined) {
    throw problem("refused", undefined, { list: [`Cannot make an enrollment profile: ${made.refusal}`] });
  }
  return options.signed ? await signProfile(runtime, made.profile) : made.profile;
}

/**
 * The profile that begins an OTA enrollment, signed: it may go to any number of devices while the secret allows it. Throws
 * `refused` when the secret gives none any more.
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
    throw problem("refused", undefined, { list: [`Cannot make an enrollment profile: ${spent}`] });
  }
  return await signProfile(runtime, otaProfile(runtime, enrollment, await revealEnrollmentSecret(runtime, row)));
}
