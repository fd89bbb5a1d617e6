/**
 * What a command that installs a package says: where its manifest is, and the app's configuration for the device.
 *
 * @module
 */

import { findInstallOptions } from "../../db/downloads/packages.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Db, Json } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { appConfiguration } from "./app_configuration.ts";
import { manifestUrl } from "./url.ts";

/**
 * Returns the arguments of the command for a version, with its variables expanded for the channel. Throws Error if the
 * version no longer exists, ExpansionError if its variables cannot be expanded.
 */
export async function packageContent(
  db: Db,
  runtime: Runtime,
  channelId: ChannelId,
  versionId: string,
): Promise<Record<string, Json>> {
  const options = await findInstallOptions(db, versionId);
  if (options === undefined) throw new Error(`Cannot find the enterprise app of the version ${versionId}`);
  return {
    manifest_url: await manifestUrl(runtime, channelId, versionId),
    ios_app: options.iosApp,
    managed: options.installAsManaged,
    remove_on_unenroll: options.removeOnUnenroll,
    ...await appConfiguration(db, runtime, channelId, {
      table: "enterprise_app_versions",
      versionId,
      sealed: options.configurationSealed,
    }),
  };
}
