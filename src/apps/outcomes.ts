/**
 * What Apple did with licences: given, taken back, or refused. The same for notifications and for events that were asked for.
 *
 * @module
 */

import { lockLocationAsset, shiftCounts, updateTrouble } from "../../db/apps/assets.ts";
import { applyAssignments, failLicences, type HolderChange, settleLicences, takeFrom } from "../../db/apps/licences.ts";
import { type LocationRow, lockContentPlace } from "../../db/apps/locations.ts";
import type { RequestRow } from "../../db/apps/requests.ts";
import type { Tx } from "../../db/open.ts";
import type { AssetKey } from "../apple/content.ts";
import type { Holder } from "../apple/content_answers.ts";
import { ContentError, errorSentence, NOT_ENOUGH } from "../apple/content_errors.ts";
import type { Runtime } from "../runtime.ts";
import { assetsChanged, holdersChanged, type Telling } from "./changes.ts";
import { storedAssignments } from "./sync.ts";
import { enqueueAssetCheck, enqueueLicenceWork } from "./work.ts";

/** Seconds after a change until Apple's counts are compared: notifications come late, twice, out of order and not at all. */
export const CHECK_SECONDS = 60;

/** How a change ended. */
export type Outcome = "applied" | "nothing new" | "compared with Apple";

/**
 * Notes that holders got licences of an asset, or have them no more: each that is news moves the counts. An asset that is not
 * known, or whose counts would not make sense, is compared with Apple at once; any other a minute later.
 */
export async function licencesMoved(
  tx: Tx,
  runtime: Runtime,
  telling: Telling,
  location: LocationRow,
  { given, key, holders }: { given: boolean; key: AssetKey; holders: readonly Holder[] },
): Promise<Outcome> {
  const now = runtime.clock.now();
  const check = { locationId: location.id, ...key };
  const asset = await lockLocationAsset(tx, location.id, key);
  if (asset === undefined) {
    await enqueueAssetCheck(tx, runtime, check);
    return "compared with Apple";
  }
  const place = await lockContentPlace(tx, location.id);
  const changes: HolderChange[] = given
    ? await applyAssignments(tx, {
      locationId: location.id,
      assignments: storedAssignments(holders.map((holder) => ({ ...holder, ...key }))),
      generation: place?.generation ?? 0,
      asked: now,
    }, now)
    : await takeFrom(tx, asset.id, holders, now);
  await settleLicences(tx, asset.id, holders, now);
  await holdersChanged(tx, runtime, telling, location, given ? "created" : "deleted", changes);
  if (given) await updateTrouble(tx, asset.id, "", now);
  // What was wanted meanwhile is due now.
  await enqueueLicenceWork(tx, runtime, location.id);
  const count = changes.length;
  if (count === 0) {
    await enqueueAssetCheck(tx, runtime, check, CHECK_SECONDS);
    return "nothing new";
  }
  const assigned = given ? count : -count;
  if (asset.available - assigned < 0 || asset.assigned + assigned < 0 || asset.assigned + assigned > asset.total) {
    await enqueueAssetCheck(tx, runtime, check);
    return "compared with Apple";
  }
  const change = await shiftCounts(tx, asset.id, { assigned, available: -assigned }, now);
  await assetsChanged(tx, runtime, telling, location, [change]);
  await enqueueAssetCheck(tx, runtime, check, CHECK_SECONDS);
  return "applied";
}

/** Notes that the number of licences of an asset changed by purchase, refund or transfer. */
export async function licencesCounted(
  tx: Tx,
  runtime: Runtime,
  telling: Telling,
  location: LocationRow,
  { key, delta }: { key: AssetKey; delta: number },
): Promise<Outcome> {
  const check = { locationId: location.id, ...key };
  const asset = await lockLocationAsset(tx, location.id, key);
  const [available, total] = [(asset?.available ?? 0) + delta, (asset?.total ?? 0) + delta];
  if (asset === undefined || asset.gone || available < 0 || total < 0 || available > total || asset.assigned > total) {
    await enqueueAssetCheck(tx, runtime, check);
    return "compared with Apple";
  }
  const change = await shiftCounts(tx, asset.id, { available: delta, total: delta }, runtime.clock.now());
  await assetsChanged(tx, runtime, telling, location, [change]);
  await enqueueAssetCheck(tx, runtime, check, CHECK_SECONDS);
  return "applied";
}

const HOUR = 3600;
const DAY = 86_400;

/** Returns the seconds until a licence is asked for again that Apple refused. */
export function retrySeconds(number: number | undefined, tries: number): number {
  // It is asked for at once when licences are added.
  if (number === NOT_ENOUGH) return HOUR;
  const passing = number === undefined || new ContentError("", number, 400).passing;
  return passing ? Math.min(60 * 2 ** Math.max(0, tries - 1), HOUR) : DAY;
}

/** A refusal of Apple's. */
export type Refused = { number: number | undefined; message: string };

/**
 * Notes that Apple did not give or take back licences of a request: of some holders, or of all that are left. They are asked
 * for again later, with the reason; a licence that Apple will not take back stays.
 */
export async function licencesRefused(
  tx: Tx,
  runtime: Runtime,
  telling: Telling,
  location: LocationRow,
  { request, refused, holders, tries = 1, afterSeconds }: {
    request: Pick<RequestRow, "id" | "kind" | "locationAssetId">;
    refused: Refused;
    holders?: readonly string[];
    tries?: number;
    afterSeconds?: number;
  },
): Promise<HolderChange[]> {
  const now = runtime.clock.now();
  const error = errorSentence(refused.number, refused.message);
  const seconds = afterSeconds ?? retrySeconds(refused.number, tries);
  const final = request.kind === "disassociate" && refused.number !== undefined &&
    !new ContentError("", refused.number, 400).passing;
  const failed = await failLicences(
    tx,
    request.id,
    {
      error,
      errorNumber: refused.number ?? null,
      retryAt: final ? null : new Date(now.getTime() + seconds * 1000),
    },
    holders,
    now,
  );
  if (request.locationAssetId !== null && failed.length > 0 && refused.number !== undefined) {
    await updateTrouble(tx, request.locationAssetId, error, now);
  }
  await enqueueLicenceWork(tx, runtime, location.id, new Date(now.getTime() + seconds * 1000));
  return failed;
}
