/**
 * The configuration of an app as a device gets it.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import { buildPlist, parsePlist } from "../protocol/plist.ts";
import type { Runtime } from "../runtime.ts";
import { expand } from "../variables/expand.ts";
import { loadVariables } from "../variables/load.ts";
import { namesIn } from "../variables/used.ts";

/**
 * Returns the argument `configuration` of a command that installs a version, with its variables expanded for the channel;
 * none where it has no configuration. `table` is the one that it is stored in. Throws ExpansionError if its variables
 * cannot be expanded.
 */
export async function appConfiguration(
  db: Db,
  runtime: Runtime,
  channelId: ChannelId,
  { table, versionId, sealed }: { table: string; versionId: string; sealed: string | null },
): Promise<{ configuration?: string }> {
  if (sealed === null) return {};
  const value = parsePlist(
    await runtime.keys.open(sealed, { table, column: "configuration_sealed", id: versionId }),
    { keepReals: true },
  );
  const variables = await loadVariables(db, runtime, channelId, namesIn(value));
  return { configuration: buildPlist(expand(value, variables).value).toBase64() };
}
