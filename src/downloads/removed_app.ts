/**
 * Which app a command removes that names a version.
 *
 * @module
 */

import { loadStoreAppVersions } from "../../db/artifacts/store_app_versions.ts";
import { findHostedPackage } from "../../db/downloads/packages.ts";
import type { Db } from "../../db/open.ts";
import { mainBundle } from "./manifest.ts";

/** Returns the bundle ID of the app of a version; undefined if Apple's catalogue has not said it yet. */
export async function removedAppId(db: Db, versionId: string): Promise<string | undefined> {
  const hosted = await findHostedPackage(db, versionId);
  if (hosted !== undefined) return mainBundle(hosted).id;
  return (await loadStoreAppVersions(db, [versionId])).get(versionId)?.app.bundleId ?? undefined;
}
