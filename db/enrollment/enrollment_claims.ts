/**
 * Claims: devices that named hardware which they may not have, until an operator decides or a day has passed.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import { type Db, one } from "../open.ts";

/** The reason why a device was refused. */
export type ClaimReason = "udid enrolled" | "serial number enrolled" | "serial number changed";

/** A claim. */
export type ClaimRow = {
  id: number;
  /** A claim is at one enrollment, of one of the kinds. */
  otaEnrollmentId: number | null;
  depEnrollmentId: number | null;
  enrollmentName: string;
  sessionId: number;
  udid: string;
  serialNumber: string;
  reason: ClaimReason;
  /** The known device with this UDID, or else with this serial number. */
  deviceId: DeviceId | null;
  knownSerialNumber: string | null;
  knownName: string | null;
  state: "pending" | "confirmed" | "used" | "dismissed";
  fingerprint: string;
  severalCertificates: boolean;
  hardwareEvidence: string | null;
  deviceName: string;
  model: string;
  ip: string;
  attempts: number;
  attemptedAt: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  expiresAt: Date;
  createdAt: Date;
};

/** The facts of an attempt. */
export type ClaimAttempt = Pick<
  ClaimRow,
  | "otaEnrollmentId"
  | "depEnrollmentId"
  | "sessionId"
  | "udid"
  | "serialNumber"
  | "reason"
  | "deviceId"
  | "fingerprint"
  | "hardwareEvidence"
  | "deviceName"
  | "model"
  | "ip"
>;

const select = (db: Db) =>
  db`
    select c.id, c.ota_enrollment_id, c.dep_enrollment_id, coalesce(o.name, a.name) as enrollment_name, c.session_id, c.udid, c.serial_number, c.reason,
      c.device_id, d.serial_number as known_serial_number, e.name as known_name, c.state, c.fingerprint,
      c.several_certificates, c.hardware_evidence, c.device_name, c.model, c.ip, c.attempts, c.attempted_at,
      c.decided_at, c.decided_by, c.expires_at, c.created_at
    from enrollment_claims c left join ota_enrollments o on o.id = c.ota_enrollment_id
      left join dep_enrollments a on a.id = c.dep_enrollment_id
      left join devices d on d.id = c.device_id left join enrollments e on e.id = d.enrollment_id`;

/** The enrollment of a claim. */
type OfEnrollment = Pick<ClaimRow, "otaEnrollmentId" | "depEnrollmentId">;

const isOf = (db: Db, { otaEnrollmentId, depEnrollmentId }: OfEnrollment) =>
  otaEnrollmentId === null ? db`dep_enrollment_id = ${depEnrollmentId}` : db`ota_enrollment_id = ${otaEnrollmentId}`;

/** Returns how many claims of a session, and of an enrollment, are live. */
export async function countLiveClaims(
  db: Db,
  of: OfEnrollment & Pick<ClaimRow, "sessionId">,
  now: Date,
): Promise<{ enrollment: number; session: number }> {
  return one(
    await db<{ enrollment: number; session: number }[]>`
      select count(*)::int as enrollment, count(*) filter (where session_id = ${of.sessionId})::int as session
      from enrollment_claims where ${isOf(db, of)} and state <> 'used' and expires_at > ${now}`,
  );
}

/** Returns the live claim of an enrollment for that hardware, locked. */
export async function lockLiveClaim(
  db: Db,
  of: OfEnrollment,
  udid: string,
  serialNumber: string,
  now: Date,
): Promise<{ id: number; state: ClaimRow["state"]; reason: ClaimReason } | undefined> {
  const [row] = await db<{ id: number; state: ClaimRow["state"]; reason: ClaimReason }[]>`
    select id, state, reason from enrollment_claims
    where ${isOf(db, of)} and lower(udid) = lower(${udid})
      and lower(serial_number) = lower(${serialNumber}) and state <> 'used' and expires_at > ${now}
    for update`;
  return row;
}

/**
 * Records an attempt: a live claim counts it, an expired one begins again. A dismissed one stays dismissed for its
 * original lifetime.
 */
