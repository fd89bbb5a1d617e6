/**
 * What the page of a store app says of its licences.
 *
 * @module
 */

import { listStoreApps } from "../../../db/apps/store_app_views.ts";
import type { Runtime } from "../../runtime.ts";
import type { Detail } from "./kind_page.ts";

/** Returns the licences that a store app uses; nothing for one without a version. */
export async function licenceDetails({ sql }: Runtime, artifactId: string): Promise<Detail[]> {
  // No limit of a role: the licences are those of the location, and no devices are shown.
  const [row] = (await listStoreApps(sql, { only: undefined, artifactId, limit: 1, offset: 0 })).rows;
  if (row === undefined) return [];
  const { locationAssetId, locationName, assigned, available, total, waiting } = row;
  return [
    { name: "Licences of", lines: [{ text: locationName, locationAssetId }] },
    { name: "Assigned", lines: [{ text: `${assigned} of ${total}, ${available} available` }] },
    ...(waiting === 0 ? [] : [{ name: "Waiting", lines: [{ text: String(waiting), trouble: true }] }]),
  ];
}
