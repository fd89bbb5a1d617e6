/**
 * The durable queue's table. A job is claimed with a lease; whoever holds the lease's token may finish it, nobody else.
 *
 * @module
 */

import { type Db, type Json, json, one } from "./open.ts";

/** A claimed job. */
export type JobRow = {
  id: number;
  uuid: string;
  kind: string;
  payload: Json;
  attempts: number;
  maxAttempts: number;
  leaseToken: string;
};

/**
 * Adds a job. A live job of the same kind and key takes its place: answers that one's UUID then. One that is running may have
 * read already what this one was asked for: it runs once more when it ends.
 */
export async function insertJob(
  db: Db,
  row: { uuid: string; kind: string; key: string | null; payload: Json; runAt: Date; maxAttempts: number },
  now: Date,
): Promise<string> {
  const [inserted] = await db<{ uuid: string }[]>`
    insert into jobs (uuid, kind, key, payload, run_at, max_attempts, created_at)
    values (${row.uuid}, ${row.kind}, ${row.key}, ${json(db, row.payload)}, ${row.runAt}, ${row.maxAttempts}, ${now})
    on conflict (kind, key) where state in ('queued', 'running') and key is not null
      do update set
        run_at = case when jobs.state = 'queued' then least(jobs.run_at, excluded.run_at) else jobs.run_at end,
        again_at = case when jobs.state = 'running' then least(jobs.again_at, excluded.run_at) end
    returning uuid`;
  return inserted?.uuid ?? row.uuid;
}

/** Claims due jobs of the given kinds, the longest due first. Jobs that others are claiming are passed over. */
export async function claimJobs(
  db: Db,
  claim: { kinds: readonly string[]; limit: number; leaseToken: string; leaseUntil: Date },
  now: Date,
): Promise<JobRow[]> {
  return await db<JobRow[]>`
    update jobs set state = 'running', attempts = attempts + 1, lease_token = ${claim.leaseToken},
      lease_until = ${claim.leaseUntil}, started_at = coalesce(started_at, ${now})
    where id in (
      select id from jobs where state = 'queued' and run_at <= ${now} and kind = any(${[...claim.kinds]})
      order by run_at, id limit ${claim.limit} for update skip locked)
    returning id, uuid, kind, payload, attempts, max_attempts, lease_token`;
}

/** Extends a lease. Answers false when it was lost. */
export async function extendLease(db: Db, job: JobRow, leaseUntil: Date): Promise<boolean> {
  const { count } = await db`
    update jobs set lease_until = ${leaseUntil}
    where id = ${job.id} and state = 'running' and lease_token = ${job.leaseToken}`;
  return count > 0;
}

/** Ends a job well; one that was asked for again meanwhile is queued anew. Answers false when its lease was lost. */
export async function succeedJob(db: Db, job: JobRow, result: Json, now: Date): Promise<boolean> {
  const { count } = await db`
    update jobs set state = case when again_at is null then 'succeeded' else 'queued' end,
      run_at = coalesce(again_at, run_at), attempts = case when again_at is null then attempts else 0 end,
      finished_at = case when again_at is null then ${now}::timestamptz end,
      result = ${json(db, result)}, error = null, again_at = null, lease_token = null, lease_until = null
    where id = ${job.id} and state = 'running' and lease_token = ${job.leaseToken}`;
  return count > 0;
}

/** Ends an attempt badly: another follows at `retryAt`, or none when it is null and nobody asked again meanwhile. */
export async function failJob(db: Db, job: JobRow, error: string, retryAt: Date | null, now: Date): Promise<void> {
  await db`
    update jobs set error = ${error}, run_at = coalesce(least(again_at, ${retryAt}::timestamptz), run_at),
      state = case when ${retryAt === null} and again_at is null then 'failed' else 'queued' end,
      attempts = case when ${retryAt === null} and again_at is not null then 0 else attempts end,
      finished_at = case when ${retryAt === null} and again_at is null then ${now}::timestamptz end,
      again_at = null, lease_token = null, lease_until = null
    where id = ${job.id} and state = 'running' and lease_token = ${job.leaseToken}`;
}

/** Gives a job back unharmed: the attempt does not count. */
export async function releaseJob(db: Db, job: JobRow, now: Date): Promise<void> {
  await db`
    update jobs set state = 'queued', attempts = attempts - 1, run_at = ${now}, again_at = null, lease_token = null,
      lease_until = null
    where id = ${job.id} and state = 'running' and lease_token = ${job.leaseToken}`;
}

/** Takes back the jobs whose worker is gone; those without an attempt left fail. Answers how many. */
export async function reclaimJobs(db: Db, now: Date): Promise<number> {
  const spent = db`attempts >= max_attempts and again_at is null`;
  const { count } = await db`
    update jobs set lease_token = null, lease_until = null, again_at = null,
      state = case when ${spent} then 'failed' else 'queued' end,
      attempts = case when attempts >= max_attempts and again_at is not null then 0 else attempts end,
      run_at = coalesce(again_at, run_at), error = case when ${spent} then 'its worker ended' else error end,
      finished_at = case when ${spent} then ${now}::timestamptz end
    where state = 'running' and lease_until <= ${now}`;
  return count;
}

/** A job as its owner sees it. */
export type JobView = {
  uuid: string;
  kind: string;
  state: "queued" | "running" | "succeeded" | "failed";
  attempts: number;
  result: Json;
  error: string | null;
};

/** One job. */
export async function findJob(db: Db, uuid: string): Promise<JobView | undefined> {
  const [row] = await db<JobView[]>`
    select uuid, kind, state, attempts, result, error from jobs where uuid = ${uuid}`;
  return row;
}

/** Forgets jobs that ended before a time: failed ones are dead letters and stay four times as long. */
export async function deleteFinishedJobs(db: Db, succeededBefore: Date, failedBefore: Date): Promise<number> {
  const { count } = await db`
    delete from jobs where (state = 'succeeded' and finished_at < ${succeededBefore})
      or (state = 'failed' and finished_at < ${failedBefore})`;
  return count;
}

/** How many jobs there are by kind and state, for operators. */
export async function countJobs(db: Db): Promise<{ kind: string; state: JobView["state"]; count: number }[]> {
  return await db<{ kind: string; state: JobView["state"]; count: number }[]>`
    select kind, state, count(*)::int as count from jobs group by kind, state order by kind, state`;
}

/** Takes a slot of a schedule. Answers false when another process took it. */
export async function takeSlot(db: Db, name: string, slot: Date): Promise<boolean> {
  const { count } = await db`
    insert into schedule_slots (name, slot) values (${name}, ${slot}) on conflict do nothing`;
  return count > 0;
}

/** Forgets slots before a time. */
export async function deleteOldSlots(db: Db, before: Date): Promise<number> {
  const { count } = await db`delete from schedule_slots where slot < ${before}`;
  return count;
}

/** The highest id of a job so far; 0 when there is none. */
export async function lastJobId(db: Db): Promise<number> {
  return one(await db<{ id: number }[]>`select coalesce(max(id), 0) as id from jobs`).id;
}

/** The serial numbers of devices that jobs after `id` plan anew. */
export async function findReplansAfter(db: Db, id: number): Promise<string[]> {
  const rows = await db<{ serialNumber: string }[]>`
    select distinct s as serial_number from jobs, jsonb_array_elements_text(payload->'serial_numbers') s
    where kind = 'replan' and id > ${id} order by s`;
  return rows.map(({ serialNumber }) => serialNumber);
}
