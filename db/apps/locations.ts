/**
 * The locations of Apps & Books: their content tokens, whether these work, and where the sync goes on.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** How Apple answered the last request with a content token. */
export type LocationHealth = "ok" | "revoked" | "expired" | "refused" | "taken over";

/** A location. */
export type LocationRow = {
  id: number;
  name: string;
  organizationName: string;
  countryCode: string;
  libraryUid: string;
  platform: string;
  websiteUrl: string;
  mdmInfoId: string;
  serverTokenHash: string;
  serverTokenExpirationDate: Date;
  health: LocationHealth;
  healthDetail: string;
  healthAt: Date | null;
  configuredAt: Date | null;
  /** Where Apple sends notifications; "" for nowhere. */
  notificationUrl: string;
  /** Whether Apple has to be told where it sends notifications. */
  configurationDue: boolean;
  syncPhase: "assets" | "assignments" | "done";
  lastSyncedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

const columns = (db: Db) =>
  db`id, name, organization_name, country_code, library_uid, platform, website_url, mdm_info_id, server_token_hash,
    server_token_expiration_date, health, health_detail, health_at, configured_at, notification_url,
    notification_token_sealed is not null as configuration_due, sync_phase, last_synced_at, created_at, updated_at`;

/** What a content token and Apple say of a location. */
export type LocationFacts = {
  name: string;
  organizationName: string;
  countryCode: string;
  libraryUid: string;
  platform: string;
  websiteUrl: string;
  serverTokenHash: string;
  serverTokenSealed: string;
  serverTokenExpirationDate: Date;
};

/** Which locations a list shall have. */
export type LocationFilter = { name?: string; organizationName?: string; mdmInfoId?: string };

/** Returns a page by id, and the total number. */
export async function listLocations(
  db: Db,
  { limit, offset, name, organizationName, mdmInfoId }: LocationFilter & { limit: number; offset: number },
): Promise<{ rows: LocationRow[]; count: number }> {
  const where = db`where true
    ${name === undefined ? db`` : db`and name = ${name}`}
    ${organizationName === undefined ? db`` : db`and organization_name = ${organizationName}`}
    ${mdmInfoId === undefined ? db`` : db`and mdm_info_id = ${mdmInfoId}`}`;
  const rows = await db<LocationRow[]>`
    select ${columns(db)} from locations ${where} order by id limit ${limit} offset ${offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from locations ${where}`);
  return { rows: [...rows], count };
}

