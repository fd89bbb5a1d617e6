/**
 * The sync of a location: its assets with their counts, then who has licences, page by page. A page and the place after it are
 * stored in one transaction, so that a sync that ends anywhere goes on where it was.
 *
 * @module
 */

import { z } from "zod";
import { applyAssetPage, type AssetChange, markAssetsGone } from "../../db/apps/assets.ts";
import { applyAssignments, type HolderChange, takeUnlisted } from "../../db/apps/licences.ts";
import {
  type ContentPlace,
  type LocationRow,
  lockContentPlace,
  moveContentPlace,
  refreshLocation,
} from "../../db/apps/locations.ts";
import type { Json, Tx } from "../../db/open.ts";
import type { ContentClient } from "../apple/content.ts";
import type { AssetRecord, AssignmentRecord, ContentPage } from "../apple/content_answers.ts";
import { ContentConflict, ContentError } from "../apple/content_errors.ts";
import { enqueueJob } from "../enqueue_job.ts";
import type { By } from "../events/by.ts";
import type { EventSeries } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { enqueueCatalogue } from "./catalogue_job.ts";
import { assetsChanged, holdersChanged } from "./changes.ts";
import { contentClient, noteOurs, noteTakenOver } from "./client.ts";
import { enqueueConfiguration } from "./configure.ts";
import { enqueueLicenceWork } from "./work.ts";

/** The kind of the job, and its payload. */
export const CONTENT_SYNC_JOB = "apps-sync";
export const contentSyncPayload = z.object({ location: z.int(), try_token: z.boolean().optional() });

/** How often a list may begin again in one sync: Apple changes its version when anything in it changes. */
const MOST_RESTARTS = 8;
/** Licences that are taken back with one statement. */
const UNLISTED = 1000;
/** Pages of one list: more are a circle. */
const MOST_PAGES = 20_000;

/** What a sync did, as the task result says it. */
export type ContentSyncResult = {
  location: { pk: number; name: string };
  assets: { created: number; updated: number; gone: number };
  assignments: { created: number; deleted: number };
  restarts: number;
  status: "SUCCESS" | "SKIPPED";
};

type Syncing = {
  runtime: Runtime;
  by: By;
  location: LocationRow;
  client: ContentClient;
  signal: AbortSignal;
  series: EventSeries;
  result: ContentSyncResult;
};

/** Another process works on this location. */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/**
 * Asks for a sync of a location, in the transaction of the reason. With `tryToken` it asks Apple also with a content token that
 * does not work any more. Returns the task id.
 */
export async function enqueueContentSync(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  locationId: number,
  { tryToken = false }: { tryToken?: boolean } = {},
): Promise<string> {
  return await enqueueJob(tx, runtime, {
    kind: CONTENT_SYNC_JOB,
    // A job that tries the token is another one than a job that would not.
    key: tryToken ? `${locationId} try token` : String(locationId),
    payload: { location: locationId, ...(tryToken ? { try_token: true } : {}) },
    // The schedule asks again.
    maxAttempts: 8,
  });
}

/**
 * Brings the assets of a location and their holders up to date. Throws `not-found`, `content-refused`, ContentError,
 * ContentConflict when another server manages the location, and `signal.reason` when aborted. What was done until then is
 * stored.
 */
export async function syncLocation(
  runtime: Runtime,
  by: By,
  { locationId, tryToken = false, signal }: { locationId: number; tryToken?: boolean; signal: AbortSignal },
): Promise<ContentSyncResult> {
  const { location, client } = await contentClient(runtime, locationId, { anyway: true, tryToken });
  const result: ContentSyncResult = {
    location: { pk: location.id, name: location.name },
    assets: { created: 0, updated: 0, gone: 0 },
    assignments: { created: 0, deleted: 0 },
    restarts: 0,
    status: "SUCCESS",
  };
  const series = { id: runtime.random.uuid(), next: 0 };
  const syncing: Syncing = { runtime, by, location, client, signal, series, result };
  await mustBeOurs(syncing);
  try {
    await runPages(syncing);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    result.status = "SKIPPED";
    return result;
  }
  await runtime.sql.begin(async (tx) => {
    await enqueueCatalogue(tx, runtime, locationId);
    // What waited for a token that works.
    if (tryToken) await enqueueLicenceWork(tx, runtime, locationId);
  });
  return result;
}

