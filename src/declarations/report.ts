/**
 * Status reports of declarative management, parsed: what is known of them typed, everything else kept as it came.
 *
 * Promise: nothing that a newer system adds makes a report unreadable; only what is no JSON object is refused.
 *
 * Source: Apple, "StatusReport" (developer.apple.com/documentation/devicemanagement/statusreport).
 *
 * @module
 */

import { z } from "zod";
import { problem } from "../errors.ts";
import { foreignText } from "../foreign_text.ts";
import { jsonDepth } from "../json_depth.ts";
import type { JsonObject } from "../protocol/plist_json.ts";
import { MAX_ITEMS } from "../schema/status.ts";

/** What a device says of one declaration. */
export type DeclarationStatus = {
  identifier: string;
  serverToken: string;
  active: boolean;
  valid: string;
  reasons: unknown[] | undefined;
};

/** A report. */
export type StatusReport = {
  items: JsonObject;
  errors: { item: string; reasons: unknown }[];
  /** Whether it has everything, not only what changed. */
  full: boolean;
  /** Null when the report says nothing of declarations. */
  declarations: DeclarationStatus[] | null;
};

const MAX_BYTES = 8 * 1024 * 1024;
/** Levels of arrays and objects; Apple publishes no item with ten. */
const MAX_DEPTH = 100;
/** Errors of one report that are taken: no more than items. */
const MAX_ERRORS = MAX_ITEMS;
/** The longest that reasons of a declaration, or of an item that is missing, are kept, as JSON. */
const MAX_REASONS = 32 * 1024;
const object = z.record(z.string(), z.json());
const declaration = z.looseObject({
  identifier: z.string(),
  "server-token": z.string(),
  active: z.boolean().catch(false),
  valid: z.string().catch("unknown"),
  reasons: z.array(z.unknown()).optional().catch(undefined),
});
const error = z.looseObject({ StatusItem: z.string(), Reasons: z.unknown() });

/** The items that fit; one odd item hides none of the others. */
function each<T>(value: unknown, schema: z.ZodType<T>): T[] {
  return Array.isArray(value)
    ? value.flatMap((item) => {
      const parsed = schema.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    })
    : [];
}

const at = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

/** Bytes of a certificate in base64, the one text of Apple's items that is long. */
const MAX_DATA = 16 * 1024;

/**
 * Values as JSON and the database can keep them: no number without end, no NUL and no half of a character, no long text,
 * also in keys.
 */
function storable(key: string, value: unknown): unknown {
  const clean = (text: string) => foreignText(text);
  if (typeof value === "string") return key === "data" ? foreignText(value, MAX_DATA) : clean(value);
  if (typeof value === "number" && !Number.isFinite(value)) return null;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const odd = Object.keys(value).some((key) => clean(key) !== key);
  return odd ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), inner])) : value;
}

/** The same for everything in a value. As a function of JSON.parse it costs several times as much in large lists. */
function allStorable(key: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) value[at] = allStorable("", value[at]);
    return value;
  }
  if (typeof value === "object" && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const kept = allStorable(name, inner);
      // Defined, not assigned: a key may be "__proto__".
      if (kept !== inner) {
        Object.defineProperty(value, name, { value: kept, enumerable: true, configurable: true, writable: true });
      }
    }
  }
  return storable(key, value);
}

const kept = <T>(reasons: T): T | [] =>
  reasons === undefined || JSON.stringify(reasons).length <= MAX_REASONS ? reasons : [];

/** The report in the Data of a check-in. Throws `device-bad-request`. */
export function readStatusReport(data: Uint8Array | undefined): StatusReport {
  const refuse = (reason: string) => problem("device-bad-request", undefined, { reason });
  if (data === undefined) throw refuse("the status report has no Data");
  if (data.length > MAX_BYTES) throw refuse(`the status report has ${data.length} bytes, ${MAX_BYTES} are accepted`);
  if (jsonDepth(data) > MAX_DEPTH) throw refuse(`the status report is nested deeper than ${MAX_DEPTH} levels`);
  let parsed: unknown;
  try {
    parsed = allStorable("", JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data)));
  } catch {
    throw refuse("the status report is not JSON");
  }
  const items = object.safeParse(at(parsed, "StatusItems") ?? {});
  if (typeof parsed !== "object" || parsed === null || !items.success) {
    throw refuse("the status report has no dictionary of StatusItems");
  }
  const declared = at(at(items.data, "management"), "declarations");
  const sections = typeof declared === "object" && declared !== null ? Object.values(declared) : null;
  return {
    items: items.data,
    errors: each(at(parsed, "Errors"), error).slice(0, MAX_ERRORS).map(({ StatusItem, Reasons }) => ({
      item: StatusItem,
      reasons: kept(Reasons),
    })),
    full: at(parsed, "FullReport") === true,
    declarations: sections === null ? null : sections.flatMap((section) => each(section, declaration)).map((one) => ({
      identifier: one.identifier,
      serverToken: one["server-token"],
      active: one.active,
      valid: one.valid,
      reasons: kept(one.reasons),
    })),
  };
}
