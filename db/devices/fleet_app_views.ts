/**
 * Apps over the fleet as pages and the API read them. The sums of everybody are those of `fleet_apps`; those of somebody
 * whose role is limited to some devices are counted when they ask.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import type { DeviceId } from "../ids.ts";
import { type Db, one } from "../open.ts";
import type { StoredPlatform } from "./devices.ts";
import { catalogueVersions, liveSums } from "./fleet_apps.ts";

/** A version of an app on the devices of a platform. */
export type FleetAppVersion = {
  /** Names the version in addresses. */
  id: number;
  shortVersion: string;
  version: string;
  /** "" if the devices have not reported theirs. */
  platform: StoredPlatform | "";
  devices: number;
  managed: number;
  /** The later version in Apple's catalogue; "" if there is none. */
  newerVersion: string;
};

/** An app. */
export type FleetApp = {
  /** Names the app in addresses. */
  id: number;
  identifier: string;
  /** As most devices call it. */
  name: string;
  devices: number;
  managed: number;
  /** Whether an artifact installs it. */
  delivered: boolean;
  versions: FleetAppVersion[];
};

/** What is looked for. */
export type FleetAppFilter = {
  /** Part of the name or identifier. */
  search?: string | undefined;
  platform?: string | undefined;
  /** Whether devices have reported it as managed, or an artifact installs it. */
  managed?: boolean | undefined;
  severalVersions?: boolean | undefined;
  newer?: boolean | undefined;
};

/** Columns to sort by. */
export const FLEET_APP_COLUMNS = ["name", "identifier", "devices", "versions"] as const;

/** A search. */
export type FleetAppSearch = FleetAppFilter & {
  only: DeviceLimit | undefined;
  /** Counts now, whatever the sums are. */
  live: boolean;
  column: typeof FLEET_APP_COLUMNS[number];
  descending: boolean;
  limit: number;
  offset: number;
};

const sumsOf = (db: Db, { only, live }: Pick<FleetAppSearch, "only" | "live">) =>
  only === undefined && !live
    ? db`select * from fleet_apps`
    : db`select s.*, coalesce(f.newer_version, '') as newer_version
      from (${liveSums(db, only)}) s left join fleet_apps f on f.app_id = s.app_id and f.platform = s.platform`;

/** An app without an identifier is one by its name. */
const unnamed = (db: Db) => db`case when a.identifier = '' then a.name else '' end`;

/** Returns the identifiers of the apps that artifacts install. */
const delivered = (db: Db) =>
  db`select unnest(p.bundle_ids) as identifier
      from enterprise_app_versions v join package_files p on p.sha256 = v.package_sha256
    union
    select x.bundle_id from store_app_versions v join location_assets l on l.id = v.location_asset_id
      join store_assets x on x.id = l.asset_id where x.bundle_id is not null`;

const flag = (db: Db, wanted: boolean | undefined, condition: ReturnType<typeof unnamed>) =>
  wanted === undefined ? db`` : wanted ? db`and ${condition}` : db`and not ${condition}`;

