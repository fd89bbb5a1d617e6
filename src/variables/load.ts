/**
 * The values of variables for a channel.
 *
 * @module
 */

import type { Db } from "../../db/open.ts";
import { findVariableFacts } from "../../db/variable_facts.ts";
import { CUSTOM_NAMESPACE } from "./names.ts";
import { writable } from "./writable.ts";

/**
 * What each variable stands for on a channel; variables without a value are not in the map. One statement. Throws Error when
 * there is no such channel.
 */
export async function loadVariables(db: Db, channelId: number): Promise<Map<string, string>> {
  const facts = await findVariableFacts(db, channelId);
  if (facts === undefined) throw new Error(`Cannot load variables: there is no channel ${channelId}`);
  // The attack: a device or a user with a name that no profile can hold never gets a profile with that name in it.
  const known = (name: string, value: string | null | undefined): [string, string][] =>
    value === null || value === undefined || value === "" ? [] : [[name, writable(value)]];
  return new Map([
    ...known("ENROLLED_DEVICE.UDID", facts.udid),
    ...known("ENROLLED_DEVICE.SERIAL_NUMBER", facts.serialNumber),
    ...known("ENROLLED_DEVICE.NAME", facts.name),
    ...known("ENROLLED_DEVICE.MODEL", facts.model),
    ...known("ENROLLED_DEVICE.PLATFORM", facts.platform),
    ...known("ENROLLED_DEVICE.OS_VERSION", facts.osVersion),
    ...known(
      "ENROLLED_DEVICE.ASSET_TAG",
      Object.hasOwn(facts.custom, "ASSET_TAG") ? facts.custom.ASSET_TAG : undefined,
    ),
    ...known("ENROLLED_DEVICE.TAGS", facts.tags.join(",")),
    ...known("ENROLLED_USER.LONG_NAME", facts.userKey === "" ? undefined : facts.userLongName),
    ...known("ENROLLED_USER.SHORT_NAME", facts.userKey === "" ? undefined : facts.userShortName),
    ...Object.entries(facts.custom).map(([name, value]): [string, string] => [`${CUSTOM_NAMESPACE}.${name}`, value]),
  ]);
}
