/**
 * Assets of locations as lists and pages read them.
 *
 * @module
 */

import { coveredSerialNumbers, type DeviceLimit } from "../access/device_limit_views.ts";
import { type Db, one } from "../open.ts";
import type { Availability } from "./assets.ts";
import type { HolderKind } from "./licence_views.ts";

/** An asset of a location. */
export type LocationAssetView = {
  id: number;
  locationId: number;
  locationName: string;
  assetId: number;
  adamId: string;
  pricingParam: string;
  productType: string;
  deviceAssignable: boolean;
  revocable: boolean;
  supportedPlatforms: string[];
  name: string;
  bundleId: string | null;
  latestVersion: string;
  hasIcon: boolean;
  assignedCount: number;
  availableCount: number;
  retiredCount: number;
  totalCount: number;
  countedAt: Date;
  availability: Availability;
  trouble: string;
  goneAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

const selection = (db: Db) =>
  db`x.id, x.location_id, l.name as location_name, x.asset_id, a.adam_id, a.pricing_param, a.product_type,
    a.device_assignable, a.revocable, a.supported_platforms, a.name, a.bundle_id, a.latest_version,
    a.icon is not null as has_icon, x.assigned_count, x.available_count, x.retired_count, x.total_count, x.counted_at,
    x.availability, x.trouble, x.gone_at, x.created_at, x.updated_at
  from location_assets x join store_assets a on a.id = x.asset_id join locations l on l.id = x.location_id`;

/** Which assets a list shall have. */
export type LocationAssetFilter = {
  locationId?: number;
  adamId?: string;
  pricingParam?: string;
  /** Part of the name or the bundle id, or Apple's id. */
  search?: string;
  productType?: "App" | "Book";
  /** Those whose licences run out. */
  low?: boolean;
};

/** Returns a page, and the total number. Order: by id, or by name. */
export async function listLocationAssets(
  db: Db,
  { limit, offset, order = "id", ...filter }: LocationAssetFilter & {
    limit: number;
    offset: number;
    order?: "id" | "name";
  },
): Promise<{ rows: LocationAssetView[]; count: number }> {
  const like = filter.search === undefined ? "" : `%${filter.search.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
  const where = db`where true
    ${filter.locationId === undefined ? db`` : db`and x.location_id = ${filter.locationId}`}
    ${filter.adamId === undefined ? db`` : db`and a.adam_id = ${filter.adamId}`}
    ${filter.pricingParam === undefined ? db`` : db`and a.pricing_param = ${filter.pricingParam}`}
    ${filter.productType === undefined ? db`` : db`and a.product_type = ${filter.productType}`}
    ${filter.low === true ? db`and x.availability <> 'none'` : db``}
    ${
    filter.search === undefined
      ? db``
      : db`and (lower(a.name) like ${like} or lower(a.bundle_id) like ${like} or a.adam_id = ${filter.search})`
  }`;
  const rows = await db<LocationAssetView[]>`
    select ${selection(db)} ${where}
    order by ${order === "id" ? db`x.id` : db`lower(a.name), a.adam_id, x.id`} limit ${limit} offset ${offset}`;
  const { count } = one(
    await db<{ count: number }[]>`
      select count(*)::int as count from location_assets x join store_assets a on a.id = x.asset_id ${where}`,
  );
  return { rows: [...rows], count };
}

/** Returns one asset of a location. */
export async function findLocationAsset(db: Db, id: number): Promise<LocationAssetView | undefined> {
  const [row] = await db<LocationAssetView[]>`select ${selection(db)} where x.id = ${id}`;
  return row;
}

/** Returns the icon of an asset. */
export async function findIcon(db: Db, assetId: number): Promise<{ bytes: Uint8Array; type: string } | undefined> {
  const [row] = await db<{ bytes: Uint8Array; type: string }[]>`
    select icon as bytes, icon_type as type from store_assets where id = ${assetId} and icon is not null`;
  return row;
}

/** A holder of a licence, or somebody who waits for one. */
export type HolderView = {
  id: number;
  kind: HolderKind;
  holder: string;
  assigned: boolean;
  wanted: "associate" | "disassociate" | null;
  origin: "device" | "operator" | null;
  requestId: string | null;
  dueAt: Date | null;
  committedAt: Date | null;
  error: string;
  since: Date | null;
  /** The device here, and its name; or the Managed Apple Account of a user. */
  deviceId: number | null;
  name: string;
};

/**
 * Returns a page of holders of an asset, those with a licence first; `search` is part of a serial number or name. With a
 * limit, people and the devices that it covers.
 */
export async function listHolders(
  db: Db,
  { locationAssetId, only, search, limit, offset }: {
    locationAssetId: number;
    only: DeviceLimit | undefined;
    search?: string;
    limit: number;
    offset: number;
  },
): Promise<{ rows: HolderView[]; count: number }> {
  const like = search === undefined ? "" : `%${search.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
  const from = db`
    from licences p join location_assets x on x.id = p.location_asset_id
      left join lateral (select d.id, e.name from devices d left join enrollments e on e.id = d.enrollment_id
        where p.holder_kind = 'device' and d.serial_number = p.holder order by d.deleted_at is not null, d.id desc limit 1)
        d on true
      left join content_users u on p.holder_kind = 'user' and u.location_id = x.location_id and u.client_user_id = p.holder
    where p.location_asset_id = ${locationAssetId} and (p.assigned or p.wanted is not null)
      ${only === undefined ? db`` : db`and (p.holder_kind = 'user' or p.holder in ${coveredSerialNumbers(db, only)})`}
      ${
    search === undefined ? db`` : db`and (lower(p.holder) like ${like} or lower(d.name) like ${like}
        or lower(u.managed_apple_id) like ${like})`
  }`;
  const rows = await db<HolderView[]>`
    select p.id, p.holder_kind as kind, p.holder, p.assigned, p.wanted, p.origin, p.request_id, p.due_at, p.committed_at,
      p.error, coalesce(p.assigned_at, p.wanted_at) as since, d.id as device_id,
      coalesce(d.name, u.managed_apple_id, '') as name
    ${from} order by p.assigned desc, p.holder_kind, p.holder, p.id limit ${limit} offset ${offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count ${from}`);
  return { rows: [...rows], count };
}

/** Days with how many licences were given. */
export async function listLicenceDays(
  db: Db,
  locationAssetId: number,
  since: string,
): Promise<{ day: string; assigned: number; total: number }[]> {
  return await db<{ day: string; assigned: number; total: number }[]>`
    select to_char(day, 'YYYY-MM-DD') as day, assigned_count as assigned, total_count as total from licence_days
    where location_asset_id = ${locationAssetId} and day >= ${since}::date order by day`;
}

/** Returns the numbers of licences of each location, for monitoring. */
export async function countLicences(
  db: Db,
): Promise<{ locationId: number; name: string; assigned: number; available: number; waiting: number; low: number }[]> {
  return await db<
    { locationId: number; name: string; assigned: number; available: number; waiting: number; low: number }[]
  >`
    select l.id as location_id, l.name, coalesce(sum(x.assigned_count), 0)::int as assigned,
      coalesce(sum(x.available_count), 0)::int as available,
      count(x.id) filter (where x.availability <> 'none')::int as low,
      (select count(*)::int from licences p join location_assets y on y.id = p.location_asset_id
        where y.location_id = l.id and p.wanted = 'associate') as waiting
    from locations l left join location_assets x on x.location_id = l.id and x.gone_at is null
    group by l.id order by l.name, l.id`;
}

/** An asset that needs attention on the overview. */
export type AssetInTrouble = {
  id: number;
  name: string;
  adamId: string;
  locationName: string;
  availability: Availability;
  available: number;
  total: number;
  waiting: number;
  trouble: string;
};

/** Returns assets whose licences run out while somebody needs them, or that Apple did not give; the worst first. */
export async function listAssetsInTrouble(db: Db, limit: number): Promise<AssetInTrouble[]> {
  return await db<AssetInTrouble[]>`
    select x.id, a.name, a.adam_id, l.name as location_name, x.availability, x.available_count as available,
      x.total_count as total, x.trouble,
      (select count(*)::int from licences p where p.location_asset_id = x.id and p.wanted = 'associate'
        and not p.assigned) as waiting
    from location_assets x join store_assets a on a.id = x.asset_id join locations l on l.id = x.location_id
    where x.gone_at is null and (x.availability <> 'none' or x.trouble <> '')
    order by x.trouble = '', x.availability, x.available_count, x.id limit ${limit}`;
}
