/**
 * What is done for every location on a schedule: syncs, alerts before a token expires, licences that wait, those of devices that
 * have left, and what is remembered for the forecast.
 *
 * @module
 */

import { deleteLicenceDays, noteLicenceDays } from "../../db/apps/assets.ts";
import { abandonedLicences, hasDueWork } from "../../db/apps/licence_views.ts";
import { deleteIdleLicences } from "../../db/apps/licences.ts";
import { listAllLocations, type LocationRow, takeLocationAlert } from "../../db/apps/locations.ts";
import { countWaitingNotifications, deleteOldNotifications } from "../../db/apps/notifications.ts";
import { deleteOldRequests } from "../../db/apps/requests.ts";
import { isAsked } from "../../db/work/job_queue.ts";
import type { Tx } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { CONFIGURE_JOB, enqueueConfiguration } from "./configure.ts";
import { locationObjects, locationPayload } from "./event_payloads.ts";
import { dueLocationAlert, locationVerdict, needsToken } from "./health.ts";
import { releaseLicences } from "./licences.ts";
import { enqueueNotifications } from "./notifications.ts";
import { CONTENT_SYNC_JOB, enqueueContentSync } from "./sync.ts";
import { enqueueLicenceWork, LICENCES_JOB } from "./work.ts";

const DAY_MS = 86_400_000;
/** All is compared with Apple once a day; without notifications every hour. A schedule of ten minutes is never late. */
const AUDIT_MS = DAY_MS - 600_000;
const HOURLY_MS = 3_600_000 - 600_000;
/** A device may enroll again at once: its licences wait for it so long. */
const LEFT_MS = 3_600_000;
const RELEASED = 500;
/** How long things are remembered. */
const NOTIFICATIONS_MS = 7 * DAY_MS;
const REQUESTS_MS = 30 * DAY_MS;
const IDLE_MS = 7 * DAY_MS;
const FORECAST_MS = 90 * DAY_MS;

/** What was done. */
export type LookAfterResult = { syncs: number; released: number };

/** Does it. */
export async function lookAfterLocations(runtime: Runtime, by: By): Promise<LookAfterResult> {
  const { sql, clock } = runtime;
  const now = clock.now();
  const since = (ms: number) => new Date(now.getTime() - ms);
  const locations = await listAllLocations(sql);
  if (locations.length === 0) return { syncs: 0, released: 0 };
  let syncs = 0;
  for (const location of locations) {
    await sql.begin(async (tx) => {
      await alert(tx, runtime, by, location);
      if (await countWaitingNotifications(tx, location.id) > 0) await enqueueNotifications(tx, runtime, location.id);
      // Any other trouble may be over.
      if (needsToken(locationVerdict(location, now))) return;
      if (await askForWork(tx, runtime, location)) syncs++;
    });
  }
  const released = await releaseAbandoned(runtime, since(LEFT_MS));
  await sql.begin(async (tx) => {
    const day = now.toISOString().slice(0, 10);
    await noteLicenceDays(tx, day);
    await deleteLicenceDays(tx, since(FORECAST_MS).toISOString().slice(0, 10));
    await deleteOldNotifications(tx, since(NOTIFICATIONS_MS));
    await deleteOldRequests(tx, since(REQUESTS_MS));
    await deleteIdleLicences(tx, since(IDLE_MS));
  });
  return { syncs, released };
}

async function alert(tx: Tx, runtime: Runtime, by: By, location: LocationRow): Promise<void> {
  const now = runtime.clock.now();
  const days = dueLocationAlert(location.serverTokenExpirationDate, now);
  if (days === undefined || !await takeLocationAlert(tx, location.id, days)) return;
  const { state, sentence, cure } = locationVerdict({ ...location, health: "ok", healthDetail: "" }, now);
  await recordEvents(tx, runtime, by, [{
    type: "mdm_location_token_expiry",
    tags: ["mdm"],
    objects: locationObjects(location),
    payload: { ...locationPayload(location), health: state, days, sentence, cure },
  }]);
}

/** Asks for what a location needs. Returns whether that includes a sync. A job that waits is not hurried. */
async function askForWork(tx: Tx, runtime: Runtime, location: LocationRow): Promise<boolean> {
  const now = runtime.clock.now();
  const { id } = location;
  if (location.configurationDue && !await isAsked(tx, CONFIGURE_JOB, String(id))) {
    await enqueueConfiguration(tx, runtime, id, { takeOver: false });
  }
  if (
    location.health !== "taken over" && await hasDueWork(tx, id, now) && !await isAsked(tx, LICENCES_JOB, String(id))
  ) {
    await enqueueLicenceWork(tx, runtime, id);
  }
  const age = now.getTime() - (location.lastSyncedAt?.getTime() ?? 0);
  const every = location.notificationUrl === "" ? HOURLY_MS : AUDIT_MS;
  // One that was interrupted goes on.
  const isDue = age >= every || location.syncPhase !== "done" || location.health !== "ok";
  if (!isDue || await isAsked(tx, CONTENT_SYNC_JOB, String(id))) return false;
  await enqueueContentSync(tx, runtime, id);
  return true;
}

/** Gives back the licences of devices that left before a time. Returns how many. */
async function releaseAbandoned(runtime: Runtime, before: Date): Promise<number> {
  for (let released = 0;;) {
    const count = await runtime.sql.begin(async (tx) => {
      const licences = await abandonedLicences(tx, before, RELEASED);
      await releaseLicences(tx, runtime, licences);
      return licences.length;
    });
    released += count;
    if (count < RELEASED) return released;
  }
}
