/**
 * Channels from the notifier's view: those that are due, and the results of pushes.
 *
 * @module
 */

import type { ChannelId, DeviceId, EnrollmentId } from "../ids.ts";
import type { Db } from "../open.ts";

/** A claimed channel. */
export type PushTargetRow = {
  channelId: ChannelId;
  enrollmentId: EnrollmentId;
  deviceId: DeviceId;
  serialNumber: string;
  udid: string;
  userKey: string;
  pushToken: Uint8Array;
  pushMagicSealed: string;
  pushCertificateId: number;
  pushCertificateVersion: Date;
  createdAt: Date;
  lastSeenAt: Date | null;
  lastNotifiedAt: Date | null;
  forced: boolean;
  nextCommandAt: Date | null;
  unansweredSince: Date | null;
  unansweredCount: number;
};

/**
 * Claims up to `limit` due channels until `claimUntil`, the longest due first. A claim that is not ended is void then, and
 * the channel is due again.
 */
export async function claimPushTargets(
  db: Db,
  limit: number,
  claimUntil: Date,
  now: Date,
): Promise<PushTargetRow[]> {
  // A channel of an enrollment that has ended, or whose device is deleted, is never due.
  const rows = await db<(PushTargetRow & { ended: boolean })[]>`
    update channels c set push_claimed_until = case when e.ended_at is null then ${claimUntil}::timestamptz end,
      push_due_at = case when e.ended_at is null then ${claimUntil}::timestamptz end
    from (
      select id from channels
      where push_token is not null and push_dead_at is null and push_due_at <= ${now}
        and (push_claimed_until is null or push_claimed_until <= ${now})
      order by push_due_at, id limit ${limit} for update skip locked
    ) due
    cross join lateral (
      select min(case when m.state <> 'sent' then coalesce(m.not_before, m.created_at) end) as next_command_at,
        max(case when m.state = 'sent' then m.sent_at end) as sent_at,
        coalesce(min(case when m.state = 'sent' then m.sent_count end), 1) as sent_count
      from commands m where m.channel_id = due.id
    ) queue, enrollments e, devices d, push_certificates p
    where c.id = due.id and e.id = c.enrollment_id and p.id = e.push_certificate_id and d.id = e.device_id and c.push_magic_sealed is not null
    returning c.id as channel_id, e.id as enrollment_id, d.id as device_id, d.serial_number, d.udid, c.user_key,
      c.push_token, c.push_magic_sealed, e.push_certificate_id, p.updated_at as push_certificate_version, c.created_at, c.last_seen_at, c.last_notified_at,
      c.push_forced as forced, queue.next_command_at,
      queue.sent_at as unanswered_since, queue.sent_count as unanswered_count, e.ended_at is not null as ended`;
  return rows.filter(({ ended }) => !ended);
}

/**
 * Ends a claim. A channel that became due meanwhile stays due; otherwise it is checked again at `lookAt`. Returns false
 * if the claim was void.
 */
export async function releasePushTarget(
  db: Db,
  claim: { channelId: ChannelId; claimUntil: Date; lookAt: Date },
): Promise<boolean> {
  const { count } = await db`
    update channels set push_claimed_until = null,
      push_due_at = case when push_due_at < ${claim.claimUntil} then push_due_at else ${claim.lookAt} end
    where id = ${claim.channelId} and push_claimed_until = ${claim.claimUntil}`;
  return count > 0;
}

/** Apple's answer to a push. */
export type PushOutcome = {
  channelId: ChannelId;
  claimUntil: Date;
  lookAt: Date;
  /** When the push left: a device that comes while it travels has come after it. */
  startedAt: Date;
  delivered: boolean;
  reason: string | null;
  dead: boolean;
};

/** Ends a claim with the outcome of its push. A token that changed meanwhile is not marked dead. */
export async function recordPush(db: Db, outcome: PushOutcome, token: Uint8Array): Promise<void> {
  const { claimUntil, delivered, dead } = outcome;
  await db`
    update channels set push_claimed_until = null,
      push_due_at = case when push_due_at < ${claimUntil} then push_due_at else ${outcome.lookAt} end,
      push_forced = push_forced and not ${delivered},
      last_notified_at = case when ${delivered} then ${outcome.startedAt}::timestamptz else last_notified_at end,
      push_attempted_at = ${outcome.startedAt}, push_reason = ${outcome.reason},
      push_dead_at = case when ${dead} and push_token = ${token} then ${outcome.startedAt}::timestamptz end
    where id = ${outcome.channelId} and push_claimed_until = ${claimUntil}`;
}

/** Makes a device's channels due immediately, whatever is outstanding. Returns the number that can be pushed. */
export async function forcePush(db: Db, deviceId: DeviceId, now: Date): Promise<number> {
  const { count } = await db`
    update channels set push_due_at = ${now}, push_forced = true
    where push_token is not null and push_dead_at is null
      and enrollment_id in (select id from enrollments where device_id = ${deviceId} and ended_at is null)`;
  return count;
}

/** Makes all channels of a push certificate due, spread over `seconds`: it was replaced. Returns their number. */
export async function spreadPushes(db: Db, certificateId: number, now: Date, seconds: number): Promise<number> {
  const { count } = await db`
    update channels set push_due_at = least(push_due_at, ${now}::timestamptz + make_interval(secs => random() * ${seconds}))
    where push_token is not null and push_dead_at is null
      and enrollment_id in (select id from enrollments where push_certificate_id = ${certificateId} and ended_at is null)`;
  return count;
}
