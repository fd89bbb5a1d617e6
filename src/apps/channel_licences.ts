/**
 * Tells the ledger what a channel needs: licences are reserved for its device or person, or given back.
 *
 * @module
 */

import { dropNeeds, findHolders, recordNeeds } from "../../db/apps/licence_needs.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { contentUserOf, type LicenceKey, releaseLicences, reserveLicences } from "./licences.ts";

/** Whose licences: a device's by its serial number, or a person's. */
export type ChannelHolder = { kind: "device"; serialNumber: string } | { kind: "user"; managedAppleId: string };

type Needs = Pick<Runtime, "clock" | "random">;

/** Returns the licences of a holder; a person is registered at each location with `register`. */
async function keysOf(
  tx: Tx,
  runtime: Needs,
  holder: ChannelHolder,
  assets: readonly number[],
  register: boolean,
): Promise<LicenceKey[]> {
  if (holder.kind === "device") {
    return assets.map((locationAssetId) => ({ locationAssetId, kind: "device", holder: holder.serialNumber }));
  }
  const { managedAppleId } = holder;
  const keys: LicenceKey[] = [];
  for (const { locationAssetId, locationId, clientUserId } of await findHolders(tx, assets, managedAppleId)) {
    const user = clientUserId ?? (register ? await contentUserOf(tx, runtime, { locationId, managedAppleId }) : null);
    if (user !== null) keys.push({ locationAssetId, kind: "user", holder: user });
  }
  return keys;
}

/** Reserves and gives back, in the transaction of the plan that needs it. */
export async function keepChannelLicences(
  tx: Tx,
  runtime: Needs,
  { channelId, holder }: { channelId: ChannelId; holder: ChannelHolder },
  { reserve, release }: { reserve: readonly number[]; release: readonly number[] },
): Promise<void> {
  if (reserve.length > 0) {
    const keys = await keysOf(tx, runtime, holder, reserve, true);
    await recordNeeds(tx, channelId, keys);
    await reserveLicences(tx, runtime, "device", keys);
  }
  if (release.length > 0) {
    const keys = await keysOf(tx, runtime, holder, release, false);
    await releaseLicences(tx, runtime, await dropNeeds(tx, channelId, keys));
  }
}
