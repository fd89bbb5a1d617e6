/**
 * The content of store app versions: the licences that they use, and how the app is installed.
 *
 * @module
 */

import type { ChannelId } from "../ids.ts";
import type { Db } from "../open.ts";

/** What an operator chooses. The configuration is sealed to the version's id. */
export type StoreAppValues = {
  locationAssetId: number;
  associatedDomains: string[];
  associatedDomainsEnableDirectDownloads: boolean;
  removable: boolean;
  vpnUuid: string | null;
  contentFilterUuid: string | null;
  dnsProxyUuid: string | null;
  configurationSealed: string | null;
  /** SHA-256 of the configuration in hex; "" without one. */
  configurationSha256: string;
  removeOnUnenroll: boolean;
  preventBackup: boolean;
  declarative: boolean;
  keepUpdated: boolean;
};

/** The app as Apple's catalogue and the location know it. */
export type StoreAppFacts = {
  adamId: string;
  /** "" while the catalogue has not said it. */
  name: string;
  /** Null while the catalogue has not said it. */
  bundleId: string | null;
  locationName: string;
};

/** A store app with the facts of its asset. */
export type StoreAppVersionRow = StoreAppValues & { app: StoreAppFacts };

/** Writes the store app of a version, new or not. */
export async function writeStoreAppVersion(
  db: Db,
  id: string,
  { app: _, ...row }: StoreAppVersionRow,
): Promise<void> {
  await db`
    insert into store_app_versions ${db({ id, ...row })}
    on conflict (id) do update set ${db(row)}`;
}

/** Returns the store apps of these versions. */
export async function loadStoreAppVersions(db: Db, ids: readonly string[]): Promise<Map<string, StoreAppVersionRow>> {
  const rows = await db<(StoreAppValues & StoreAppFacts & { id: string })[]>`
    select s.*, a.adam_id, a.name, a.bundle_id, l.name as location_name
    from store_app_versions s join location_assets x on x.id = s.location_asset_id
      join store_assets a on a.id = x.asset_id join locations l on l.id = x.location_id
    where s.id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map(({ id, adamId, name, bundleId, locationName, ...values }) => [
    id,
    { ...values, app: { adamId, name, bundleId, locationName } },
  ]));
}

/** Returns what decides how a device gets an app. */
export async function findStoreAppTarget(
  db: Db,
  channelId: ChannelId,
): Promise<{ platform: string | null; osVersion: string; userEnrollment: boolean | null } | undefined> {
  const [row] = await db<{ platform: string | null; osVersion: string; userEnrollment: boolean | null }[]>`
    select e.platform, e.os_version, e.user_enrollment
    from channels c join enrollments e on e.id = c.enrollment_id where c.id = ${channelId}`;
  return row;
}
