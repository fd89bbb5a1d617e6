/**
 * Refusals to delete objects in use, with their uses.
 *
 * @module
 */

import type { UserKind, UseRow } from "../db/installation/use_views.ts";
import { Problem } from "./errors.ts";

/** The limit of names of one kind in a sentence. */
const MOST = 5;

const NAMED: Partial<Record<UserKind, readonly [string, string]>> = {
  enrollment: ["enrollment", "enrollments"],
  blueprint: ["blueprint", "blueprints"],
  "software update enforcement": ["software update enforcement", "software update enforcements"],
  artifact: ["artifact", "artifacts"],
  version: ["version", "versions"],
  tag: ["tag", "tags"],
  taxonomy: ["taxonomy", "taxonomies"],
};
const COUNTED: Partial<Record<UserKind, readonly [string, string]>> = {
  device: ["device", "devices"],
  command: ["pending command", "pending commands"],
};

/** Returns the uses of an object as a sentence; undefined if there are none. */
export function usesSentence(uses: readonly UseRow[]): string | undefined {
  if (uses.length === 0) return undefined;
  const parts = [...Map.groupBy(uses, ({ kind }) => kind)].map(([kind, rows]) => {
    const counted = COUNTED[kind];
    if (counted !== undefined) return rows.map(({ name }) => `${name} ${counted[name === "1" ? 0 : 1]}`).join(", ");
    const [one = kind, several = kind] = NAMED[kind] ?? [];
    const names = rows.slice(0, MOST).map(({ name }) => name).join(", ");
    const more = rows.length > MOST ? ` and ${rows.length - MOST} more` : "";
    return `${rows.length === 1 ? one : several} ${names}${more}`;
  });
  return `Used by: ${parts.join("; ")}.`;
}

/**
 * Returns the refusal to delete an object. For clients of the API, `sentence` is the whole answer; pages also show the
 * uses of the object, or `why` if there are none.
 */
export async function cannotDelete(
  sentence: string,
  uses: PromiseLike<readonly UseRow[]>,
  why?: string,
): Promise<Problem> {
  const because = usesSentence(await uses) ?? why;
  return new Problem("refused", sentence, { list: [sentence], ...(because === undefined ? {} : { because }) });
}
