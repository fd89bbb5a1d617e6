/**
 * The plans of channels, and the declarations announced to their devices.
 *
 * @module
 */

import type { ChannelId, DeviceId } from "../ids.ts";
import { lockChannels } from "./channels.ts";
import { type Db, type Json, json, type Statement } from "../open.ts";
import { isReplanned, type Replanned } from "./plan_facts.ts";

/** The content of an identifier that was announced to a device. */
export type AdvertisedItem = {
  section: string;
  serverToken: string;
  /** The artifact version; absent for a declaration of the blueprint itself, which is stored unchanged. */
  version?: string;
  builtIn?: { Type: string; Payload: Json };
};

/** The declarations announced to a device, by identifier. */
export type Advertised = { readonly [identifier: string]: AdvertisedItem };

/** The state of a channel. */
export type ChannelPlanRow = {
  desiredDigest: string | null;
  declarativeManagement: boolean;
  declarationsToken: string | null;
  advertised: Advertised;
  advertisedBefore: Advertised;
  clientCapabilities: Json;
};

/** Returns the state of a channel. */
export async function findChannelPlan(db: Db, channelId: ChannelId): Promise<ChannelPlanRow | undefined> {
  const [row] = await db<ChannelPlanRow[]>`
    select desired_digest, declarative_management, declarations_token, advertised, advertised_before, client_capabilities
    from channel_plans where channel_id = ${channelId}`;
  return row;
}

/** A token was announced to the device: it follows declarations. */
export function recordTold(db: Db, channelId: ChannelId, token: string, now: Date): Statement {
  return db`
    update channel_plans set declarative_management = true, declarations_token = ${token}, sync_failed_token = null,
      sync_failed_at = null, updated_at = ${now}
    where channel_id = ${channelId} and (not declarative_management or declarations_token is distinct from ${token}
      or sync_failed_token is not null or sync_failed_at is not null)`;
}

/** The device refused a token. */
export async function recordRefused(db: Db, channelId: ChannelId, token: string, now: Date): Promise<void> {
  await db`
    update channel_plans set sync_failed_token = ${token}, sync_failed_at = ${now}, updated_at = ${now}
    where channel_id = ${channelId}`;
}

/** A list of declarations in the form of the answer, and the revision of the desired state that it was created at. */
export type PreparedList = { token: string; items: Json; revision: number };

/**
 * Returns the list that was last sent to a channel, found by the sender's certificate. Undefined unless the sender may
 * be served and the same list is the answer now: nothing that devices should have has changed, nothing of the channel
 * is due, and the device has not refused the list.
 */
export async function findPreparedList(
  db: Db,
  sender: { fingerprint: string; udid: string; userKey: string },
  now: Date,
): Promise<(PreparedList & { deviceId: DeviceId; udid: string; serialNumber: string }) | undefined> {
  const [row] = await db<(PreparedList & { deviceId: DeviceId; udid: string; serialNumber: string })[]>`
    select p.prepared_token as token, p.prepared_items as items, p.prepared_revision as revision,
      d.id as device_id, d.udid, d.serial_number
    from enrollment_identities i join enrollments e on e.id = i.enrollment_id join devices d on d.id = e.device_id
      join channels c on c.enrollment_id = e.id join channel_plans p on p.channel_id = c.id
      join desired_state s on s.revision = p.prepared_revision
    where i.fingerprint = ${sender.fingerprint} and i.retired_at is null and e.ended_at is null and not e.suspended
      and d.blocked_at is null and d.udid = ${sender.udid} and c.user_key = ${sender.userKey}
      and (c.next_action_at is null or c.next_action_at > ${now})
      and p.declarative_management and p.declarations_token = p.prepared_token and p.sync_failed_token is null
      -- The device is about to be told of another list, or may have been told of it already.
      and not exists (select 1 from commands m where m.channel_id = c.id and m.name = 'DeclarativeManagement')`;
  return row;
}

/** The prepared list of a channel is right at this revision, too. */
export const confirmPreparedList = (db: Db, channelId: ChannelId, revision: number): Statement =>
  db`
    update channel_plans set prepared_revision = ${revision}
    where channel_id = ${channelId} and prepared_revision is distinct from ${revision}`;

