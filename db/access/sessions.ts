/**
 * Sessions of signed-in browsers, known by the hash of their cookie.
 *
 * @module
 */

import type { Db } from "../open.ts";
import { type Grant, grantsColumn } from "./grants.ts";

/** A session with its user. */
export type SessionRow = {
  csrfToken: string;
  expiresAt: Date;
  lastSeenAt: Date;
  userId: number;
  username: string;
  isActive: boolean;
  isSuperuser: boolean;
  isServiceAccount: boolean;
  grants: Grant[];
};

/** Returns the session with that hash. */
export async function findSession(db: Db, hash: Uint8Array): Promise<SessionRow | undefined> {
  const [row] = await db<SessionRow[]>`
    select s.csrf_token, s.expires_at, s.last_seen_at, u.id as user_id, u.username, u.is_active, u.is_superuser,
           u.is_service_account,
           ${grantsColumn(db)}
    from browser_sessions s join users u on u.id = s.user_id
    where s.hash = ${hash}`;
  return row;
}

/** Adds a session. */
export async function insertSession(
  db: Db,
  session: { hash: Uint8Array; userId: number; csrfToken: string; expiresAt: Date; ip: string; userAgent: string },
  now: Date,
): Promise<void> {
  await db`
    insert into browser_sessions (hash, user_id, csrf_token, created_at, expires_at, last_seen_at, ip, user_agent)
    values (${session.hash}, ${session.userId}, ${session.csrfToken}, ${now}, ${session.expiresAt}, ${now},
            ${session.ip}, ${session.userAgent})`;
}

/** Notes that a session was used, unless that was noted after `since`. */
export async function touchSession(db: Db, hash: Uint8Array, now: Date, since: Date): Promise<void> {
  await db`update browser_sessions set last_seen_at = ${now} where hash = ${hash} and last_seen_at < ${since}`;
}

/** Ends a session. Returns whether there was one. */
export async function deleteSession(db: Db, hash: Uint8Array): Promise<boolean> {
  return (await db`delete from browser_sessions where hash = ${hash}`).count > 0;
}

/** Ends the sessions of a user and forgets the user's browsers. Returns the number of sessions. */
export async function deleteSessionsOf(db: Db, userId: number): Promise<number> {
  await db`delete from known_browsers where user_id = ${userId}`;
  return (await db`delete from browser_sessions where user_id = ${userId}`).count;
}

/** A live session as its user sees it; `id` is the hash of its cookie in hex, which cannot be used to sign in. */
export type OwnSessionRow = {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  ip: string;
  userAgent: string;
};

/** Returns the live sessions of a user, the last used first; at most `limit`. */
export function listSessionsOf(db: Db, userId: number, now: Date, limit: number): Promise<OwnSessionRow[]> {
  return db<OwnSessionRow[]>`
    select encode(hash, 'hex') as id, created_at, last_seen_at, expires_at, ip, user_agent
    from browser_sessions where user_id = ${userId} and expires_at > ${now}
    order by last_seen_at desc, hash limit ${limit}`;
}

/** Ends one session of a user. Returns whether there was one. */
export async function deleteSessionOf(db: Db, userId: number, hash: Uint8Array): Promise<boolean> {
  return (await db`delete from browser_sessions where user_id = ${userId} and hash = ${hash}`).count > 0;
}

/** Ends the sessions of a user but one. Returns how many there were. */
export async function deleteOtherSessions(db: Db, userId: number, kept: Uint8Array): Promise<number> {
  return (await db`delete from browser_sessions where user_id = ${userId} and hash <> ${kept}`).count;
}

/** Removes sessions that have ended. Returns their number. */
export async function deleteExpiredSessions(db: Db, now: Date): Promise<number> {
  return (await db`delete from browser_sessions where expires_at <= ${now}`).count;
}
