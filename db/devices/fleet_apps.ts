/**
 * The sums of apps over the fleet, which a job renews: counting a fleet of 20,000 devices takes seconds.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import { type Db, json, one } from "../open.ts";

/** Returns the devices `d` with enrollment `e` whose apps count: enrolled and not deleted; of a limit only. */
const counting = (db: Db, only: DeviceLimit | undefined) =>
  db`from devices d join enrollments e on e.id = d.enrollment_id
    where d.deleted_at is null and e.ended_at is null and ${within(db, only)}`;

/** Returns the sums as they are now, as a query of the columns of `fleet_apps` up to `managed`. */
export const liveSums = (db: Db, only: DeviceLimit | undefined) =>
  db`select i.app_id, n.platform, (count(*) filter (where i.repeats < 2))::int as devices,
      (count(*) filter (where i.repeats = 0))::int as counted, (count(*) filter (where i.managed))::int as managed
    from (select e.id, coalesce(e.platform, '') as platform ${counting(db, only)}) n
      join installed_apps i on i.enrollment_id = n.id
    group by i.app_id, n.platform`;

/** Returns what the sums follow from: the lists that are counted, and the versions in Apple's catalogue. */
export async function fleetFingerprint(db: Db): Promise<string> {
  return one(
    await db<{ fingerprint: string }[]>`
      select concat_ws('/',
        (select md5(string_agg(concat_ws(' ', e.id, e.platform, e.apps_at), ',' order by e.id)) ${
      counting(db, undefined)
    }),
        (select md5(string_agg(concat_ws(' ', id, bundle_id, latest_version, supported_platforms), ',' order by id))
          from store_assets where bundle_id is not null)) as fingerprint`,
  ).fingerprint;
}

/** When the sums were renewed. */
export type FleetCount = { countedAt: Date; fingerprint: string };

/** Returns when the sums were renewed last; undefined for never. */
export async function findFleetCount(db: Db): Promise<FleetCount | undefined> {
  const [row] = await db<FleetCount[]>`select counted_at, fingerprint from fleet_apps_count`;
  return row;
}

/** Stores when the sums were renewed. */
export async function noteFleetCount(db: Db, { countedAt, fingerprint }: FleetCount): Promise<void> {
  await db`
    insert into fleet_apps_count (counted_at, fingerprint) values (${countedAt}, ${fingerprint})
    on conflict (only_row) do update set counted_at = excluded.counted_at, fingerprint = excluded.fingerprint`;
}

/** Renews the sums, touching only what changed. Returns how many there are. */
export async function renewFleetApps(db: Db): Promise<number> {
  await db`
    with sums as materialized (${liveSums(db, undefined)}), gone as (
      delete from fleet_apps f
      where not exists (select 1 from sums s where s.app_id = f.app_id and s.platform = f.platform)
    )
    insert into fleet_apps as f (app_id, platform, devices, counted, managed)
    select app_id, platform, devices, counted, managed from sums
    on conflict (app_id, platform) do update set devices = excluded.devices, counted = excluded.counted,
      managed = excluded.managed
    where (f.devices, f.counted, f.managed) is distinct from (excluded.devices, excluded.counted, excluded.managed)`;
  return one(await db<{ count: number }[]>`select count(*)::int as count from fleet_apps`).count;
}

/** Returns the versions that Apple's catalogue has of an app on a platform: several assets may be the same app. */
export const catalogueVersions = (db: Db, identifier: "a.identifier", platform: "f.platform" | "e.platform") =>
  db`array(select distinct x.latest_version from store_assets x
    where x.bundle_id = ${db(identifier)} and x.latest_version <> ''
      and (x.supported_platforms = '{}'
        or case ${db(platform)} when 'iPadOS' then 'iOS' else ${db(platform)} end = any(x.supported_platforms)))`;

/** A version on devices, and those in Apple's catalogue. */
export type CatalogueMatch = {
  appId: number;
  platform: string;
  version: string;
  shortVersion: string;
  newerVersion: string;
  latest: string[];
};

/** Returns the versions of apps that Apple's catalogue has, and those that are marked. */
export async function listCatalogueMatches(db: Db): Promise<CatalogueMatch[]> {
  return await db<CatalogueMatch[]>`
    select f.app_id, f.platform, a.version, a.short_version, f.newer_version,
      ${catalogueVersions(db, "a.identifier", "f.platform")} as latest
    from fleet_apps f join apps a on a.id = f.app_id
    where f.newer_version <> ''
      or (a.identifier <> '' and a.identifier in (select bundle_id from store_assets where latest_version <> ''))
    order by f.app_id, f.platform`;
}

/** Marks versions with the later one in Apple's catalogue; "" takes the mark away. */
export async function markNewer(
  db: Db,
  marks: readonly Pick<CatalogueMatch, "appId" | "platform" | "newerVersion">[],
): Promise<void> {
  if (marks.length === 0) return;
  await db`
    update fleet_apps f set newer_version = m->>'newerVersion'
    from jsonb_array_elements(${json(db, marks.map((mark) => ({ ...mark })))}::jsonb) m
    where f.app_id = (m->>'appId')::int and f.platform = m->>'platform'`;
}
