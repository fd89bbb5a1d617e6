/**
 * A licence of an app or a book for one person, by their Managed Apple Account.
 *
 * @module
 */

import { z } from "zod";
import { findLocationAsset } from "../../db/apps/asset_views.ts";
import { findContentUser } from "../../db/apps/users.ts";
import { problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { contentUserOf, type LicenceFact, mustBeAssignable, releaseLicences, reserveLicences } from "./licences.ts";

/** A person, and what to do. */
export const userAssignmentInput = z.object({
  action: z.enum(["associate", "disassociate"]).default("associate"),
  managed_apple_account: z.string().trim().max(255).regex(/^[^\s@]{1,64}@[^\s@]{1,190}$/, {
    error: "Enter a Managed Apple Account, such as jun@example.com.",
  }),
});

/** The same after parsing. */
export type UserAssignmentInput = z.output<typeof userAssignmentInput>;

/**
 * Gives a person a licence, or takes it back. The person is registered at Apple first. Returns what is known of the licence;
 * undefined when it is taken back. Throws `not-found` and `refused`.
 */
export async function assignToUser(
  runtime: Runtime,
  by: By,
  locationAssetId: number,
  input: UserAssignmentInput,
): Promise<LicenceFact | undefined> {
  await mustBeAssignable(runtime.sql, locationAssetId, "user");
  return await runtime.sql.begin(async (tx) => {
    const asset = await findLocationAsset(tx, locationAssetId);
    if (asset === undefined) throw problem("not-found");
    const give = input.action === "associate";
    if (!give && !asset.revocable) throw refused("Apple does not take licences of this item back");
    const { managed_apple_account: managedAppleId } = input;
    const known = give ? undefined : await findContentUser(tx, asset.locationId, managedAppleId);
    if (!give && known === undefined) throw refused(`${managedAppleId} has no licence of this location`);
    const holder = known?.clientUserId ??
      await contentUserOf(tx, runtime, { locationId: asset.locationId, managedAppleId });
    const key = { locationAssetId, kind: "user" as const, holder };
    await recordEvents(tx, runtime, by, [{
      type: "mdm_user_assignment",
      tags: ["mdm"],
      objects: { mdm_locationasset: [locationAssetId], mdm_location: [asset.locationId] },
      payload: {
        action: input.action,
        asset: { adam_id: asset.adamId, pricing_param: asset.pricingParam, name: asset.name },
        client_user_id: holder,
        managed_apple_account: managedAppleId,
      },
    }]);
    if (give) return (await reserveLicences(tx, runtime, "operator", [key]))[0];
    await releaseLicences(tx, runtime, [key]);
    return undefined;
  });
}
