/**
 * The content of enterprise app versions: a package, and how it is installed.
 *
 * @module
 */

import type { PackageFileFacts } from "../packages/package_files.ts";
import type { Db } from "../open.ts";

/** What an operator chooses. The configuration is sealed to the version's id. */
export type EnterpriseAppValues = {
  packageUri: string;
  packageSha256: string;
  filename: string;
  iosApp: boolean;
  configurationSealed: string | null;
  /** SHA-256 of the configuration in hex; "" without one. */
  configurationSha256: string;
  installAsManaged: boolean;
  removeOnUnenroll: boolean;
};

/** An enterprise app with the facts of its package. */
export type EnterpriseAppVersionRow = EnterpriseAppValues & { package: PackageFileFacts };

/** Writes the enterprise app of a version, new or not. */
export async function writeEnterpriseAppVersion(
  db: Db,
  id: string,
  { package: _, ...row }: EnterpriseAppVersionRow,
): Promise<void> {
  await db`
    insert into enterprise_app_versions ${db({ id, ...row })}
    on conflict (id) do update set ${db(row)}`;
}

/** Returns the enterprise apps of these versions. */
export async function loadEnterpriseAppVersions(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, EnterpriseAppVersionRow>> {
  type Row = EnterpriseAppValues & { id: string } & PackageFileFacts;
  const rows = await db<Row[]>`
    select v.id, v.package_uri, v.package_sha256, v.filename, v.ios_app, v.configuration_sealed, v.configuration_sha256,
      v.install_as_managed, v.remove_on_unenroll, f.sha256, f.size, f.type, f.title, f.product_id, f.product_version,
      f.bundles, f.platforms, f.signature, f.signer, f.profile, f.warnings
    from enterprise_app_versions v join package_files f on f.sha256 = v.package_sha256
    where v.id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map((row) => {
    const { id, packageUri, packageSha256, filename, iosApp, configurationSealed, configurationSha256, ...rest } = row;
    const { installAsManaged, removeOnUnenroll, ...facts } = rest;
    return [id, {
      packageUri,
      packageSha256,
      filename,
      iosApp,
      configurationSealed,
      configurationSha256,
      installAsManaged,
      removeOnUnenroll,
      package: facts,
    }];
  }));
}
