/**
 * The sync of a virtual server: which devices Apple assigns to it, page by page. A page and the cursor after it are
 * stored in one transaction, so that a sync that ends anywhere goes on where it was.
 *
 * @module
 */

import { z } from "zod";
import { applyPage, type DeviceChange, linkEnrollments, markMissing, wantDefault } from "../../db/ade/devices.ts";
import { beginFullSync, forgetCursor, lockSyncPlace, moveCursor, type SyncPlace } from "../../db/ade/tokens.ts";
import { findVirtualServer, type VirtualServerRow } from "../../db/ade/virtual_servers.ts";
import type { Tx } from "../../db/open.ts";
import { type DeviceAssignmentClient, DeviceAssignmentError } from "../apple/device_assignment.ts";
import type { DevicePage } from "../apple/device_assignment_answers.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import type { EventSeries } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { refreshServer } from "./account.ts";
import { enqueueAssignmentJob } from "./assign.ts";
import { assignmentClient } from "./client.ts";
import { recordDeviceChanges } from "./device_events.ts";
import { latestOfEach, storedRecords } from "./records.ts";
import { beginningOf, CursorTrail, isCursorRefused, type SyncType } from "./sync_decisions.ts";

/** The kind of the job, and its payload. */
export const SYNC_JOB = "ade-sync";
export const syncPayload = z.object({ virtual_server: z.int(), full: z.boolean() });

/** Devices of one page. */
const PAGE = 1000;
/** Devices that are marked as deleted with one statement. */
const MISSING = 1000;
/** How long devices that Apple refused a profile are left alone. */
const REFUSED_MS = 6 * 3_600_000;

/** What a sync did, as the task result says it. */
export type SyncResult = {
  dep_virtual_server: { pk: number; name: string };
  operations: { created: number; updated: number; unchanged: number; marked_deleted: number };
  requested_sync_type: SyncType;
  effective_sync_type: SyncType;
  status: "SUCCESS" | "SKIPPED";
};

/** What a sync works with. */
type Syncing = {
  runtime: Runtime;
  by: By;
  server: VirtualServerRow;
  client: DeviceAssignmentClient;
  signal: AbortSignal;
  /** All changes of a sync belong together. */
  events: EventSeries;
};

/** The cursor is not the one that was asked with: another process works on this server, or it was reset. */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/** Asks for a sync of a virtual server, in the transaction of the reason. Returns the task id. */
export async function enqueueSync(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  { virtualServerId, full = false }: { virtualServerId: number; full?: boolean },
): Promise<string> {
  if (full) {
    // Without a cursor a sync fetches all: one that was interrupted goes on, and a job that waits already does it, too.
    const place = await lockSyncPlace(tx, virtualServerId);
    if (place !== undefined) await forgetCursor(tx, place.tokenId);
  }
  return await enqueueJob(tx, runtime, {
    kind: SYNC_JOB,
    key: String(virtualServerId),
    payload: { virtual_server: virtualServerId, full },
    // The schedule asks again: an hour of attempts is enough.
    maxAttempts: 8,
  });
}

/**
 * Brings the devices of a virtual server up to date, and notes the default enrollment for those without a profile.
 *
 * Throws `not-found`, `device-assignment-refused` when there is no token that works, DeviceAssignmentError, and
 * `signal.reason` when aborted. What was done until then is stored.
 */
export async function syncVirtualServer(
  runtime: Runtime,
  by: By,
  { virtualServerId, full, signal }: { virtualServerId: number; full: boolean; signal: AbortSignal },
): Promise<SyncResult> {
  const server = await findVirtualServer(runtime.sql, virtualServerId);
  if (server === undefined) throw problem("not-found");
  const client = await assignmentClient(runtime, virtualServerId);
  const events = { id: runtime.random.uuid(), next: 0 };
  const syncing: Syncing = { runtime, by, server, client, signal, events };
  const result: SyncResult = {
    dep_virtual_server: { pk: server.id, name: server.name },
    operations: { created: 0, updated: 0, unchanged: 0, marked_deleted: 0 },
    requested_sync_type: full ? "full_sync" : "delta_sync",
    effective_sync_type: "delta_sync",
    status: "SUCCESS",
  };
  try {
    await runFrom(syncing, result);
    await finish(syncing);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    result.status = "SKIPPED";
  }
  return result;
}

/** Runs the pages; with a cursor that Apple refuses or that leads in a circle, once more from the start. */
async function runFrom(syncing: Syncing, result: SyncResult): Promise<void> {
  try {
    await runPages(syncing, false, result);
  } catch (error) {
    const again = error instanceof CircleError || (error instanceof DeviceAssignmentError && isCursorRefused(error));
    if (!again) throw error;
    syncing.runtime.log.info("A sync with Apple starts over", {
      virtualServer: syncing.server.name,
      reason: error.message,
    });
    result.operations = { created: 0, updated: 0, unchanged: 0, marked_deleted: 0 };
    await runPages(syncing, true, result);
  }
}

