/**
 * Which channel needs which licence: what plans know of the ledger, and what they change in it.
 *
 * @module
 */

import type { ChannelId, DeviceId } from "../ids.ts";
import { type Db, json } from "../open.ts";
import type { NewReservation } from "./licence_views.ts";

/** A licence of the holder that a channel uses. */
export type LicenceFactJson = {
  /** The asset of a location. */
  asset: number;
  holder: string;
  assigned: boolean;
  wanted: "associate" | "disassociate" | null;
  origin: "device" | "operator" | null;
  requestId: string | null;
  errorNumber: number | null;
  error: string;
  /** ISO text. */
  committedAt: string | null;
  /** Whether this channel is known to need it, and whether another one of an enrolled device is. */
  mine: boolean;
  elsewhere: boolean;
  /** Apple's identifier of the version in the App Store, and the version as people know it; "" if not known. */
  storeVersion: string;
  displayVersion: string;
};

/** The licences of a channel `c` of the enrollment `e` and the device `d`. */
export const licenceFactsOf = (db: Db) =>
  db`(select jsonb_agg(jsonb_build_object('asset', p.location_asset_id, 'holder', p.holder,
        'assigned', p.assigned, 'wanted', p.wanted,
        'origin', p.origin, 'requestId', p.request_id, 'errorNumber', p.error_number, 'error', p.error,
        'committedAt', p.committed_at,
        'mine', exists (select 1 from licence_needs n where n.channel_id = c.id
          and n.location_asset_id = p.location_asset_id and n.holder_kind = p.holder_kind and n.holder = p.holder),
        'elsewhere', exists (select 1 from licence_needs n join channels o on o.id = n.channel_id
            join enrollments m on m.id = o.enrollment_id
          where n.location_asset_id = p.location_asset_id and n.holder_kind = p.holder_kind and n.holder = p.holder
            and n.channel_id <> c.id and m.ended_at is null),
        'storeVersion', y.latest_store_version,
        'displayVersion', y.latest_version) order by p.location_asset_id)
      from (
        select * from licences where e.user_enrollment is not true and holder_kind = 'device'
          and holder = d.serial_number and d.serial_number <> ''
        union all
        select f.* from content_users u join licences f on f.holder_kind = 'user' and f.holder = u.client_user_id
        where e.user_enrollment and e.managed_apple_id <> '' and lower(u.managed_apple_id) = lower(e.managed_apple_id)
      ) p join location_assets x on x.id = p.location_asset_id join store_assets y on y.id = x.asset_id
      where p.assigned or p.wanted is not null)`;

/** Notes that a channel needs licences. */
export async function recordNeeds(
  db: Db,
  channelId: ChannelId,
  keys: readonly NewReservation[],
): Promise<void> {
  await db`
    insert into licence_needs as n (channel_id, location_asset_id, holder_kind, holder)
    select ${channelId}, g.asset, g.kind, g.holder from jsonb_to_recordset(${
    json(db, keys.map(({ locationAssetId, kind, holder }) => ({ asset: locationAssetId, kind, holder })))
  }) as g(asset integer, kind text, holder text) order by g.asset
    on conflict (channel_id, location_asset_id) do update set holder_kind = excluded.holder_kind, holder = excluded.holder`;
}

/**
 * Notes that a channel needs licences of these assets no more. Returns those of the channel's holders that no other channel
 * needs and no person assigned.
 */
export async function dropNeeds(
  db: Db,
  channelId: ChannelId,
  keys: readonly NewReservation[],
): Promise<NewReservation[]> {
  return await db<NewReservation[]>`
    with given as (
      select g.* from jsonb_to_recordset(${
    json(db, keys.map(({ locationAssetId, kind, holder }) => ({ asset: locationAssetId, kind, holder })))
  }) as g(asset integer, kind text, holder text)
    ), dropped as (
      delete from licence_needs n using given g where n.channel_id = ${channelId} and n.location_asset_id = g.asset
    )
    select p.location_asset_id, p.holder_kind as kind, p.holder from licences p join given g
      on g.asset = p.location_asset_id and g.kind = p.holder_kind and g.holder = p.holder
    where p.origin = 'device' and not exists (
      select 1 from licence_needs n join channels o on o.id = n.channel_id join enrollments m on m.id = o.enrollment_id
      where n.location_asset_id = p.location_asset_id and n.holder_kind = p.holder_kind and n.holder = p.holder
        and n.channel_id <> ${channelId} and m.ended_at is null)
    order by p.location_asset_id`;
}

/** Returns the licences that a channel needs, of these assets. */
export async function findNeeds(
  db: Db,
  channelId: ChannelId,
  locationAssetIds: readonly number[],
): Promise<NewReservation[]> {
  return await db<NewReservation[]>`
    select location_asset_id, holder_kind as kind, holder from licence_needs
    where channel_id = ${channelId} and location_asset_id = any(${[...locationAssetIds]}::int[])
    order by location_asset_id`;
}

/** Returns the users of content who stand for a Managed Apple Account, by location. */
export async function findHolders(
  db: Db,
  locationAssetIds: readonly number[],
  managedAppleId: string,
): Promise<{ locationAssetId: number; locationId: number; clientUserId: string | null }[]> {
  return await db<{ locationAssetId: number; locationId: number; clientUserId: string | null }[]>`
    select x.id as location_asset_id, x.location_id, (select u.client_user_id from content_users u
      where u.location_id = x.location_id and lower(u.managed_apple_id) = lower(${managedAppleId})
      order by u.id limit 1) as client_user_id
    from location_assets x where x.id = any(${[...locationAssetIds]}::int[]) order by x.id`;
}

/** Returns the enrolled devices with store apps of these assets that are kept updated. */
export async function devicesKeptUpdated(db: Db, assetIds: readonly number[]): Promise<DeviceId[]> {
  const rows = await db<{ id: DeviceId }[]>`
    select distinct e.device_id as id
    from location_assets x join licence_needs n on n.location_asset_id = x.id join channels c on c.id = n.channel_id
      join enrollments e on e.id = c.enrollment_id
    where x.asset_id = any(${[...assetIds]}::int[]) and e.ended_at is null
      and exists (select 1 from store_app_versions s where s.location_asset_id = x.id and s.keep_updated)
    order by e.device_id`;
  return rows.map(({ id }) => id);
}

/** Returns the enrolled devices whose channels need licences of these users. */
export async function devicesNeeding(db: Db, clientUserIds: readonly string[]): Promise<DeviceId[]> {
  const rows = await db<{ id: DeviceId }[]>`
    select distinct e.device_id as id from licence_needs n join channels c on c.id = n.channel_id
      join enrollments e on e.id = c.enrollment_id
    where n.holder_kind = 'user' and n.holder = any(${[...clientUserIds]}::text[]) and e.ended_at is null
    order by e.device_id`;
  return rows.map(({ id }) => id);
}
