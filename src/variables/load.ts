/**
 * The values of variables for a channel.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import { findVariableFacts } from "../../db/variables/variable_facts.ts";
import type { Runtime } from "../runtime.ts";
import { writable } from "../writable.ts";
import { CUSTOM_NAMESPACE } from "./names.ts";
import { openDeviceValue } from "./stored_values.ts";

/**
 * Returns the values of the named variables on a channel; those without a value are not in the map. One statement, or
 * none without names; only named secrets are decrypted. Throws Error when there is no such channel, SecretError when a
 * secret cannot be opened.
 */
export async function loadVariables(
  db: Db,
  { keys }: Pick<Runtime, "keys">,
  channelId: ChannelId,
  names: readonly string[],
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const named = new Set(names);
  const facts = await findVariableFacts(db, channelId);
  if (facts === undefined) throw new Error(`Cannot load variables: the channel ${channelId} does not exist`);
  // The attack: a device or a user with a name that no profile can hold never gets a profile with that name in it.
  const known = (name: string, value: string | null | undefined): [string, string][] =>
    value === null || value === undefined || value === "" ? [] : [[name, writable(value)]];
  const custom: [string, string][] = [];
  for (const row of facts.custom) {
    const own = `${CUSTOM_NAMESPACE}.${row.name}`;
    const isTag = row.name === "ASSET_TAG" && named.has("ENROLLED_DEVICE.ASSET_TAG");
    if (!named.has(own) && !isTag) continue;
    const value = await openDeviceValue(keys, row);
    custom.push([own, value], ...isTag ? known("ENROLLED_DEVICE.ASSET_TAG", value) : []);
  }
  const all = [
    ...known("ENROLLED_DEVICE.UDID", facts.udid),
    ...known("ENROLLED_DEVICE.SERIAL_NUMBER", facts.serialNumber),
    ...known("ENROLLED_DEVICE.NAME", facts.name),
    ...known("ENROLLED_DEVICE.MODEL", facts.model),
    ...known("ENROLLED_DEVICE.PLATFORM", facts.platform),
    ...known("ENROLLED_DEVICE.OS_VERSION", facts.osVersion),
    ...known("ENROLLED_DEVICE.TAGS", facts.tags.join(",")),
    ...known("ENROLLED_USER.LONG_NAME", facts.userKey === "" ? undefined : facts.userLongName),
    ...known("ENROLLED_USER.SHORT_NAME", facts.userKey === "" ? undefined : facts.userShortName),
    ...custom,
  ];
  return new Map(all.filter(([name]) => named.has(name)));
}
