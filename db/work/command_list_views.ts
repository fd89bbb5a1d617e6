/**
 * Looking for commands of all devices: a page of them, or how many there are. A count and the list that its link opens
 * have one condition.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import { type Db, type Json, one } from "../open.ts";

/** Commands from the view of operators. */
export const COMMAND_GROUPS = {
  pending: ["queued", "sent", "notNow"],
  acknowledged: ["acknowledged"],
  failed: ["error", "formatError"],
  expired: ["expired"],
  cancelled: ["cancelled"],
} as const;

/** One of them. */
export type CommandGroup = keyof typeof COMMAND_GROUPS;

/** A line of the list. `userKey` is empty on the device channel. */
export type CommandLine = {
  id: number;
  uuid: string;
  deviceId: DeviceId;
  deviceName: string;
  serialNumber: string;
  userKey: string;
  name: string;
  state: string;
  errorChain: Json;
  /** Before this a live command is not sent. */
  notBefore: Date | null;
  resultAt: Date | null;
  createdAt: Date;
};

/**
 * The criteria of a search for commands; those of deleted devices are never found. `since` is when they were queued.
 */
export type CommandCondition = {
  group?: CommandGroup | undefined;
  name?: string | undefined;
  since?: Date | undefined;
  deviceId?: DeviceId | undefined;
  /** Of these devices only. */
  only?: DeviceLimit | undefined;
};

function found(db: Db, { group, name, since, deviceId, only }: CommandCondition) {
  const states = group === undefined ? undefined : COMMAND_GROUPS[group];
  const where = (m: ReturnType<Db>, device: ReturnType<Db>) =>
    db`true ${states === undefined ? db`` : db`and ${m}.state = any(${[...states]}::text[])`}
      ${name === undefined ? db`` : db`and ${m}.name = ${name}`}
      ${deviceId === undefined ? db`` : db`and ${device} = ${deviceId}`}
      ${since === undefined ? db`` : db`and ${m}.created_at >= ${since}::timestamptz`}`;
  return db`
    from (
      select m.id, m.uuid, e.device_id, e.id as enrollment_id, c.user_key, m.name, m.state, null::jsonb as error_chain, m.not_before,
        m.not_now_at as result_at, m.created_at
      from commands m join channels c on c.id = m.channel_id join enrollments e on e.id = c.enrollment_id
      where ${where(db`m`, db`e.device_id`)}
      union all
      select h.id, h.uuid, h.device_id, h.enrollment_id, h.user_key, h.name, h.state, h.error_chain, h.not_before, h.result_at, h.created_at
      from command_history h where ${where(db`h`, db`h.device_id`)}
    ) v join devices d on d.id = v.device_id and d.deleted_at is null and ${within(db, only)}`;
}

/** Returns how many commands are found. */
export async function countCommands(db: Db, condition: CommandCondition): Promise<number> {
  return one(await db<{ count: number }[]>`select count(*)::int as count ${found(db, condition)}`).count;
}

/** Returns a page of commands, the newest first, and the total number. */
export async function searchCommands(
  db: Db,
  { limit, offset, ...condition }: CommandCondition & { limit: number; offset: number },
): Promise<{ rows: CommandLine[]; count: number }> {
  const rows = await db<CommandLine[]>`
    select v.id, v.uuid, v.device_id, coalesce(e.name, '') as device_name, d.serial_number, v.user_key, v.name, v.state,
      v.error_chain, v.not_before, v.result_at, v.created_at
    ${found(db, condition)} left join enrollments e on e.id = v.enrollment_id
    order by v.created_at desc, v.id desc limit ${limit} offset ${offset}`;
  return { rows: [...rows], count: await countCommands(db, condition) };
}
