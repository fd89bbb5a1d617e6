/**
 * The ledger of licences, for everything that needs one: reserve it, commit it when its app is installed, release it.
 *
 * A licence goes from reserved over asked for to assigned; Apple gives it some seconds to minutes after it was asked. Reserving
 * one again changes nothing, so that it can be done with every connect of a device. All functions belong into the transaction
 * of their reason.
 *
 * @example
 * ```ts
 * const [fact] = await reserveLicences(tx, runtime, "device", [{ locationAssetId, kind: "device", holder: serialNumber }]);
 * if (fact?.state === "assigned") install(); // else: fact.sentence says what it waits for
 * ```
 *
 * @module
 */

import { locationsOfAssets, lockLocationAssetById } from "../../db/apps/assets.ts";
import { findLicences, type HolderKind, type LicenceRow, type NewReservation } from "../../db/apps/licence_views.ts";
import { commitLicences as commitRows, unwantLicences, wantLicences } from "../../db/apps/licences.ts";
import { ensureContentUser } from "../../db/apps/users.ts";
import { findLocationAsset } from "../../db/apps/asset_views.ts";
import type { Db, Tx } from "../../db/open.ts";
import { NOT_ENOUGH } from "../apple/content_errors.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { enqueueAssetCheck, enqueueLicenceWork } from "./work.ts";

/** A licence of a device (its serial number) or of a user (Apple's clientUserId). */
export type LicenceKey = NewReservation;

/** The states of a licence of one holder. */
export type LicenceState =
  /** Nobody wants it. */
  | "none"
  /** Wanted; Apple is asked in a moment, or again later. */
  | "reserved"
  /** Wanted, and none is left. */
  | "waiting"
  /** Wanted, and Apple refused it; it is asked for again later. */
  | "refused"
  /** Apple was asked. */
  | "requested"
  /** Apple gave it. */
  | "assigned"
  /** Apple gave it, and its app is installed. */
  | "committed"
  /** It is being given back. */
  | "releasing";

/** What is known of a licence, with a sentence for people. */
export type LicenceFact = LicenceKey & {
  state: LicenceState;
  sentence: string;
  /** Whether an app may be installed with it now. */
  usable: boolean;
  /** Since when Apple has given it: the store on the device may know of it a little later. */
  assignedAt: Date | null;
};

/** Returns the state that a row of the ledger has. */
export function licenceState(
  row: Pick<LicenceRow, "wanted" | "assigned" | "committedAt" | "requestId" | "errorNumber" | "error">,
): LicenceState {
  if (row.wanted === "disassociate") return "releasing";
  if (row.assigned) {
    return row.wanted === "associate" ? "releasing" : row.committedAt === null ? "assigned" : "committed";
  }
  if (row.wanted === null) return "none";
  if (row.requestId !== null) return "requested";
  if (row.errorNumber === NOT_ENOUGH) return "waiting";
  return row.error === "" ? "reserved" : "refused";
}

const SENTENCES: Readonly<Record<LicenceState, string>> = {
  none: "No licence is assigned.",
  reserved: "A licence is reserved. Apple is asked for it in a moment.",
  waiting: "No licence is left. One is assigned as soon as licences are added or given back.",
  refused: "Apple did not assign a licence",
  requested: "Apple was asked for a licence.",
  assigned: "A licence is assigned.",
  committed: "A licence is assigned, and in use.",
  releasing: "The licence is being given back.",
};

/** Returns a state as a sentence for people; `error` is why Apple refused it. */
export const licenceSentence = (state: LicenceState, error: string): string =>
  state === "refused" ? `${SENTENCES.refused}: ${error}.` : SENTENCES[state];

/** Whether an app may be installed with a licence in this state. */
export const isUsable = (state: LicenceState): boolean => state === "assigned" || state === "committed";

/** Returns a row of the ledger as a fact. */
function factOf(row: LicenceRow): LicenceFact {
  const state = licenceState(row);
  return {
    locationAssetId: row.locationAssetId,
    kind: row.holderKind,
    holder: row.holder,
    state,
    sentence: licenceSentence(state, row.error),
    usable: isUsable(state),
    assignedAt: row.assigned ? row.assignedAt : null,
  };
}

const none = (key: LicenceKey): LicenceFact => ({
  ...key,
  state: "none",
  sentence: SENTENCES.none,
  usable: false,
  assignedAt: null,
});

/** Returns what is known of licences of one holder, of all assets or of some. */
export async function licenceFacts(
  db: Db,
  holder: { kind: HolderKind; holder: string; locationAssetIds?: readonly number[] },
): Promise<LicenceFact[]> {
  return (await findLicences(db, holder)).map(factOf);
}

