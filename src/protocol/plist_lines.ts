/**
 * A property list as lines that people read and that can be compared.
 *
 * Pure.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { isDict, type Plist } from "./plist.ts";

/** Data that is longer is shown by its digest. */
const SHORT = 48;
/** Characters of a text that are shown. The attack: a device answers with megabytes of what costs most to escape. */
const LONG = 1000;

const digestOf = (value: string | Uint8Array) => createHash("sha256").update(value).digest("hex");

function scalar(value: Exclude<Plist, Plist[] | { [key: string]: Plist }>): string {
  if (typeof value === "string") {
    if (value.length <= LONG) return JSON.stringify(value);
    return `${JSON.stringify(value.slice(0, LONG))}… of ${value.length} characters, SHA-256 ${digestOf(value)}`;
  }
  if (value instanceof Date) return value.toISOString();
  if (!(value instanceof Uint8Array)) return String(value);
  if (value.length <= SHORT) return `data ${value.toBase64()}`;
  return `data of ${value.length} bytes, SHA-256 ${digestOf(value)}`;
}

/** Lines that are written one after the other; of those beyond `most` only the number is known. */
class Lines {
  readonly shown: string[] = [];
  count = 0;

  constructor(private readonly most: number) {}

  /** Writes a value after its name; nested lines have `indent`. */
  write(name: string, value: Plist, indent: string): void {
    const empty = Array.isArray(value) ? "[]" : "{}";
    const children = Array.isArray(value) ? value.length : isDict(value) ? Object.keys(value).length : undefined;
    if (children === undefined) return this.#line(() => join(name, scalar(value as Parameters<typeof scalar>[0])));
    if (children === 0) return this.#line(() => join(name, empty));
    if (name !== "") this.#line(() => name);
    if (Array.isArray(value)) {
      for (const item of value) this.write(`${indent}-`, item, `${indent}  `);
    } else if (isDict(value)) {
      // The order of keys means nothing, and differs from one editor to the next.
      for (const key of Object.keys(value).sort()) {
        this.write(`${indent}${cut(key)}:`, value[key] ?? "", `${indent}  `);
      }
    }
  }

  #line(text: () => string): void {
    this.count++;
    if (this.shown.length < this.most) this.shown.push(text());
  }
}

const join = (name: string, text: string) => name === "" ? text : `${name} ${text}`;
const cut = (key: string) => key.length <= LONG ? key : `${key.slice(0, LONG)}…`;

/** A property list, a line for each value; keys in alphabetical order. At most `most` lines, and how many there are. */
export function countedLines(value: Plist, most: number): { lines: string[]; count: number } {
  const lines = new Lines(most);
  lines.write("", value, "");
  return { lines: lines.shown, count: lines.count };
}

/** All of them. */
export const plistLines = (value: Plist): string[] => countedLines(value, Infinity).lines;
