/**
 * Apple's notifications: taken when their token is the location's, kept, and applied one after the other by a job.
 *
 * Promise: a notification that was answered with 200 is applied once, whatever process dies when; one that comes again changes
 * nothing.
 *
 * @module
 */

import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import {
  insertNotification,
  nextNotification,
  noteApplied,
  type NotificationRow,
} from "../../db/apps/notifications.ts";
import { lockLocationAsset } from "../../db/apps/assets.ts";
import { findLocation, findNotified, type LocationRow, lockLocation } from "../../db/apps/locations.ts";
import { endRequest, findRequestOfEvent } from "../../db/apps/requests.ts";
import { holdersOfRequest } from "../../db/apps/licence_views.ts";
import type { Tx } from "../../db/open.ts";
import type { AssetKey } from "../apple/content.ts";
import { readHolders } from "../apple/content_answers.ts";
import { ALREADY_ASSIGNED, NOT_ASSIGNED } from "../apple/content_errors.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { type NewEvent, recordEvents } from "../events/record.ts";
import { foreignText } from "../foreign_text.ts";
import { foreignValue } from "../foreign_value.ts";
import { jsonShape } from "../json_shape.ts";
import type { Runtime } from "../runtime.ts";
import { notificationTokenHash } from "./configure.ts";
import { assetObjects, assetPayload, locationObjects } from "./event_payloads.ts";
import { licencesCounted, licencesMoved, licencesRefused } from "./outcomes.ts";

/** The kind of the job, and its payload. */
export const NOTIFICATIONS_JOB = "apps-notifications";
export const notificationsPayload = z.object({ location: z.int() });

/** Bytes of a notification: a hundred assignments have twenty thousand. */
export const MOST_NOTIFICATION_BYTES = 1024 * 1024;
const MOST_DEPTH = 16;
const MOST_VALUES = 50_000;

const envelope = z.object({
  notificationId: z.string().min(1).max(200).refine((id) => !id.includes("\0") && id.isWellFormed()),
  notificationType: z.string().min(1).max(100),
  notification: z.record(z.string(), z.json()).default({}),
  uId: z.union([z.string(), z.int().transform(String)]).nullish(),
});

/**
 * Returns the id of the location that a notification's bearer token is for. Throws `permission-denied`. The attack: somebody
 * who knows the address of notifications invents licences; the hashes are compared in constant time.
 */
export async function authenticateNotification(
  runtime: Runtime,
  mdmInfoId: string,
  authorization: string | undefined,
): Promise<number> {
  const [, token] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? "") ?? [];
  const known = token === undefined ? undefined : await findNotified(runtime.sql, mdmInfoId);
  const hash = token === undefined ? undefined : notificationTokenHash(token);
  const matches = known !== undefined && hash !== undefined &&
    known.hashes.filter((one) => one.length === hash.length && timingSafeEqual(one, hash)).length > 0;
  if (!matches) throw problem("permission-denied");
  return known.id;
}

/** Keeps a notification, and asks for the job that applies it. Throws `invalid` for a body that is none. */
export async function receiveNotification(runtime: Runtime, locationId: number, body: Uint8Array): Promise<void> {
  const parsed = envelope.safeParse(readJson(body));
  if (!parsed.success) throw problem("invalid", "Cannot read the notification: it is not as documented.");
  const { notificationId, notificationType: type, notification, uId } = parsed.data;
  const { sql, clock, log } = runtime;
  const location = await findLocation(sql, locationId);
  if (location === undefined || type === "TEST_NOTIFICATION") return;
  if (typeof uId === "string" && uId !== location.libraryUid) {
    log.warn("A notification of Apple's is about another location", { location: location.name });
    return;
  }
  // No text that the database refuses: such a notification would come again and again.
  const kept = {
    locationId,
    notificationId,
    type: foreignText(type),
    notification: foreignValue(notification, { bytes: 8 * MOST_NOTIFICATION_BYTES }),
  };
  await sql.begin(async (tx) => {
    if (!await insertNotification(tx, kept, clock.now())) return;
    await enqueueNotifications(tx, runtime, locationId);
  });
}

/** Asks for the job, in the transaction of the reason. */
export async function enqueueNotifications(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  locationId: number,
): Promise<void> {
  await enqueueJob(tx, runtime, {
    kind: NOTIFICATIONS_JOB,
    key: String(locationId),
    payload: { location: locationId },
  });
}

