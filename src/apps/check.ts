/**
 * One asset compared with Apple: its counts, and who has its licences if any moved.
 *
 * Promise: after the last notification about an asset, its counts and holders here are those at Apple, whichever of the
 * notifications came late, twice, in another order or not at all.
 *
 * @module
 */

import { applyAssetPage, type LocationAssetKey, lockLocationAsset, markAssetsGone } from "../../db/apps/assets.ts";
import { assignedSince } from "../../db/apps/licence_views.ts";
import { applyAssignments, hurryWaiting, noteCompared, takeFromOthers } from "../../db/apps/licences.ts";
import { type LocationRow, lockContentPlace } from "../../db/apps/locations.ts";
import type { AssetKey, ContentClient } from "../apple/content.ts";
import type { AssetRecord, AssignmentRecord } from "../apple/content_answers.ts";
import { ContentError, NOT_ENOUGH } from "../apple/content_errors.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { assetsChanged, holdersChanged } from "./changes.ts";
import { contentClient, waitsForToken } from "./client.ts";
import { storedAssets, storedAssignments } from "./sync.ts";
import { enqueueLicenceWork } from "./work.ts";

/** How often the list of holders may begin again. */
const MOST_RESTARTS = 8;
/** Holders of one asset: more are not compared. */
const MOST_HOLDERS = 500_000;
/** A licence that was refused so often waits for the usual time, whatever Apple's counts say. */
const MOST_TRIES = 5;

/** What came of it. */
export type CheckResult = { found: boolean; changed: boolean; holders_compared: boolean };

/**
 * Compares an asset with Apple; not while its location waits for a new content token, with which everything is compared. Throws
 * `not-found`, `content-refused`, ContentError and ContentConflict.
 */
export async function checkAsset(
  runtime: Runtime,
  by: By,
  { locationId, key, signal }: { locationId: number; key: AssetKey; signal: AbortSignal },
): Promise<CheckResult> {
  if (await waitsForToken(runtime, locationId)) return { found: false, changed: false, holders_compared: false };
  const { location, client } = await contentClient(runtime, locationId);
  const asked = runtime.clock.now();
  const page = await client.assets(0, key);
  const record = page.rows.find((one) => one.adamId === key.adamId && one.pricingParam === key.pricingParam);
  const changed = await storeCounts(runtime, by, location, key, record, asked);
  const known = await runtime.sql.begin((tx) => lockLocationAsset(tx, locationId, key));
  if (record === undefined || known === undefined) return { found: false, changed, holders_compared: false };
  const { count, moved } = await assignedSince(runtime.sql, known.id);
  // Notifications in another order than Apple's changes may leave the right number of wrong holders.
  if (count === record.assigned && !moved) return { found: true, changed, holders_compared: false };
  await compareHolders(runtime, by, { location, client, asset: known, signal });
  return { found: true, changed, holders_compared: true };
}

async function storeCounts(
  runtime: Runtime,
  by: By,
  location: LocationRow,
  key: AssetKey,
  record: AssetRecord | undefined,
  asked: Date,
): Promise<boolean> {
  const now = runtime.clock.now();
  return await runtime.sql.begin(async (tx) => {
    const place = await lockContentPlace(tx, location.id);
    const known = await lockLocationAsset(tx, location.id, key);
    if (place === undefined || (record === undefined && known === undefined)) return false;
    const changes = record === undefined
      ? await markAssetsGone(tx, { locationId: location.id, only: known?.id ?? 0 }, now)
      : await applyAssetPage(tx, {
        locationId: location.id,
        assets: storedAssets([record]),
        generation: place.generation,
        asked,
      }, now);
    await assetsChanged(tx, runtime, { by }, location, changes);
    // A request for more than were left is refused as a whole: those that are left are asked for.
    if (record !== undefined && known !== undefined && record.available > 0) {
      const waiting = { errorNumber: NOT_ENOUGH, fewerTries: MOST_TRIES };
      if (await hurryWaiting(tx, known.id, waiting, now)) await enqueueLicenceWork(tx, runtime, location.id);
    }
    return changes.length > 0;
  });
}

async function compareHolders(
  runtime: Runtime,
  by: By,
  { location, client, asset, signal }: {
    location: LocationRow;
    client: ContentClient;
    asset: LocationAssetKey;
    signal: AbortSignal;
  },
): Promise<void> {
  const asked = runtime.clock.now();
  const holders = await allHolders(client, asset, signal);
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    const place = await lockContentPlace(tx, location.id);
    if (place === undefined) return;
    await lockLocationAsset(tx, location.id, asset);
    const created = await applyAssignments(tx, {
      locationId: location.id,
      assignments: storedAssignments(holders),
      generation: place.generation,
      asked,
    }, now);
    await holdersChanged(tx, runtime, { by }, location, "created", created);
    const gone = await takeFromOthers(tx, { locationAssetId: asset.id, holders, asked }, now);
    await holdersChanged(tx, runtime, { by }, location, "deleted", gone);
    await noteCompared(tx, asset.id, now);
  });
}

/** Returns all holders of an asset: pages of one version. */
async function allHolders(
  client: ContentClient,
  { adamId, pricingParam }: AssetKey,
  signal: AbortSignal,
): Promise<AssignmentRecord[]> {
  for (let restarts = 0; restarts <= MOST_RESTARTS; restarts++) {
    const holders: AssignmentRecord[] = [];
    let version: string | undefined;
    let page: number | undefined = 0;
    while (page !== undefined && holders.length <= MOST_HOLDERS) {
      signal.throwIfAborted();
      const answer = await client.assignments(page, adamId);
      const fits = answer.page === page && (page === 0 || answer.version === version) &&
        (answer.next === undefined || answer.next === page + 1);
      if (!fits) break;
      version = answer.version;
      holders.push(...answer.rows.filter((row) => row.adamId === adamId && row.pricingParam === pricingParam));
      page = answer.next;
    }
    if (page === undefined) return holders;
  }
  throw new ContentError("Apple's list changed again and again while it was read", undefined, 503);
}