/** Returns a page of apps with their versions, and the number of all that are found. */
export async function listFleetApps(
  db: Db,
  search: FleetAppSearch,
): Promise<{ rows: FleetApp[]; count: number }> {
  const like = `%${(search.search ?? "").replaceAll(/[\\%_]/g, "\\$&")}%`;
  const column = {
    name: db`lower(name)`,
    identifier: db`lower(identifier)`,
    devices: db`devices`,
    versions: db`versions`,
  }[search.column];
  const order = search.descending ? db`${column} desc, lower(name) desc, id desc` : db`${column}, lower(name), id`;
  return one(
    await db<{ rows: FleetApp[]; count: number }[]>`
      with delivered as (${delivered(db)}), every as (
        select a.identifier, ${unnamed(db)} as unnamed, min(a.id) as id,
          (array_agg(a.name order by s.devices desc, a.id desc))[1] as name, sum(s.counted)::int as devices,
          sum(s.managed)::int as managed, count(distinct (a.short_version, a.version))::int as versions,
          bool_or(s.newer_version <> '') as newer, bool_or(a.name ilike ${like}) as named,
          array_agg(s.app_id) as app_ids, array_agg(s.platform) as platforms, array_agg(s.devices) as counts,
          array_agg(s.managed) as manageds, array_agg(s.newer_version) as newers
        from (${sumsOf(db, search)}) s join apps a on a.id = s.app_id
        ${search.platform === undefined ? db`` : db`where s.platform = ${search.platform}`}
        group by 1, 2
      ), found as (
        select e.*, d.identifier is not null as delivered from every e left join delivered d on d.identifier = e.identifier
        where e.devices > 0
          ${search.search === undefined ? db`` : db`and (e.named or e.identifier ilike ${like})`}
          ${flag(db, search.managed, db`(e.managed > 0 or d.identifier is not null)`)}
          ${flag(db, search.severalVersions, db`(e.versions > 1)`)}
          ${flag(db, search.newer, db`e.newer`)}
      ), page as (
        select f.*, row_number() over (order by ${order}) as place from found f order by place
        limit ${search.limit} offset ${search.offset}
      ), versions as (
        select p.place, min(a.id) as id, a.short_version, a.version, s.platform, sum(s.devices)::int as devices,
          sum(s.managed)::int as managed, max(s.newer) as newer
        from page p cross join unnest(p.app_ids, p.platforms, p.counts, p.manageds, p.newers)
            as s (app_id, platform, devices, managed, newer)
          join apps a on a.id = s.app_id
        group by p.place, a.short_version, a.version, s.platform having sum(s.devices) > 0
      ), listed as (
        select place, jsonb_agg(jsonb_build_object('id', id, 'shortVersion', short_version, 'version', version,
          'platform', platform, 'devices', devices, 'managed', managed, 'newerVersion', newer)
          order by devices desc, id) as versions
        from versions group by place
      )
      select (select count(*)::int from found) as count,
        coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'identifier', p.identifier, 'name', p.name,
            'devices', p.devices, 'managed', p.managed, 'delivered', p.delivered, 'versions', l.versions) order by p.place)
          from page p join listed l on l.place = p.place), '[]') as rows`,
  );
}

/** An app by name, on whichever devices. */
export type AppName = { id: number; identifier: string; name: string; shortVersion: string; version: string };

/** Returns the app, or version of an app, that an address names. */
export async function findAppName(db: Db, id: number): Promise<AppName | undefined> {
  const [row] = await db<AppName[]>`
    select id, identifier, name, short_version, version from apps where id = ${id}`;
  return row;
}

/** Devices that have an app: the app that a row of it names, or the version that a row names. */
export type AppOfDevice = { app: number } | { version: number };

/** Returns the condition for the rows `i` of installed apps: one for each device that has it. */
const isApp = (db: Db, wanted: AppOfDevice) =>
  "app" in wanted
    ? db`i.repeats = 0 and i.app_id in (select a.id from apps k join apps a on a.identifier = k.identifier
        and (k.identifier <> '' or a.name = k.name) where k.id = ${wanted.app})`
    : db`i.repeats < 2 and i.app_id in (select a.id from apps k join apps a on a.identifier = k.identifier
        and (k.identifier <> '' or a.name = k.name) and a.short_version = k.short_version and a.version = k.version
        where k.id = ${wanted.version})`;

/** Returns the condition for devices with the enrollment `e` that have an app. */
export const hasApp = (db: Db, wanted: AppOfDevice) =>
  db`e.ended_at is null and e.id in (select i.enrollment_id from installed_apps i where ${isApp(db, wanted)})`;

