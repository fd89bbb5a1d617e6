/**
 * Status reports of declarative management, parsed: the known parts typed, everything else kept as received.
 *
 * Promise: additions of newer OS versions never make a report unreadable; only a report that is not a JSON object is
 * refused.
 *
 * Source: Apple, "StatusReport" (developer.apple.com/documentation/devicemanagement/statusreport).
 *
 * @module
 */

import { problem } from "../errors.ts";
import { foreignText } from "../foreign_text.ts";
import { jsonShape } from "../json_shape.ts";
import type { Json, JsonObject } from "../protocol/plist_json.ts";
import { MAX_ITEMS } from "../apple_schema/status.ts";

/** A device's report on one declaration. */
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
  /** Whether it is a full report, not only changes. */
  full: boolean;
  /** Null if the report does not mention declarations. */
  declarations: DeclarationStatus[] | null;
};

const MAX_BYTES = 8 * 1024 * 1024;
/** Levels of arrays and objects; Apple publishes no item with ten. */
const MAX_DEPTH = 100;
/**
 * Values in one report. A Mac with hundreds of managed apps, background tasks and declarations, each with its fields,
 * has 10,000. The attack: millions of values in a few megabytes, during whose parsing the process answers no other
 * request.
 */
const MAX_VALUES = 50_000;
/** The limit of errors in one report: the same as of items. */
const MAX_ERRORS = MAX_ITEMS;
/** The limit of declarations in one report: a device has a few hundred. */
const MAX_DECLARATIONS = 10_000;
/** The size limit of the stored reasons of a declaration, or of a missing item, as JSON. */
const MAX_REASONS = 32 * 1024;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const at = (value: Json | undefined, key: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** Returns the first items of a list within the limit; one malformed item hides none of the others. */
function each<T>(value: Json | undefined, limit: number, read: (item: JsonObject) => T | undefined): T[] {
  const taken: T[] = [];
  if (!Array.isArray(value)) return taken;
  for (const item of value) {
    if (taken.length >= limit) break;
    const one = isObject(item) ? read(item) : undefined;
    if (one !== undefined) taken.push(one);
  }
  return taken;
}

/** Bytes of a certificate in base64, the one text of Apple's items that is long. */
const MAX_DATA = 16 * 1024;

/**
 * Values as JSON and the database can keep them: no number without end, no NUL and no half of a character, no long text,
 * also in keys.
 */
function storable(key: string, value: Json): Json {
  if (typeof value === "string") return key === "data" ? foreignText(value, MAX_DATA) : foreignText(value);
  if (typeof value === "number" && !Number.isFinite(value)) return null;
  return value;
}

/** The same for everything in a value, in place where nothing changes: as a function of JSON.parse it costs several times as much. */
function allStorable(key: string, value: Json): Json {
  if (Array.isArray(value)) {
    for (const [at, inner] of value.entries()) value[at] = allStorable("", inner);
    return value;
  }
  if (!isObject(value)) return storable(key, value);
  let odd = false;
  for (const [name, inner] of Object.entries(value)) {
    const kept = allStorable(name, inner);
    // Defined, not assigned: a key may be "__proto__".
    if (kept !== inner) {
      Object.defineProperty(value, name, { value: kept, enumerable: true, configurable: true, writable: true });
    }
    odd ||= foreignText(name) !== name;
  }
  return odd ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [foreignText(name), inner])) : value;
}

const kept = <T>(reasons: T): T | [] =>
  reasons === undefined || JSON.stringify(reasons).length <= MAX_REASONS ? reasons : [];

function errorOf(item: JsonObject): StatusReport["errors"][number] | undefined {
  const name = at(item, "StatusItem");
  return typeof name === "string" ? { item: name, reasons: kept(at(item, "Reasons")) } : undefined;
}

function declarationOf(item: JsonObject): DeclarationStatus | undefined {
  const [identifier, serverToken] = [at(item, "identifier"), at(item, "server-token")];
  if (typeof identifier !== "string" || typeof serverToken !== "string") return undefined;
  const [active, valid, reasons] = [at(item, "active"), at(item, "valid"), at(item, "reasons")];
  return {
    identifier,
    serverToken,
    active: active === true,
    valid: typeof valid === "string" ? valid : "unknown",
    reasons: Array.isArray(reasons) ? kept(reasons) : undefined,
  };
}

/** Returns the report in the Data of a check-in. Throws `device-bad-request`. */
export function readStatusReport(data: Uint8Array | undefined): StatusReport {
  const refuse = (reason: string) => problem("device-bad-request", undefined, { reason });
  if (data === undefined) throw refuse("the status report has no Data");
  if (data.length > MAX_BYTES) throw refuse(`the status report has ${data.length} bytes, ${MAX_BYTES} are accepted`);
  const { depth, values } = jsonShape(data);
  if (depth > MAX_DEPTH) throw refuse(`the status report is nested deeper than ${MAX_DEPTH} levels`);
  if (values > MAX_VALUES) throw refuse(`the status report has ${values} values, ${MAX_VALUES} are accepted`);
  let parsed: Json;
  try {
    parsed = allStorable("", JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data)));
  } catch {
    throw refuse("the status report is not JSON");
  }
  const items = at(parsed, "StatusItems") ?? {};
  if (!isObject(parsed) || !isObject(items)) throw refuse("the status report has no dictionary of StatusItems");
  const declared = at(at(items, "management"), "declarations");
  const sections = isObject(declared) || Array.isArray(declared) ? Object.values(declared) : null;
  return {
    items,
    errors: each(at(parsed, "Errors"), MAX_ERRORS, errorOf),
    full: at(parsed, "FullReport") === true,
    declarations: sections === null
      ? null
      : sections.flatMap((section) => each(section, MAX_DECLARATIONS, declarationOf)).slice(0, MAX_DECLARATIONS),
  };
}
