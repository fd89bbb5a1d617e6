/**
 * Independent judges of a reader's result.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import * as library from "plist";
import { buildPlist, isDict, parsePlist, type Plist, PlistError } from "../src/protocol/plist.ts";
import type { Bytes } from "./readers/reader.ts";
import { buildBinaryPlist } from "../simulators/device/binary_plist.ts";

/** Two readers, or a reader and a writer, that do not agree. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
}

const shown = (value: unknown): string => Deno.inspect(value, { depth: 4, compact: true }).slice(0, 300);

/** Milliseconds by which dates may differ: those far away are not exact in a double of seconds. */
type Tolerance = (date: Date) => number;

/** Where two values differ first, and how; undefined when they do not. */
function difference(one: unknown, other: unknown, tolerance: Tolerance, path = "it"): string | undefined {
  if (one instanceof Date && other instanceof Date) {
    return Math.abs(one.getTime() - other.getTime()) <= tolerance(one)
      ? undefined
      : `${path} is ${one.getTime()} and ${other.getTime()} ms`;
  }
  const isTree = (value: unknown): value is object =>
    typeof value === "object" && value !== null && !(value instanceof Uint8Array) && !(value instanceof Date);
  if (!isTree(one) || !isTree(other) || Array.isArray(one) !== Array.isArray(other)) {
    return isDeepStrictEqual(one, other) ? undefined : `${path} is ${shown(one)} and ${shown(other)}`;
  }
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const of = (value: object) => Object.hasOwn(value, key) ? Reflect.get(value, key) : "nothing";
    const found = difference(of(one), of(other), tolerance, `${path}[${JSON.stringify(key)}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isFar: Tolerance = (date) => Math.abs(date.getUTCFullYear()) > 9999 ? 2 : 0;
const SECOND: Tolerance = () => 1000;

/**
 * The value is written in both forms and read again: it must be the same. XML cannot contain every value and may
 * refuse.
 */
export function roundTrip(value: Plist): void {
  for (const [form, build] of [["XML", buildPlist], ["binary", buildBinaryPlist]] as const) {
    let again: Plist;
    try {
      again = parsePlist(build(value));
    } catch (error) {
      if (form === "XML" && error instanceof PlistError) continue;
      throw error;
    }
    const found = difference(value, again, form === "XML" ? SECOND : isFar);
    if (found !== undefined) throw new Disagreement(`Written as ${form} and read again, ${found}`);
  }
}

/** The marker of a binary integer of 16 bytes. */
const WIDE_INTEGER = 0x14;
/** Bytes of an input that the library, which is slow, is asked about. */
const FOR_LIBRARY = 4096;

/** Whether there are numbers that the library does not have: integers that it rounds, and those that are not finite. */
function hasLarge(value: Plist): boolean {
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) return true;
  return (Array.isArray(value) ? value : isDict(value) ? Object.values(value) : []).some(hasLarge);
}

/** As the library has it: its line ends are those of XML 1.1. */
function plain(value: unknown): unknown {
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (typeof value === "string") {
    return value.replace(/\r[\n\u0085]?|[\n\u0085\u2028]/g, "\n").trim().replaceAll("\0", "\ufffd").toWellFormed();
  }
  if (value instanceof Uint8Array) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]): [string, unknown] => [String(plain(key)), plain(item)]).sort((
      [one],
      [other],
    ) => one < other ? -1 : 1),
  );
}

/** Where the plist library takes the input, too, it has to read the same. */
export function likeLibrary(input: Bytes, value: Plist): void {
  if (input.length > FOR_LIBRARY || hasLarge(value)) return;
  // Of a binary integer of 16 bytes it reads the upper half alone.
  if (input[0] === 0x62 && input.includes(WIDE_INTEGER)) return;
  let other: unknown;
  try {
    other = input[0] === 0x62
      ? library.parseBinary(input)
      : library.parse(new TextDecoder("utf-8", { fatal: true }).decode(input));
  } catch {
    return;
  }
  const found = difference(plain(value), plain(other), SECOND);
  if (found !== undefined) throw new Disagreement(`By us and by the library, ${found}`);
}

/** Whether all of a value can be kept in PostgreSQL: no NUL, no half of a character. */
export function storable(value: unknown): void {
  const pending: unknown[] = [value];
  const look = (text: string) => {
    if (text.includes("\0") || !text.isWellFormed()) throw new Disagreement(`Cannot be kept: ${shown(text)}`);
  };
  for (let next = pending.pop(); next !== undefined || pending.length > 0; next = pending.pop()) {
    if (typeof next === "string") look(next);
    else if (typeof next === "number" && !Number.isFinite(next)) throw new Disagreement(`Cannot be kept: ${next}`);
    else if (typeof next === "object" && next !== null && !(next instanceof Uint8Array) && !(next instanceof Date)) {
      for (const [key, inner] of Object.entries(next)) {
        look(key);
        pending.push(inner);
      }
    }
  }
}

/**
 * A message that the server accepts as signed must be signed for pkijs, which reads it independently. If pkijs cannot
 * read a part that nothing depends on, such as another certificate than the signer's, it is ignored.
 */
export async function likePkijs(cms: Bytes, content: Bytes | undefined): Promise<void> {
  let signed: pkijs.SignedData;
  try {
    const info = new pkijs.ContentInfo({ schema: asn1js.fromBER(cms).result });
    signed = new pkijs.SignedData({ schema: info.content });
  } catch {
    return;
  }
  const data = content === undefined ? {} : { data: Uint8Array.from(content).buffer };
  let verified: boolean;
  try {
    verified = await signed.verify({ signer: 0, checkChain: false, ...data });
  } catch (error) {
    throw new Disagreement("The signature was taken; pkijs cannot verify it", { cause: error });
  }
  if (!verified) throw new Disagreement("The signature was taken; pkijs says it is wrong");
}