/** Returns an app with its versions as they are now; undefined for one that no device has. */
export async function findFleetApp(
  db: Db,
  id: number,
  only: DeviceLimit | undefined,
): Promise<FleetApp | undefined> {
  const [row] = await db<FleetApp[]>`
    with rows as (
      select a.id, a.identifier, a.name, a.short_version, a.version, coalesce(e.platform, '') as platform, i.repeats,
        i.managed, f.newer_version
      from apps k join apps a on a.identifier = k.identifier and (k.identifier <> '' or a.name = k.name)
        join installed_apps i on i.app_id = a.id join enrollments e on e.id = i.enrollment_id
        join devices d on d.enrollment_id = e.id
        left join fleet_apps f on f.app_id = a.id and f.platform = coalesce(e.platform, '')
      where k.id = ${id} and e.ended_at is null and d.deleted_at is null and ${within(db, only)}
    ), versions as (
      select min(id) as id, short_version, version, platform, count(*) filter (where repeats < 2) as devices,
        count(*) filter (where managed) as managed, coalesce(max(newer_version), '') as newer
      from rows group by short_version, version, platform
    )
    select min(id) as id, identifier, mode() within group (order by name) as name,
      (count(*) filter (where repeats = 0))::int as devices, (count(*) filter (where managed))::int as managed,
      rows.identifier in (${delivered(db)}) as delivered,
      (select jsonb_agg(jsonb_build_object('id', id, 'shortVersion', short_version, 'version', version, 'platform', platform,
        'devices', devices, 'managed', managed, 'newerVersion', newer) order by devices desc, id) from versions) as versions
    from rows group by identifier`;
  return row;
}

/** What installs an app, and the licences of it, by name. */
export type AppSources = {
  artifacts: { id: string; name: string }[];
  /** Assets of locations. */
  licences: { id: number; locationName: string }[];
};

/** Returns what installs an app, and the licences of it. */
export async function findAppSources(db: Db, identifier: string): Promise<AppSources> {
  const [artifacts, licences] = await Promise.all([
    db<AppSources["artifacts"]>`
      select a.id, a.name from artifacts a where exists (
        select 1 from artifact_versions v left join enterprise_app_versions k on k.id = v.id
          left join package_files p on p.sha256 = k.package_sha256 left join store_app_versions s on s.id = v.id
          left join location_assets l on l.id = s.location_asset_id left join store_assets x on x.id = l.asset_id
        where v.artifact_id = a.id and (${identifier} = any(p.bundle_ids) or x.bundle_id = ${identifier}))
      order by a.name, a.id limit 20`,
    db<AppSources["licences"]>`
      select l.id, o.name as location_name from location_assets l join store_assets x on x.id = l.asset_id
        join locations o on o.id = l.location_id
      where x.bundle_id = ${identifier} order by o.name, l.id limit 20`,
  ]);
  return { artifacts: [...artifacts], licences: [...licences] };
}

/** A device with an app. */
export type DeviceWithApp = {
  id: DeviceId;
  udid: string;
  serialNumber: string;
  name: string;
  platform: StoredPlatform | null;
  osVersion: string;
  shortVersion: string;
  version: string;
  managed: boolean | null;
};

/** Returns a page of the devices that have an app, and how many there are. */
export async function listDevicesWithApp(
  db: Db,
  { wanted, platform, only, limit, offset, descending, column }: {
    wanted: AppOfDevice;
    platform?: string | undefined;
    only: DeviceLimit | undefined;
    limit: number;
    offset: number;
    column: "name" | "serial_number";
    descending: boolean;
  },
): Promise<{ rows: DeviceWithApp[]; count: number }> {
  const from = db`
    from installed_apps i join apps a on a.id = i.app_id join enrollments e on e.id = i.enrollment_id
      join devices d on d.enrollment_id = e.id
    where ${isApp(db, wanted)} and e.ended_at is null and d.deleted_at is null and ${within(db, only)}
      ${platform === undefined ? db`` : db`and coalesce(e.platform, '') = ${platform}`}`;
  const key = column === "name" ? db`lower(e.name)` : db`d.serial_number`;
  const rows = await db<DeviceWithApp[]>`
    select d.id, d.udid, d.serial_number, e.name, e.platform,
      trim(e.os_version || ' ' || e.os_version_extra) as os_version, a.short_version, a.version, i.managed
    ${from} order by ${descending ? db`${key} desc, d.id desc` : db`${key}, d.id`} limit ${limit} offset ${offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count ${from}`);
  return { rows: [...rows], count };
}

/** Returns the versions in Apple's catalogue of the apps `a` on the platform of the enrollment `e`. */
export const catalogueOfDevice = (db: Db) => catalogueVersions(db, "a.identifier", "e.platform");
