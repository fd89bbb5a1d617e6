/**
 * The fields of a command's form, derived from the arguments that a target accepts.
 *
 * Pure.
 *
 * @module
 */

import { z } from "zod";
import type { Json } from "../protocol/plist_json.ts";
import type { FieldWords } from "./by_hand.ts";
import type { CommandTarget } from "./command.ts";
import type { AnyCommand } from "./registry.ts";

/** A field of a form. */
export type FormField =
  & { readonly name: string; readonly label: string; readonly help?: string; readonly required: boolean }
  & (
    | {
      readonly kind: "text";
      /** Whether browsers must not offer earlier input. */
      readonly secret: boolean;
      /** Whether it consists of digits. */
      readonly digits: boolean;
      readonly maxlength?: number;
      /** The pattern of an HTML input. */
      readonly pattern?: string;
    }
    | { readonly kind: "lines" }
    | { readonly kind: "check" }
    /** Values and their labels. */
    | { readonly kind: "choice"; readonly options: readonly (readonly [string, string])[] }
    | { readonly kind: "number"; readonly whole: boolean; readonly min?: number; readonly max?: number }
  );

type Schema = z.core.JSONSchema.BaseSchema;

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;

/** A pattern that determines the length of a text: `[0-9]{6}`. */
const FIXED_LENGTH = /^\[[^\]]{1,40}\]\{([0-9]{1,4})\}$/;

function textField(schema: Schema, words: FieldWords, secret: boolean) {
  const pattern = words.pattern ?? schema.pattern?.replace(/^\^/, "").replace(/\$$/, "");
  const length = pattern === undefined ? undefined : FIXED_LENGTH.exec(pattern)?.[1];
  const maxlength = length === undefined ? schema.maxLength : Number(length);
  return {
    kind: "text",
    secret,
    digits: pattern?.startsWith("[0-9]") === true,
    ...(maxlength === undefined ? {} : { maxlength }),
    ...(pattern === undefined ? {} : { pattern }),
  } as const;
}

function kindOf(schema: Schema, words: FieldWords, secret: boolean) {
  if (schema.type === "boolean") return { kind: "check" } as const;
  if (schema.enum !== undefined) {
    const values = schema.enum.filter((one) => typeof one === "string");
    return { kind: "choice", options: values.map((one) => [one, words.options?.[one] ?? one] as const) } as const;
  }
  if (schema.type === "integer" || schema.type === "number") {
    // The range of exact JSON integers is not a limit that a form has to show.
    const bounded = (value: number | undefined) =>
      value !== undefined && Number.isSafeInteger(value - 1) &&
      Number.isSafeInteger(value + 1);
    const { minimum: min, maximum: max } = schema;
    return {
      kind: "number",
      whole: schema.type === "integer",
      ...(min !== undefined && bounded(min) ? { min } : {}),
      ...(max !== undefined && bounded(max) ? { max } : {}),
    } as const;
  }
  return words.lines === true ? { kind: "lines" } as const : textField(schema, words, secret);
}

/** Returns the fields of a command's form for a target, in the order of the form; none for a command without a form. */
export function formFields(command: AnyCommand, target: CommandTarget): FormField[] {
  const args = z.toJSONSchema(command.argsFor?.(target) ?? command.args, { io: "input", unrepresentable: "any" });
  return Object.entries(command.form?.fields ?? {}).flatMap(([name, words]): FormField[] => {
    const schema = args.properties?.[name];
    if (!isSchema(schema)) return [];
    const kind = kindOf(schema, words, command.secretArgs.includes(name));
    const { label, help } = words;
    return [{
      name,
      label,
      ...(help === undefined ? {} : { help }),
      required: args.required?.includes(name) === true,
      ...kind,
    }];
  });
}

/** The input of a submitted form. */
type FormValues = {
  /** The text of a field; "" when it is absent. */
  text(name: string): string;
  has(name: string): boolean;
};

const NUMBER = /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/;

/**
 * Returns the arguments from a submitted form. An empty field is an absent argument; an invalid number stays a text.
 */
export function argumentsOf(fields: readonly FormField[], values: FormValues): Record<string, Json> {
  return Object.fromEntries(fields.flatMap(({ name, kind }): [string, Json][] => {
    if (kind === "check") return [[name, values.has(name)]];
    const text = values.text(name);
    if (text === "") return [];
    return [[name, kind === "number" && NUMBER.test(text) ? Number(text) : text]];
  }));
}