export async function recordClaim(
  db: Db,
  attempt: ClaimAttempt,
  expiresAt: Date,
  now: Date,
): Promise<{ id: number; attempts: number; state: ClaimRow["state"] }> {
  const live = db`c.expires_at > ${now}`;
  const conflict = attempt.otaEnrollmentId === null
    ? db`(dep_enrollment_id, lower(udid), lower(serial_number)) where state <> 'used' and dep_enrollment_id is not null`
    : db`(ota_enrollment_id, lower(udid), lower(serial_number)) where state <> 'used'`;
  const stays = db`${live} and c.state = 'dismissed'`;
  return one(
    await db<{ id: number; attempts: number; state: ClaimRow["state"] }[]>`
      insert into enrollment_claims as c (ota_enrollment_id, dep_enrollment_id, session_id, udid, serial_number, reason, device_id, fingerprint,
        hardware_evidence, device_name, model, ip, attempted_at, expires_at, created_at)
      values (${attempt.otaEnrollmentId}, ${attempt.depEnrollmentId}, ${attempt.sessionId}, ${attempt.udid}, ${attempt.serialNumber},
        ${attempt.reason}, ${attempt.deviceId}, ${attempt.fingerprint}, ${attempt.hardwareEvidence},
        ${attempt.deviceName}, ${attempt.model}, ${attempt.ip}, ${now}, ${expiresAt}, ${now})
      on conflict ${conflict} do update set
        session_id = excluded.session_id, udid = excluded.udid, serial_number = excluded.serial_number,
        reason = excluded.reason, device_id = excluded.device_id,
        several_certificates = ${live} and (c.several_certificates or c.fingerprint <> excluded.fingerprint),
        fingerprint = excluded.fingerprint, hardware_evidence = excluded.hardware_evidence,
        device_name = excluded.device_name, model = excluded.model, ip = excluded.ip,
        attempts = case when ${live} then c.attempts + 1 else 1 end,
        created_at = case when ${live} then c.created_at else excluded.created_at end,
        attempted_at = excluded.attempted_at,
        expires_at = case when ${stays} then c.expires_at else excluded.expires_at end,
        decided_at = case when ${stays} then c.decided_at end,
        decided_by = case when ${stays} then c.decided_by end,
        state = case when ${stays} then c.state else 'pending' end
      returning c.id, c.attempts, c.state`,
  );
}

/** Ends a claim: its device is in. */
export async function useClaim(db: Db, id: number): Promise<void> {
  await db`update enrollment_claims set state = 'used' where id = ${id}`;
}

/** Returns an operator's decision about a live claim. Returns false if it is no longer open to that decision. */
export async function decideClaim(
  db: Db,
  id: number,
  decision: { state: "confirmed" | "dismissed"; by: string; expiresAt: Date },
  now: Date,
): Promise<boolean> {
  const { count } = await db`
    update enrollment_claims set state = ${decision.state}, decided_at = ${now}, decided_by = ${decision.by},
      expires_at = ${decision.expiresAt}
    where id = ${id} and expires_at > ${now} and state not in ('used', ${decision.state})
      ${decision.state === "confirmed" ? db`and reason <> 'serial number changed'` : db``}`;
  return count > 0;
}

/** Returns one claim that is live. */
export async function findClaim(db: Db, id: number, now: Date): Promise<ClaimRow | undefined> {
  const [row] = await db<ClaimRow[]>`
    ${select(db)} where c.id = ${id} and c.state <> 'used' and c.expires_at > ${now}`;
  return row;
}

/** Returns the live claims, the last attempt first, and the total number. */
export async function listClaims(
  db: Db,
  page: { limit: number; offset: number; state?: ClaimRow["state"] | undefined; only?: DeviceLimit | undefined },
  now: Date,
): Promise<{ rows: ClaimRow[]; count: number }> {
  const where = db`
    where c.state <> 'used' and c.expires_at > ${now} ${
    page.state === undefined ? db`` : db`and c.state = ${page.state}`
  } and ${within(db, page.only)}`;
  const rows = await db<ClaimRow[]>`
    ${select(db)} ${where} order by c.attempted_at desc, c.id desc limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<
      { count: number }[]
    >`select count(*)::int as count from enrollment_claims c left join devices d on d.id = c.device_id ${where}`,
  );
  return { rows: [...rows], count };
}

/** Deletes claims that have expired. */
export async function deleteExpiredClaims(db: Db, now: Date): Promise<number> {
  const { count } = await db`delete from enrollment_claims where expires_at <= ${now}`;
  return count;
}
