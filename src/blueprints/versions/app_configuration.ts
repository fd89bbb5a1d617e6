/**
 * The configuration of an app: a property list that the app reads, with variables.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { isDict, parsePlist, PlistError } from "../../protocol/plist.ts";
import type { Runtime } from "../../runtime.ts";
import { fault, notDictionary, notPlist, variablesIn } from "./fields.ts";
import type { Checked, Draft } from "./version_kind.ts";

/** Returns the names of the variables in a configuration; null is none. */
export function configurationVariables(configuration: string | null): Checked<Draft> {
  if (configuration === null) return { value: { variables: [], needed: [] } };
  try {
    const value = parsePlist(new TextEncoder().encode(configuration));
    return isDict(value) ? variablesIn("configuration", value) : fault("configuration", notDictionary(value));
  } catch (error) {
    if (error instanceof PlistError) return fault("configuration", notPlist(error));
    throw error;
  }
}

/** Returns a configuration as it is stored with the version `id` in a table. */
export async function sealConfiguration(
  { keys }: Pick<Runtime, "keys">,
  table: string,
  id: string,
  configuration: string | null,
): Promise<{ configurationSealed: string | null; configurationSha256: string }> {
  if (configuration === null) return { configurationSealed: null, configurationSha256: "" };
  return {
    configurationSealed: await keys.seal(configuration, { table, column: "configuration_sealed", id }),
    configurationSha256: createHash("sha256").update(configuration).digest("hex"),
  };
}

/** Returns a stored configuration. */
export async function openConfiguration(
  { keys }: Pick<Runtime, "keys">,
  table: string,
  id: string,
  sealed: string | null,
): Promise<string | null> {
  return sealed === null ? null : await keys.openText(sealed, { table, column: "configuration_sealed", id });
}
