/**
 * Which variables a structure names.
 *
 * @module
 */

import { attributesOf } from "./names.ts";
import { type Reference, replaceReferences } from "./reference.ts";
import { mapTexts } from "./walk.ts";

function collect(value: unknown, wanted: (reference: Reference) => boolean): string[] {
  const names = new Set<string>();
  mapTexts(value, (text) => {
    replaceReferences(text, (reference) => {
      if (wanted(reference)) names.add(reference.name);
      return reference.text;
    });
    return text;
  });
  return [...names].sort();
}

/** Returns the variables that the texts of `value` name, such as `ENROLLED_DEVICE.UDID`, sorted. */
export const namesIn = (value: unknown): string[] => collect(value, ({ known }) => known);

/** Returns those of them that are named somewhere without a default, sorted. */
export const neededIn = (value: unknown): string[] =>
  collect(value, ({ known, fallback }) => known && fallback === undefined);

/** References to attributes that do not exist, such as `REALM_USER.SHOE_SIZE`, sorted: to be refused when they are saved. */
export const unknownIn = (value: unknown): string[] => collect(value, ({ known }) => !known);

/** Returns the message for the author of such a reference. */
export function unknownVariableSentence(name: string): string {
  const [namespace = ""] = name.split(".");
  return `Cannot use the variable "${name}": ${namespace} has ${attributesOf(namespace).join(", ")}`;
}
