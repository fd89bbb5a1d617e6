/**
 * The definition of a reader of untrusted input, and inputs of a given size.
 *
 * @module
 */

import { Problem } from "../../src/errors.ts";
import { PkiError } from "../../src/pki/errors.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { PlistError } from "../../src/protocol/plist.ts";
import type { Random } from "../random.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** A reader of the server. */
export type ReaderTarget = {
  readonly name: string;
  /** Reads bytes as the server reads them; resolves or returns its result, throws its refusals. */
  readonly read: (input: Bytes) => unknown;
  /** Whether an error is an honest refusal. Any other is a crash. */
  readonly refuses: (error: unknown) => boolean;
  /** Bytes of the largest input that reaches it. */
  readonly largest: number;
  /** Inputs that it takes, for mutations to begin with. */
  readonly seeds: () => Bytes[];
  /** Inputs of about so many bytes that were, or could be, more work than their size. */
  readonly shapes: Readonly<Record<string, (size: number) => Bytes>>;
  /** How its inputs are built, for mutations that keep to it. */
  readonly form?: Form;
  /** Keys and texts that mean something to it. */
  readonly words?: readonly string[];
  /** A generated input, as a value of its form. */
  readonly invent?: (random: Random) => unknown;
  /** The content of a signed or encrypted message: mutations of it are signed and encrypted, too. */
  readonly inside?: {
    readonly form: Form;
    readonly seeds: () => Bytes[];
    readonly wrap: (inner: Bytes) => Bytes;
  };
  /** An independent judge of an accepted input. Throws when it disagrees. */
  readonly judge?: (input: Bytes, result: unknown) => unknown;
};

/** The forms with a structure known to mutations; anything else is bytes. */
export type Form = "plist" | "json" | "der" | "bytes";

export const MB = 1024 * 1024;
const encoder = new TextEncoder();
const utf8 = new TextDecoder();
export const bytes = (text: string): Bytes => encoder.encode(text);
export const text = (input: Uint8Array): string => utf8.decode(input);

/** `piece` as often as fits into `size` bytes, between a beginning and an end. */
export const filled = (piece: string | ((index: number) => string), begin = "", end = "") => (size: number): Bytes => {
  if (typeof piece === "string") return bytes(begin + piece.repeat(Math.max(1, Math.floor(size / piece.length))) + end);
  const parts = [begin];
  for (let length = begin.length, index = 0; length < size; index++) {
    const part = piece(index);
    parts.push(part);
    length += part.length;
  }
  return bytes(parts.join("") + end);
};

export const isPlistError = (error: unknown) => error instanceof PlistError;
export const isProtocolError = (error: unknown) => error instanceof PlistError || error instanceof ProtocolError;
export const isPkiError = (error: unknown) => error instanceof PkiError;
export const isProblem = (error: unknown) => error instanceof Problem;
export const never = () => false;
