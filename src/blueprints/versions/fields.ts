/**
 * Fields that several kinds of versions share.
 *
 * @module
 */

import { decodeBase64 } from "@std/encoding";
import { kindOf, type Plist, type PlistError, reasonOf } from "../../protocol/plist.ts";
import { namesIn, neededIn, unknownIn, unknownVariableSentence } from "../../variables/used.ts";
import type { Checked, Draft } from "./version_kind.ts";

/** Returns an error of one field. */
export const fault = (field: string, ...sentences: string[]): { errors: Record<string, string[]> } => ({
  errors: { [field]: sentences },
});

/** Returns the error for an input that is not a property list: the sentence that clients know, then the cause. */
export const notPlist = (error: PlistError): string => `Not a plist: ${reasonOf(error)}`;

/** Returns the sentence for a property list that is no dictionary. */
export const notDictionary = (value: Plist): string => `Not a plist: it is ${kindOf(value)}, it should be a dictionary`;

/** Returns the bytes of standard base64; undefined if it is not valid. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return decodeBase64(text);
  } catch {
    return undefined;
  }
}

/**
 * Returns the names of the variables in a structure, and of those without a default; those that do not exist are errors
 * of `field`.
 */
export function variablesIn(field: string, value: unknown): Checked<Draft> {
  const unknown = unknownIn(value);
  return unknown.length > 0
    ? fault(field, ...unknown.map(unknownVariableSentence))
    : { value: { variables: namesIn(value), needed: neededIn(value) } };
}
