/**
 * The form of a command whose arguments are Apple's keys, drawn from the published schema; and its input as JSON.
 *
 * Pure. A list has an item for each index that the form names; "more" and "less" change which those are.
 *
 * @module
 */

import { commandFacts, wordsOf } from "../apple_schema/commands.ts";
import { keysBelow } from "../apple_schema/keys.ts";
import { inherit, obstacle, supportFor } from "../apple_schema/support.ts";
import type { KeyFacts, Shapes, Support } from "../apple_schema/types.ts";
import type { Json, JsonObject } from "../protocol/plist_json.ts";
import type { CommandTarget } from "./command.ts";
import { isSecretKey } from "./secret_keys.ts";

/** A field. `name` is that of its input, `path` its place among the arguments, by which errors name it. */
export type SchemaField =
  & {
    readonly key: string;
    readonly name: string;
    readonly path: string;
    readonly label: string;
    readonly help?: string;
    readonly required: boolean;
  }
  & (
    | { readonly kind: "text"; readonly secret: boolean; readonly pattern?: string }
    | { readonly kind: "number"; readonly whole: boolean; readonly min?: number; readonly max?: number }
    | { readonly kind: "yes or no"; readonly default?: boolean }
    | { readonly kind: "choice"; readonly options: readonly (string | number)[] }
    /** Several of known texts. */
    | { readonly kind: "checks"; readonly options: readonly string[] }
    /** Several texts or numbers, one on each line. */
    | { readonly kind: "lines"; readonly whole: boolean }
    | { readonly kind: "time" }
    | { readonly kind: "file" }
    /** Anything, as JSON. */
    | { readonly kind: "json" }
    /** A value that the kind of an item fixes. */
    | { readonly kind: "fixed"; readonly value: string | number }
    | { readonly kind: "group"; readonly fields: readonly SchemaField[] }
    | {
      readonly kind: "list";
      readonly items: readonly (SchemaField & { readonly kind: "group" })[];
      /** The kinds of items that may be added: the name of the kind, and its label. */
      readonly kinds: readonly (readonly [string, string])[];
    }
  );

/** The input of a submitted form. */
export type SchemaInput = {
  /** The text of a field; "" when it is absent. */
  text(name: string): string;
  texts(name: string): string[];
  names(): string[];
  upload(name: string): { bytes: Uint8Array } | undefined;
};

/** Levels of groups that a form shows; what is deeper is JSON. */
const MAX_LEVELS = 6;
/** Items of a list that a form shows. */
const MAX_ITEMS = 200;
/** The prefix of all names, so that no key is taken for another field of the form. */
const PREFIX = "arguments";

const isAcronym = (word: string): boolean => /^[A-Z0-9]{2,}s?$/.test(word);
const lower = (word: string): string => isAcronym(word) ? word : word.toLowerCase();

/** Returns a key as words: "DestinationDeviceID" as "Destination device ID". */
export function inWords(key: string): string {
  const words = key.replaceAll("_", " ").split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])| /).filter((word) =>
    word !== ""
  );
  // "eSIM", "iTunes", "iOS": a small letter that belongs to the next word.
  if (words[1] !== undefined && /^[a-z]$/.test(words[0] ?? "")) {
    return [`${words[0]}${words[1]}`, ...inWords(words.slice(2).join("")).split(" ").map(lower)].join(" ").trim();
  }
  return words.map((word, i) => {
    if (i > 0 || isAcronym(word)) return lower(word);
    return word.charAt(0).toUpperCase() + word.slice(1);
  }).join(" ");
}

/** Returns the label of a choice: the description may say what each value means, as in "• '1': Lock screen". */
export function labelOfChoice(option: string | number, help: string | undefined): string {
  const meaning = (help ?? "").split("•").slice(1).map((item) => item.trim())
    .find((item) => item.startsWith(`'${option}':`))?.slice(String(option).length + 3).trim().replace(/[.,;]$/, "");
  return meaning === undefined || meaning === "" ? String(option) : `${option}: ${meaning}`;
}

type Context = {
  target: CommandTarget;
  shapes: Shapes | undefined;
  words: Readonly<Record<string, string>>;
  input: SchemaInput | undefined;
};

/** A key's place: in the form, among the arguments, and in the schema. */
type Place = { name: string; path: string; at: string };

/**
 * Returns the fields for the arguments that a target takes. `input` says how many items its lists have; without it,
 * required lists have one.
 */
