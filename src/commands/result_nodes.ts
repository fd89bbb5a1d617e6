/**
 * The answer to a command as people read it, in the order of Apple's published keys.
 *
 * Pure, and bounded: an answer of any size gives a page that a browser shows.
 *
 * @module
 */

import { responseFacts } from "../apple_schema/commands.ts";
import { elementFacts, keyNamed, keysBelow } from "../apple_schema/keys.ts";
import type { KeyFacts, Shapes } from "../apple_schema/types.ts";
import { isDict, type Plist, type PlistDict, Real } from "../protocol/plist.ts";
import { inWords } from "./schema_fields.ts";

/** A value, values below a name, or a list of dictionaries as a table. */
export type ResultNode =
  | { readonly kind: "value"; readonly label: string; readonly text: string }
  | { readonly kind: "group"; readonly label: string; readonly nodes: readonly ResultNode[] }
  | {
    readonly kind: "table";
    readonly label: string;
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
    /** Elements of the list; there may be more than rows. */
    readonly count: number;
  };

/** Keys that every answer has, and the errors, which are shown elsewhere. */
const COMMON: ReadonlySet<string> = new Set([
  "CommandUUID",
  "EnrollmentID",
  "EnrollmentUserID",
  "ErrorChain",
  "NotOnConsole",
  "RequestType",
  "Status",
  "UDID",
  "UserID",
  "UserLongName",
  "UserShortName",
]);

const MOST_ROWS = 500;
const MOST_NODES = 2000;
const MOST_COLUMNS = 24;
const LONGEST_TEXT = 400;
const MOST_LEVELS = 8;

type State = { left: number; shapes: Shapes | undefined };

/** Returns the values of an answer to a request type. */
export function resultNodes(requestType: string, answer: PlistDict): ResultNode[] {
  const { keys, shapes } = responseFacts(requestType);
  const own = Object.fromEntries(Object.entries(answer).filter(([key]) => !COMMON.has(key)));
  return nodesOf(own, keys, { left: MOST_NODES, shapes }, 1);
}

/** The keys of a dictionary: those that Apple publishes first, in Apple's order. */
function inOrder(dict: PlistDict, keys: readonly KeyFacts[]): string[] {
  const published = keys.map(({ key }) => key).filter((key) => Object.hasOwn(dict, key));
  const others = Object.keys(dict).filter((key) => !published.includes(key));
  return [...published, ...others];
}

function nodesOf(dict: PlistDict, keys: readonly KeyFacts[], state: State, level: number): ResultNode[] {
  const nodes: ResultNode[] = [];
  for (const key of inOrder(dict, keys)) {
    if (state.left-- <= 0) break;
    const value = dict[key];
    if (value !== undefined) nodes.push(nodeOf(labelOf(key, keys), value, keyNamed(keys, key), state, level));
  }
  return nodes;
}

/** A key that a device chooses, such as an identifier, is shown as it is. */
const labelOf = (key: string, keys: readonly KeyFacts[]): string =>
  keys.some((one) => one.key === key) ? inWords(key) : key.slice(0, LONGEST_TEXT);

function nodeOf(label: string, value: Plist, facts: KeyFacts | undefined, state: State, level: number): ResultNode {
  const below = facts === undefined ? [] : keysBelow(facts, state.shapes) ?? [];
  if (level > MOST_LEVELS) return { kind: "value", label, text: "…" };
  if (isDict(value)) return { kind: "group", label, nodes: nodesOf(value, below, state, level + 1) };
  if (!Array.isArray(value)) return { kind: "value", label, text: scalar(value) };
  if (value.length > 0 && value.every((item) => isDict(item))) {
    return isFlat(value) ? tableOf(label, value, below, state) : {
      kind: "group",
      label,
      nodes: value.slice(0, MOST_ROWS).map((item, i) =>
        nodeOf(String(i + 1), item, below.length === 0 ? undefined : elementFacts(below, item), state, level + 1)
      ),
    };
  }
  const texts = value.slice(0, MOST_ROWS).map((item) => Array.isArray(item) || isDict(item) ? "…" : scalar(item));
  const more = value.length - texts.length;
  return { kind: "value", label, text: `${texts.join(", ")}${more > 0 ? `, and ${more} more` : ""}` || "none" };
}

/** Whether dictionaries hold no others, so that each is a row. */
const isFlat = (items: readonly Plist[]): boolean =>
  items.slice(0, MOST_ROWS).every((item) =>
    isDict(item) && Object.values(item).every((value) => !isDict(value) && !Array.isArray(value))
  );

function tableOf(label: string, items: readonly Plist[], kinds: readonly KeyFacts[], state: State): ResultNode {
  const rows = items.slice(0, MOST_ROWS).filter((item) => isDict(item));
  const keys = kinds.flatMap((kind) => keysBelow(kind, state.shapes) ?? []);
  const columns = [...new Set(inOrder(Object.fromEntries(rows.flatMap((row) => Object.entries(row))), keys))].slice(
    0,
    MOST_COLUMNS,
  );
  return {
    kind: "table",
    label,
    head: columns.map((key) => labelOf(key, keys)),
    rows: rows.map((row) =>
      columns.map((key) => {
        const value = row[key];
        return value === undefined || Array.isArray(value) || isDict(value) ? "" : scalar(value);
      })
    ),
    count: items.length,
  };
}

function scalar(value: Exclude<Plist, Plist[] | PlistDict>): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value instanceof Real) return String(value.value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const text = String(value);
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}
