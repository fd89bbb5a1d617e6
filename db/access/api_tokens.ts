/**
 * API tokens, known by their hash only.
 *
 * @module
 */

import { type Db, one } from "../open.ts";
import { type Grant, grantsColumn } from "./grants.ts";

/** A token without the token. */
export type ApiTokenRow = {
  id: string;
  userId: number;
  name: string;
  expiresAt: Date | null;
  createdAt: Date;
  lastUsedAt: Date | null;
};

/** Returns the facts of a token and its user for authentication. */
export type TokenHolderRow = {
  tokenId: string;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  userId: number;
  username: string;
  isActive: boolean;
  isSuperuser: boolean;
  isServiceAccount: boolean;
  grants: Grant[];
};

const columns = (db: Db) => db`id, user_id, name, expires_at, created_at, last_used_at`;

/** Returns the holder of the token with that hash: one statement on unique indexes. */
export async function findTokenHolder(db: Db, hash: Uint8Array): Promise<TokenHolderRow | undefined> {
  const [row] = await db<TokenHolderRow[]>`
    select t.id as token_id, t.expires_at, t.last_used_at, u.id as user_id, u.username, u.is_active, u.is_superuser,
           u.is_service_account,
           ${grantsColumn(db)}
    from api_tokens t join users u on u.id = t.user_id
    where t.hash = ${hash}`;
  return row;
}

/** Notes that a token was used, unless another process noted it after `since`. */
export async function touchToken(db: Db, id: string, now: Date, since: Date): Promise<void> {
  await db`
    update api_tokens set last_used_at = ${now} where id = ${id} and (last_used_at is null or last_used_at < ${since})`;
}

/** Returns one token. */
export async function findApiToken(db: Db, id: string): Promise<ApiTokenRow | undefined> {
  const [row] = await db<ApiTokenRow[]>`
    select ${columns(db)} from api_tokens where id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockApiToken(db: Db, id: string): Promise<ApiTokenRow | undefined> {
  const [row] = await db<ApiTokenRow[]>`
    select ${columns(db)} from api_tokens where id = ${id} for update`;
  return row;
}

/** Tokens, the newest first. */
export async function listApiTokens(
  db: Db,
  query: { userId?: number | undefined; name?: string | undefined; limit: number; offset: number },
): Promise<{ count: number; rows: ApiTokenRow[] }> {
  const where = db`where true
    ${query.userId === undefined ? db`` : db`and user_id = ${query.userId}`}
    ${query.name === undefined ? db`` : db`and name = ${query.name}`}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from api_tokens ${where}`);
  const rows = await db<ApiTokenRow[]>`
    select ${columns(db)} from api_tokens ${where}
    order by created_at desc, id desc limit ${query.limit} offset ${query.offset}`;
  return { count, rows: [...rows] };
}

/** Adds a token by its hash. */
export async function insertApiToken(
  db: Db,
  token: { id: string; userId: number; name: string; hash: Uint8Array; expiresAt: Date | null },
  now: Date,
): Promise<ApiTokenRow> {
  return one(
    await db<ApiTokenRow[]>`
      insert into api_tokens (id, user_id, name, hash, expires_at, created_at)
      values (${token.id}, ${token.userId}, ${token.name}, ${token.hash}, ${token.expiresAt}, ${now})
      returning ${columns(db)}`,
  );
}

/** Removes a token: from then on it is unknown everywhere. */
export async function deleteApiToken(db: Db, id: string): Promise<void> {
  await db`delete from api_tokens where id = ${id}`;
}
