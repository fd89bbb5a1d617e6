/**
 * Store apps with their licences and how far they are on devices; and the licences of a device.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import type { DeviceId } from "../ids.ts";
import { type Db, one } from "../open.ts";
import type { LicenceRow } from "./licence_views.ts";

/** A store app. A device counts once in each number, however many of its users have the app. */
export type StoreAppView = {
  artifactId: string;
  name: string;
  locationAssetId: number;
  assetId: number;
  adamId: string;
  hasIcon: boolean;
  locationName: string;
  /** Licences. */
  assigned: number;
  available: number;
  total: number;
  /** Devices and people that wait for one. */
  waiting: number;
  /** Devices on which it was seen, and those that have accepted it and never show whether they have it. */
  installed: number;
  acknowledged: number;
  /** Devices on which it is on its way, and those that failed or whose user declined it. */
  inProgress: number;
  failed: number;
  blueprints: number;
};

/**
 * Returns a page of store apps by name, and the total number; only those of one asset, or the one of an artifact, if given.
 * Of a limit, the devices that it covers are counted; licences are those of the location.
 */
export async function listStoreApps(
  db: Db,
  { only, limit, offset, search, locationAssetId, artifactId }: {
    only: DeviceLimit | undefined;
    limit: number;
    offset: number;
    search?: string;
    locationAssetId?: number;
    artifactId?: string;
  },
): Promise<{ rows: StoreAppView[]; count: number }> {
  const like = search === undefined ? "" : `%${search.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
  // All versions of an artifact have the same asset.
  const from = db`
    from artifacts a join lateral (select s.location_asset_id from artifact_versions v
        join store_app_versions s on s.id = v.id where v.artifact_id = a.id limit 1) s on true
      join location_assets x on x.id = s.location_asset_id join store_assets y on y.id = x.asset_id
      join locations l on l.id = x.location_id
    where a.type = 'Store App'
      ${locationAssetId === undefined ? db`` : db`and x.id = ${locationAssetId}`}
      ${artifactId === undefined ? db`` : db`and a.id = ${artifactId}`}
      ${search === undefined ? db`` : db`and (lower(a.name) like ${like} or lower(y.name) like ${like})`}`;
  const rows = await db<StoreAppView[]>`
    select p.*, coalesce(t.installed, 0) as installed, coalesce(t.acknowledged, 0) as acknowledged,
      coalesce(t.in_progress, 0) as in_progress, coalesce(t.failed, 0) as failed,
      (select count(*)::int from licences w where w.location_asset_id = p.location_asset_id and w.wanted = 'associate'
        and not w.assigned) as waiting,
      (select count(*)::int from blueprint_artifacts b where b.artifact_id = p.artifact_id) as blueprints
    from (
      select a.id as artifact_id, a.name, x.id as location_asset_id, y.id as asset_id, y.adam_id,
        y.icon is not null as has_icon, l.name as location_name, x.assigned_count as assigned,
        x.available_count as available, x.total_count as total
      ${from} order by a.name, a.id limit ${limit} offset ${offset}
    ) p left join lateral (
      select count(distinct e.id) filter (where t.status = 'Installed')::int as installed,
        count(distinct e.id) filter (where t.status = 'Acknowledged')::int as acknowledged,
        count(distinct e.id) filter (where t.status = 'AwaitingConfirmation')::int as in_progress,
        count(distinct e.id) filter (where t.status = 'Failed')::int as failed
      from target_artifacts t join channels c on c.id = t.channel_id join enrollments e on e.id = c.enrollment_id
        join devices d on d.id = e.device_id
      where t.artifact_id = p.artifact_id and e.ended_at is null and ${within(db, only)}
    ) t on true
    order by p.name, p.artifact_id`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count ${from}`);
  return { rows: [...rows], count };
}

/** A licence of a device, or of its person. */
export type DeviceLicenceView = LicenceRow & { assetName: string; adamId: string; locationName: string };

/** Returns the licences that a device has or waits for, by name. */
export async function listDeviceLicences(db: Db, deviceId: DeviceId): Promise<DeviceLicenceView[]> {
  return await db<DeviceLicenceView[]>`
    select p.id, p.location_asset_id, p.holder_kind, p.holder, p.assigned, p.assigned_at, p.wanted, p.origin, p.wanted_at,
      p.due_at, p.request_id, p.tries, p.committed_at, p.error_number, p.error, y.name as asset_name, y.adam_id,
      l.name as location_name
    from devices d join enrollments e on e.id = d.enrollment_id join licences p on (p.assigned or p.wanted is not null)
      and (p.holder_kind = 'device' and p.holder = d.serial_number and d.serial_number <> ''
        or p.holder_kind = 'user' and e.managed_apple_id <> '' and p.holder in (select u.client_user_id
          from content_users u where lower(u.managed_apple_id) = lower(e.managed_apple_id)))
      join location_assets x on x.id = p.location_asset_id join store_assets y on y.id = x.asset_id
      join locations l on l.id = x.location_id
    where d.id = ${deviceId} order by lower(y.name), y.adam_id, p.id limit 1000`;
}
