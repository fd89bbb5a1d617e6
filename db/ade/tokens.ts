/**
 * Server tokens: the key pair that Apple encrypts one for, what it says, whether it works, and where the sync goes on.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** How Apple answered the last request with a token. */
export type TokenHealth = "ok" | "terms not signed" | "revoked" | "account gone" | "refused";

/** The four parts of a server token, two of them sealed, and its expiry. */
export type SealedServerToken = {
  consumerKey: string;
  consumerSecretSealed: string;
  accessToken: string;
  accessSecretSealed: string;
  accessTokenExpiry: Date;
};

/** A token. What Apple says in it is null until it was uploaded. */
export type TokenRow = { [Part in keyof SealedServerToken]: SealedServerToken[Part] | null } & {
  id: number;
  certificatePem: string;
  privateKeySealed: string;
  health: TokenHealth;
  healthDetail: string;
  healthAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

const columns = (db: Db) =>
  db`id, certificate_pem, private_key_sealed, consumer_key, consumer_secret_sealed, access_token, access_secret_sealed,
    access_token_expiry, health, health_detail, health_at, created_at, updated_at`;

/** Adds a key pair that no server token was uploaded for yet. */
export async function insertToken(
  db: Db,
  row: { id: number; certificatePem: string; privateKeySealed: string },
  now: Date,
): Promise<void> {
  await db`
    insert into dep_tokens (id, certificate_pem, private_key_sealed, created_at, updated_at)
    values (${row.id}, ${row.certificatePem}, ${row.privateKeySealed}, ${now}, ${now})`;
}

/** Returns one token. */
export async function findToken(db: Db, id: number): Promise<TokenRow | undefined> {
  const [row] = await db<TokenRow[]>`select ${columns(db)} from dep_tokens where id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockToken(db: Db, id: number): Promise<TokenRow | undefined> {
  const [row] = await db<TokenRow[]>`select ${columns(db)} from dep_tokens where id = ${id} for update`;
  return row;
}

/** Returns the key pairs that wait for their server token, the newest first. */
export async function listPendingTokens(db: Db): Promise<{ id: number; createdAt: Date }[]> {
  return await db<{ id: number; createdAt: Date }[]>`
    select id, created_at from dep_tokens t where consumer_key is null
      and not exists (select 1 from dep_virtual_servers v where v.token_id = t.id)
    order by id desc limit 50`;
}

/** Stores what an uploaded server token says; it works, as its upload has shown. */
export async function fillToken(db: Db, id: number, token: SealedServerToken, now: Date): Promise<void> {
  await db`
    update dep_tokens set consumer_key = ${token.consumerKey}, consumer_secret_sealed = ${token.consumerSecretSealed},
      access_token = ${token.accessToken}, access_secret_sealed = ${token.accessSecretSealed},
      access_token_expiry = ${token.accessTokenExpiry}, health = 'ok', health_detail = '', health_at = ${now},
      alerted_days = null, updated_at = ${now}
    where id = ${id}`;
}

/** Gives a token the place in the fetch or sync that another one had. */
export async function inheritSync(db: Db, id: number, from: number): Promise<void> {
  await db`
    update dep_tokens t set sync_kind = o.sync_kind, sync_cursor = o.sync_cursor, sync_cursor_at = o.sync_cursor_at,
      generation = o.generation, full_sync_at = o.full_sync_at, last_synced_at = o.last_synced_at
    from dep_tokens o where t.id = ${id} and o.id = ${from}`;
}

/** Stores how Apple answered. Returns whether that is news. */
export async function updateHealth(
  db: Db,
  id: number,
  { health, detail }: { health: TokenHealth; detail: string },
  now: Date,
): Promise<boolean> {
  const { count } = await db`
    update dep_tokens set health = ${health}, health_detail = ${detail}, health_at = ${now}
    where id = ${id} and (health <> ${health} or health_detail <> ${detail})`;
  return count > 0;
}

/** Notes the alert before the expiry of a token. Returns false if it was given already. */
export async function takeExpiryAlert(db: Db, id: number, days: number): Promise<boolean> {
  const { count } = await db`
    update dep_tokens set alerted_days = ${days} where id = ${id} and (alerted_days is null or alerted_days > ${days})`;
  return count > 0;
}

/** Deletes a token. */
export async function deleteToken(db: Db, id: number): Promise<void> {
  await db`delete from dep_tokens where id = ${id}`;
}

/** Deletes key pairs that have waited for their server token since before a time. Returns how many. */
export async function deleteStaleTokens(db: Db, before: Date): Promise<number> {
  const { count } = await db`
    delete from dep_tokens t where consumer_key is null and created_at < ${before}
      and not exists (select 1 from dep_virtual_servers v where v.token_id = t.id)`;
  return count;
}

/** Where the fetch or the sync of a token goes on. */
export type SyncPlace = {
  tokenId: number;
  kind: "full" | "delta";
  cursor: string | null;
  cursorAt: Date | null;
  /** Counts full fetches. */
  generation: number;
  fullSyncAt: Date | null;
  lastSyncedAt: Date | null;
};

const place = (db: Db) =>
  db`t.id as token_id, t.sync_kind as kind, t.sync_cursor as cursor, t.sync_cursor_at as cursor_at, t.generation,
    t.full_sync_at, t.last_synced_at`;

/** Returns where the sync of a virtual server goes on; undefined without a token. */
export async function findSyncPlace(db: Db, virtualServerId: number): Promise<SyncPlace | undefined> {
  const [row] = await db<SyncPlace[]>`
    select ${
    place(db)
  } from dep_virtual_servers v join dep_tokens t on t.id = v.token_id where v.id = ${virtualServerId}`;
  return row;
}

/** Returns the same, locked for the transaction: its holder applies the next page. */
export async function lockSyncPlace(db: Db, virtualServerId: number): Promise<SyncPlace | undefined> {
  const [row] = await db<SyncPlace[]>`
    select ${
    place(db)
  } from dep_virtual_servers v join dep_tokens t on t.id = v.token_id where v.id = ${virtualServerId}
    for update of t`;
  return row;
}

/** Begins a full fetch: from now on, devices of the generations before are those that it has not seen. */
export async function beginFullSync(db: Db, tokenId: number): Promise<void> {
  await db`
    update dep_tokens set sync_kind = 'full', sync_cursor = null, sync_cursor_at = null, generation = generation + 1
    where id = ${tokenId}`;
}

/** Forgets the cursor: the next sync is a full fetch. */
export async function forgetCursor(db: Db, tokenId: number): Promise<void> {
  await db`
    update dep_tokens set sync_kind = 'full', sync_cursor = null, sync_cursor_at = null where id = ${tokenId}`;
}

/** Stores the cursor after a page, and that it was the last one when it was. */
export async function moveCursor(
  db: Db,
  { tokenId, kind }: SyncPlace,
  { cursor, isLast }: { cursor: string; isLast: boolean },
  now: Date,
): Promise<void> {
  await db`
    update dep_tokens set sync_cursor = ${cursor}, sync_cursor_at = ${now},
      sync_kind = case when ${isLast} then 'delta' else sync_kind end,
      full_sync_at = case when ${isLast && kind === "full"} then ${now}::timestamptz else full_sync_at end,
      last_synced_at = case when ${isLast} then ${now}::timestamptz else last_synced_at end
    where id = ${tokenId}`;
}
