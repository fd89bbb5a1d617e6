/**
 * The durable queue's table. A job is claimed with a lease; only the holder of the lease's token may finish it.
 *
 * @module
 */

import { type Db, type Json, json, one } from "../open.ts";

/** A claimed job. */
export type JobRow = {
  id: number;
  uuid: string;
  kind: string;
  payload: Json;
  attempts: number;
  maxAttempts: number;
  leaseToken: string;
  deaths: number;
};

/** Deaths of its process after which a job runs alone in one, and after which it is set aside. */
export const ALONE_AFTER = 2;
const QUARANTINED_AFTER = 3;
/** Seconds before a job whose process died runs again; four times as long after each further death. */
const DEATH_BACKOFF_SECONDS = 30;

/**
 * Adds a job. A live job of the same kind and key takes its place: then returns that one's UUID. A running one may
 * already have read its input: it runs again when it ends. One that is set aside stays so.
 */
export async function insertJob(
  db: Db,
  row: { uuid: string; kind: string; key: string | null; payload: Json; runAt: Date; maxAttempts: number },
  now: Date,
): Promise<string> {
  const [inserted] = await db<{ uuid: string }[]>`
    insert into jobs (uuid, kind, key, payload, run_at, max_attempts, created_at)
    values (${row.uuid}, ${row.kind}, ${row.key}, ${json(db, row.payload)}, ${row.runAt}, ${row.maxAttempts}, ${now})
    on conflict (kind, key) where state in ('queued', 'running', 'quarantined') and key is not null
      do update set
        -- One that backs off because its processes died is not hurried by being asked for.
        run_at = case when jobs.state = 'queued' and jobs.deaths = 0 then least(jobs.run_at, excluded.run_at)
          else jobs.run_at end,
        again_at = case when jobs.state = 'queued' then null else least(jobs.again_at, excluded.run_at) end
    returning uuid`;
  return inserted?.uuid ?? row.uuid;
}

/** Whether the job of this kind and key is set aside: asking for it again would not run it. */
export async function isSetAside(db: Db, kind: string, key: string): Promise<boolean> {
  const rows = await db`select 1 from jobs where kind = ${kind} and key = ${key} and state = 'quarantined'`;
  return rows.length > 0;
}

/** Whether a job of this kind and key waits or runs. */
export async function isAsked(db: Db, kind: string, key: string): Promise<boolean> {
  const rows = await db`select 1 from jobs where kind = ${kind} and key = ${key} and state in ('queued', 'running')`;
  return rows.length > 0;
}

/**
 * Claims due jobs of the given kinds, the longest due first: those that have to run alone, or the others. Jobs that others
 * are claiming are passed over.
 */
export async function claimJobs(
  db: Db,
  claim: { kinds: readonly string[]; alone: boolean; limit: number; leaseToken: string; leaseUntil: Date },
  now: Date,
): Promise<JobRow[]> {
  const rows = await db<JobRow[]>`
    update jobs set state = 'running', attempts = attempts + 1, lease_token = ${claim.leaseToken},
      lease_until = ${claim.leaseUntil}, started_at = coalesce(started_at, ${now})
    where id in (
      select id from jobs where state = 'queued' and run_at <= ${now} and kind = any(${[...claim.kinds]})
        and (deaths >= ${ALONE_AFTER}) = ${claim.alone}
      order by run_at, id limit ${claim.limit} for update skip locked)
    returning id, uuid, kind, payload, attempts, max_attempts, lease_token, deaths`;
  return [...rows];
}

/** Extends a lease. Returns false when it was lost. */
export async function extendLease(db: Db, job: JobRow, leaseUntil: Date): Promise<boolean> {
  const { count } = await db`
    update jobs set lease_until = ${leaseUntil}
    where id = ${job.id} and state = 'running' and lease_token = ${job.leaseToken}`;
  return count > 0;
}

/**
 * Ends a job successfully; one that was requested again meanwhile is queued again. Returns false if its lease was lost.
 */
export async function succeedJob(db: Db, job: JobRow, result: Json, now: Date): Promise<boolean> {
  const { count } = await db`
    update jobs set state = case when again_at is null then 'succeeded' else 'queued' end,
      run_at = coalesce(again_at, run_at), attempts = case when again_at is null then attempts else 0 end,
      finished_at = case when again_at is null then ${now}::timestamptz end, deaths = 0,
      result = ${json(db, result)}, error = null, again_at = null, lease_token = null, lease_until = null
    where id = ${job.id} and state = 'running' and lease_token = ${job.leaseToken}`;
  return count > 0;
}

