/**
 * Refusals to delete what is in use, with what uses it.
 *
 * @module
 */

import type { UserKind, UseRow } from "../db/installation/use_views.ts";
import { Problem } from "./errors.ts";

/** Names of one kind that are said. */
const MOST = 5;

const NAMED: Partial<Record<UserKind, readonly [string, string]>> = {
  enrollment: ["enrollment", "enrollments"],
  blueprint: ["blueprint", "blueprints"],
  artifact: ["artifact", "artifacts"],
  version: ["version", "versions"],
  tag: ["tag", "tags"],
  taxonomy: ["taxonomy", "taxonomies"],
};
const COUNTED: Partial<Record<UserKind, readonly [string, string]>> = {
  device: ["device", "devices"],
  command: ["pending command", "pending commands"],
};

/** Returns what uses an object as a sentence; undefined when nothing does. */
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
 * Returns the refusal to delete an object. Clients of the API know `sentence`, and nothing else, as the whole answer; people
 * read on their page what the object is used by, or `why` there is no other reason.
 */
export async function cannotDelete(
  sentence: string,
  uses: PromiseLike<readonly UseRow[]>,
  why?: string,
): Promise<Problem> {
  const because = usesSentence(await uses) ?? why;
  return new Problem("refused", sentence, { list: [sentence], ...(because === undefined ? {} : { because }) });
}
