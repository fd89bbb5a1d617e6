/**
 * The assets of locations: pages of Apple's applied, counts moved by notifications, and what Apple's catalogue says. A page
 * is one statement.
 *
 * @module
 */

import { type Db, type Json, json, one } from "../open.ts";

/** A change of an asset, or of the licences that a location has of it. */
export type AssetChange = {
  locationAssetId: number;
  assetId: number;
  adamId: string;
  pricingParam: string;
  /** Null of what is new. */
  before: Json;
  after: Json;
  /** Whether what Apple says of the item itself changed. */
  item: "created" | "updated" | null;
};

/** The four counts of licences. */
export type Counts = { assigned: number; available: number; retired: number; total: number };

const told = (db: Db, row: "o" | "w") => {
  const alias = db(row);
  return db`jsonb_build_object('assigned_count', ${alias}.assigned_count, 'available_count', ${alias}.available_count,
    'retired_count', ${alias}.retired_count, 'total_count', ${alias}.total_count)`;
};

/** Rows of a page in the names of the table. */
export type AssetPage = { locationId: number; assets: Json; generation: number; asked: Date };

/**
 * Applies a page of assets. Counts that changed after Apple was asked stay: the page may be older than they are. Returns what
 * changed.
 */
export async function applyAssetPage(
  db: Db,
  { locationId, assets, generation, asked }: AssetPage,
  now: Date,
): Promise<AssetChange[]> {
  return await db<AssetChange[]>`
    with given as (
      select distinct on (adam_id, pricing_param) * from jsonb_to_recordset(${json(db, assets)}) as g(adam_id text,
        pricing_param text, product_type text, device_assignable boolean, revocable boolean, supported_platforms text[],
        assigned integer, available integer, retired integer, total integer)
      order by adam_id, pricing_param
    ), known as (
      select a.* from store_assets a join given g using (adam_id, pricing_param)
    ), items as (
      insert into store_assets as a (adam_id, pricing_param, product_type, device_assignable, revocable,
        supported_platforms, metadata_due_at, created_at, updated_at)
      select adam_id, pricing_param, product_type, device_assignable, revocable, supported_platforms, ${now}, ${now}, ${now}
      from given order by adam_id, pricing_param
      on conflict (adam_id, pricing_param) do update set product_type = excluded.product_type,
        device_assignable = excluded.device_assignable, revocable = excluded.revocable,
        supported_platforms = excluded.supported_platforms,
        updated_at = case when (a.product_type, a.device_assignable, a.revocable, a.supported_platforms)
          is distinct from (excluded.product_type, excluded.device_assignable, excluded.revocable,
            excluded.supported_platforms) then ${now} else a.updated_at end
      returning a.id, a.adam_id, a.pricing_param, a.updated_at
    ), old as (
      select l.* from location_assets l join items i on i.id = l.asset_id where l.location_id = ${locationId}
    ), written as (
      insert into location_assets as l (location_id, asset_id, assigned_count, available_count, retired_count, total_count,
        counted_at, generation, created_at, updated_at)
      select ${locationId}, i.id, g.assigned, g.available, g.retired, g.total, ${asked}, ${generation}, ${now}, ${now}
      from given g join items i using (adam_id, pricing_param) order by i.id
      on conflict (location_id, asset_id) do update set
        assigned_count = case when l.counted_at <= ${asked} then excluded.assigned_count else l.assigned_count end,
        available_count = case when l.counted_at <= ${asked} then excluded.available_count else l.available_count end,
        retired_count = case when l.counted_at <= ${asked} then excluded.retired_count else l.retired_count end,
        total_count = case when l.counted_at <= ${asked} then excluded.total_count else l.total_count end,
        counted_at = greatest(l.counted_at, ${asked}), generation = greatest(l.generation, ${generation}), gone_at = null,
        updated_at = case when l.counted_at <= ${asked} and (l.assigned_count, l.available_count, l.retired_count,
            l.total_count) is distinct from (excluded.assigned_count, excluded.available_count, excluded.retired_count,
            excluded.total_count) or l.gone_at is not null then ${now} else l.updated_at end
      returning l.*
    ), compared as (
      select w.id as location_asset_id, w.asset_id, i.adam_id, i.pricing_param,
        case when o.id is not null and o.gone_at is null then ${told(db, "o")} end as before, ${told(db, "w")} as after,
        case when k.id is null then 'created' when i.updated_at <> k.updated_at then 'updated' end as item
      from written w join items i on i.id = w.asset_id left join old o on o.id = w.id left join known k on k.id = w.asset_id
    )
    select * from compared where before is distinct from after or item is not null order by location_asset_id`;
}

