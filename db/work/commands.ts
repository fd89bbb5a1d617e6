/**
 * The live command queue and its history.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import type { ChannelId, DeviceId, EnrollmentId } from "../ids.ts";
import { type Db, type Json, json, listed, one, type Statement } from "../open.ts";

/** A command of the live queue. */
export type CommandRow = {
  id: number;
  uuid: string;
  channelId: ChannelId;
  name: string;
  arguments: Record<string, Json>;
  secretsSealed: string | null;
  state: "queued" | "sent" | "notNow";
  notBefore: Date | null;
  expiresAt: Date | null;
  sentAt: Date | null;
  sentCount: number;
  notNowCount: number;
  createdAt: Date;
  updatedAt: Date;
};

/** How a finished command ended. */
export type FinalState = "acknowledged" | "error" | "formatError" | "expired" | "cancelled";

/**
 * Queues a command and wakes its channel. A singleton replaces its unsent predecessor; returns whether it was queued.
 */
export async function insertCommand(
  db: Db,
  row: {
    id: number;
    uuid: string;
    channelId: ChannelId;
    name: string;
    arguments: Json;
    secretsSealed: string | null;
    singleton: string | null;
    notBefore: Date | null;
    expiresAt: Date | null;
    /** Commands of one group on a channel are sent one after the other. */
    orderGroup?: string;
  },
  now: Date,
): Promise<boolean> {
  const inserted = await db`
    insert into commands (id, uuid, channel_id, name, arguments, secrets_sealed, singleton, not_before, expires_at, order_group, created_at, updated_at)
    values (${row.id}, ${row.uuid}, ${row.channelId}, ${row.name}, ${json(db, row.arguments)}, ${row.secretsSealed},
      ${row.singleton}, ${row.notBefore}, ${row.expiresAt}, ${row.orderGroup ?? null}, ${now}, ${now})
    on conflict (channel_id, singleton) where singleton is not null do nothing`;
  const due = row.notBefore ?? now;
  await db`
    update channels set next_action_at = least(next_action_at, ${due}::timestamptz),
      push_due_at = least(push_due_at, ${due}::timestamptz)
    where id = ${row.channelId}`;
  return inserted.count > 0;
}

/** Marks a command as sent; without an answer its channel is pushed at `pushAgainAt`. */
export async function markSent(
  db: Db,
  channelId: ChannelId,
  id: number,
  pushAgainAt: Date,
  now: Date,
): Promise<CommandRow> {
  return one(
    await db<CommandRow[]>`
      with watched as (
        update channels set push_due_at = least(push_due_at, ${pushAgainAt}::timestamptz) where id = ${channelId})
      update commands set state = 'sent', sent_at = ${now}, sent_count = sent_count + 1, updated_at = ${now}
      where id = ${id} and channel_id = ${channelId}
      returning id, uuid, channel_id, name, arguments, secrets_sealed, state, not_before, expires_at, sent_at, sent_count,
        not_now_count, created_at, updated_at`,
  );
}

/** A command that is sent to a channel. `begins`: it is the first one of a conversation. */
export type SentCommand = { id: number; channelId: ChannelId; begins?: boolean };

/**
 * Marks commands as sent, as `markSent` does, each to another channel, and finishes those that were answered before. It
 * returns no row for a command that is no longer there.
 */
export function markingSent(
  db: Db,
  sent: readonly SentCommand[],
  pushAgainAt: Date,
  now: Date,
  answered: readonly FinishedCommand[],
): Statement {
  return db`
    with ${answered.length === 0 ? db`` : db`${taken(db, answered)}, kept as (${kept(db, now)}), `}next as (
      select * from ${
    listed(db, ["bigint", "int", "bool"], sent.map(({ id, channelId, begins = false }) => [id, channelId, begins]))
  } as s(id, channel_id, begins)
    ), watched as (
      update channels c set push_due_at = least(c.push_due_at, ${pushAgainAt}::timestamptz),
        session_started_at = case when next.begins then ${now} else c.session_started_at end
      from next
      where c.id = next.channel_id and (next.begins or c.push_due_at is null or c.push_due_at > ${pushAgainAt}))
    update commands m set state = 'sent', sent_at = ${now}, sent_count = m.sent_count + 1, updated_at = ${now}
    from next where m.id = next.id and m.channel_id = next.channel_id returning m.id`;
}

