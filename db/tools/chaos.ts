/**
 * The effects of a chaos run on the database from outside, and its queries at the end.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { one, type Sql } from "../open.ts";

/** Ends sessions of the server, all or the one that has waited least; returns their number. */
export async function terminateSessions(sql: Sql, which: "one" | "all"): Promise<number> {
  const ended = await sql`
    select pg_terminate_backend(pid) from (
      select pid from pg_stat_activity
      where datname = current_database() and application_name like 'espalier%' and pid <> pg_backend_pid()
      order by state_change desc nulls last, pid
      ${which === "one" ? sql`limit 1` : sql``}
    ) s`;
  return ended.count;
}

/** Returns the processes of the database, without the first one. */
export async function databaseProcesses(sql: Sql): Promise<number[]> {
  const rows = await sql<{ pid: number }[]>`select pid from pg_stat_activity where pid <> pg_backend_pid()`;
  return rows.map(({ pid }) => pid);
}

/** Locks all rows of a device in a transaction until `until` resolves; resolves `locked` when it has them. */
export async function holdDevice(
  sql: Sql,
  deviceId: DeviceId,
  locked: () => void,
  until: Promise<void>,
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select id from devices where id = ${deviceId} for update`;
    await tx`select id from enrollments where device_id = ${deviceId} and ended_at is null for update`;
    await tx`
      select c.id from channels c join enrollments e on e.id = c.enrollment_id
      where e.device_id = ${deviceId} and e.ended_at is null for update of c`;
    locked();
    await until;
  });
}

/**
 * Open work, a sentence each: commands in the live queue that are due or were sent; jobs that are due, running or to be
 * retried; jobs that failed for good or were set aside.
 */
export type Unfinished = { commands: string[]; jobs: string[]; failedJobs: string[] };

/** Returns the open work. What is not due for the first time yet, a command or a job, is not part of it. */
export async function listUnfinished(sql: Sql): Promise<Unfinished> {
  return one(
    await sql<Unfinished[]>`
      select
        array(select format('%s (%s, sent %s times, created %s, last %s, not before %s) of channel %s', c.name, c.state,
            c.sent_count, c.created_at, c.sent_at, c.not_before, c.channel_id)
          from commands c where c.not_before is null or c.not_before <= now() or c.state <> 'queued'
          order by c.id) as commands,
        array(select format('%s %s (%s, attempts %s, deaths %s, due %s, lease until %s, error %s)', j.kind, j.key, j.state,
            j.attempts, j.deaths, j.run_at, j.lease_until, j.error)
          from jobs j
          where j.state = 'running'
            or (j.state = 'queued' and (j.run_at <= now() or j.attempts > 0 or j.deaths > 0)) order by j.id) as jobs,
        array(select format('%s %s (%s, %s)', j.kind, j.key, j.state, j.error) from jobs j
          where j.state in ('failed', 'quarantined') order by j.id) as failed_jobs`,
  );
}
