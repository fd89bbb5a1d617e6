/**
 * Skip keys: the panes of Setup Assistant that an enrollment can skip, with Apple's words for them.
 *
 * @module
 */

import { skipKeys } from "./generated/skip_keys.ts";
import { type Support, SYSTEMS } from "./types.ts";

/** A pane that can be skipped. */
export type SkipKey = {
  key: string;
  title: string;
  description: string;
  /** The systems that have the pane: "iOS from 9.3.2 until 15.0, macOS from 10.14". */
  systems: string;
};

/** The key as the order of the list has it: "iCloudStorage" stands under I. */
const folded = ({ key }: SkipKey): string => key.toLowerCase();

/** Every skip key, by name. */
export const SKIP_KEYS: readonly SkipKey[] = Object.entries(skipKeys).map(([key, { title, description, systems }]) => ({
  key,
  title,
  description,
  systems: SYSTEMS.flatMap((system) => {
    const support = systems[system];
    return support === undefined || support === false ? [] : [`${system}${times(support)}`];
  }).join(", "),
})).sort((one, other) => folded(one) < folded(other) ? -1 : 1);

function times({ introduced, deprecated, removed }: Support): string {
  const until = deprecated ?? removed;
  return `${introduced === undefined ? "" : ` from ${introduced}`}${until === undefined ? "" : ` until ${until}`}`;
}

const KNOWN = new Set(SKIP_KEYS.map(({ key }) => key));

/** Whether Apple knows a skip key. Upper and lower case count. */
export const isSkipKey = (key: string): boolean => KNOWN.has(key);
