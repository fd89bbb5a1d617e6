/**
 * Other judges of what readers made of an input.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import * as library from "plist";
import { buildBinaryPlist, buildPlist, parsePlist, type Plist, PlistError } from "../src/protocol/plist.ts";
import type { Bytes } from "./readers/reader.ts";

/** Two readers, or a reader and a writer, that do not agree. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
}

const shown = (value: unknown): string => Deno.inspect(value, { depth: 6 }).slice(0, 400);

/** What was read is written in both forms and read again: it stays the same. XML cannot hold everything and may refuse. */
export function roundTrip(value: Plist): void {
  for (const [form, build] of [["XML", buildPlist], ["binary", buildBinaryPlist]] as const) {
    let again: Plist;
    try {
      again = parsePlist(build(value));
    } catch (error) {
      if (form === "XML" && error instanceof PlistError) continue;
      throw error;
    }
    if (!isDeepStrictEqual(again, value)) {
      throw new Disagreement(`Written as ${form} and read again, ${shown(value)} is ${shown(again)}`);
    }
  }
}

/** Bytes of an input that the library, which is slow, is asked about. */
const FOR_LIBRARY = 4096;

/** As the library has it: it rounds large integers, and its dates and line ends are less exact. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (typeof value === "string") {
    return value.replace(/\r\n?|\n/g, "\n").trim().replaceAll("\0", "\ufffd").toWellFormed();
  }
  if (value instanceof Uint8Array) return Array.from(value);
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]): [string, unknown] => [String(plain(key)), plain(item)]).sort((
      [one],
      [other],
    ) => one < other ? -1 : 1),
  );
}

/** Where the plist library takes the input, too, it has to read the same. */
export function likeLibrary(input: Bytes, value: Plist): void {
  if (input.length > FOR_LIBRARY) return;
  let other: unknown;
  try {
    other = input[0] === 0x62
      ? library.parseBinary(input)
      : library.parse(new TextDecoder("utf-8", { fatal: true }).decode(input));
  } catch {
    return;
  }
  if (!isDeepStrictEqual(plain(other), plain(value))) {
    throw new Disagreement(`Read as ${shown(value)}, by the library as ${shown(other)}`);
  }
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

/** What we say is signed has to be so for pkijs, which reads it independently. */
export async function likePkijs(cms: Bytes, content: Bytes | undefined): Promise<void> {
  let verified: boolean;
  try {
    const info = new pkijs.ContentInfo({ schema: asn1js.fromBER(cms).result });
    const signed = new pkijs.SignedData({ schema: info.content });
    verified = await signed.verify({
      signer: 0,
      checkChain: false,
      ...(content === undefined ? {} : { data: Uint8Array.from(content).buffer }),
    });
  } catch (error) {
    throw new Disagreement("The signature was taken; pkijs does not take it", { cause: error });
  }
  if (!verified) throw new Disagreement("The signature was taken; pkijs says it is wrong");
}
