/**
 * Packages as devices download them.
 *
 * @module
 */

import type { ChannelId } from "../ids.ts";
import type { Db } from "../open.ts";
import type { PackageFileRow } from "../packages/package_files.ts";

/** The package of a version. */
export type HostedPackage =
  & Pick<PackageFileRow, "sha256" | "size" | "type" | "title" | "productId" | "productVersion" | "bundles">
  & { filename: string };

/** Returns the package of an enterprise app's version, or the one that a declaration refers to. */
export async function findHostedPackage(db: Db, versionId: string): Promise<HostedPackage | undefined> {
  const [row] = await db<HostedPackage[]>`
    select f.sha256, f.size, f.type, f.title, f.product_id, f.product_version, f.bundles, v.filename
    from (
      select package_sha256, filename from enterprise_app_versions where id = ${versionId}
      union all
      select p.sha256, p.filename from declaration_packages d join packages p on p.id = d.package_id
      where d.version_id = ${versionId}
    ) v join package_files f on f.sha256 = v.package_sha256
    limit 1`;
  return row;
}

/** How a version is installed. */
export type InstallOptions = {
  configurationSealed: string | null;
  iosApp: boolean;
  installAsManaged: boolean;
  removeOnUnenroll: boolean;
};

/** Returns how a version is installed; undefined if it is no enterprise app. */
export async function findInstallOptions(db: Db, versionId: string): Promise<InstallOptions | undefined> {
  const [row] = await db<InstallOptions[]>`
    select configuration_sealed, ios_app, install_as_managed, remove_on_unenroll
    from enterprise_app_versions where id = ${versionId}`;
  return row;
}

/** Whether a channel was told to install a version: a command with it is on its way, or was accepted. */
export async function isToldToInstall(db: Db, channelId: ChannelId, versionId: string): Promise<boolean> {
  const rows = await db`
    select 1 from commands where channel_id = ${channelId} and arguments ->> 'artifact_version' = ${versionId}
    union all
    select 1 from target_artifacts where channel_id = ${channelId} and artifact_version_id = ${versionId}
      and status in ('Acknowledged', 'AwaitingConfirmation', 'Installed')
    limit 1`;
  return rows.length > 0;
}