export function schemaFields(
  requestType: string,
  target: CommandTarget,
  given: readonly string[],
  input?: SchemaInput,
): SchemaField[] {
  const facts = commandFacts(requestType);
  if (facts === null) return [];
  const context = { target, shapes: facts.shapes, words: wordsOf(requestType).keys ?? {}, input };
  return fieldsOf(
    facts.keys.filter(({ key }) => !given.includes(key)),
    supportFor(facts.systems, target),
    { name: PREFIX, path: "", at: "" },
    context,
    1,
  );
}

const below = ({ name, path, at }: Place, key: string): Place => ({
  name: `${name}.${key}`,
  path: path === "" ? key : `${path}.${key}`,
  at: at === "" ? key : `${at}.${key}`,
});

function fieldsOf(
  keys: readonly KeyFacts[],
  around: Support | false | undefined,
  place: Place,
  context: Context,
  level: number,
): SchemaField[] {
  return keys.flatMap((key) => {
    const support = inherit(around, supportFor(key.systems, context.target));
    if (key.key === "ANY" || obstacle("", support, context.target) !== null) return [];
    return [fieldOf(key, support, below(place, key.key), context, level)];
  });
}

function fieldOf(
  key: KeyFacts,
  support: Support | false | undefined,
  place: Place,
  context: Context,
  level: number,
): SchemaField {
  const help = context.words[place.at];
  const own = {
    key: key.key,
    name: place.name,
    path: place.path,
    label: inWords(key.key),
    ...(help === undefined ? {} : { help }),
    required: key.required === true,
  };
  const keys = keysBelow(key, context.shapes);
  switch (key.type) {
    case "boolean":
      return { ...own, kind: "yes or no", ...(typeof key.default === "boolean" ? { default: key.default } : {}) };
    case "integer":
    case "real":
      if (key.values !== undefined) return { ...own, kind: "choice", options: key.values };
      return { ...own, kind: "number", whole: key.type === "integer", ...key.range };
    case "date":
      return { ...own, kind: "time" };
    case "data":
      return { ...own, kind: "file" };
    case "string": {
      const options = key.values ?? known(keys, context.target);
      if (options !== undefined) return { ...own, kind: "choice", options };
      const { format } = key;
      return {
        ...own,
        kind: "text",
        secret: isSecretKey(key.key),
        ...(format === undefined ? {} : { pattern: format }),
      };
    }
    case "dictionary": {
      const free = keys === undefined || keys.some((one) => one.key === "ANY") || level > MAX_LEVELS;
      if (free) return { ...own, kind: "json" };
      return { ...own, kind: "group", fields: fieldsOf(keys, support, place, context, level + 1) };
    }
    case "array":
      return listOf(key, keys, support, place, context, level, own);
    case "any":
      return { ...own, kind: "json" };
  }
}

/** The texts that a string may be, where the schema knows them. */
function known(keys: readonly KeyFacts[] | undefined, target: CommandTarget): string[] | undefined {
  if (keys === undefined || keys.some(({ key }) => key === "ANY")) return undefined;
  return keys.filter(({ systems }) => obstacle("", supportFor(systems, target), target) === null).map(({ key }) => key);
}

type Own = Pick<SchemaField, "key" | "name" | "path" | "label" | "required"> & { help?: string };