/** Discards the prepared list of a channel. */
export async function discardPreparedList(db: Db, channelId: ChannelId): Promise<void> {
  await db`update channel_plans set prepared_token = null, prepared_revision = null where channel_id = ${channelId}`;
}

/**
 * Discards the prepared lists of devices for which something has changed that their plans depend on: the change counts from its
 * commit, before anybody has looked at their plans again.
 */
export async function discardPreparedLists(
  db: Db,
  of: { serialNumbers: readonly string[] } | { deviceId: DeviceId },
): Promise<void> {
  await db`
    update channel_plans p set prepared_revision = null
    from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
    where p.channel_id = c.id and e.ended_at is null and p.prepared_revision is not null
      and ${
    "deviceId" in of ? db`d.id = ${of.deviceId}` : db`d.serial_number = any(${[...of.serialNumbers]}::text[])`
  }`;
}

/** The device was given the list of its declarations. What it was given before that stays known. */
export function recordAdvertised(
  db: Db,
  channelId: ChannelId,
  { token, items, revision }: PreparedList,
  advertised: Advertised,
  now: Date,
): Statement {
  const value = json(db, JSON.parse(JSON.stringify(advertised)));
  return db`
    update channel_plans set declarative_management = true, declarations_token = ${token},
      advertised_before = case when advertised = ${value}::jsonb then advertised_before else advertised end,
      advertised = ${value}, sync_failed_token = null, sync_failed_at = null, updated_at = ${now},
      prepared_token = ${token}, prepared_items = ${json(db, items)}, prepared_revision = ${revision}
    where channel_id = ${channelId}`;
}

/** Stores the device's capabilities. Returns whether they changed. */
export async function recordCapabilities(db: Db, channelId: ChannelId, value: Json, now: Date): Promise<boolean> {
  const { count } = await db`
    update channel_plans set client_capabilities = ${json(db, value)}, updated_at = ${now}
    where channel_id = ${channelId} and client_capabilities is distinct from ${json(db, value)}::jsonb`;
  return count > 0;
}

/** Records that a status report arrived. */
export function recordStatusReported(db: Db, channelId: ChannelId, now: Date): Statement {
  return db`update channel_plans set status_reported_at = ${now} where channel_id = ${channelId}`;
}

/** Stores the channel's desired state, as a digest. */
export async function recordDigest(db: Db, channelId: ChannelId, digest: string, now: Date): Promise<void> {
  await db`
    update channel_plans set desired_digest = ${digest}, updated_at = ${now}
    where channel_id = ${channelId} and desired_digest is distinct from ${digest}`;
}

/** Wakes a channel: it plans at its next contact, and is pushed even if a push is outstanding. */
export async function wakeChannel(db: Db, channelId: ChannelId, now: Date): Promise<void> {
  await db`
    update channels set next_action_at = least(next_action_at, ${now}::timestamptz), push_forced = true,
      push_due_at = least(push_due_at, ${now}::timestamptz)
    where id = ${channelId}`;
}

/** A channel whose push is due later than a new place in the queue of wakes would be. */
export type PlacelessChannel = { id: ChannelId; redeliveredAt: Date | null };

/**
 * Returns those of some channels that need a place in the queue of wakes to be pushed: no push of theirs is due before
 * it.
 */
export async function findPlaceless(db: Db, ids: readonly ChannelId[], now: Date): Promise<PlacelessChannel[]> {
  return await db<PlacelessChannel[]>`
    select c.id, c.redelivered_at from channels c, desired_state s
    where c.id = any(${[...ids]}::int[]) and c.push_token is not null and c.push_dead_at is null
      and (c.push_due_at is null or c.push_due_at > greatest(s.next_wake_at, ${now}::timestamptz))
    order by c.id`;
}

/**
 * Requests new plans for channels: each immediately when it connects by itself, and woken one after the other.
 * `byDevice` records that the place was taken for a change by the device itself.
 */
