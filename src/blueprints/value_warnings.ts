/**
 * Warnings about variables that have no value on some of the devices that a version is for.
 *
 * @module
 */

import type { Db } from "../../db/open.ts";
import { findValueGaps, type ValueGap } from "../../db/variables/value_gaps.ts";

/** The limit of channels that are checked. */
const MOST_EXAMINED = 20_000;

/** A warning: its subject (a variable, as written in texts), and a sentence. */
export type ValueWarning = { path: string; message: string };

const counted = (count: number) => `${count} ${count === 1 ? "device" : "devices"}`;

function messageOf({ artifactName, version, name, holdWithoutValues, without, examined }: ValueGap): string {
  const of = examined >= MOST_EXAMINED ? `the first ${counted(examined)}` : counted(examined);
  const then = holdWithoutValues ? "waits there" : "has the variable's name in its place there";
  return `"${artifactName}", version ${version}: $${name} has no value on ${without} of ${of} in its blueprints; it ${then}`;
}

/**
 * Returns the warnings of some versions. A device counts once for each user that the version is for. One statement; it
 * checks at most 20,000 devices.
 */
export async function valueWarnings(db: Db, versionIds: readonly string[]): Promise<ValueWarning[]> {
  const gaps = await findValueGaps(db, versionIds, MOST_EXAMINED);
  return gaps.map((gap) => ({ path: `$${gap.name}`, message: messageOf(gap) }));
}