function listOf(
  key: KeyFacts,
  keys: readonly KeyFacts[] | undefined,
  around: Support | false | undefined,
  place: Place,
  context: Context,
  level: number,
  own: Own,
): SchemaField {
  const kinds = (keys ?? []).flatMap((kind) => {
    const support = inherit(around, supportFor(kind.systems, context.target));
    return obstacle("", support, context.target) === null ? [{ kind, support }] : [];
  });
  const [first] = kinds;
  if (first === undefined || level > MAX_LEVELS) return { ...own, kind: "json" };
  if (first.kind.type !== "dictionary") {
    const options = first.kind.values?.filter((one) => typeof one === "string") ??
      (first.kind.type === "string" ? known(keysBelow(first.kind, context.shapes), context.target) : undefined);
    if (options !== undefined) return { ...own, kind: "checks", options };
    if (first.kind.type !== "string" && first.kind.type !== "integer") return { ...own, kind: "json" };
    return { ...own, kind: "lines", whole: first.kind.type === "integer" };
  }
  const several = kinds.length > 1;
  const indexes = itemsOf(place.name, context.input) ??
    (key.required === true && !several ? [{ index: 0, kind: first.kind.key }] : []);
  const items = indexes.flatMap(({ index, kind: name }, position) => {
    const chosen = kinds.find(({ kind }) => kind.key === name);
    if (chosen === undefined) return [];
    const { kind, support } = chosen;
    const here = {
      name: `${place.name}.${index}`,
      path: `${place.path}.${position}`,
      at: `${place.at}.${kind.key}`,
    };
    const help = context.words[here.at];
    const fields = fieldsOf(keysBelow(kind, context.shapes) ?? [], support, here, context, level + 1)
      .map((field): SchemaField => {
        const fixed = several && field.kind === "choice" && field.required && field.options.length === 1;
        return fixed ? { ...field, kind: "fixed", value: field.options[0] ?? "" } : field;
      });
    return [{
      key: kind.key,
      name: here.name,
      path: here.path,
      label: several ? inWords(kind.key) : `${own.label} ${position + 1}`,
      ...(help === undefined ? {} : { help }),
      required: true,
      kind: "group" as const,
      fields,
    }];
  });
  return {
    ...own,
    kind: "list",
    items,
    kinds: kinds.map(({ kind }) => [kind.key, several ? inWords(kind.key) : own.label] as const),
  };
}

/** Returns the items that a form has for a list: each is named by its index, and its value is its kind. */
function itemsOf(name: string, input: SchemaInput | undefined): { index: number; kind: string }[] | undefined {
  if (input === undefined) return undefined;
  const items = input.names().flatMap((one) => {
    const index = one.startsWith(`${name}.`) ? one.slice(name.length + 1) : "";
    return /^[0-9]{1,3}$/.test(index) ? [{ index: Number(index), kind: input.text(one) }] : [];
  });
  const removed = input.text("less");
  const left = items.filter(({ index }) => `${name}.${index}` !== removed).slice(0, MAX_ITEMS);
  if (input.text("more") !== name) return left;
  const next = Math.max(-1, ...items.map(({ index }) => index)) + 1;
  return [...left, { index: next, kind: input.text(`${name}.new`) }];
}

const NUMBER = /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/;
/** Stands for a value that is not given. */
const NONE = Symbol();

/** Returns the arguments of a submitted form. An empty field is an absent argument; what is invalid stays a text. */
export function schemaArguments(fields: readonly SchemaField[], input: SchemaInput): JsonObject {
  return Object.fromEntries(fields.flatMap((field): [string, Json][] => {
    const value = valueOf(field, input);
    return value === NONE ? [] : [[field.key, value]];
  }));
}

function valueOf(field: SchemaField, input: SchemaInput): Json | typeof NONE {
  const text = input.text(field.name);
  switch (field.kind) {
    case "fixed":
      return field.value;
    case "group": {
      const inside = schemaArguments(field.fields, input);
      return field.required || Object.keys(inside).length > 0 ? inside : NONE;
    }
    case "list":
      return field.items.length === 0
        ? field.required ? [] : NONE
        : field.items.map((item) => schemaArguments(item.fields, input));
    case "checks": {
      const chosen = input.texts(field.name).filter((one) => field.options.includes(one));
      return chosen.length > 0 || field.required ? chosen : NONE;
    }
    case "file": {
      const file = input.upload(field.name);
      return file === undefined ? NONE : file.bytes.toBase64();
    }
    case "lines": {
      const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
      if (lines.length === 0) return NONE;
      return lines.map((line) => field.whole && NUMBER.test(line) ? Number(line) : line);
    }
    default:
      return text === "" ? NONE : scalarOf(field, text);
  }
}

function scalarOf(field: SchemaField, text: string): Json {
  switch (field.kind) {
    case "yes or no":
      return text === "yes" ? true : text === "no" ? false : text;
    case "number":
      return NUMBER.test(text) ? Number(text) : text;
    case "choice":
      return field.options.find((option) => String(option) === text) ?? text;
    case "time":
      return timeOf(text);
    case "json":
      return jsonOf(text);
    default:
      return text;
  }
}

/** What a browser writes for a time, in UTC. */
const timeOf = (text: string): string => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text) ? utc(text) : text;
const utc = (text: string): string => `${text.length === 16 ? `${text}:00` : text}Z`;

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
