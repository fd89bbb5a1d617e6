/**
 * Devices that wait in Setup Assistant.
 *
 * @module
 */

import type { ChannelId, EnrollmentId } from "../ids.ts";
import type { Db } from "../open.ts";

/** Seconds before a device that was pushed for its release, and did not come, is pushed once more. */
const PUSH_AGAIN_SECONDS = 300;

/** Some of the channels of devices whose time in Setup Assistant is over, and which nothing is about to wake. */
export async function findOverdueSetups(db: Db, limit: number, now: Date): Promise<ChannelId[]> {
  const rows = await db<{ id: ChannelId }[]>`
    select c.id from enrollments e join channels c on c.enrollment_id = e.id and c.user_key = ''
      join devices d on d.id = e.device_id
    where e.awaiting_configuration and e.ended_at is null and e.release_due_at <= ${now} and d.blocked_at is null
      and (c.last_notified_at is null or c.last_notified_at < e.release_due_at
        or c.last_notified_at < ${now}::timestamptz - make_interval(secs => ${PUSH_AGAIN_SECONDS}))
      and (c.push_due_at is null or c.push_due_at > ${now})
    order by e.release_due_at, c.id limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** A command that releases a device, as it waits in the queue. */
export type ReleaseCommandRow = { id: number; uuid: string };

/**
 * Returns whether the time of a device in Setup Assistant is over, with the command of that name in its queue. It reads
 * nothing else: what is wrong with the rest of the device's records does not matter to it.
 */
export async function findOverdueRelease(
  db: Db,
  enrollmentId: EnrollmentId,
  channelId: ChannelId,
  name: string,
  now: Date,
): Promise<{ pending: ReleaseCommandRow | null } | undefined> {
  const [row] = await db<{ id: number | null; uuid: string | null }[]>`
    select q.id, q.uuid from enrollments e
      left join commands q on q.channel_id = ${channelId} and q.name = ${name}
    where e.id = ${enrollmentId} and e.awaiting_configuration and e.ended_at is null and e.release_due_at <= ${now}
    order by q.id limit 1`;
  if (row === undefined) return undefined;
  return { pending: row.id === null || row.uuid === null ? null : { id: row.id, uuid: row.uuid } };
}