/**
 * Ends a failed attempt: another follows at `retryAt`, or none if it is null and the job was not requested again
 * meanwhile. Returns false if its lease was lost.
 */
export async function failJob(db: Db, job: JobRow, error: string, retryAt: Date | null, now: Date): Promise<boolean> {
  const { count } = await db`
    update jobs set error = ${error}, run_at = coalesce(least(again_at, ${retryAt}::timestamptz), run_at),
      state = case when ${retryAt === null} and again_at is null then 'failed' else 'queued' end,
      attempts = case when ${retryAt === null} and again_at is not null then 0 else attempts end,
      finished_at = case when ${retryAt === null} and again_at is null then ${now}::timestamptz end,
      again_at = null, lease_token = null, lease_until = null, deaths = 0
    where id = ${job.id} and state = 'running' and lease_token = ${job.leaseToken}`;
  return count > 0;
}

/** Gives a job back unharmed: the attempt does not count. */
export async function releaseJob(db: Db, job: JobRow, now: Date): Promise<void> {
  await db`
    update jobs set state = 'queued', attempts = attempts - 1, run_at = ${now}, again_at = null, lease_token = null,
      lease_until = null
    where id = ${job.id} and state = 'running' and lease_token = ${job.leaseToken}`;
}

/** A job that was set aside: its process ended each time, at last with nothing else in it. */
export type QuarantinedRow = { uuid: string; kind: string; deaths: number };

/** Whether the process of a job has died, and whether a job of these kinds that must run alone is due. */
export async function lookForTrouble(
  db: Db,
  kinds: readonly string[],
  now: Date,
): Promise<{ lost: boolean; aloneDue: boolean }> {
  return one(
    await db<{ lost: boolean; aloneDue: boolean }[]>`
      select exists (select 1 from jobs where state = 'running' and lease_until <= ${now}) as lost,
        exists (select 1 from jobs where state = 'queued' and run_at <= ${now} and deaths >= ${ALONE_AFTER}
          and kind = any(${[...kinds]})) as alone_due`,
  );
}

/**
 * Takes back the jobs whose process has died. Each backs off; after three deaths it is set aside, and one without an
 * attempt left fails. Returns those that were set aside now.
 */
export async function reclaimJobs(db: Db, now: Date): Promise<QuarantinedRow[]> {
  const rows = await db<(QuarantinedRow & { state: string })[]>`
    with lost as (
      select id, deaths + 1 as deaths, attempts >= max_attempts and again_at is null as spent
      from jobs where state = 'running' and lease_until <= ${now} order by id for update skip locked
    ), ended as (
      select id, deaths, case when deaths >= ${QUARANTINED_AFTER} then 'quarantined' when spent then 'failed'
        else 'queued' end as state
      from lost
    )
    update jobs set state = ended.state, deaths = ended.deaths, lost_token = lease_token, lease_token = null,
      lease_until = null, again_at = case when ended.state = 'quarantined' then again_at end, swept_at = null,
      attempts = case when ended.state = 'queued' and attempts >= max_attempts then 0 else attempts end,
      run_at = greatest(coalesce(again_at, run_at),
        ${now}::timestamptz + make_interval(secs => ${DEATH_BACKOFF_SECONDS} * power(4, ended.deaths - 1))),
      error = case when ended.state = 'queued' then error else 'its process ended while it ran' end,
      finished_at = case when ended.state = 'failed' then ${now}::timestamptz end
    from ended where jobs.id = ended.id
    returning jobs.uuid, jobs.kind, jobs.deaths, jobs.state`;
  return rows.filter(({ state }) => state === "quarantined");
}

/**
 * The process that held this job's lease is alive: a frozen machine or a lost database is not a death. Returns whether
 * one was taken back.
 */
export async function forgiveDeath(db: Db, job: JobRow): Promise<boolean> {
  const { count } = await db`
    update jobs set deaths = deaths - 1, lost_token = null,
      state = case when state = 'quarantined' and deaths <= ${QUARANTINED_AFTER} then 'queued' else state end
    where id = ${job.id} and lost_token = ${job.leaseToken} and deaths > 0`;
  return count > 0;
}

/** Runs a job again that failed or was set aside, with all its attempts. Returns false when it is neither. */
export async function requeueJob(db: Db, uuid: string, now: Date): Promise<boolean> {
  const { count } = await db`
    update jobs set state = 'queued', attempts = 0, deaths = 0, lost_token = null, swept_at = null, again_at = null,
      run_at = ${now}, finished_at = null
    where uuid = ${uuid} and state in ('failed', 'quarantined')`;
  return count > 0;
}

