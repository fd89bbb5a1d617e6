/**
 * What Apple was asked for: asynchronous events, from the request to their end.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** The kinds of requests. */
export type RequestKind = "associate" | "disassociate" | "create users";

/** A request. */
export type RequestRow = {
  id: string;
  locationId: number;
  locationAssetId: number | null;
  kind: RequestKind;
  eventId: string | null;
  holders: number;
  state: "asked" | "pending" | "complete" | "failed";
  errorNumber: number | null;
  error: string;
  askedAt: Date;
  polls: number;
  endedAt: Date | null;
};

const columns = (db: Db) =>
  db`id, location_id, location_asset_id, kind, event_id, holders, state, error_number, error, asked_at, polls, ended_at`;

/** Adds a request before Apple is asked: whatever happens then, it is known. */
export async function insertRequest(
  db: Db,
  row: { id: string; locationId: number; locationAssetId: number | null; kind: RequestKind; holders: number },
  now: Date,
): Promise<void> {
  await db`
    insert into content_requests (id, location_id, location_asset_id, kind, holders, asked_at)
    values (${row.id}, ${row.locationId}, ${row.locationAssetId}, ${row.kind}, ${row.holders}, ${now})`;
}

/** Stores Apple's id of the event, and when to ask how far it is. */
export async function beginEvent(db: Db, id: string, eventId: string, pollAt: Date): Promise<void> {
  await db`
    update content_requests set event_id = ${eventId}, state = 'pending', poll_at = ${pollAt}
    where id = ${id} and ended_at is null`;
}

/** Stores when to ask again. */
export async function postponePoll(db: Db, id: string, pollAt: Date): Promise<void> {
  await db`
    update content_requests set poll_at = ${pollAt}, polls = polls + 1 where id = ${id} and ended_at is null`;
}

/** Ends a request. Returns false if it had ended already. */
export async function endRequest(
  db: Db,
  id: string,
  { state, error = "", errorNumber = null }: {
    state: "complete" | "failed";
    error?: string;
    errorNumber?: number | null;
  },
  now: Date,
): Promise<boolean> {
  const { count } = await db`
    update content_requests set state = ${state}, error = ${error}, error_number = ${errorNumber}, poll_at = null,
      ended_at = ${now}
    where id = ${id} and ended_at is null`;
  return count > 0;
}

/** Returns requests that Apple was asked for and of which no answer is known: the process ended meanwhile. */
export async function unansweredRequests(db: Db, locationId: number): Promise<RequestRow[]> {
  return await db<RequestRow[]>`
    select ${
    columns(db)
  } from content_requests where location_id = ${locationId} and ended_at is null and state = 'asked'
    order by asked_at, id`;
}

/** Returns requests whose event has to be asked for. */
export async function duePolls(db: Db, locationId: number, now: Date): Promise<RequestRow[]> {
  return await db<RequestRow[]>`
    select ${columns(db)} from content_requests
    where location_id = ${locationId} and ended_at is null and state = 'pending' and poll_at <= ${now}
    order by poll_at, id limit 200`;
}

/** Returns when something of a location is due next: licences, users or events; undefined if nothing waits. */
export async function nextDue(db: Db, locationId: number): Promise<Date | undefined> {
  const [row] = await db<{ at: Date | null }[]>`
    select least(
      (select min(p.due_at) from licences p join location_assets x on x.id = p.location_asset_id
        where x.location_id = ${locationId} and p.wanted is not null and p.request_id is null),
      (select min(poll_at) from content_requests where location_id = ${locationId} and ended_at is null),
      (select min(due_at) from content_users where location_id = ${locationId} and state = 'new')) as at`;
  return row?.at ?? undefined;
}

/** Returns the request of an event that has not ended. */
export async function findRequestOfEvent(
  db: Db,
  locationId: number,
  eventId: string,
): Promise<RequestRow | undefined> {
  const [row] = await db<RequestRow[]>`
    select ${columns(db)} from content_requests
    where location_id = ${locationId} and event_id = ${eventId} and ended_at is null`;
  return row;
}

/** Deletes requests that ended before a time. Returns how many. */
export async function deleteOldRequests(db: Db, before: Date): Promise<number> {
  const { count } = await db`delete from content_requests where ended_at < ${before}`;
  return count;
}