/** Marks assets as gone that a list of all assets did not have: no licence of them is left. Returns their changes. */
export async function markAssetsGone(
  db: Db,
  { locationId, generation, only }: { locationId: number; generation?: number; only?: number },
  now: Date,
): Promise<AssetChange[]> {
  return await db<AssetChange[]>`
    with o as (
      select * from location_assets where location_id = ${locationId} and gone_at is null
        ${generation === undefined ? db`` : db`and generation < ${generation}`}
        ${only === undefined ? db`` : db`and id = ${only}`}
      order by id for no key update
    ), w as (
      update location_assets l set assigned_count = 0, available_count = 0, retired_count = 0, total_count = 0,
        counted_at = ${now}, gone_at = ${now}, updated_at = ${now}
      from o where l.id = o.id returning l.*
    )
    select w.id as location_asset_id, w.asset_id, a.adam_id, a.pricing_param, ${told(db, "o")} as before,
      ${told(db, "w")} as after, null as item
    from w join o on o.id = w.id join store_assets a on a.id = w.asset_id order by w.id`;
}

/** An asset of a location as it is found by Apple's names. */
export type LocationAssetKey = { id: number; assetId: number; adamId: string; pricingParam: string; gone: boolean };

/**
 * Returns an asset of a location by Apple's names, its counts locked for the transaction. A transaction locks the location
 * first, if at all, and licences last.
 */
export async function lockLocationAsset(
  db: Db,
  locationId: number,
  { adamId, pricingParam }: { adamId: string; pricingParam: string },
): Promise<(LocationAssetKey & Counts) | undefined> {
  const [row] = await db<(LocationAssetKey & Counts)[]>`
    select l.id, l.asset_id, a.adam_id, a.pricing_param, l.gone_at is not null as gone, l.assigned_count as assigned,
      l.available_count as available, l.retired_count as retired, l.total_count as total
    from location_assets l join store_assets a on a.id = l.asset_id
    where l.location_id = ${locationId} and a.adam_id = ${adamId} and a.pricing_param = ${pricingParam}
    for no key update of l`;
  return row;
}

/** Returns the same by id. */
export async function lockLocationAssetById(
  db: Db,
  id: number,
): Promise<(LocationAssetKey & Counts & { locationId: number }) | undefined> {
  const [row] = await db<(LocationAssetKey & Counts & { locationId: number })[]>`
    select l.id, l.location_id, l.asset_id, a.adam_id, a.pricing_param, l.gone_at is not null as gone,
      l.assigned_count as assigned, l.available_count as available, l.retired_count as retired, l.total_count as total
    from location_assets l join store_assets a on a.id = l.asset_id where l.id = ${id} for no key update of l`;
  return row;
}

/** Returns the locations of assets. */
export async function locationsOfAssets(db: Db, ids: readonly number[]): Promise<number[]> {
  const rows = await db<{ locationId: number }[]>`
    select distinct location_id from location_assets where id = any(${[...ids]}::int[]) order by location_id`;
  return rows.map(({ locationId }) => locationId);
}

/** Moves the counts of an asset. Returns its change. */
export async function shiftCounts(
  db: Db,
  id: number,
  by: Partial<Counts>,
  now: Date,
): Promise<AssetChange> {
  return one(
    await db<AssetChange[]>`
      with o as (select * from location_assets where id = ${id} for no key update), w as (
        update location_assets l set assigned_count = l.assigned_count + ${by.assigned ?? 0},
          available_count = l.available_count + ${by.available ?? 0},
          retired_count = l.retired_count + ${by.retired ?? 0}, total_count = l.total_count + ${by.total ?? 0},
          counted_at = ${now}, updated_at = ${now}
        from o where l.id = o.id returning l.*
      )
      select w.id as location_asset_id, w.asset_id, a.adam_id, a.pricing_param, ${told(db, "o")} as before,
        ${told(db, "w")} as after, null as item
      from w join o on o.id = w.id join store_assets a on a.id = w.asset_id`,
  );
}

/** Whether licences run out. */
export type Availability = "none" | "minor" | "major";

/** A change of it. */
export type AvailabilityChange = {
  locationAssetId: number;
  locationId: number;
  availability: Availability;
  before: Availability;
  available: number;
  total: number;
  adamId: string;
  pricingParam: string;
  name: string;
};

/** Assesses the availability of assets: a tenth of the licences left is major, a fifth minor. Returns those that changed. */
export async function assessAvailability(db: Db, ids: readonly number[], now: Date): Promise<AvailabilityChange[]> {
  return await db<AvailabilityChange[]>`
    with assessed as (
      select id, availability as before, case when total_count <= 0 then 'none'
        when available_count::bigint * 10 <= total_count then 'major'
        when available_count::bigint * 5 <= total_count then 'minor' else 'none' end as availability
      from location_assets where id = any(${[...ids]}::int[]) order by id for no key update
    ), changed as (
      update location_assets l set availability = s.availability, availability_at = ${now}
      from assessed s where l.id = s.id and s.before <> s.availability
      returning l.id, l.location_id, l.asset_id, l.availability, s.before, l.available_count, l.total_count
    )
    select c.id as location_asset_id, c.location_id, c.availability, c.before, c.available_count as available,
      c.total_count as total, a.adam_id, a.pricing_param, a.name
    from changed c join store_assets a on a.id = c.asset_id order by c.id`;
}

