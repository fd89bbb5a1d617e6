/**
 * Assets of locations in the form of the API.
 *
 * @module
 */

import type { LocationAssetView } from "../../db/apps/asset_views.ts";
import { naiveUtc } from "../naive_utc.ts";

/** Returns an asset of a location as the API shows it. */
export const locationAssetRepresentation = (row: LocationAssetView) => ({
  id: row.id,
  location: row.locationId,
  asset: row.assetId,
  adam_id: row.adamId,
  pricing_param: row.pricingParam,
  assigned_count: row.assignedCount,
  available_count: row.availableCount,
  retired_count: row.retiredCount,
  total_count: row.totalCount,
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

/** Returns the name of an asset; Apple's id for one that the catalogue does not know. */
export const assetName = ({ name, adamId }: { name: string; adamId: string }): string =>
  name === "" ? `Item ${adamId}` : name;