/** Returns when the first live command of a channel with a name is due; undefined if there is none. */
export async function findLiveCommand(
  db: Db,
  channelId: ChannelId,
  name: string,
): Promise<{ notBefore: Date | null } | undefined> {
  const [row] = await db<{ notBefore: Date | null }[]>`
    select not_before from commands where channel_id = ${channelId} and name = ${name} order by id limit 1`;
  return row;
}

/** Returns a live command of a channel by its UUID, locked. */
export async function lockCommand(db: Db, channelId: ChannelId, uuid: string): Promise<CommandRow | undefined> {
  const [row] = await db<CommandRow[]>`
    select id, uuid, channel_id, name, arguments, secrets_sealed, state, not_before, expires_at, sent_at, sent_count,
      not_now_count, created_at, updated_at
    from commands where channel_id = ${channelId} and uuid = ${uuid} for update`;
  return row;
}

/** Returns the arguments of a live command. */
export async function findArguments(
  db: Db,
  uuid: string,
): Promise<Pick<CommandRow, "id" | "arguments" | "secretsSealed"> | undefined> {
  const [row] = await db<Pick<CommandRow, "id" | "arguments" | "secretsSealed">[]>`
    select id, arguments, secrets_sealed from commands where uuid = ${uuid}`;
  return row;
}

/**
 * Returns the UUID of the command of a channel that was sent last and is not answered; with `uuid` that one or none.
 */
export async function findOutstanding(
  db: Db,
  channel: { enrollmentId: EnrollmentId; userKey: string },
  uuid: string | undefined,
): Promise<string | undefined> {
  const [row] = await db<{ uuid: string }[]>`
    select m.uuid from commands m join channels c on c.id = m.channel_id
    where c.enrollment_id = ${channel.enrollmentId} and c.user_key = ${channel.userKey} and m.state = 'sent'
      ${uuid === undefined ? db`` : db`and m.uuid = ${uuid}`}
    order by m.sent_at desc, m.id desc limit 1`;
  return row?.uuid;
}

/** The device will take the command later: it is offered again in a conversation after `notBefore`. */
export async function postponeCommand(db: Db, id: number, notBefore: Date, now: Date): Promise<void> {
  await db`
    with postponed as (update commands set state = 'notNow', not_now_at = ${now}, not_now_count = not_now_count + 1,
      not_before = ${notBefore}, updated_at = ${now}
    where id = ${id} returning channel_id)
    update channels set push_due_at = least(push_due_at, ${notBefore}::timestamptz)
    where id in (select channel_id from postponed)`;
}

/** A command of the live queue, and how it ends. */
export type FinishedCommand = { id: number; state: FinalState; resultSealed: string | null; errorChain: Json };

/** Commands that are taken from the queue, as `gone`. */
const taken = (db: Db, commands: readonly FinishedCommand[]) => {
  const ends = commands.map(({ id, state, resultSealed, errorChain }) => [
    id,
    state,
    resultSealed,
    errorChain === null ? null : JSON.stringify(errorChain),
  ]);
  return db`gone as (
      delete from commands m
      using ${listed(db, ["bigint", "text", "text", "text"], ends)} as a(id, ended, result_sealed, error_chain)
      where m.id = a.id returning m.*, a.ended, a.result_sealed, a.error_chain)`;
};

