/**
 * Pinned identities: the enrollment of each certificate.
 *
 * @module
 */

import type { ChannelId, DeviceId, EnrollmentId } from "../ids.ts";
import { type Db, listed, one, type Statement } from "../open.ts";

/** The facts of an enrollment that an identified message needs. */
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

/**
 * The enrollment behind a certificate. `suspended`: its device is deleted, and it continues when the device is
 * restored.
 */
export type PinnedRow = IdentifiedRow & { suspended: boolean };

/** Returns the enrollment that a certificate is pinned to. */
export async function findPinned(db: Db, fingerprint: string): Promise<PinnedRow | undefined> {
  const [row] = await db<PinnedRow[]>`
    select e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id,
      e.suspended, p.topic
    from enrollment_identities i join enrollments e on e.id = i.enrollment_id join devices d on d.id = e.device_id
      join push_certificates p on p.id = e.push_certificate_id
    where i.fingerprint = ${fingerprint} and i.retired_at is null`;
  return row;
}

/** The facts that the idle connect reads in its one statement. */
export type ContactRow = Omit<IdentifiedRow, "topic"> & { channelId: ChannelId; nextActionAt: Date | null };

/** Returns the channel of a message, with its enrollment and device. */
export async function findContact(
  db: Db,
  fingerprint: string,
  deviceKey: string,
  userKey: string,
): Promise<ContactRow | undefined> {
  const [row] = await db<ContactRow[]>`
    select e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id,
      c.id as channel_id, c.next_action_at
    from enrollment_identities i join enrollments e on e.id = i.enrollment_id join devices d on d.id = e.device_id
      join channels c on c.enrollment_id = e.id
    where i.fingerprint = ${fingerprint} and i.retired_at is null and e.ended_at is null and d.udid = ${deviceKey}
      and c.user_key = ${userKey}`;
  return row;
}

/** The channel that an answer is of. */
export type LockedContactRow = ContactRow & { sessionStartedAt: Date | null };

/** Returns the channel that an answer is of, locked until the transaction ends as `lockChannels` does. */
export async function lockContact(
  db: Db,
  fingerprint: string,
  deviceKey: string,
  userKey: string,
): Promise<LockedContactRow | undefined> {
  const [row] = await db<LockedContactRow[]>`
    select e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id,
      c.id as channel_id, c.next_action_at, c.session_started_at
    from enrollment_identities i join enrollments e on e.id = i.enrollment_id join devices d on d.id = e.device_id
      join channels c on c.enrollment_id = e.id
    where i.fingerprint = ${fingerprint} and i.retired_at is null and e.ended_at is null and d.udid = ${deviceKey}
      and c.user_key = ${userKey}
    for update of c`;
  return row;
}

/** Who says that a message is theirs: a certificate, and the ids in the message. `userKey` is "" for the device itself. */
export type Claim = { fingerprint: string; deviceKey: string; userKey: string };

/**
 * Returns the channels that answers are of, locked as `lockContact` does, each with the place of its claim. Those that others
 * have locked are left out, so that it never waits.
 */
export async function lockFreeContacts(
  db: Db,
  claims: readonly Claim[],
): Promise<(LockedContactRow & { place: number })[]> {
  const rows = claims.map(({ fingerprint, deviceKey, userKey }, place) => [place, fingerprint, deviceKey, userKey]);
  return await db<(LockedContactRow & { place: number })[]>`
    select a.place, e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at,
      e.session_id, c.id as channel_id, c.next_action_at, c.session_started_at
    from ${listed(db, ["int", "text", "text", "text"], rows)} as a(place, fingerprint, device_key, user_key)
      join enrollment_identities i on i.fingerprint = a.fingerprint join enrollments e on e.id = i.enrollment_id
      join devices d on d.id = e.device_id and d.udid = a.device_key
      join channels c on c.enrollment_id = e.id and c.user_key = a.user_key
    where i.retired_at is null and e.ended_at is null
    for update of c skip locked`;
}

/** Returns the id of the enrollment behind a certificate, within a statement. */
export const enrollmentOf = (db: Db, fingerprint: string): Statement =>
  db`(select enrollment_id from enrollment_identities where fingerprint = ${fingerprint} and retired_at is null)`;

/** Returns the id of a channel of the enrollment behind a certificate, within a statement. */
export const channelOf = (db: Db, fingerprint: string, userKey: string): Statement =>
  db`(select id from channels where enrollment_id = ${enrollmentOf(db, fingerprint)} and user_key = ${userKey})`;

/** Returns the channel of the enrollment behind a certificate. */
export async function findChannelOf(db: Db, fingerprint: string, userKey: string): Promise<ChannelId | undefined> {
  const [row] = await db<{ id: ChannelId | null }[]>`select ${channelOf(db, fingerprint, userKey)} as id`;
  return row?.id ?? undefined;
}

/** The facts that a TokenUpdate needs. */
export type TokenSenderRow = PinnedRow & {
  /** Null when the enrollment has no such channel yet. */
  channelId: ChannelId | null;
  shortName: string | null;
  longName: string | null;
  awaitingConfiguration: boolean | null;
  /** Whether the session of the enrollment is over, and no older identity is in use. */
  settled: boolean;
  /** How the channel is pushed; null where it is not. */
  pushToken: Uint8Array | null;
  magicSealed: string | null;
  /** Whether pushes are planned for it: its token is not one that Apple has refused. */
  pushed: boolean;
  unlockTokenSealed: string | null;
};

/** Returns the enrollment behind a certificate, with one of its channels. */
export async function findTokenSender(
  db: Db,
  fingerprint: string,
  userKey: string,
): Promise<TokenSenderRow | undefined> {
  const [row] = await db<TokenSenderRow[]>`
    select e.id as enrollment_id, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.session_id,
      e.suspended, p.topic, c.id as channel_id, c.user_short_name as short_name, c.user_long_name as long_name,
      e.awaiting_configuration,
      (select s.status from enrollment_sessions s where s.id = e.session_id) = 'COMPLETED'
        and not exists (select 1 from enrollment_identities o where o.enrollment_id = e.id and o.retired_at is null
          and o.created_at < i.created_at) as settled,
      c.push_token, c.push_magic_sealed as magic_sealed, c.push_due_at is not null and c.push_dead_at is null as pushed,
      e.unlock_token_sealed
    from enrollment_identities i join enrollments e on e.id = i.enrollment_id join devices d on d.id = e.device_id
      join push_certificates p on p.id = e.push_certificate_id
      left join channels c on c.enrollment_id = e.id and c.user_key = ${userKey}
    where i.fingerprint = ${fingerprint} and i.retired_at is null`;
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

/** Returns when the newest identity that is in use was pinned; null for an enrollment without one. */
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

/** Returns a current enrollment with its device. */
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

/** Returns the hardware and the session of a channel's current enrollment. */
export async function findChannelIdentity(
  db: Db,
  channelId: ChannelId,
): Promise<Pick<IdentifiedRow, "udid" | "serialNumber" | "sessionId"> | undefined> {
  const [row] = await db<Pick<IdentifiedRow, "udid" | "serialNumber" | "sessionId">[]>`
    select d.udid, d.serial_number, e.session_id
    from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
    where c.id = ${channelId} and e.ended_at is null`;
  return row;
}
