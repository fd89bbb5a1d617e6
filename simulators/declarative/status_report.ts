/**
 * Status reports: first all items, then the changes since the last report that arrived.
 *
 * @module
 */

import type { Json, JsonObject } from "../../src/protocol/plist_json.ts";
import { isDictionary } from "../../src/apple_schema/keys.ts";
import type { DeclarationState, Reason } from "../device/channel_state.ts";
import type { StatusItem } from "./declarative_device.ts";

const SECTIONS = {
  activation: "activations",
  asset: "assets",
  configuration: "configurations",
  management: "management",
} as const;

/** Returns the value of `management.declarations`. */
export function declarationsItem(states: ReadonlyMap<string, DeclarationState>): Json {
  const sections: Record<string, Json[]> = { activations: [], assets: [], configurations: [], management: [] };
  for (const [identifier, { kind, token, active, valid, reasons }] of states) {
    sections[SECTIONS[kind]]?.push({
      identifier,
      "server-token": token,
      active,
      valid,
      ...(reasons.length === 0 ? {} : { reasons: reasons.map((reason) => ({ ...reason })) }),
    });
  }
  return sections;
}

/** A report, and how to remember that it arrived. */
export type Report = { body: JsonObject; arrived(): void };

/** Tracks the reported values. */
export class StatusLedger {
  #told: ReadonlyMap<string, StatusItem> = new Map();

  /**
   * Returns the report of these items; undefined if there is nothing to report. `full` reports all of them, and is
   * marked as full.
   */
  compose(items: ReadonlyMap<string, StatusItem>, full: boolean): Report | undefined {
    const body: JsonObject = {};
    const errors: Json[] = [];
    let news = full;
    for (const [name, item] of items) {
      const told = full ? undefined : this.#told.get(name);
      if (told !== undefined && JSON.stringify(told) === JSON.stringify(item)) continue;
      news = true;
      if ("error" in item) errors.push({ StatusItem: name, Reasons: [capitalized(item.error)] });
      else putAt(body, name.split("."), changedPart(told, item.value));
    }
    if (!news) return undefined;
    return {
      body: { StatusItems: body, Errors: errors, ...(full ? { FullReport: true } : {}) },
      arrived: () => this.#told = new Map(items),
    };
  }
}

/** In the errors of a report the keys of a reason are capitalized, in those of a declaration they are not. */
const capitalized = ({ code, description, details }: Reason): JsonObject => ({
  Code: code,
  Description: description,
  ...(details === undefined ? {} : { Details: details }),
});

function putAt(object: JsonObject, [key = "", ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    object[key] = value;
    return;
  }
  const inner = object[key];
  const next: JsonObject = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : {};
  object[key] = next;
  putAt(next, rest, value);
}

const identified = (list: Json): Map<string, Json> | undefined => {
  if (!Array.isArray(list)) return undefined;
  const entries = list.map((item) => [isDictionary(item) ? item["identifier"] : undefined, item] as const);
  const known = entries.filter((entry): entry is readonly [string, Json] => typeof entry[0] === "string");
  return known.length === entries.length ? new Map(known) : undefined;
};

/** Of a list of identified things, those that changed, and those that went with `_removed`; else the whole value. */
function changedPart(told: StatusItem | undefined, value: Json): Json {
  const before = told !== undefined && "value" in told ? identified(told.value) : undefined;
  const after = identified(value);
  if (before === undefined || after === undefined || before.size === 0) return value;
  return [
    ...[...after].filter(([id, item]) => JSON.stringify(before.get(id)) !== JSON.stringify(item)).map(([, item]) =>
      item
    ),
    ...[...before.keys()].filter((id) => !after.has(id)).map((identifier) => ({ identifier, _removed: true })),
  ];
}