/** Quarantined jobs whose devices were not woken since they were asked for last, by id. */
export async function findUnswept(
  db: Db,
  kinds: readonly string[],
): Promise<{ id: number; kind: string; payload: Json }[]> {
  return await db<{ id: number; kind: string; payload: Json }[]>`
    select id, kind, payload from jobs
    where state = 'quarantined' and kind = any(${[
    ...kinds,
  ]}) and (swept_at is null or swept_at < again_at) order by id`;
}

/** The devices of a quarantined job were woken. */
export async function markSwept(db: Db, id: number, now: Date): Promise<void> {
  await db`update jobs set swept_at = ${now} where id = ${id} and state = 'quarantined'`;
}

/** A job as its owner sees it. */
export type JobView = {
  uuid: string;
  kind: string;
  state: "queued" | "running" | "succeeded" | "failed" | "quarantined";
  attempts: number;
  result: Json;
  error: string | null;
};

/** Returns one job. */
export async function findJob(db: Db, uuid: string): Promise<JobView | undefined> {
  const [row] = await db<JobView[]>`
    select uuid, kind, state, attempts, result, error from jobs where uuid = ${uuid}`;
  return row;
}

/** Deletes jobs that ended before a time: failed ones are dead letters and stay four times as long. */
export async function deleteFinishedJobs(db: Db, succeededBefore: Date, failedBefore: Date): Promise<number> {
  const { count } = await db`
    delete from jobs where (state = 'succeeded' and finished_at < ${succeededBefore})
      or (state = 'failed' and finished_at < ${failedBefore})`;
  return count;
}

/** A job in a list. */
export type JobListRow = JobView & { deaths: number; runAt: Date; createdAt: Date; finishedAt: Date | null };

/** Jobs in a state, or all, the newest first. */
export async function listJobs(
  db: Db,
  query: { state?: JobView["state"] | undefined; kind?: string | undefined; limit: number; offset: number },
): Promise<{ count: number; rows: JobListRow[] }> {
  const where = db`where true
    ${query.state === undefined ? db`` : db`and state = ${query.state}`}
    ${query.kind === undefined ? db`` : db`and kind = ${query.kind}`}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from jobs ${where}`);
  const rows = await db<JobListRow[]>`
    select uuid, kind, state, attempts, result, error, deaths, run_at, created_at, finished_at from jobs ${where}
    order by id desc limit ${query.limit} offset ${query.offset}`;
  return { count, rows: [...rows] };
}

/** Returns how many jobs are set aside. */
export async function countQuarantined(db: Db): Promise<number> {
  return one(await db<{ count: number }[]>`select count(*)::int as count from jobs where state = 'quarantined'`).count;
}

/** Returns how many jobs there are by kind and state, for operators. */
export async function countJobs(db: Db): Promise<{ kind: string; state: JobView["state"]; count: number }[]> {
  return await db<{ kind: string; state: JobView["state"]; count: number }[]>`
    select kind, state, count(*)::int as count from jobs group by kind, state order by kind, state`;
}

/** Takes a slot of a schedule. Returns false when another process took it. */
export async function takeSlot(db: Db, name: string, slot: Date): Promise<boolean> {
  const { count } = await db`
    insert into schedule_slots (name, slot) values (${name}, ${slot}) on conflict do nothing`;
  return count > 0;
}

/** Deletes slots before a time. */
export async function deleteOldSlots(db: Db, before: Date): Promise<number> {
  const { count } = await db`delete from schedule_slots where slot < ${before}`;
  return count;
}

/** Returns the highest id of a job so far; 0 if there is none. */
export async function lastJobId(db: Db): Promise<number> {
  return one(await db<{ id: number }[]>`select coalesce(max(id), 0) as id from jobs`).id;
}

/** Returns the payloads of the jobs after `id` that plan devices again. */
export async function findReplansAfter(db: Db, id: number): Promise<Json[]> {
  const rows = await db<{ payload: Json }[]>`
    select payload from jobs where kind = 'replan' and id > ${id} order by id`;
  return rows.map(({ payload }) => payload);
}

/** Returns the newest job of a kind and key. */
export async function findLatestJob(db: Db, kind: string, key: string): Promise<JobListRow | undefined> {
  const [row] = await db<JobListRow[]>`
    select uuid, kind, state, attempts, result, error, deaths, run_at, created_at, finished_at from jobs where kind = ${kind} and key = ${key} order by id desc limit 1`;
  return row;
}
