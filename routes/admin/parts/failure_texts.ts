/**
 * Devices' reports of a failure, in sentences.
 *
 * @module
 */

import type { Json } from "../../../db/open.ts";

/** Returns a value as text. */
export const textOf = (value: Json | undefined): string =>
  typeof value === "string" ? value : JSON.stringify(value) ?? "";

const TEXTS = ["description", "USEnglishDescription", "LocalizedDescription"];

function sentence(item: Json): string {
  if (typeof item !== "object" || item === null) return textOf(item);
  const of = (key: string): Json | undefined => (Object.hasOwn(item, key) ? Reflect.get(item, key) : undefined);
  const text = TEXTS.map(of).find((found) => found !== undefined);
  const code = of("code") ??
    [of("ErrorDomain"), of("ErrorCode")].filter((part) => part !== undefined).map(textOf).join(" ");
  return [text === undefined ? "" : textOf(text), code === "" ? "" : `(${textOf(code)})`].filter((part) => part !== "")
    .join(" ");
}

/** Returns the device's report of a failure as sentences, Apple's error chain from the outside in. */
export function failureTexts(info: Json): string[] {
  if (typeof info !== "object" || info === null) return [];
  const of = (key: string): Json | undefined => (Object.hasOwn(info, key) ? Reflect.get(info, key) : undefined);
  const reason = of("reason");
  const lists = [of("reasons"), of("error_chain")].flatMap((list) => (Array.isArray(list) ? list : []));
  return [...(typeof reason === "string" ? [reason] : []), ...lists.map(sentence)];
}

/** Returns what a device has said of an installation, as sentences. */
export function evidenceOf(info: Json): string[] {
  if (typeof info !== "object" || info === null || !Object.hasOwn(info, "evidence")) return [];
  const evidence: unknown = Reflect.get(info, "evidence");
  return typeof evidence === "string" ? [evidence] : [];
}

/** Returns the most specific sentence: the innermost of an error chain. */
export const mainFailure = (info: Json): string => failureTexts(info).at(-1) || "The device gave no reason";

/** Returns the sentences of Apple's error chain, the outermost first. */
export const errorTexts = (chain: Json): string[] => Array.isArray(chain) ? chain.map(sentence) : [];
