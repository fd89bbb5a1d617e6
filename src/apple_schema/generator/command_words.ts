/**
 * Apple's words for a command and its keys.
 *
 * @module
 */

import type { CommandWords } from "../types.ts";
import { type Entry, entry, optionalList, optionalText, text } from "./input.ts";

/** The longest description; of a longer one, the first sentences are kept. */
const MAX_DESCRIPTION = 240;

/** Returns the words of a command's document. A list of keys that an alias repeats is described where it is first. */
export function readCommandWords(document: Entry, requestType: string): CommandWords {
  const keys: Record<string, string> = {};
  const seen = new Set<readonly unknown[]>();
  const read = (items: readonly unknown[], path: string, at: string) => {
    if (seen.has(items)) return;
    seen.add(items);
    for (const [i, item] of items.entries()) {
      const key = entry(item, `${at}, key ${i + 1}`);
      const here = path === "" ? text(key, "key") : `${path}.${text(key, "key")}`;
      const content = optionalText(key, "content");
      if (content !== undefined) keys[here] = short(content);
      const below = optionalList(key, "subkeys");
      if (below !== undefined) read(below, here, key.at);
    }
  };
  read(optionalList(document, "payloadkeys") ?? [], "", document.at);
  return {
    title: plain(optionalText(document, "title") ?? requestType).replace(/ Command$/, ""),
    description: short(optionalText(document, "description") ?? ""),
    ...(Object.keys(keys).length === 0 ? {} : { keys }),
  };
}

/** A text in one line; the items of a list follow bullets. */
const plain = (text: string): string => text.split(/\s+/).map((word) => word === "*" ? "•" : word).join(" ").trim();

function short(given: string): string {
  const all = plain(given);
  if (all.length <= MAX_DESCRIPTION) return all;
  const end = all.slice(0, MAX_DESCRIPTION).lastIndexOf(". ");
  return end > 0 ? all.slice(0, end + 1) : `${all.slice(0, MAX_DESCRIPTION - 1).trimEnd()}…`;
}
