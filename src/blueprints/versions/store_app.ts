/**
 * Versions of store apps: apps that devices install from the App Store with licences of Apps & Books.
 *
 * @module
 */

import { findLocationAsset, type LocationAssetView } from "../../../db/apps/asset_views.ts";
import {
  loadStoreAppVersions,
  type StoreAppVersionRow,
  writeStoreAppVersion,
} from "../../../db/artifacts/store_app_versions.ts";
import { dataAssetDownloadUrl } from "../../downloads/url.ts";
import { configurationVariables, openConfiguration, sealConfiguration } from "./app_configuration.ts";
import { fault } from "./fields.ts";
import { managedAppPayload, STORE_APP_PATH } from "./managed_app.ts";
import { type ShownStoreApp, storeAppApi } from "./store_app_api.ts";
import { storeAppPage } from "./store_app_page.ts";
import type { Draft, VersionKind } from "./version_kind.ts";

/** A store app as it comes. */
export type StoreAppInput = {
  /** The licences that it uses. */
  locationAssetId: number;
  associatedDomains: string[];
  associatedDomainsEnableDirectDownloads: boolean;
  removable: boolean;
  /** Payload UUIDs of profiles on the device; null is none. */
  vpnUuid: string | null;
  contentFilterUuid: string | null;
  dnsProxyUuid: string | null;
  /** A property list; null is none. */
  configuration: string | null;
  removeOnUnenroll: boolean;
  preventBackup: boolean;
  /** Whether devices that can get it as a declaration. */
  declarative: boolean;
  keepUpdated: boolean;
};

type StoreAppDraft = StoreAppInput & Draft;

const TABLE = "store_app_versions";
const MANAGED_APP = "com.apple.configuration.app.managed";

/** Returns the platforms that an asset is for: Apple counts iPads as iOS. */
export const assetPlatforms = ({ supportedPlatforms }: Pick<LocationAssetView, "supportedPlatforms">): string[] =>
  supportedPlatforms.includes("iOS") ? [...new Set([...supportedPlatforms, "iPadOS"])] : supportedPlatforms;

/** Returns the part of a version that devices get. */
const fingerprint = (row: StoreAppVersionRow): string =>
  JSON.stringify([
    row.locationAssetId,
    row.associatedDomains,
    row.associatedDomainsEnableDirectDownloads,
    row.removable,
    row.vpnUuid,
    row.contentFilterUuid,
    row.dnsProxyUuid,
    row.configurationSha256,
    row.removeOnUnenroll,
    row.preventBackup,
    // Devices update an app by themselves that they got as a declaration: it says so.
    row.declarative && row.keepUpdated,
  ]);

/** Returns why an asset cannot be a store app; undefined if it can. */
function assetFault(asset: LocationAssetView, platforms: readonly string[]): string | undefined {
  if (asset.productType !== "App") return "Not an app: books are assigned to people";
  if (asset.goneAt !== null) return "Apple does not list licences of this app for the location any more";
  const its = assetPlatforms(asset);
  if (platforms.some((platform) => its.includes(platform))) return undefined;
  return `The app is for ${its.join(", ")}, the artifact is not`;
}

/** Store apps. */
export const storeAppKind: VersionKind<StoreAppInput, StoreAppDraft, StoreAppVersionRow, ShownStoreApp> = {
  name: "store app",
  types: {
    "Store App": {
      path: STORE_APP_PATH,
      section: "Configurations",
      declarationPrefix: null,
      linkable: true,
      install: "InstallApplication",
      remove: "RemoveApplication",
      activated: true,
      variables: true,
      // An app is never installed with the name of a variable in place of its value, nor is a licence used for it.
      waitsForValues: true,
      declaredAs: MANAGED_APP,
      becomes: [MANAGED_APP],
    },
  },
  read(_runtime, input) {
    const variables = configurationVariables(input.configuration);
    return Promise.resolve(
      variables.errors === undefined ? { value: { ...input, ...variables.value } } : { errors: variables.errors },
    );
  },
  async check({ tx, runtime, id, artifact, isNew, others }, draft) {
    const { variables: _, needed: __, configuration, ...values } = draft;
    const asset = await findLocationAsset(tx, draft.locationAssetId);
    if (asset === undefined) {
      return fault("location_asset", `Invalid pk "${draft.locationAssetId}" - object does not exist.`);
    }
    const wrong = assetFault(asset, artifact.platforms);
    if (wrong !== undefined) return fault("location_asset", wrong);
    const [latest] = others;
    const other = latest === undefined ? undefined : (await loadStoreAppVersions(tx, [latest])).get(latest);
    if (other !== undefined && other.locationAssetId !== draft.locationAssetId) {
      return fault("location_asset", "The location asset should be the one of the other versions of this artifact");
    }
    const { adamId, name, bundleId, locationName } = asset;
    const stored: StoreAppVersionRow = {
      ...values,
      ...await sealConfiguration(runtime, TABLE, id, configuration),
      app: { adamId, name, bundleId, locationName },
    };
    const same = other !== undefined && fingerprint(other) === fingerprint(stored) &&
      other.declarative === stored.declarative && other.keepUpdated === stored.keepUpdated;
    return isNew && same
      ? fault("non_field_errors", "This version is not different from the latest one")
      : { value: stored };
  },
  write: writeStoreAppVersion,
  load: loadStoreAppVersions,
  fingerprint,
  async show(runtime, { id }, row) {
    return {
      location_asset: row.locationAssetId,
      associated_domains: row.associatedDomains,
      associated_domains_enable_direct_downloads: row.associatedDomainsEnableDirectDownloads,
      removable: row.removable,
      vpn_uuid: row.vpnUuid,
      content_filter_uuid: row.contentFilterUuid,
      dns_proxy_uuid: row.dnsProxyUuid,
      configuration: await openConfiguration(runtime, TABLE, id, row.configurationSealed),
      remove_on_unenroll: row.removeOnUnenroll,
      prevent_backup: row.preventBackup,
      declarative: row.declarative,
      keep_updated: row.keepUpdated,
      adam_id: row.app.adamId,
      bundle_id: row.app.bundleId,
      app_name: row.app.name,
      location_name: row.app.locationName,
    };
  },
  audit: (row) => ({
    location_asset: row.locationAssetId,
    adam_id: row.app.adamId,
    associated_domains: row.associatedDomains,
    associated_domains_enable_direct_downloads: row.associatedDomainsEnableDirectDownloads,
    removable: row.removable,
    vpn_uuid: row.vpnUuid,
    content_filter_uuid: row.contentFilterUuid,
    dns_proxy_uuid: row.dnsProxyUuid,
    configuration_sha256: row.configurationSha256,
    remove_on_unenroll: row.removeOnUnenroll,
    prevent_backup: row.preventBackup,
    declarative: row.declarative,
    keep_updated: row.keepUpdated,
  }),
  payload: managedAppPayload,
  asset: async ({ runtime, channelId, versionId }) => ({
    type: "com.apple.asset.data",
    payload: {
      Reference: { DataURL: await dataAssetDownloadUrl(runtime, channelId, versionId), ContentType: "text/xml" },
    },
  }),
  api: storeAppApi,
  page: storeAppPage,
};
