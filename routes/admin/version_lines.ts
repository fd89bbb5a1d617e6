/**
 * What versions are made of, as lines that people read and that can be compared.
 *
 * Pure.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { isDict, type Plist } from "../../src/protocol/plist.ts";

/** Data that is longer is shown by its digest. */
const SHORT = 48;

function scalar(value: Exclude<Plist, Plist[] | { [key: string]: Plist }>): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Date) return value.toISOString();
  if (!(value instanceof Uint8Array)) return String(value);
  if (value.length <= SHORT) return `data ${value.toBase64()}`;
  return `data of ${value.length} bytes, SHA-256 ${createHash("sha256").update(value).digest("hex")}`;
}

/** The lines of a value; the first one belongs behind what names it. */
function lines(value: Plist, indent: string): string[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return ["[]"];
    return ["", ...value.flatMap((item) => named(`${indent}-`, item, `${indent}  `))];
  }
  if (!isDict(value)) return [scalar(value)];
  // The order of keys means nothing, and differs from one editor to the next.
  const keys = Object.keys(value).sort();
  if (keys.length === 0) return ["{}"];
  return ["", ...keys.flatMap((key) => named(`${indent}${key}:`, value[key] ?? "", `${indent}  `))];
}

function named(name: string, value: Plist, indent: string): string[] {
  const [first = "", ...rest] = lines(value, indent);
  return [first === "" ? name : `${name} ${first}`, ...rest];
}

/** A property list, a line for each value; keys in alphabetical order. */
export function plistLines(value: Plist): string[] {
  const [first = "", ...rest] = lines(value, "");
  return first === "" ? rest : [first, ...rest];
}

const SECRET_WORD = /password|passphrase|secret|psk|challenge|privatekey/i;
const KEY = /^[\w.-]+$/;

/** A line as it is shown: values of keys that name a secret are not. */
export function withoutSecret(line: string): string {
  const colon = line.indexOf(": ");
  if (colon < 0) return line;
  const head = line.slice(0, colon).trimStart();
  const quoted = head.startsWith("- ") ? head.slice(2) : head;
  const key = quoted.startsWith('"') && quoted.endsWith('"') ? quoted.slice(1, -1) : quoted;
  if (!KEY.test(key) || !SECRET_WORD.test(key)) return line;
  const comma = line.endsWith(",") ? "," : "";
  const value = line.slice(colon + 2, line.length - comma.length);
  const shown = value.startsWith("data ") || (value.length >= 2 && value.startsWith('"') && value.endsWith('"'));
  return shown ? `${line.slice(0, colon + 2)}••••••${comma}` : line;
}