/** Returns one location. */
export async function findLocation(db: Db, id: number): Promise<LocationRow | undefined> {
  const [row] = await db<LocationRow[]>`select ${columns(db)} from locations where id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction: rows that refer to it can still be added. */
export async function lockLocation(db: Db, id: number): Promise<LocationRow | undefined> {
  const [row] = await db<LocationRow[]>`select ${columns(db)} from locations where id = ${id} for no key update`;
  return row;
}

/** Returns the location with Apple's id, locked for the transaction. */
export async function lockLocationByUid(db: Db, libraryUid: string): Promise<LocationRow | undefined> {
  const [row] = await db<LocationRow[]>`
    select ${columns(db)} from locations where library_uid = ${libraryUid} for no key update`;
  return row;
}

/** Returns the sealed content token of a location, and its hash. */
export async function findServerToken(db: Db, id: number): Promise<{ sealed: string; hash: string } | undefined> {
  const [row] = await db<{ sealed: string; hash: string }[]>`
    select server_token_sealed as sealed, server_token_hash as hash from locations where id = ${id}`;
  return row;
}

/** Returns the location that already has a content token. */
export async function findLocationByToken(db: Db, hash: string): Promise<LocationRow | undefined> {
  const [row] = await db<LocationRow[]>`select ${columns(db)} from locations where server_token_hash = ${hash}`;
  return row;
}

/** Adds a location. */
export async function insertLocation(
  db: Db,
  row: LocationFacts & { id: number; mdmInfoId: string },
  now: Date,
): Promise<void> {
  await db`
    insert into locations (id, name, organization_name, country_code, library_uid, platform, website_url, mdm_info_id,
      server_token_hash, server_token_sealed, server_token_expiration_date, health_at, created_at, updated_at)
    values (${row.id}, ${row.name}, ${row.organizationName}, ${row.countryCode}, ${row.libraryUid}, ${row.platform},
      ${row.websiteUrl}, ${row.mdmInfoId}, ${row.serverTokenHash}, ${row.serverTokenSealed},
      ${row.serverTokenExpirationDate}, ${now}, ${now}, ${now})`;
}

/** Replaces the content token of a location; it works, as its upload has shown. */
export async function updateLocation(db: Db, id: number, row: LocationFacts, now: Date): Promise<void> {
  await db`
    update locations set name = ${row.name}, organization_name = ${row.organizationName},
      country_code = ${row.countryCode}, platform = ${row.platform}, website_url = ${row.websiteUrl},
      server_token_hash = ${row.serverTokenHash}, server_token_sealed = ${row.serverTokenSealed},
      server_token_expiration_date = ${row.serverTokenExpirationDate}, health = 'ok', health_detail = '',
      health_at = ${now}, alerted_days = null, updated_at = ${now}
    where id = ${id}`;
}

/** Brings what Apple says of a location up to date. */
export async function refreshLocation(
  db: Db,
  id: number,
  row: Pick<LocationFacts, "name" | "countryCode" | "platform" | "websiteUrl" | "serverTokenExpirationDate">,
  now: Date,
): Promise<void> {
  await db`
    update locations set name = ${row.name}, country_code = ${row.countryCode}, platform = ${row.platform},
      website_url = ${row.websiteUrl}, server_token_expiration_date = ${row.serverTokenExpirationDate},
      updated_at = ${now}
    where id = ${id} and (name, country_code, platform, website_url, server_token_expiration_date)
      is distinct from (${row.name}, ${row.countryCode}, ${row.platform}, ${row.websiteUrl},
        ${row.serverTokenExpirationDate}::timestamptz)`;
}

/** Deletes a location without assets. */
export async function deleteLocation(db: Db, id: number): Promise<void> {
  await db`delete from locations where id = ${id}`;
}

/** Stores how Apple answered. Returns whether that is news. */
export async function updateLocationHealth(
  db: Db,
  id: number,
  { health, detail, hash }: { health: LocationHealth; detail: string; hash?: string },
  now: Date,
): Promise<boolean> {
  const { count } = await db`
    update locations set health = ${health}, health_detail = ${detail}, health_at = ${now}
    where id = ${id} and (health <> ${health} or health_detail <> ${detail})
      ${hash === undefined ? db`` : db`and server_token_hash = ${hash}`}`;
  return count > 0;
}

/** Notes the alert before the expiry of a content token. Returns false if it was given already. */
export async function takeLocationAlert(db: Db, id: number, days: number): Promise<boolean> {
  const { count } = await db`
    update locations set alerted_days = ${days} where id = ${id} and (alerted_days is null or alerted_days > ${days})`;
  return count > 0;
}

/** Stores a new token of notifications, that Apple has to be told; the one before is accepted until then. */
export async function beginConfiguration(
  db: Db,
  id: number,
  { hash, sealed }: { hash: Uint8Array; sealed: string },
): Promise<void> {
  await db`
    update locations set notification_token_hash_before = case when notification_token_sealed is null
        then notification_token_hash else notification_token_hash_before end,
      notification_token_hash = ${hash}, notification_token_sealed = ${sealed}
    where id = ${id}`;
}

/** Returns the token of notifications that Apple has to be told; undefined if it has it. */
export async function findPendingToken(db: Db, id: number): Promise<string | undefined> {
  const [row] = await db<{ sealed: string | null }[]>`
    select notification_token_sealed as sealed from locations where id = ${id}`;
  return row?.sealed ?? undefined;
}

/** Notes that Apple has the client configuration; `url` is where it sends notifications, "" for nowhere. */
export async function endConfiguration(
  db: Db,
  id: number,
  { sealed, url }: { sealed: string; url: string },
  now: Date,
): Promise<void> {
  await db`
    update locations set configured_at = ${now}, notification_url = ${url}, notification_token_sealed = null,
      notification_token_hash_before = null
    where id = ${id} and notification_token_sealed = ${sealed}`;
}

/** Notes that Apple knows this server as the manager of the location, and has no address for notifications. */
export async function noteManaged(db: Db, id: number, now: Date): Promise<void> {
  await db`update locations set configured_at = ${now} where id = ${id}`;
}

/** Returns the location that Apple sends notifications for, with the hashes of the tokens that it may send. */
export async function findNotified(
  db: Db,
  mdmInfoId: string,
): Promise<{ id: number; hashes: Uint8Array[] } | undefined> {
  const [row] = await db<{ id: number; now: Uint8Array | null; before: Uint8Array | null }[]>`
    select id, notification_token_hash as now, notification_token_hash_before as before
    from locations where mdm_info_id = ${mdmInfoId}`;
  if (row === undefined) return undefined;
  return { id: row.id, hashes: [row.now, row.before].filter((hash) => hash !== null) };
}

/** Where the sync of a location goes on. */
export type ContentPlace = {
  locationId: number;
  phase: "assets" | "assignments" | "done";
  page: number;
  /** Apple's versionId of the list; null before its first page. */
  version: string | null;
  /** When the first page of the list was asked for. */
  askedAt: Date | null;
  /** Counts lists. */
  generation: number;
  lastSyncedAt: Date | null;
};

/** Returns where the sync goes on, locked for the transaction: its holder applies the next page. */
export async function lockContentPlace(db: Db, locationId: number): Promise<ContentPlace | undefined> {
  const [row] = await db<ContentPlace[]>`
    select id as location_id, sync_phase as phase, sync_page as page, sync_version as version, sync_asked_at as asked_at,
      generation, last_synced_at
    from locations where id = ${locationId} for no key update`;
  return row;
}

/** Stores where the sync goes on. */
export async function moveContentPlace(db: Db, place: ContentPlace): Promise<void> {
  await db`
    update locations set sync_phase = ${place.phase}, sync_page = ${place.page}, sync_version = ${place.version},
      sync_asked_at = ${place.askedAt}, generation = ${place.generation}, last_synced_at = ${place.lastSyncedAt}
    where id = ${place.locationId}`;
}

/** Returns all locations, for choices and for what is done on a schedule; by name. */
export async function listAllLocations(db: Db): Promise<LocationRow[]> {
  return [...await db<LocationRow[]>`select ${columns(db)} from locations order by name, id limit 1000`];
}

/** Returns the assets of locations, by location: how many, and how many of them run out. */
export async function countLocationAssets(
  db: Db,
): Promise<{ locationId: number; assets: number; low: number; trouble: number }[]> {
  return await db<{ locationId: number; assets: number; low: number; trouble: number }[]>`
    select location_id, count(*)::int as assets, count(*) filter (where availability <> 'none')::int as low,
      count(*) filter (where trouble <> '')::int as trouble
    from location_assets where gone_at is null group by location_id`;
}