/** Apple's cursors lead in a circle. */
class CircleError extends Error {
  override readonly name = "CircleError";
  constructor() {
    super("The cursors of Apple's device assignment service lead in a circle: it says without end that more follows");
  }
}

/** Returns where the sync starts, after noting the start of a full fetch. */
async function startOf({ runtime, server }: Syncing, full: boolean): Promise<SyncPlace> {
  return await runtime.sql.begin(async (tx) => {
    const place = await lockSyncPlace(tx, server.id);
    if (place === undefined) throw new Overtaken("the token was removed");
    const beginning = beginningOf(place, { full, now: runtime.clock.now() });
    if (!beginning.restart) return place;
    await beginFullSync(tx, place.tokenId);
    return { ...place, kind: "full", cursor: null, cursorAt: null, generation: place.generation + 1 };
  });
}

async function runPages(syncing: Syncing, full: boolean, result: SyncResult): Promise<void> {
  const { client, signal } = syncing;
  let place = await startOf(syncing, full);
  result.effective_sync_type = place.kind === "full" ? "full_sync" : "delta_sync";
  if (place.kind === "full" && place.cursor === null) await refreshAccount(syncing);
  const trail = new CursorTrail();
  for (;;) {
    signal.throwIfAborted();
    const { cursor, kind } = place;
    const asked = syncing.runtime.clock.now();
    const page = kind === "delta" && cursor !== null
      ? await client.syncDevices(cursor, PAGE)
      : await client.fetchDevices(cursor ?? undefined, PAGE);
    if (trail.loops(cursor ?? undefined, page)) {
      await syncing.runtime.sql.begin((tx) => forgetCursor(tx, place.tokenId));
      throw new CircleError();
    }
    await storePage(syncing, place, { ...page, asked }, result);
    if (!page.moreToFollow) return;
    place = { ...place, cursor: page.cursor };
  }
}

/** With each full fetch: the server may have another name at Apple, and other limits. */
async function refreshAccount({ runtime, client, server }: Syncing): Promise<void> {
  const account = await client.account();
  // Anything else would be Apple's error: a token is of one server.
  if (account.serverUuid === server.uuid) await runtime.sql.begin((tx) => refreshServer(tx, runtime, account));
}

/** Stores a page with the cursor after it, unless another process was faster. */
async function storePage(
  { runtime, by, server, events }: Syncing,
  place: SyncPlace,
  page: DevicePage & { asked: Date },
  { operations }: SyncResult,
): Promise<void> {
  const now = runtime.clock.now();
  if (page.unreadable > 0) {
    runtime.log.warn("Apple's list of devices has records without a serial number", {
      virtualServer: server.name,
      records: page.unreadable,
    });
  }
  const full = place.kind === "full";
  const outcome = await runtime.sql.begin(async (tx) => {
    const present = await lockSyncPlace(tx, server.id);
    const isMine = present !== undefined && present.tokenId === place.tokenId && present.kind === place.kind &&
      present.cursor === place.cursor && present.generation === place.generation;
    if (!isMine) throw new Overtaken("another sync of this virtual server went on");
    const applied = await applyPage(tx, {
      virtualServerId: server.id,
      devices: storedRecords(latestOfEach(page.devices)),
      full,
      generation: place.generation,
      asked: page.asked,
    }, now);
    await recordDeviceChanges(tx, runtime, by, applied.changes, "sync", events);
    let missing = 0;
    if (full && !page.moreToFollow) {
      let gone: DeviceChange[];
      do {
        gone = await markMissing(
          tx,
          { virtualServerId: server.id, generation: place.generation, limit: MISSING },
          now,
        );
        await recordDeviceChanges(tx, runtime, by, gone, "sync", events);
        missing += gone.length;
      } while (gone.length === MISSING);
    }
    await moveCursor(tx, place, { cursor: page.cursor, isLast: !page.moreToFollow }, now);
    return { ...applied, missing };
  });
  operations.created += outcome.created;
  operations.updated += outcome.updated;
  operations.unchanged += outcome.unchanged;
  operations.marked_deleted += outcome.missing;
}

/** After the last page: devices without a profile get one, by a job of its own. */
async function finish({ runtime, server }: Syncing): Promise<void> {
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    await linkEnrollments(tx, server.id);
    const wanted = await wantDefault(tx, {
      virtualServerId: server.id,
      enrollmentId: (await findVirtualServer(tx, server.id))?.defaultEnrollmentId ?? null,
      refusedBefore: new Date(now.getTime() - REFUSED_MS),
    });
    if (wanted > 0) await enqueueAssignmentJob(tx, runtime, server.id);
  });
}