export async function wakeChannelsInTurn(
  db: Db,
  channelIds: readonly ChannelId[],
  wave: { firstAt: Date; perSecond: number; byDevice: boolean },
  now: Date,
): Promise<void> {
  await db`
    update channels c set next_action_at = least(c.next_action_at, ${now}::timestamptz), push_forced = true,
      redelivered_at = case when ${wave.byDevice} then ${now}::timestamptz else c.redelivered_at end,
      push_due_at = least(c.push_due_at,
        ${wave.firstAt}::timestamptz + make_interval(secs => (g.place - 1) / ${wave.perSecond}::float8))
    from unnest(${[...channelIds]}::int[]) with ordinality as g (id, place) where c.id = g.id`;
}

/**
 * Requests new plans for channels when they next connect, without a place in the queue of wakes. Those in `later` are
 * pushed that many seconds after their last place, the others when they are due anyway.
 */
export async function wakeWithoutPlace(
  db: Db,
  channelIds: readonly ChannelId[],
  later: { ids: readonly ChannelId[]; seconds: number },
  now: Date,
): Promise<void> {
  if (channelIds.length === 0) return;
  await db`
    update channels set next_action_at = least(next_action_at, ${now}::timestamptz), push_forced = true,
      push_due_at = case when id = any(${[...later.ids]}::int[])
        then least(push_due_at, redelivered_at + make_interval(secs => ${later.seconds})) else push_due_at end
    where id = any(${[...channelIds]}::int[])`;
}

/** Some channels of enrolled devices, or of these alone, by id, after `after`. */
export async function findChannelsToSweep(
  db: Db,
  which: Replanned | null,
  after: number,
  limit: number,
): Promise<ChannelId[]> {
  const rows = await db<{ id: ChannelId }[]>`
    select c.id from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
    where e.ended_at is null and e.blueprint_id is not null and c.id > ${after}
      ${which === null ? db`` : db`and ${isReplanned(db, which)}`}
    order by c.id limit ${limit}`;
  return rows.map(({ id }) => id);
}

/**
 * Wakes channels without knowing their desired state: each is planned when it next connects, and is pushed at its
 * place.
 */
export async function wakeToPlan(
  db: Db,
  ids: readonly ChannelId[],
  wave: { firstAt: Date; perSecond: number },
  now: Date,
): Promise<void> {
  await lockChannels(db, ids);
  await db`
    update channels c set next_action_at = least(c.next_action_at, ${now}::timestamptz), push_forced = true,
      push_due_at = least(c.push_due_at,
        ${wave.firstAt}::timestamptz + make_interval(secs => (g.place - 1) / ${wave.perSecond}::float8))
    from unnest(${[...ids]}::int[]) with ordinality as g (id, place) where c.id = g.id and c.id = any(${[
    ...ids,
  ]}::int[])`;
}

/**
 * Wakes channels whose plan has changed, with their desired state: each is planned when it next connects, and is pushed
 * at its place in the wave, which begins at `firstAt`.
 */
export async function wakeInWave(
  db: Db,
  channels: readonly { channelId: ChannelId; digest: string }[],
  wave: { firstAt: Date; perSecond: number },
  now: Date,
): Promise<void> {
  const given = json(db, channels.map(({ channelId, digest }, place) => ({ id: channelId, digest, place })));
  // Said twice, so that the database looks up these rows and does not read all of them.
  const ids = channels.map(({ channelId }) => channelId);
  await lockChannels(db, ids);
  await db`
    with given as (
      select (g->>'id')::int as id, g->>'digest' as digest, (g->>'place')::int as place
      from jsonb_array_elements(${given}::jsonb) g
    ), planned as (
      update channel_plans p set desired_digest = given.digest, updated_at = ${now} from given
      where p.channel_id = given.id and p.channel_id = any(${ids}::int[])
    )
    update channels c set next_action_at = least(c.next_action_at, ${now}::timestamptz), push_forced = true,
      push_due_at = least(c.push_due_at,
        ${wave.firstAt}::timestamptz + make_interval(secs => given.place / ${wave.perSecond}::float8))
    from given where c.id = given.id and c.id = any(${ids}::int[])`;
}