/** Stores the trouble with the licences of an asset; "" when one was given. Returns whether that is news. */
export async function updateTrouble(db: Db, id: number, trouble: string, now: Date): Promise<boolean> {
  const { count } = await db`
    update location_assets set trouble = ${trouble}, trouble_at = ${now} where id = ${id} and trouble <> ${trouble}`;
  return count > 0;
}

/** An asset whose facts are to be read from Apple's catalogue. */
export type AssetInNeed = { id: number; adamId: string };

/** Returns assets of a location whose facts are due. */
export async function assetsInNeed(db: Db, locationId: number, limit: number, now: Date): Promise<AssetInNeed[]> {
  return await db<AssetInNeed[]>`
    select a.id, a.adam_id from store_assets a
    where a.metadata_due_at <= ${now}
      and exists (select 1 from location_assets l where l.asset_id = a.id and l.location_id = ${locationId}
        and l.gone_at is null)
    order by a.metadata_due_at, a.id limit ${limit}`;
}

/** What Apple's catalogue says of an asset. */
export type CatalogueFacts = {
  name: string;
  bundleId: string | null;
  latestVersion: string;
  latestStoreVersion: string;
  iconUrl: string;
  metadata: Json;
};

/**
 * Stores it. An icon that has another address is fetched again. Returns whether the catalogue has another version of the app.
 */
export async function updateCatalogueFacts(
  db: Db,
  id: number,
  facts: CatalogueFacts,
  { due, now }: { due: Date; now: Date },
): Promise<boolean> {
  const [row] = await db<{ isNew: boolean }[]>`
    with old as (select latest_store_version from store_assets where id = ${id})
    update store_assets set latest_store_version = ${facts.latestStoreVersion}, name = ${facts.name}, bundle_id = ${facts.bundleId}, latest_version = ${facts.latestVersion},
      icon = case when icon_url = ${facts.iconUrl} then icon end,
      icon_type = case when icon_url = ${facts.iconUrl} then icon_type else '' end,
      icon_url = ${facts.iconUrl}, metadata = ${json(db, facts.metadata)}, metadata_at = ${now},
      metadata_due_at = ${due},
      updated_at = case when (name, bundle_id, latest_version, icon_url)
        is distinct from (${facts.name}, ${facts.bundleId}::text, ${facts.latestVersion}, ${facts.iconUrl})
        then ${now} else updated_at end
    from old where id = ${id}
    returning old.latest_store_version <> ${facts.latestStoreVersion} as is_new`;
  return row?.isNew ?? false;
}

/** Notes when the catalogue is asked again for assets of which it said nothing. */
export async function postponeCatalogue(db: Db, ids: readonly number[], due: Date): Promise<void> {
  await db`update store_assets set metadata_due_at = ${due} where id = any(${[...ids]}::int[])`;
}

/** Returns assets of a location whose icon was not fetched. */
export async function assetsWithoutIcon(
  db: Db,
  locationId: number,
  limit: number,
): Promise<{ id: number; iconUrl: string }[]> {
  return await db<{ id: number; iconUrl: string }[]>`
    select a.id, a.icon_url from store_assets a
    where a.icon is null and a.icon_url <> '' and a.icon_type = ''
      and exists (select 1 from location_assets l where l.asset_id = a.id and l.location_id = ${locationId}
        and l.gone_at is null)
    order by a.id limit ${limit}`;
}

/** Stores an icon; with the type "none" there is none. */
export async function updateIcon(db: Db, id: number, icon: { bytes: Uint8Array; type: string } | null): Promise<void> {
  await db`update store_assets set icon = ${icon?.bytes ?? null}, icon_type = ${icon?.type ?? "none"} where id = ${id}`;
}

/** Stores how many licences of each asset are given on a day. */
export async function noteLicenceDays(db: Db, day: string): Promise<void> {
  await db`
    insert into licence_days (location_asset_id, day, assigned_count, total_count)
    select id, ${day}::date, assigned_count, total_count from location_assets where gone_at is null and total_count > 0
    order by id
    on conflict (location_asset_id, day) do update set assigned_count = excluded.assigned_count,
      total_count = excluded.total_count`;
}

/** Deletes days before one. */
export async function deleteLicenceDays(db: Db, before: string): Promise<void> {
  await db`delete from licence_days where day < ${before}::date`;
}