async function factsOf(tx: Tx, keys: readonly LicenceKey[]): Promise<LicenceFact[]> {
  const found = new Map<string, LicenceFact>();
  for (const [, same] of Map.groupBy(keys, ({ kind, holder }) => `${kind} ${holder}`)) {
    const [first] = same;
    if (first === undefined) continue;
    const { kind, holder } = first;
    const locationAssetIds = same.map(({ locationAssetId }) => locationAssetId);
    for (const fact of await licenceFacts(tx, { kind, holder, locationAssetIds })) {
      found.set(`${fact.locationAssetId} ${kind} ${holder}`, fact);
    }
  }
  return keys.map((key) => found.get(`${key.locationAssetId} ${key.kind} ${key.holder}`) ?? none(key));
}

/** Asks for the work of the locations of assets. */
async function askFor(tx: Tx, runtime: Pick<Runtime, "clock" | "random">, assets: readonly number[]): Promise<void> {
  if (assets.length === 0) return;
  for (const id of await locationsOfAssets(tx, assets)) await enqueueLicenceWork(tx, runtime, id);
}

/**
 * Reserves licences and has Apple asked for them. `origin` is "device" when the state of a device needs it, which gives it back
 * when the device leaves; "operator" when a person assigned it, who keeps it. Returns what is known of each, in order.
 */
export async function reserveLicences(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  origin: "device" | "operator",
  keys: readonly LicenceKey[],
): Promise<LicenceFact[]> {
  if (keys.length === 0) return [];
  await askFor(tx, runtime, await wantLicences(tx, keys, origin, runtime.clock.now()));
  return await factsOf(tx, keys);
}

/** Notes that the apps of licences are installed. */
export async function commitLicences(
  tx: Tx,
  { clock }: Pick<Runtime, "clock">,
  keys: readonly LicenceKey[],
): Promise<void> {
  if (keys.length > 0) await commitRows(tx, keys, clock.now());
}

/**
 * Gives licences back: those that were only reserved at once, those that Apple has assigned by asking it. Call it when an app
 * was removed, when its installation is cancelled, or when it cannot be installed.
 */
export async function releaseLicences(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  keys: readonly LicenceKey[],
): Promise<void> {
  if (keys.length > 0) await askFor(tx, runtime, await unwantLicences(tx, keys, runtime.clock.now()));
}

/** Seconds before an app is installed again whose device says that it has no licence, by the number of the attempt. */
const DEVICE_RETRIES = [30, 60, 120, 300, 900] as const;
/** And after those, so many times: a bad day of the App Store ends without anybody's action. */
const [LATER_SECONDS, LATER_RETRIES] = [3600, 24] as const;
/** What devices say when the store does not know of a licence yet: Apple's error number, and a status of its store. */
const LICENCE_ERRORS: ReadonlySet<number> = new Set([9610, 506]);

/** Whether an error of a device can follow a licence that was assigned, and goes away. */
export const isLicenceError = (code: number): boolean => LICENCE_ERRORS.has(code);

/**
 * Notes that a device says that it has no licence, though one is assigned. Apple is asked whether it is. Returns the seconds
 * until the next attempt, by the number of this one (from 1); undefined when it was tried often enough.
 */
export async function licenceNotSeen(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  { locationAssetId }: LicenceKey,
  attempt: number,
): Promise<number | undefined> {
  const asset = await lockLocationAssetById(tx, locationAssetId);
  if (asset !== undefined) await enqueueAssetCheck(tx, runtime, asset);
  return DEVICE_RETRIES[attempt - 1] ??
    (attempt <= DEVICE_RETRIES.length + LATER_RETRIES ? LATER_SECONDS : undefined);
}

/**
 * Returns the clientUserId of a person at a location, who is registered at Apple when a licence is asked for. A device in a
 * user enrollment needs the licence of its user.
 */
export async function contentUserOf(
  tx: Tx,
  { clock, random }: Pick<Runtime, "clock" | "random">,
  { locationId, managedAppleId, email = "" }: { locationId: number; managedAppleId: string; email?: string },
): Promise<string> {
  const { user } = await ensureContentUser(tx, {
    locationId,
    clientUserId: random.uuid(),
    managedAppleId,
    email,
  }, clock.now());
  return user.clientUserId;
}

/** Refuses an asset that cannot be given to a kind of holder. Throws `not-found` and `refused`. */
export async function mustBeAssignable(db: Db, locationAssetId: number, kind: HolderKind): Promise<void> {
  const asset = await findLocationAsset(db, locationAssetId);
  if (asset === undefined || asset.goneAt !== null) throw problem("not-found");
  if (kind === "device" && !asset.deviceAssignable) {
    throw problem("refused", "Apple assigns this item to users only, not to devices.");
  }
}