/** Asks Apple who manages the location, and for its name. */
async function mustBeOurs({ runtime, client, location }: Syncing): Promise<void> {
  const config = await client.clientConfig();
  const { mdmInfo } = config;
  if (mdmInfo !== undefined && mdmInfo.id.toLowerCase() !== location.mdmInfoId.toLowerCase()) {
    // One that is being taken over is not the other server's any more in a moment.
    await noteTakenOver(runtime, location, mdmInfo);
    throw new ContentConflict(mdmInfo);
  }
  if (mdmInfo !== undefined) await noteOurs(runtime, location);
  await runtime.sql.begin(async (tx) => {
    // Apple has forgotten who manages it: it is configured again.
    if (mdmInfo === undefined) await enqueueConfiguration(tx, runtime, location.id, { takeOver: false });
    await refreshLocation(tx, location.id, {
      name: config.name || location.libraryUid,
      countryCode: config.countryCode,
      platform: config.platform,
      websiteUrl: config.websiteUrl,
      serverTokenExpirationDate: config.tokenExpiration ?? location.serverTokenExpirationDate,
    }, runtime.clock.now());
  });
}

/** Returns the place at the beginning of a list. */
const beginningOf = (place: ContentPlace, phase: "assets" | "assignments", now: Date): ContentPlace => ({
  ...place,
  phase,
  page: 0,
  version: null,
  askedAt: now,
  generation: place.generation + 1,
});

async function startOf({ runtime, location }: Syncing): Promise<ContentPlace> {
  return await runtime.sql.begin(async (tx) => {
    const place = await lockContentPlace(tx, location.id);
    if (place === undefined) throw new Overtaken("the location was deleted");
    // One that was interrupted in the middle of a list goes on.
    if (place.phase !== "done" && place.askedAt !== null && place.version !== null) return place;
    const begun = beginningOf(place, place.phase === "assignments" ? "assignments" : "assets", runtime.clock.now());
    await moveContentPlace(tx, begun);
    return begun;
  });
}

async function runPages(syncing: Syncing): Promise<void> {
  const { client, signal, runtime, result } = syncing;
  let place = await startOf(syncing);
  for (let pages = 0; place.phase !== "done"; pages++) {
    signal.throwIfAborted();
    if (pages > MOST_PAGES) throw new ContentError("Apple's list does not end", undefined, 200);
    const asked = place;
    let next: ContentPlace | "changed";
    try {
      next = place.phase === "assets"
        ? await storeAssets(syncing, asked, await client.assets(place.page))
        : await storeAssignments(syncing, asked, await client.assignments(place.page));
    } catch (error) {
      // The list got shorter, or its version is not known any more.
      if (!(error instanceof ContentError) || (error.number !== 9650 && error.number !== 9721)) throw error;
      if (place.page === 0) throw error;
      next = "changed";
    }
    if (next !== "changed") {
      place = next;
      continue;
    }
    if (++result.restarts > MOST_RESTARTS) {
      throw new ContentError("Apple's list changed again and again while it was read", undefined, 503);
    }
    place = await runtime.sql.begin(async (tx) => {
      await mustBeAt(tx, asked);
      const begun = beginningOf(asked, asked.phase === "assets" ? "assets" : "assignments", runtime.clock.now());
      await moveContentPlace(tx, begun);
      return begun;
    });
  }
}

/** Whether a page is not of the list that was begun. */
const isOtherList = (place: ContentPlace, page: ContentPage<unknown>): boolean =>
  page.page !== place.page || (place.version !== null && page.version !== place.version) ||
  (page.next !== undefined && page.next !== place.page + 1);

async function mustBeAt(tx: Tx, place: ContentPlace): Promise<void> {
  const present = await lockContentPlace(tx, place.locationId);
  const isMine = present !== undefined && present.phase === place.phase && present.page === place.page &&
    present.generation === place.generation;
  if (!isMine) throw new Overtaken("another sync of this location went on");
}

