/**
 * The catalogue of software updates: fetched from Apple's software lookup service and kept.
 *
 * Apple moves posting dates, so the first one that was seen counts. A feed that looks broken is not taken and raises an alert; what is
 * known stays. Releases are never deleted.
 *
 * @module
 */

import {
  allSoftwareUpdates,
  type CatalogueChange,
  catalogueOn,
  feedRefused,
  feedTaken,
  listedReleases,
  lockCatalogue,
  replaceCatalogue,
} from "../../db/updates/software_updates.ts";
import type { Json, Tx } from "../../db/open.ts";
import { desiredChanged } from "../blueprints/changed.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { appleRootCa } from "../pki/apple.ts";
import { toPem } from "../pki/pem.ts";
import { pinnedGet, PinnedGetError } from "../apple/pinned_get.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { feedRefusal } from "./accept_feed.ts";
import { type Feed, FeedError, readFeed, type Release } from "./feed.ts";

/** Apple's answer has about 100 KB. */
const MAX_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** The kind of the job that syncs, and the key that makes it one. */
const SYNC_JOB = "software-updates-sync";

/** Queues a sync. Returns the id of its task. */
export async function enqueueCatalogueSync(runtime: Runtime, { force = false } = {}): Promise<string> {
  return await runtime.sql.begin((tx) =>
    enqueueJob(tx, runtime, {
      kind: SYNC_JOB,
      key: force ? "forced" : "sync",
      payload: { force },
      // A tick comes again; a person who waits for the result is told after a few minutes.
      maxAttempts: 4,
    })
  );
}

async function fetchFeed({ config }: Runtime): Promise<Feed> {
  const roots = [toPem(appleRootCa.der, "CERTIFICATE")];
  if (config.SOFTWARE_LOOKUP_ANCHORS !== undefined) roots.push(config.SOFTWARE_LOOKUP_ANCHORS);
  const body = await pinnedGet(`${config.SOFTWARE_LOOKUP_URL}/v2/pmv`, {
    roots,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    headers: { accept: "application/json" },
  });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new FeedError("the answer is not JSON", { cause: error });
  }
  return readFeed(json);
}

/**
 * Fetches the feed and takes it. `force` takes one that lacks much of what is known: an operator has looked at it.
 *
 * Returns the counts, or why the feed was not taken. Throws PinnedGetError when Apple cannot be reached: the job tries again.
 */
export async function syncCatalogue(
  runtime: Runtime,
  by: By,
  { force = false }: { force?: boolean } = {},
): Promise<Json> {
  let feed: Feed;
  try {
    feed = await fetchFeed(runtime);
  } catch (error) {
    if (!(error instanceof FeedError || error instanceof PinnedGetError)) throw error;
    const { message } = error;
    await runtime.sql.begin((tx) => refuse(tx, runtime, by, message));
    if (error instanceof PinnedGetError) throw error;
    return { status: "REFUSED", reason: message };
  }
  return await runtime.sql.begin(async (tx): Promise<Json> => {
    if (!await lockCatalogue(tx)) return { status: "SKIPPED" };
    const now = runtime.clock.now();
    const refusal = force ? null : feedRefusal(
      await listedReleases(tx),
      feed.releases,
      now.toISOString().slice(0, 10),
    );
    if (refusal !== null) {
      await refuse(tx, runtime, by, refusal);
      return { status: "REFUSED", reason: refusal };
    }
    const change = await replaceCatalogue(tx, feed.releases.map(valuesOf), now);
    const changed = change.created.length + change.withdrawn.length + change.changed.length > 0;
    await feedTaken(tx, changed, now);
    if (changed) {
      await record(tx, runtime, by, change);
      await desiredChanged(tx, runtime);
    }
    return {
      status: "SUCCESS",
      created: change.created.length,
      // The word of earlier clients for what left the feed.
      deleted: change.withdrawn.length,
      present: feed.releases.length,
      ...(feed.odd.length === 0 ? {} : { left_out: [...feed.odd] }),
    };
  });
}

/**
 * Has devices planned again when a release that is known begins or ends today, or did so since the last look. A device that is
 * planned in the meantime knows of it already; the others would never be woken for it.
 */
export async function passDay(runtime: Runtime): Promise<Json> {
  return await runtime.sql.begin(async (tx) => {
    const changed = await catalogueOn(tx, runtime.clock.now().toISOString().slice(0, 10));
    if (changed) await desiredChanged(tx, runtime);
    return { changed };
  });
}

const valuesOf = ({ numbers: [major, minor, patch], deviceIds, ...release }: Release) => ({
  ...release,
  deviceIds: [...deviceIds],
  major,
  minor,
  patch,
});

async function refuse(tx: Tx, runtime: Runtime, by: By, reason: string): Promise<void> {
  if (!await feedRefused(tx, reason, runtime.clock.now())) return;
  await recordEvents(tx, runtime, by, [{ type: "software_updates_refused", tags: ["mdm"], payload: { reason } }]);
}

async function record(
  tx: Tx,
  runtime: Runtime,
  by: By,
  change: CatalogueChange,
): Promise<void> {
  const rows = new Map((await allSoftwareUpdates(tx)).map((row) => [row.id, row]));
  const events = (["created", "withdrawn", "changed"] as const).flatMap((action) =>
    change[action].flatMap((id) => {
      const row = rows.get(id);
      return row === undefined ? [] : [{
        type: "software_update_change",
        tags: ["mdm"],
        objects: { software_update: [id] },
        payload: {
          action,
          platform: row.platform,
          version: `${row.version}${row.extra === "" ? "" : ` ${row.extra}`}`,
          build: row.build,
          public: row.public,
          posted_on: row.postedOn,
          expires_on: row.expiresOn,
        },
      }];
    })
  );
  await recordEvents(tx, runtime, by, events);
}
