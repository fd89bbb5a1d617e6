/**
 * What the command says that installs an app of the App Store.
 *
 * @module
 */

import { loadStoreAppVersions } from "../../db/artifacts/store_app_versions.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Db, Json } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { appConfiguration } from "./app_configuration.ts";

/**
 * Returns the arguments of the command for a version, with its variables expanded for the channel. Throws Error if the
 * version no longer exists, ExpansionError if its variables cannot be expanded.
 */
export async function storeAppContent(
  db: Db,
  runtime: Runtime,
  channelId: ChannelId,
  versionId: string,
): Promise<Record<string, Json>> {
  const row = (await loadStoreAppVersions(db, [versionId])).get(versionId);
  if (row === undefined) throw new Error(`Cannot find the store app of the version ${versionId}`);
  return {
    adam_id: row.app.adamId,
    associated_domains: row.associatedDomains,
    associated_domains_enable_direct_downloads: row.associatedDomainsEnableDirectDownloads,
    removable: row.removable,
    vpn_uuid: row.vpnUuid,
    content_filter_uuid: row.contentFilterUuid,
    dns_proxy_uuid: row.dnsProxyUuid,
    remove_on_unenroll: row.removeOnUnenroll,
    prevent_backup: row.preventBackup,
    ...await appConfiguration(db, runtime, channelId, {
      table: "store_app_versions",
      versionId,
      sealed: row.configurationSealed,
    }),
  };
}