function readJson(body: Uint8Array): unknown {
  const { depth, values } = jsonShape(body);
  if (depth > MOST_DEPTH || values > MOST_VALUES) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** Applies the notifications of a location that wait, in the order in which they came. Returns how many. */
export async function applyNotifications(
  runtime: Runtime,
  by: By,
  { locationId, signal }: { locationId: number; signal: AbortSignal },
): Promise<{ applied: number }> {
  for (let applied = 0;; applied++) {
    signal.throwIfAborted();
    const more = await runtime.sql.begin(async (tx) => {
      // First of all locks: what moves licences of a location does so one after the other.
      const location = await lockLocation(tx, locationId);
      const row = location === undefined ? undefined : await nextNotification(tx, locationId);
      if (location === undefined || row === undefined) return false;
      const outcome = await apply(tx, runtime, by, location, row);
      await noteApplied(tx, row.id, outcome, runtime.clock.now());
      return true;
    });
    if (!more) return { applied };
  }
}

const assetCount = z.object({
  adamId: z.union([z.string().min(1).max(255), z.int().transform(String)]),
  pricingParam: z.string().min(1).max(255).default("STDQ"),
  countDelta: z.int().min(-1_000_000_000).max(1_000_000_000),
});

const assetManagement = z.object({
  type: z.enum(["ASSOCIATE", "DISASSOCIATE", "REVOKE"]),
  result: z.string().max(100),
  eventId: z.string().max(255).nullish(),
  assignments: z.array(z.unknown()).default([]),
  error: z.object({ errorNumber: z.int().nullish(), errorMessage: z.string().nullish() }).nullish(),
});

async function apply(tx: Tx, runtime: Runtime, by: By, location: LocationRow, row: NotificationRow): Promise<string> {
  switch (row.type) {
    case "ASSET_COUNT":
      return await applyCount(tx, runtime, by, location, row);
    case "ASSET_MANAGEMENT":
      return await applyManagement(tx, runtime, by, location, row);
    case "USER_MANAGEMENT":
    case "USER_ASSOCIATED":
      // Events of users are asked for.
      return "not needed";
    default:
      runtime.log.warn("Apple sent a notification of a type that is not known", { type: foreignText(row.type) });
      return "unknown type";
  }
}

async function applyCount(
  tx: Tx,
  runtime: Runtime,
  by: By,
  location: LocationRow,
  row: NotificationRow,
): Promise<string> {
  const parsed = assetCount.safeParse(row.notification);
  if (!parsed.success) return "not as documented";
  const { countDelta: delta, ...key } = parsed.data;
  await recordEvents(tx, runtime, by, [{
    type: "mdm_asset_count_notification",
    tags: ["mdm"],
    objects: await objectsOf(tx, location, key),
    payload: { ...assetPayload(location, key), notification_id: row.notificationId, count_delta: delta },
  }]);
  return await licencesCounted(tx, runtime, { by }, location, { key, delta });
}

/** What an event about an asset names: the asset of the location, if it is known. */
async function objectsOf(tx: Tx, location: LocationRow, key: AssetKey): Promise<Record<string, number[]>> {
  const asset = await lockLocationAsset(tx, location.id, key);
  return asset === undefined ? locationObjects(location) : assetObjects(location, asset.id);
}

const EVENT_WORDS = { ASSOCIATE: "association", DISASSOCIATE: "disassociation", REVOKE: "revocation" } as const;

async function applyManagement(
  tx: Tx,
  runtime: Runtime,
  by: By,
  location: LocationRow,
  row: NotificationRow,
): Promise<string> {
  const parsed = assetManagement.safeParse(row.notification);
  if (!parsed.success) return "not as documented";
  const { type, result, eventId, assignments, error } = parsed.data;
  const records = readHolders(assignments);
  const succeeded = result.toUpperCase() === "SUCCESS";
  const number = error?.errorNumber ?? undefined;
  const keyOf = ({ adamId, pricingParam }: AssetKey) => `${adamId} ${pricingParam}`;
  const groups = Map.groupBy(records, keyOf);
  const objects = new Map<string, Record<string, number[]>>();
  for (const [name, [first]] of groups) {
    if (first !== undefined) objects.set(name, await objectsOf(tx, location, first));
  }
  await recordEvents(
    tx,
    runtime,
    by,
    records.map((record): NewEvent => ({
      type: `mdm_asset_${EVENT_WORDS[type]}${succeeded ? "" : "_error"}`,
      tags: ["mdm"],
      ...(record.kind === "device" ? { serialNumber: record.holder } : {}),
      objects: objects.get(keyOf(record)) ?? locationObjects(location),
      payload: {
        ...assetPayload(location, record),
        notification_id: row.notificationId,
        ...(typeof eventId === "string" ? { event_id: eventId } : {}),
        ...(record.kind === "device" ? { serial_number: record.holder } : { client_user_id: record.holder }),
        ...(succeeded ? {} : {
          error: foreignValue({ message: error?.errorMessage ?? "", number: number ?? null }, { bytes: 2048 }),
        }),
      },
    })),
  );
  const request = typeof eventId === "string" ? await findRequestOfEvent(tx, location.id, eventId) : undefined;
  // As good as done, though Apple calls it an error.
  const moved = succeeded || number === (type === "ASSOCIATE" ? ALREADY_ASSIGNED : NOT_ASSIGNED);
  const outcomes = new Set<string>();
  if (moved) {
    for (const same of groups.values()) {
      const [first] = same;
      if (first === undefined) continue;
      const { adamId, pricingParam } = first;
      outcomes.add(
        await licencesMoved(tx, runtime, { by }, location, {
          given: type === "ASSOCIATE",
          key: { adamId, pricingParam },
          holders: same,
        }),
      );
    }
  } else if (request !== undefined) {
    await licencesRefused(tx, runtime, { by }, location, {
      request,
      refused: { number, message: error?.errorMessage ?? "" },
      holders: records.map(({ holder }) => holder),
    });
    outcomes.add("refused");
  }
  if (request !== undefined && (await holdersOfRequest(tx, request.id)).length === 0) {
    await endRequest(tx, request.id, { state: moved ? "complete" : "failed" }, runtime.clock.now());
  }
  return [...outcomes].join(", ") || "nothing new";
}