/** Puts what was taken into the history. */
const kept = (db: Db, now: Date) =>
  db`insert into command_history (id, uuid, device_id, enrollment_id, user_key, name, arguments, state, not_before, sent_at,
      sent_count, not_now_count, result_sealed, result_at, error_chain, created_at, updated_at)
    select g.id, g.uuid, e.device_id, e.id, c.user_key, g.name, g.arguments, g.ended, g.not_before, g.sent_at,
      g.sent_count, g.not_now_count, g.result_sealed, ${now}, g.error_chain::jsonb, g.created_at, ${now}
    from gone g join channels c on c.id = g.channel_id join enrollments e on e.id = c.enrollment_id`;

/** Moves a command from the queue to the history. */
export const finishCommand = (db: Db, command: FinishedCommand, now: Date): Statement =>
  finishCommands(db, [command], now);

/** Moves commands from the queue to the history. */
export function finishCommands(db: Db, commands: readonly FinishedCommand[], now: Date): Statement {
  return db`with ${taken(db, commands)} ${kept(db, now)}`;
}

/** Ends the commands of a channel whose time is over. Returns their number. */
export async function expireCommands(db: Db, channelId: ChannelId, now: Date): Promise<number> {
  const rows = await db<{ id: number }[]>`
    select id from commands where channel_id = ${channelId} and expires_at <= ${now} for update skip locked`;
  for (const { id } of rows) {
    await finishCommand(db, { id, state: "expired", resultSealed: null, errorChain: null }, now);
  }
  return rows.length;
}

/**
 * Ends up to `limit` commands of any channel whose time is over: their device may never come again. A channel that is
 * in a conversation is left to it. Returns their number.
 */
export async function expireOldCommands(db: Db, limit: number, now: Date): Promise<number> {
  const rows = await db<{ id: number }[]>`
    select m.id from channels c join commands m on m.channel_id = c.id
    where m.expires_at <= ${now} order by m.expires_at, m.id limit ${limit} for update skip locked`;
  for (const { id } of rows) {
    await finishCommand(db, { id, state: "expired", resultSealed: null, errorChain: null }, now);
  }
  return rows.length;
}

/** Sets when a channel needs planning next. */
export function setNextAction(db: Db, channelId: ChannelId, at: Date | null): Statement {
  return db`update channels set next_action_at = ${at} where id = ${channelId}`;
}

/** Sets when channels need planning next. */
export function setNextActions(db: Db, all: readonly { channelId: ChannelId; at: Date | null }[]): Statement {
  const rows = all.map(({ channelId, at }) => [channelId, at?.toISOString() ?? null]);
  return db`
    update channels c set next_action_at = a.at from ${
    listed(db, ["int", "timestamptz"], rows)
  } as a(id, at) where c.id = a.id`;
}

/** A command as the API shows it, live or finished. */
export type CommandView = {
  id: number;
  uuid: string;
  deviceId: DeviceId;
  name: string;
  /** The artifact version that it installs or removes. */
  artifactVersion: string | null;
  state: string;
  notBefore: Date | null;
  sentAt: Date | null;
  /** The kept answer, sealed; `result` when it was kept before answers were sealed. */
  resultSealed: string | null;
  result: Uint8Array | null;
  /** Whether an answer is kept, also one that is too long for a list. */
  hasResult: boolean;
  resultAt: Date | null;
  errorChain: Json;
  createdAt: Date;
  updatedAt: Date;
};

/** Bytes of a kept answer that a list shows; longer ones are read one by one. */
export const LISTED_RESULT_BYTES = 64 * 1024;

/** Bytes of a kept answer that is read by itself. */
export const ANY_RESULT_BYTES = 2 ** 30;

