/**
 * Claims of hardware: recorded when a device is refused, decided by an operator, used once.
 *
 * @module
 */

import {
  type ClaimAttempt,
  type ClaimRow,
  countLiveClaims,
  decideClaim,
  findClaim,
  lockLiveClaim,
  recordClaim,
} from "../../db/enrollment/enrollment_claims.ts";
import type { Tx } from "../../db/open.ts";
import { problem, refused } from "../errors.ts";
import { type By, usernameOf } from "../events/by.ts";
import { recordAudit, recordEvents } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";

/** The lifetime of a claim after its last attempt, and of a decision. */
const CLAIM_HOURS = 24;
/** The attack: a holder of a profile names thousands of serial numbers, so that no page is left for the honest ones. */
const MOST_CLAIMS = { enrollment: 200, session: 5 } as const;

const inHours = (now: Date) => new Date(now.getTime() + CLAIM_HOURS * 3_600_000);

/**
 * Records an attempt. The first one of a claim leaves an event with an alert; beyond the limit of claims, an attempt
 * leaves nothing.
 */
export async function keepClaim(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  attempt: ClaimAttempt,
): Promise<void> {
  const now = runtime.clock.now();
  const { otaEnrollmentId, depEnrollmentId, sessionId, udid, serialNumber } = attempt;
  if (await lockLiveClaim(tx, attempt, udid, serialNumber, now) === undefined) {
    const live = await countLiveClaims(tx, attempt, now);
    if (live.enrollment >= MOST_CLAIMS.enrollment || live.session >= MOST_CLAIMS.session) return;
  }
  const kept = await recordClaim(tx, attempt, inHours(now), now);
  if (kept.attempts > 1) return;
  await recordEvents(tx, runtime, by, [{
    type: "enrollment_claim",
    tags: ["alert"],
    serialNumber,
    objects: {
      ...(otaEnrollmentId === null ? {} : { ota_enrollment: [otaEnrollmentId] }),
      ...(depEnrollmentId === null ? {} : { dep_enrollment: [depEnrollmentId] }),
      enrollment_claim: [kept.id],
      ...(attempt.deviceId === null ? {} : { device: [attempt.deviceId] }),
    },
    payload: {
      status: kept.state,
      reason: attempt.reason,
      udid,
      fingerprint: attempt.fingerprint,
      enrollment_session: { pk: sessionId },
    },
  }]);
}

/** Returns a claim as the API and the audit log show it. */
export const claimRepresentation = (row: ClaimRow) => ({
  id: row.id,
  ota_enrollment: row.otaEnrollmentId,
  dep_enrollment: row.depEnrollmentId,
  enrollment_session: row.sessionId,
  udid: row.udid,
  serial_number: row.serialNumber,
  reason: row.reason,
  device: row.deviceId,
  state: row.state,
  fingerprint: row.fingerprint,
  several_certificates: row.severalCertificates,
  hardware_evidence: row.hardwareEvidence,
  device_name: row.deviceName,
  model: row.model,
  ip: row.ip,
  attempts: row.attempts,
  attempted_at: naiveUtc(row.attemptedAt),
  decided_at: naiveUtc(row.decidedAt),
  decided_by: row.decidedBy,
  expires_at: naiveUtc(row.expiresAt),
  created_at: naiveUtc(row.createdAt),
});

/**
 * Confirms a claim: its session, or the next one of the same enrollment for this UDID and serial number, may enroll
 * once within 24 hours, and the hardware's current enrollment ends then. Or dismisses it. Throws `not-found` when the
 * claim has expired or was used, `refused` when it already has that decision or may not be confirmed.
 */
export async function decideOnClaim(
  runtime: Runtime,
  by: By,
  id: number,
  state: "confirmed" | "dismissed",
): Promise<ClaimRow> {
  const now = runtime.clock.now();
  return await runtime.sql.begin(async (tx) => {
    const before = await findClaim(tx, id, now);
    if (before === undefined) throw problem("not-found");
    const decision = { state, by: usernameOf(by), expiresAt: inHours(now) };
    if (!await decideClaim(tx, id, decision, now)) {
      throw refused(
        state === "confirmed" && before.reason === "serial number changed"
          ? "This claim cannot be confirmed: the UDID belongs to a device with another serial number."
          : `This claim is already ${state}.`,
      );
    }
    const after = await findClaim(tx, id, now);
    if (after === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.enrollmentclaim",
      pk: id,
      serialNumber: after.serialNumber,
      before: claimRepresentation(before),
      after: claimRepresentation(after),
    });
    return after;
  });
}
