/**
 * Names, versions and icons of assets, from Apple's catalogue. What it does not say leaves the asset without a name.
 *
 * @module
 */

import {
  assetsInNeed,
  assetsWithoutIcon,
  postponeCatalogue,
  updateCatalogueFacts,
  updateIcon,
} from "../../db/apps/assets.ts";
import { devicesKeptUpdated } from "../../db/apps/licence_needs.ts";
import { ContentError } from "../apple/content_errors.ts";
import { fetchIcon, lookUp, LOOKUP_BATCH } from "../apple/content_metadata.ts";
import type { Runtime } from "../runtime.ts";
import { replanDevices } from "./changes.ts";
import { contentClient } from "./client.ts";

/** How long the catalogue's word is used, and how long it is left alone about an item that it does not know. */
const FRESH_MS = 86_400_000;
const UNKNOWN_MS = 7 * 86_400_000;
/** Icons of one transaction are one: they are fetched one after the other. */
const ICONS = 20;
/** So many that cannot be fetched: the place of icons is out of order. */
const MOST_FAILED = 20;

/** What a run did. */
export type CatalogueResult = { named: number; unknown: number; icons: number };

/** Reads what is due. Throws `not-found`, `content-refused` and ContentError. */
export async function readAssetFacts(
  runtime: Runtime,
  { locationId, signal }: { locationId: number; signal: AbortSignal },
): Promise<CatalogueResult> {
  const { sql, clock } = runtime;
  const { location, client, token } = await contentClient(runtime, locationId, { anyway: true });
  const result: CatalogueResult = { named: 0, unknown: 0, icons: 0 };
  const address = (await client.serviceConfig()).urls.get("contentMetadataLookup") ?? "";
  for (;;) {
    signal.throwIfAborted();
    const now = clock.now();
    const due = await assetsInNeed(sql, locationId, LOOKUP_BATCH, now);
    if (due.length === 0) break;
    const adamIds = [...new Set(due.map(({ adamId }) => adamId))];
    const { platform, countryCode } = location;
    const items = await lookUp(runtime, { address, token, platform, countryCode, adamIds });
    const found = new Map(items.map((item) => [item.adamId, item]));
    await sql.begin(async (tx) => {
      const changed: number[] = [];
      for (const { id, adamId } of due) {
        const item = found.get(adamId);
        if (item === undefined) continue;
        if (await updateCatalogueFacts(tx, id, item, { due: new Date(now.getTime() + FRESH_MS), now })) {
          changed.push(id);
        }
        result.named++;
      }
      if (changed.length > 0) await replanDevices(tx, runtime, await devicesKeptUpdated(tx, changed));
      const unknown = due.filter(({ adamId }) => !found.has(adamId)).map(({ id }) => id);
      result.unknown += unknown.length;
      await postponeCatalogue(tx, unknown, new Date(now.getTime() + UNKNOWN_MS));
    });
  }
  // One that cannot be fetched now keeps none of the others; it is tried again with the next run.
  const failed = new Map<number, unknown>();
  for (;;) {
    const rows = await assetsWithoutIcon(sql, locationId, ICONS + failed.size);
    const waiting = rows.filter(({ id }) => !failed.has(id));
    if (waiting.length === 0 || failed.size >= MOST_FAILED) break;
    for (const { id, iconUrl } of waiting) {
      signal.throwIfAborted();
      try {
        const icon = await fetchIcon(runtime, iconUrl);
        await updateIcon(sql, id, icon ?? null);
        if (icon !== undefined) result.icons++;
      } catch (error) {
        if (!(error instanceof ContentError)) throw error;
        failed.set(id, error);
      }
    }
  }
  for (const error of failed.values()) throw error;
  return result;
}