/** Returns the place after a page; `phase` is what follows the last one. */
const after = (place: ContentPlace, page: ContentPage<unknown>, following: () => ContentPlace): ContentPlace =>
  page.next === undefined ? following() : { ...place, page: page.next, version: page.version ?? "" };

/** Rows as `applyAssetPage` takes them. */
export const storedAssets = (rows: readonly AssetRecord[]): Json =>
  rows.map((row) => ({
    adam_id: row.adamId,
    pricing_param: row.pricingParam,
    product_type: row.productType,
    device_assignable: row.deviceAssignable,
    revocable: row.revocable,
    supported_platforms: row.supportedPlatforms,
    assigned: row.assigned,
    available: row.available,
    retired: row.retired,
    total: row.total,
  }));

/** Rows as `applyAssignments` takes them. */
export const storedAssignments = (rows: readonly AssignmentRecord[]): Json =>
  rows.map(({ adamId, pricingParam, kind, holder }) => ({
    adam_id: adamId,
    pricing_param: pricingParam,
    kind,
    holder,
  }));

function noteUnreadable({ runtime, location }: Syncing, what: string, { unreadable }: ContentPage<unknown>): void {
  if (unreadable === 0) return;
  runtime.log.warn(`Apple's list of ${what} has entries that cannot be read`, {
    location: location.name,
    entries: unreadable,
  });
}

async function storeAssets(
  syncing: Syncing,
  place: ContentPlace,
  page: ContentPage<AssetRecord>,
): Promise<ContentPlace | "changed"> {
  if (isOtherList(place, page)) return "changed";
  noteUnreadable(syncing, "assets", page);
  const { runtime, by, location, series, result } = syncing;
  const now = runtime.clock.now();
  return await runtime.sql.begin(async (tx) => {
    await mustBeAt(tx, place);
    const changes: AssetChange[] = await applyAssetPage(tx, {
      locationId: location.id,
      assets: storedAssets(page.rows),
      generation: place.generation,
      asked: place.askedAt ?? now,
    }, now);
    const gone = page.next === undefined
      ? await markAssetsGone(tx, { locationId: location.id, generation: place.generation }, now)
      : [];
    await assetsChanged(tx, runtime, { by, series }, location, [...changes, ...gone]);
    result.assets.created += changes.filter(({ before }) => before === null).length;
    result.assets.updated += changes.filter(({ before }) => before !== null).length;
    result.assets.gone += gone.length;
    const next = after(place, page, () => beginningOf(place, "assignments", now));
    await moveContentPlace(tx, next);
    return next;
  });
}

async function storeAssignments(
  syncing: Syncing,
  place: ContentPlace,
  page: ContentPage<AssignmentRecord>,
): Promise<ContentPlace | "changed"> {
  if (isOtherList(place, page)) return "changed";
  noteUnreadable(syncing, "assignments", page);
  const { runtime, by, location, series, result } = syncing;
  const now = runtime.clock.now();
  const asked = place.askedAt ?? now;
  return await runtime.sql.begin(async (tx) => {
    await mustBeAt(tx, place);
    const created = await applyAssignments(tx, {
      locationId: location.id,
      assignments: storedAssignments(page.rows),
      generation: place.generation,
      asked,
    }, now);
    await holdersChanged(tx, runtime, { by, series }, location, "created", created);
    result.assignments.created += created.length;
    if (page.next === undefined) {
      let gone: HolderChange[];
      do {
        gone = await takeUnlisted(
          tx,
          { locationId: location.id, generation: place.generation, asked, limit: UNLISTED },
          now,
        );
        await holdersChanged(tx, runtime, { by, series }, location, "deleted", gone);
        result.assignments.deleted += gone.length;
      } while (gone.length === UNLISTED);
    }
    const next = after(place, page, () => ({ ...place, phase: "done", page: 0, version: null, lastSyncedAt: now }));
    await moveContentPlace(tx, next);
    return next;
  });
}
