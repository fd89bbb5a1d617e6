/**
 * Pinned identities: which enrollment a certificate speaks for.
 *
 * @module
 */

import type { ChannelId, DeviceId, EnrollmentId } from "../ids.ts";
import { type Db, one } from "../open.ts";

/** What an identified message needs of its enrollment. */
export type IdentifiedRow = {
  enrollmentId: EnrollmentId;
  deviceId: DeviceId;
  udid: string;
  serialNumber: string;
  blockedAt: Date | null;
  endedAt: Date | null;
  sessionId: number;
  /** Of the push certificate. */
  topic: string;
};

/** The enrollment behind a certificate. `suspended`: its device is deleted, and it goes on when that is restored. */
export type PinnedRow = IdentifiedRow & { suspended: boolean };

/** The enrollment that a certificate is pinned to. */
export async function findPinned(db: Db, fingerprint: string): Promise<PinnedRow | undefined> {
  const [row] = await db<PinnedRow[]>`
    select e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id,
      e.suspended, p.topic
    from enrollment_identities i join enrollments e on e.id = i.enrollment_id join devices d on d.id = e.device_id
      join push_certificates p on p.id = e.push_certificate_id
    where i.fingerprint = ${fingerprint} and i.retired_at is null`;
  return row;
}

/** What the idle connect learns, in the one statement that it makes. */
export type ContactRow = Omit<IdentifiedRow, "topic"> & { channelId: ChannelId; nextActionAt: Date | null };

/** Marks that a channel made contact, and answers what it belongs to. */
export async function recordContact(
  db: Db,
  fingerprint: string,
  deviceKey: string,
  userKey: string,
  ip: string,
  idle: boolean,
  now: Date,
): Promise<ContactRow | undefined> {
  const [row] = await db<ContactRow[]>`
    update channels c set last_seen_at = ${now}, last_ip = ${ip},
      session_started_at = case when ${idle} then ${now}::timestamptz else c.session_started_at end
    from enrollment_identities i join enrollments e on e.id = i.enrollment_id join devices d on d.id = e.device_id
    where i.fingerprint = ${fingerprint} and i.retired_at is null and e.ended_at is null and d.udid = ${deviceKey}
      and c.enrollment_id = e.id and c.user_key = ${userKey}
    returning e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id,
      c.id as channel_id, c.next_action_at`;
  return row;
}

/** Whether a certificate was ever pinned, and where; a retired one too. */
export async function findIdentity(
  db: Db,
  fingerprint: string,
): Promise<{ enrollmentId: EnrollmentId; retiredAt: Date | null } | undefined> {
  const [row] = await db<{ enrollmentId: EnrollmentId; retiredAt: Date | null }[]>`
    select enrollment_id, retired_at from enrollment_identities where fingerprint = ${fingerprint}`;
  return row;
}

/** When the newest identity that is in use was pinned; null for an enrollment without one. */
export async function newestIdentityAt(db: Db, enrollmentId: EnrollmentId): Promise<Date | null> {
  return one(
    await db<{ at: Date | null }[]>`
      select max(created_at) as at from enrollment_identities
      where enrollment_id = ${enrollmentId} and retired_at is null`,
  ).at;
}

/** Pins a certificate to an enrollment. */
export async function pinIdentity(
  db: Db,
  fingerprint: string,
  enrollmentId: EnrollmentId,
  notAfter: Date,
  now: Date,
): Promise<void> {
  await db`
    insert into enrollment_identities (fingerprint, enrollment_id, not_after, created_at)
    values (${fingerprint}, ${enrollmentId}, ${notAfter}, ${now})`;
}

/** Retires the identities of an enrollment that are older than the one that was just used. */
export async function retireOlderIdentities(
  db: Db,
  enrollmentId: EnrollmentId,
  fingerprint: string,
  now: Date,
): Promise<number> {
  const { count } = await db`
    update enrollment_identities set retired_at = ${now}
    where enrollment_id = ${enrollmentId} and retired_at is null and fingerprint <> ${fingerprint}
      and created_at < (select created_at from enrollment_identities where fingerprint = ${fingerprint})`;
  return count;
}

/** A current enrollment with its device. */
export async function findCurrentEnrollment(db: Db, id: EnrollmentId): Promise<IdentifiedRow | undefined> {
  const [row] = await db<IdentifiedRow[]>`
    select e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id, p.topic
    from enrollments e join devices d on d.id = e.device_id join push_certificates p on p.id = e.push_certificate_id
    where e.id = ${id} and e.ended_at is null`;
  return row;
}

/** Whether a certificate is pinned to an enrollment that has not ended. */
export async function isPinned(db: Db, fingerprint: string): Promise<boolean> {
  const rows = await db`
    select 1 from enrollment_identities i join enrollments e on e.id = i.enrollment_id
    where i.fingerprint = ${fingerprint} and i.retired_at is null and e.ended_at is null`;
  return rows.length > 0;
}
