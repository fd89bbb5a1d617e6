/**
 * References to variables in a text: `$NAME.ATTR`, `${NAME.ATTR}` and `${NAME.ATTR:-default}`.
 *
 * Promise: one pass from left to right; inserted values are never expanded again; a text without references is returned
 * unchanged, including `$` and `$$`.
 *
 * A doubled `$` is one `$` only where a reference follows, so `$$ENROLLED_DEVICE.UDID` reads `$ENROLLED_DEVICE.UDID`
 * and `$$$ENROLLED_DEVICE.UDID` is a `$` and the UDID; everywhere else (shell scripts have `$$`) it is unchanged. A
 * variable quoted this way need not exist: a text about `$$REALM_USER.SHOE_SIZE` can be written.
 *
 * @module
 */

import { CUSTOM_NAME, CUSTOM_NAMESPACE, NAMESPACES, VARIABLES } from "./names.ts";

/** A reference in a text. */
export type Reference = {
  /** `NAMESPACE.ATTRIBUTE`, or the text in its place. */
  name: string;
  /** Whether there is such a variable. */
  known: boolean;
  /** The default if it has no value; never expanded itself. */
  fallback?: string;
  /** The reference as it was written, from its `$`. */
  text: string;
};

const NAMESPACE = [...NAMESPACES, CUSTOM_NAMESPACE].join("|");
// The lookbehind and the bounds keep the time linear. The attack: a text of a million dollars, or of openings without an end.
// deno-lint-ignore espalier/linear-pattern
const PATTERN = new RegExp(
  String.raw`(?<!\$)(?<dollars>\$+)(?:\{(?<braced>(?:${NAMESPACE})\.[^{}:$]{0,100})(?::-(?<fallback>[^}]{0,1000}))?\}` +
    String.raw`|(?<bare>(?:${NAMESPACE})\.[A-Za-z][A-Za-z0-9_]*))`,
  "g",
);

const ANYWHERE = [...VARIABLES].filter(([, { endsAnywhere }]) => endsAnywhere).map(([name]) => name);

const isCustom = (name: string) =>
  name.startsWith(`${CUSTOM_NAMESPACE}.`) && CUSTOM_NAME.test(name.slice(CUSTOM_NAMESPACE.length + 1));

/**
 * Returns the variable that a bare reference means: the whole run of letters, or the longest old name that it begins
 * with.
 */
function bareName(whole: string): { name: string; known: boolean } {
  if (VARIABLES.has(whole) || isCustom(whole)) return { name: whole, known: true };
  let longest = "";
  for (const name of ANYWHERE) if (whole.startsWith(name) && name.length > longest.length) longest = name;
  return longest === "" ? { name: whole, known: false } : { name: longest, known: true };
}

/**
 * Returns the meaning of a match: the number of literal dollars, the reference (none if it is quoted), and the text
 * that follows.
 */
function read(groups: Record<string, string | undefined>, whole: string) {
  const { dollars = "", braced, bare = "", fallback } = groups;
  const { name, known } = braced === undefined
    ? bareName(bare)
    : { name: braced, known: VARIABLES.has(braced) || isCustom(braced) };
  // Any word may follow a custom namespace: a word that is not a valid value name is ordinary text.
  if (!known && name.startsWith(`${CUSTOM_NAMESPACE}.`)) return undefined;
  const literal = "$".repeat(Math.floor(dollars.length / 2));
  if (dollars.length % 2 === 0) return { before: literal + whole.slice(dollars.length), after: "" };
  // The text after an old name in a bare reference is separate.
  const after = braced === undefined ? bare.slice(name.length) : "";
  const text = whole.slice(dollars.length - 1, whole.length - after.length);
  const reference: Reference = fallback === undefined ? { name, known, text } : { name, known, text, fallback };
  return { before: literal, reference, after };
}

/** Returns `text` with each reference replaced by the result of `replace`. */
export function replaceReferences(text: string, replace: (reference: Reference) => string): string {
  // Most texts have none.
  if (!text.includes("$")) return text;
  let result = "";
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    const found = read(match.groups ?? {}, match[0]);
    if (found === undefined) continue;
    const value = found.reference === undefined ? "" : replace(found.reference);
    result += text.slice(end, match.index) + found.before + value + found.after;
    end = match.index + match[0].length;
  }
  return result + text.slice(end);
}
