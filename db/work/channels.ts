/**
 * Channels: the units that receive pushes and commands.
 *
 * @module
 */

import type { ChannelId, DeviceId, EnrollmentId } from "../ids.ts";
import { type Db, one } from "../open.ts";

/** Returns the id of an enrollment's channel, which is created if it does not exist; locked. */
export async function ensureChannel(
  db: Db,
  enrollmentId: EnrollmentId,
  userKey: string,
  now: Date,
): Promise<ChannelId> {
  return one(
    await db<{ id: ChannelId }[]>`
      with channel as (
        insert into channels (enrollment_id, user_key, next_action_at, created_at, updated_at)
        values (${enrollmentId}, ${userKey}, ${now}, ${now}, ${now})
        on conflict (enrollment_id, user_key) do update set updated_at = excluded.updated_at
        returning id
      ), plan as (
        insert into channel_plans (channel_id, updated_at) select id, ${now} from channel
        on conflict (channel_id) do nothing
      )
      select id from channel`,
  ).id;
}

/**
 * Returns the channel of a user, created if the enrollment has fewer than `limit` others; otherwise undefined. The
 * enrollment is locked for a new one, so that concurrent ones are counted too.
 */
export async function ensureUserChannel(
  db: Db,
  enrollmentId: EnrollmentId,
  userKey: string,
  limit: number,
  now: Date,
): Promise<ChannelId | undefined> {
  if (await findChannel(db, enrollmentId, userKey) === undefined) {
    await db`select id from enrollments where id = ${enrollmentId} for no key update`;
    const { count } = one(
      await db<{ count: number }[]>`
        select count(*)::int as count from channels
        where enrollment_id = ${enrollmentId} and user_key <> '' and user_key <> ${userKey}`,
    );
    if (count >= limit) return undefined;
  }
  return await ensureChannel(db, enrollmentId, userKey, now);
}

/**
 * How a channel is pushed, from TokenUpdate; null keeps the name that is stored. A new token revives a dead one and is
 * pushed once it is old enough; the same one stays dead, so that a token that Apple does not know is not pushed for
 * ever. Returns whether the user has another name now.
 */
export async function setPushTarget(
  db: Db,
  id: ChannelId,
  row: { shortName: string | null; longName: string | null; token: Uint8Array; magicSealed: string; pushDueAt: Date },
  now: Date,
): Promise<boolean> {
  const [after] = await db<{ renamed: boolean }[]>`
    with before as (select id, user_short_name, user_long_name from channels where id = ${id} for update)
    update channels c set user_short_name = coalesce(${row.shortName}, c.user_short_name),
      user_long_name = coalesce(${row.longName}, c.user_long_name), push_token = ${row.token},
      push_magic_sealed = ${row.magicSealed}, push_due_at = ${row.pushDueAt},
      push_dead_at = case when c.push_token = ${row.token} then c.push_dead_at end,
      push_reason = case when c.push_token = ${row.token} then c.push_reason end,
      push_forced = c.push_forced or (c.last_notified_at is not null and c.push_token is distinct from ${row.token}),
      updated_at = ${now}
    from before b where c.id = b.id
    returning (c.user_short_name, c.user_long_name) <> (b.user_short_name, b.user_long_name) as renamed`;
  return after?.renamed === true;
}

/** How a known channel is pushed, from a TokenUpdate that changes nothing else but the unlock token of its enrollment. */
export type RenewedPushTarget = {
  channelId: ChannelId;
  token: Uint8Array;
  magicSealed: string;
  pushDueAt: Date;
  /** Null keeps the stored value. */
  unlockTokenSealed: string | null;
};

/**
 * Stores the push target of a known channel, as `setPushTarget` does. Returns whether it was stored: false if the
 * certificate no longer identifies an enrolled device that may be served.
 */
export async function renewPushTarget(
  db: Db,
  fingerprint: string,
  row: RenewedPushTarget,
  now: Date,
): Promise<boolean> {
  const { count } = await db`
    with sender as (
      select c.id, c.enrollment_id from channels c join enrollments e on e.id = c.enrollment_id
        join devices d on d.id = e.device_id join enrollment_identities i on i.enrollment_id = e.id
      where c.id = ${row.channelId} and i.fingerprint = ${fingerprint} and i.retired_at is null and e.ended_at is null
        and d.blocked_at is null
      for update of c
    ), unlock as (
      update enrollments e set unlock_token_sealed = ${row.unlockTokenSealed}, updated_at = ${now}
      from sender s where e.id = s.enrollment_id and ${row.unlockTokenSealed}::text is not null
    )
    update channels c set push_token = ${row.token}, push_magic_sealed = ${row.magicSealed},
      push_due_at = ${row.pushDueAt},
      push_dead_at = case when c.push_token = ${row.token} then c.push_dead_at end,
      push_reason = case when c.push_token = ${row.token} then c.push_reason end,
      push_forced = c.push_forced or (c.last_notified_at is not null and c.push_token is distinct from ${row.token}),
      updated_at = ${now}
    from sender s where c.id = s.id`;
  return count > 0;
}

/** Takes the push token from a user's channel, where there is one. */
export async function forgetPushTarget(db: Db, enrollmentId: EnrollmentId, userKey: string, now: Date): Promise<void> {
  await db`
    update channels set push_token = null, push_magic_sealed = null, push_due_at = null, updated_at = ${now}
    where enrollment_id = ${enrollmentId} and user_key = ${userKey}`;
}

/**
 * Locks channels until the transaction ends. Whatever changes several rows of a device locks its channels before the others,
 * by id: a device reports, synchronizes and converses at the same time, and no two of these may wait for each other.
 */
export async function lockChannels(db: Db, ids: readonly ChannelId[]): Promise<void> {
  await db`select id from channels where id = any(${[...ids]}::int[]) order by id for update`;
}

/** Locks the channel that a live command waits on, if it is one. */
export async function lockChannelOfCommand(db: Db, uuid: string): Promise<void> {
  await db`
    select id from channels where id = (select channel_id from commands where uuid = ${uuid}) for update`;
}

/**
 * Begins the conversation of a channel and locks the channel until the transaction ends, as `lockChannels` does. Returns when
 * it needs planning next; undefined when the channel no longer exists.
 */
export async function beginConversation(
  db: Db,
  id: ChannelId,
  { at, ip }: { at: Date; ip: string },
): Promise<{ nextActionAt: Date | null } | undefined> {
  const [row] = await db<{ nextActionAt: Date | null }[]>`
    update channels set last_seen_at = ${at}, last_ip = ${ip}, session_started_at = ${at}
    where id = ${id} returning next_action_at`;
  return row;
}

/** Locks the channels of a device's current enrollment, or of one that continues when the device is restored. */
export async function lockChannelsOfDevice(db: Db, deviceId: DeviceId): Promise<void> {
  await db`
    select id from channels
    where enrollment_id in (select id from enrollments where device_id = ${deviceId} and (ended_at is null or suspended))
    order by id for update`;
}

/** Returns the channel of an enrollment. */
export async function findChannel(db: Db, enrollmentId: EnrollmentId, userKey: string): Promise<ChannelId | undefined> {
  const [row] = await db<{ id: ChannelId }[]>`
    select id from channels where enrollment_id = ${enrollmentId} and user_key = ${userKey}`;
  return row?.id;
}
