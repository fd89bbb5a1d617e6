/**
 * The users of locations at Apple, who can hold licences.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A user of a location. */
export type ContentUserRow = {
  id: number;
  locationId: number;
  clientUserId: string;
  managedAppleId: string;
  email: string;
  state: "new" | "asked" | "created" | "failed";
  tries: number;
  error: string;
};

const columns = (db: Db) => db`id, location_id, client_user_id, managed_apple_id, email, state, tries, error`;

/** The advisory lock of a person who may have to be created. */
const PERSON_LOCK = 7_236_504;

/**
 * Returns the user with a Managed Apple Account at a location, created with `clientUserId` if there is none. One transaction
 * at a time: two devices of a person that enroll at once would make two users, with a licence each.
 */
export async function ensureContentUser(
  db: Db,
  row: { locationId: number; clientUserId: string; managedAppleId: string; email: string },
  now: Date,
): Promise<{ user: ContentUserRow; isNew: boolean }> {
  const before = await findContentUser(db, row.locationId, row.managedAppleId);
  if (before !== undefined) return { user: before, isNew: false };
  // By the person alone: a transaction that needs several locations takes one lock, so that no two of them deadlock.
  await db`select pg_advisory_xact_lock(${PERSON_LOCK}::int, hashtext(lower(${row.managedAppleId})))`;
  const known = await findContentUser(db, row.locationId, row.managedAppleId);
  if (known !== undefined) return { user: known, isNew: false };
  const user = one(
    await db<ContentUserRow[]>`
      insert into content_users (location_id, client_user_id, managed_apple_id, email, due_at, created_at, updated_at)
      values (${row.locationId}, ${row.clientUserId}, ${row.managedAppleId}, ${row.email}, ${now}, ${now}, ${now})
      returning ${columns(db)}`,
  );
  return { user, isNew: true };
}

/** Returns the user with a Managed Apple Account at a location. */
export async function findContentUser(
  db: Db,
  locationId: number,
  managedAppleId: string,
): Promise<ContentUserRow | undefined> {
  const [row] = await db<ContentUserRow[]>`
    select ${columns(db)} from content_users where location_id = ${locationId}
      and lower(managed_apple_id) = lower(${managedAppleId}) order by id limit 1`;
  return row;
}

/** Takes users that Apple does not know yet for a request. */
export async function takeNewUsers(
  db: Db,
  locationId: number,
  { requestId, limit }: { requestId: string; limit: number },
  now: Date,
): Promise<ContentUserRow[]> {
  return await db<ContentUserRow[]>`
    with due as (
      select id from content_users where location_id = ${locationId} and state = 'new' and due_at <= ${now}
      order by id limit ${limit} for update
    )
    update content_users u set state = 'asked', request_id = ${requestId}, due_at = null, tries = u.tries + 1,
      updated_at = ${now}
    from due where u.id = due.id
    returning u.id, u.location_id, u.client_user_id, u.managed_apple_id, u.email, u.state, u.tries, u.error`;
}

/** Ends a request for users: `failed` have the reason, the others exist now. */
export async function endUserRequest(
  db: Db,
  requestId: string,
  { failed, retryAt }: { failed: ReadonlyMap<string, string> | "all"; retryAt: Date | null },
  error: string,
  now: Date,
): Promise<void> {
  const names = failed === "all" ? null : [...failed.keys()];
  await db`
    update content_users set request_id = null, updated_at = ${now},
      state = case when ${names === null} or client_user_id = any(${names ?? []}::text[])
        then case when ${retryAt}::timestamptz is null then 'failed' else 'new' end else 'created' end,
      error = case when ${names === null} or client_user_id = any(${names ?? []}::text[]) then ${error} else '' end,
      due_at = case when ${names === null} or client_user_id = any(${names ?? []}::text[])
        then ${retryAt}::timestamptz end
    where request_id = ${requestId}`;
}

/** Has users created at Apple again that it says it does not know. */
export async function forgetUsers(
  db: Db,
  locationId: number,
  clientUserIds: readonly string[],
  due: Date,
): Promise<void> {
  await db`
    update content_users set state = 'new', due_at = ${due} where location_id = ${locationId}
      and client_user_id = any(${[...clientUserIds]}::text[]) and state = 'created'`;
}

/** Returns which of some users Apple knows. */
export async function knownUsers(
  db: Db,
  locationId: number,
  clientUserIds: readonly string[],
): Promise<ContentUserRow[]> {
  return await db<ContentUserRow[]>`
    select ${columns(db)} from content_users where location_id = ${locationId}
      and client_user_id = any(${[...clientUserIds]}::text[]) order by id`;
}
