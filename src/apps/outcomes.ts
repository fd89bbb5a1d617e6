/**
 * What Apple did with licences: given, taken back, or refused. The same for notifications and for events that were asked for.
 *
 * @module
 */

import {
  type Counts,
  lockLocationAsset,
  lockLocationAssetById,
  shiftCounts,
  updateTrouble,
} from "../../db/apps/assets.ts";
import { applyAssignments, failLicences, type HolderChange, settleLicences, takeFrom } from "../../db/apps/licences.ts";
import { type LocationRow, lockContentPlace } from "../../db/apps/locations.ts";
import type { RequestRow } from "../../db/apps/requests.ts";
import type { Tx } from "../../db/open.ts";
import type { AssetKey } from "../apple/content.ts";
import type { Holder } from "../apple/content_answers.ts";
import { ContentError, errorSentence, NOT_ENOUGH } from "../apple/content_errors.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { assetsChanged, holdersChanged, type Telling } from "./changes.ts";
import { assetObjects, assetPayload } from "./event_payloads.ts";
import { storedAssignments } from "./sync.ts";
import { enqueueAssetCheck, enqueueLicenceWork } from "./work.ts";

/** Seconds after a change until Apple's counts are compared: notifications come late, twice, out of order and not at all. */
const CHECK_SECONDS = 60;
/** Holders whose list takes about a second to read: the list of many is not read with every change. */
const HOLDERS_PER_SECOND = 100;

const checkSeconds = ({ assigned }: Counts): number => CHECK_SECONDS + Math.floor(assigned / HOLDERS_PER_SECOND);

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
  const place = await lockContentPlace(tx, location.id);
  const asset = await lockLocationAsset(tx, location.id, key);
  if (asset === undefined) {
    await enqueueAssetCheck(tx, runtime, check);
    return "compared with Apple";
  }
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
  if (given) await noteTrouble(tx, runtime, telling, location, asset.id, "");
  // What was wanted meanwhile is due now.
  await enqueueLicenceWork(tx, runtime, location.id);
  const count = changes.length;
  if (count === 0) {
    await enqueueAssetCheck(tx, runtime, check, checkSeconds(asset));
    return "nothing new";
  }
  const assigned = given ? count : -count;
  if (asset.available - assigned < 0 || asset.assigned + assigned < 0 || asset.assigned + assigned > asset.total) {
    await enqueueAssetCheck(tx, runtime, check);
    return "compared with Apple";
  }
  const change = await shiftCounts(tx, asset.id, { assigned, available: -assigned }, now);
  await assetsChanged(tx, runtime, telling, location, [change]);
  await enqueueAssetCheck(tx, runtime, check, checkSeconds(asset));
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
  await enqueueAssetCheck(tx, runtime, check, checkSeconds(asset));
  return "applied";
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const passes = (number: number | undefined): boolean =>
  number === undefined || new ContentError("", number, 400).passing;

/** Returns the seconds until a licence is asked for again that Apple refused; it may `grow` with each try. */
export function retrySeconds(number: number | undefined): { seconds: number; grows: boolean } {
  // It is asked for at once when licences are added.
  if (number === NOT_ENOUGH) return { seconds: HOUR, grows: false };
  return passes(number) ? { seconds: MINUTE, grows: true } : { seconds: DAY, grows: false };
}

/** Stores the trouble with the licences of an asset, "" for none, with an event when it changed. */
async function noteTrouble(
  tx: Tx,
  runtime: Runtime,
  { by }: Telling,
  location: LocationRow,
  id: number,
  trouble: string,
): Promise<void> {
  if (!await updateTrouble(tx, id, trouble, runtime.clock.now())) return;
  const asset = await lockLocationAssetById(tx, id);
  if (asset === undefined) return;
  await recordEvents(tx, runtime, by, [{
    type: "mdm_asset_trouble",
    tags: ["mdm"],
    objects: assetObjects(location, id),
    payload: { ...assetPayload(location, asset), trouble, resolved: trouble === "" },
  }]);
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
  { request, refused, holders, afterSeconds }: {
    request: Pick<RequestRow, "id" | "kind" | "locationAssetId">;
    refused: Refused;
    holders?: readonly string[];
    afterSeconds?: number;
  },
): Promise<HolderChange[]> {
  const now = runtime.clock.now();
  const asset = request.locationAssetId === null ? undefined : await lockLocationAssetById(tx, request.locationAssetId);
  const { number, message } = refused;
  const error = errorSentence(number, message);
  const { seconds, grows } = retrySeconds(number);
  const wait = afterSeconds ?? (grows ? 0 : seconds);
  const final = request.kind === "disassociate" && !passes(number);
  const failed = await failLicences(
    tx,
    request.id,
    {
      error,
      errorNumber: number ?? null,
      retryAt: final ? null : new Date(now.getTime() + wait * 1000),
      grows: grows ? seconds : 0,
    },
    holders,
    now,
  );
  if (asset !== undefined && number === NOT_ENOUGH) await enqueueAssetCheck(tx, runtime, asset);
  else if (asset !== undefined && failed.length > 0) {
    await noteTrouble(tx, runtime, telling, location, asset.id, error);
  }
  // The job looks for what is due next.
  await enqueueLicenceWork(tx, runtime, location.id);
  return failed;
}
