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
 * Open work: commands in the live queue, jobs that are due, running or to be retried, jobs that failed for good or were
 * set aside.
 */
export type Unfinished = { commands: number; jobs: number; failedJobs: number };

/** Returns the open work. Jobs that are not due for the first time yet do not count. */
export async function countUnfinished(sql: Sql): Promise<Unfinished> {
  return one(
    await sql<Unfinished[]>`
      select (select count(*)::int from commands) as commands,
        (select count(*)::int from jobs
          where state = 'running' or (state = 'queued' and (run_at <= now() or attempts > 0 or deaths > 0))) as jobs,
        (select count(*)::int from jobs where state in ('failed', 'quarantined')) as failed_jobs`,
  );
}
