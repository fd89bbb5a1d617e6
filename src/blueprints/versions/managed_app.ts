/**
 * A store app as a declaration.
 *
 * Source: Apple, "App: Managed" (developer.apple.com/documentation/devicemanagement/appmanaged).
 *
 * @module
 */

import {
  findStoreAppTarget,
  loadStoreAppVersions,
  type StoreAppVersionRow,
} from "../../../db/artifacts/store_app_versions.ts";
import type { Json } from "../../../db/open.ts";
import { identifierPrefix } from "../../downloads/profile_identifier.ts";
import { compareOsVersions } from "../../protocol/os_version.ts";
import { configurationIdentifier } from "../configuration_identifier.ts";
import type { DeclaredVersion } from "./version_kind.ts";

/** The part of identifiers that names store apps. */
export const STORE_APP_PATH = "store-app";

type Target = { platform: string | null; osVersion: string; userEnrollment: boolean | null };

/** What phones and tablets know of an app: Macs know nothing of it. */
function ofPhones(row: StoreAppVersionRow): Record<string, Json> {
  const attributes = {
    ...(row.associatedDomains.length === 0 ? {} : { AssociatedDomains: row.associatedDomains }),
    ...(row.associatedDomainsEnableDirectDownloads ? { AssociatedDomainsEnableDirectDownloads: true } : {}),
    ...(row.vpnUuid === null ? {} : { VPNUUID: row.vpnUuid }),
    ...(row.contentFilterUuid === null ? {} : { ContentFilterUUID: row.contentFilterUuid }),
    ...(row.dnsProxyUuid === null ? {} : { DNSProxyUUID: row.dnsProxyUuid }),
  };
  return {
    IncludeInBackup: !row.preventBackup,
    ...(Object.keys(attributes).length === 0 ? {} : { Attributes: attributes }),
  };
}

function payloadFor(
  row: StoreAppVersionRow,
  { platform, osVersion, userEnrollment }: Target,
  configuration: string,
): Json {
  const assignment = userEnrollment === true ? "User" : "Device";
  const since = (version: string) => compareOsVersions(osVersion, version) >= 0;
  return {
    AppStoreID: row.app.adamId,
    InstallBehavior: {
      // The user cannot remove an app that is required, and may remove and install one that is optional.
      Install: row.removable && platform !== "macOS" ? "Optional" : "Required",
      // The second name is that of systems before 18.
      License: { Assignment: assignment, ...(platform === "macOS" || since("18.0") ? {} : { VPPType: assignment }) },
    },
    ...(row.keepUpdated && since("26.0") ? { UpdateBehavior: { AutomaticAppUpdates: "AlwaysOn" } } : {}),
    ...(row.configurationSealed === null ? {} : { LegacyAppConfigAssetReference: configuration }),
    ...(platform === "macOS" ? {} : ofPhones(row)),
  };
}

/** Returns the payload of a version for a channel; undefined if the version no longer exists. */
export async function managedAppPayload(
  { db, runtime, channelId, versionId, row: { artifactId } }: DeclaredVersion,
): Promise<Json | undefined> {
  const [rows, target] = await Promise.all([
    loadStoreAppVersions(db, [versionId]),
    findStoreAppTarget(db, channelId),
  ]);
  const row = rows.get(versionId);
  const configuration = configurationIdentifier(identifierPrefix(runtime.config), STORE_APP_PATH, artifactId);
  return row === undefined || target === undefined ? undefined : payloadFor(row, target, configuration);
}
