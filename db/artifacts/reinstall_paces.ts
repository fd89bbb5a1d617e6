/**
 * How fast versions may be installed again on channels.
 *
 * @module
 */

import type { ChannelId } from "../ids.ts";
import type { Db } from "../open.ts";
import { type Bearers, bearersOf } from "./target_artifacts.ts";

/**
 * Counts an attempt to install each of these versions. `waits` are the seconds before the next one by the number of
 * repetitions. Another content starts over, and so does an attempt that comes a day after it could have come.
 */
export async function countAttempts(
  db: Db,
  channelId: ChannelId,
  attempts: readonly { versionId: string; contentRevision: number }[],
  waits: readonly number[],
  now: Date,
): Promise<void> {
  if (attempts.length === 0) return;
  await db`
    insert into reinstall_paces as p (channel_id, artifact_version_id, content_revision, desired_revision, repeats, not_before)
    select ${channelId}, a.version_id, a.content_revision, s.revision, n.repeats,
      ${now}::timestamptz + make_interval(secs => (${[...waits]}::int[])[n.repeats + 1])
    from unnest(${attempts.map(({ versionId }) => versionId)}::uuid[],
        ${attempts.map(({ contentRevision }) => contentRevision)}::int[]) as a (version_id, content_revision)
      cross join desired_state s
      left join reinstall_paces b on b.channel_id = ${channelId} and b.artifact_version_id = a.version_id
      cross join lateral (select case
        when b.repeats is null or b.content_revision <> a.content_revision then 0
        when b.not_before + interval '1 day' <= ${now}::timestamptz then 0
        else least(b.repeats + 1, ${waits.length - 1}) end as repeats) n
    on conflict (channel_id, artifact_version_id) do update set content_revision = excluded.content_revision,
      desired_revision = excluded.desired_revision, repeats = excluded.repeats, not_before = excluded.not_before`;
}

/** Deletes the attempts of these channels: an operator changed their desired state. */
export async function forgetAttempts(db: Db, of: Bearers): Promise<void> {
  await db`
    delete from reinstall_paces p using channels c, enrollments e, devices d
    where c.id = p.channel_id and e.id = c.enrollment_id and d.id = e.device_id and ${bearersOf(db, of)}
      and e.ended_at is null`;
}
