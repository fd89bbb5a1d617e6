/**
 * The common part of enrollments of any kind: the configuration that their devices get an identity and a profile from.
 *
 * @module
 */

import { type DepEnrollmentRow, findDepEnrollment } from "../../db/ade/dep_enrollments.ts";
import type { SessionRow } from "../../db/enrollment/enrollment_sessions.ts";
import { findOtaEnrollment, type OtaEnrollmentRow } from "../../db/enrollment/ota_enrollments.ts";
import type { Db } from "../../db/open.ts";

/** The configuration of an enrollment. */
export type EnrollmentConfiguration = {
  kind: "OTA" | "DEP";
  id: number;
  name: string;
  displayName: string;
  pushCertificateId: number;
  enrollmentSecretId: number;
  scepIssuerId: string;
  blueprintId: number | null;
  /** The topic of its push certificate; null while none was uploaded. */
  topic: string | null;
  /** Whether its devices take over enrolled hardware without an operator's word. */
  reenrollmentWithoutConfirmation: boolean;
  /** The settings of devices out of the box; null for other kinds, where they are set up already. */
  setup: {
    supervised: boolean;
    /** Whether the device waits in Setup Assistant until the server releases it. */
    awaitsConfiguration: boolean;
    /** Minutes until it is released, whatever it still lacks. */
    releaseAfterMinutes: number;
  } | null;
};

/** The part of a configuration that profiles are written from. */
export type ProfileConfiguration = Pick<EnrollmentConfiguration, "name" | "displayName" | "scepIssuerId" | "topic">;

const commonOf = (row: Omit<EnrollmentConfiguration, "kind" | "reenrollmentWithoutConfirmation" | "setup">) => ({
  id: row.id,
  name: row.name,
  displayName: row.displayName,
  pushCertificateId: row.pushCertificateId,
  enrollmentSecretId: row.enrollmentSecretId,
  scepIssuerId: row.scepIssuerId,
  blueprintId: row.blueprintId,
  topic: row.topic,
});

const ofOta = (row: OtaEnrollmentRow): EnrollmentConfiguration => ({
  kind: "OTA",
  ...commonOf(row),
  reenrollmentWithoutConfirmation: row.reenrollmentWithoutConfirmation,
  setup: null,
});

/** Returns the configuration of a DEP enrollment. Its devices need no setting: their assignment is the proof. */
const ofDep = (row: DepEnrollmentRow): EnrollmentConfiguration => ({
  kind: "DEP",
  ...commonOf(row),
  reenrollmentWithoutConfirmation: false,
  setup: {
    supervised: row.isSupervised,
    awaitsConfiguration: row.awaitDeviceConfigured,
    releaseAfterMinutes: row.releaseAfterMinutes,
  },
});

/** Returns the configuration of the enrollment that a session is of; undefined if it no longer exists. */
export async function configurationOf(
  db: Db,
  { otaEnrollmentId, depEnrollmentId }: Pick<SessionRow, "otaEnrollmentId" | "depEnrollmentId">,
): Promise<EnrollmentConfiguration | undefined> {
  if (otaEnrollmentId !== null) {
    const row = await findOtaEnrollment(db, otaEnrollmentId);
    return row === undefined ? undefined : ofOta(row);
  }
  const row = depEnrollmentId === null ? undefined : await findDepEnrollment(db, depEnrollmentId);
  return row === undefined ? undefined : ofDep(row);
}

/** Returns the columns that say which enrollment a session or a claim is of. */
export const enrollmentIdsOf = (
  { kind, id }: Pick<EnrollmentConfiguration, "kind" | "id">,
): Pick<SessionRow, "otaEnrollmentId" | "depEnrollmentId"> => ({
  otaEnrollmentId: kind === "OTA" ? id : null,
  depEnrollmentId: kind === "DEP" ? id : null,
});

/** Returns an enrollment as the payload of events describes it. */
export const enrollmentPayload = (
  { kind, id, name }: Pick<EnrollmentConfiguration, "kind" | "id" | "name">,
): Record<string, { pk: number; name: string }> => ({
  [kind === "OTA" ? "ota_enrollment" : "dep_enrollment"]: { pk: id, name },
});