/** The commands of devices, or those of users: live and finished ones. */
export const commandViews = (db: Db, longest: number, of: "devices" | "users" = "devices") => {
  const channel = (key: ReturnType<Db>) => of === "devices" ? db`${key} = ''` : db`${key} <> ''`;
  return db`
    select m.id, m.uuid, e.device_id, e.id as enrollment_id, c.user_key, m.name, m.arguments->>'artifact_version' as artifact_version, m.state, m.not_before,
      m.sent_at, null::text as result_sealed, null::bytea as result, false as has_result,
      m.not_now_at as result_at, null::jsonb as error_chain, m.created_at, m.updated_at
    from commands m join channels c on c.id = m.channel_id join enrollments e on e.id = c.enrollment_id
    where ${channel(db`c.user_key`)}
    union all
    select id, uuid, device_id, enrollment_id, user_key, name, arguments->>'artifact_version', state, not_before, sent_at,
      case when octet_length(result_sealed) <= ${longest} then result_sealed end,
      case when octet_length(result) <= ${longest} then result end,
      result_sealed is not null or result is not null, result_at, error_chain, created_at, updated_at
    from command_history where ${channel(db`user_key`)}`;
};

/**
 * Returns a page of device commands, newest first, and the total number: of one device, or of all that are not deleted.
 */
export async function listCommands(
  db: Db,
  page: { limit: number; offset: number; name?: string; deviceId?: DeviceId; only?: DeviceLimit | undefined },
): Promise<{ rows: CommandView[]; count: number }> {
  const where = db`where true
    ${page.name === undefined ? db`` : db`and v.name = ${page.name}`}
    ${
    page.deviceId === undefined
      ? db`and v.device_id not in (select id from devices where deleted_at is not null)`
      : db`and v.device_id = ${page.deviceId}`
  }
    ${
    page.only === undefined
      ? db``
      : db`and exists (select 1 from devices d where d.id = v.device_id and ${within(db, page.only)})`
  }`;
  const rows = await db<CommandView[]>`
    select * from (${
    commandViews(db, LISTED_RESULT_BYTES)
  }) v ${where} order by v.created_at desc, v.id desc limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from (${
      commandViews(db, LISTED_RESULT_BYTES)
    }) v ${where}`,
  );
  return { rows: [...rows], count };
}

/** Returns one device command. */
export async function findCommand(db: Db, uuid: string): Promise<CommandView | undefined> {
  const [row] = await db<CommandView[]>`select * from (${commandViews(db, ANY_RESULT_BYTES)}) v where v.uuid = ${uuid}`;
  return row;
}

/** Finished commands whose answer is kept in the clear. */
export async function findPlainResults(db: Db, limit: number): Promise<{ id: number; result: Uint8Array }[]> {
  return await db<{ id: number; result: Uint8Array }[]>`
    select id, result from command_history where result is not null order by id limit ${limit}`;
}

/** Stores the answer of a finished command, encrypted. */
export async function sealPlainResult(db: Db, id: number, sealed: string): Promise<void> {
  await db`
    update command_history set result_sealed = ${sealed}, result = null where id = ${id} and result is not null`;
}

/** Cancels a command that has not been sent. Returns the outcome: `ended` with its state if it has already ended. */
export async function cancelCommand(
  db: Db,
  uuid: string,
  now: Date,
): Promise<"cancelled" | "sent" | "unknown" | { ended: FinalState }> {
  const [row] = await db<
    { id: number; state: string }[]
  >`select id, state from commands where uuid = ${uuid} for update`;
  if (row === undefined) {
    const [done] = await db<{ state: FinalState }[]>`select state from command_history where uuid = ${uuid}`;
    return done === undefined ? "unknown" : { ended: done.state };
  }
  if (row.state !== "queued") return "sent";
  // What waits for it in its order group is due now.
  await db`
    update channels set next_action_at = least(next_action_at, ${now}::timestamptz), push_due_at = least(push_due_at, ${now}::timestamptz)
    where id = (select channel_id from commands where id = ${row.id} and order_group is not null)`;
  await finishCommand(db, { id: row.id, state: "cancelled", resultSealed: null, errorChain: null }, now);
  return "cancelled";
}
