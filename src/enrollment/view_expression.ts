/**
 * The expressions of custom views: variables, texts, filters and conditions. Pure.
 *
 * @module
 */

/** A value in a view. */
export type Value = string | number | boolean | null;

/** The name of a variable. */
export type Variable = { readonly variable: string };

/** A variable, or a text, a number, True, False or None, through filters. */
export type Expression = {
  readonly of: Variable | Value;
  readonly filters: readonly { readonly name: FilterName; readonly argument: Value }[];
};

/** A condition of `{% if %}`. */
export type Condition =
  | { readonly kind: "value"; readonly value: Expression }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly kind: "==" | "!=" | "in" | "not in"; readonly left: Expression; readonly right: Expression };

/** Returns a value as Django writes it. */
export function textOf(value: Value): string {
  if (value === null) return "None";
  if (value === true) return "True";
  return value === false ? "False" : String(value);
}

/** "1:3", ":2" or "3:" of a text, as Django's filter `slice` without negative numbers. */
const SLICE = /^([0-9]{0,3}):([0-9]{0,3})$/;

function slice(value: Value, argument: Value): Value {
  const [, from = "", to = ""] = SLICE.exec(String(argument)) ?? [];
  const characters = Array.from(textOf(value));
  return characters.slice(Number(from), to === "" ? characters.length : Number(to)).join("");
}

/** The filters, and whether an argument is one that they take. */
export const FILTERS = {
  default: { argument: () => true, apply: (value: Value, argument: Value) => isTrue(value) ? value : argument },
  default_if_none: { argument: () => true, apply: (value: Value, argument: Value) => value ?? argument },
  lower: { argument: undefined, apply: (value: Value) => textOf(value).toLowerCase() },
  upper: { argument: undefined, apply: (value: Value) => textOf(value).toUpperCase() },
  escape: { argument: undefined, apply: (value: Value) => value },
  slice: { argument: (argument: Value) => typeof argument === "string" && SLICE.test(argument), apply: slice },
} as const satisfies Record<
  string,
  { argument: ((argument: Value) => boolean) | undefined; apply: (value: Value, argument: Value) => Value }
>;

/** The name of a filter. */
export type FilterName = keyof typeof FILTERS;

const isTrue = (value: Value): boolean => value !== null && value !== false && value !== "" && value !== 0;

/** Returns the value of an expression; `missing` for a variable that has none: Django writes nothing, and compares None. */
export function valueOf({ of, filters }: Expression, scope: ReadonlyMap<string, Value>, missing: Value = null): Value {
  const known = typeof of === "object" && of !== null ? scope.get(of.variable) : of;
  const start = known === undefined ? missing : known;
  return filters.reduce<Value>((value, { name, argument }) => FILTERS[name].apply(value, argument), start);
}

/** Whether a condition holds. */
export function truthOf(condition: Condition, scope: ReadonlyMap<string, Value>): boolean {
  switch (condition.kind) {
    case "value":
      return isTrue(valueOf(condition.value, scope));
    case "not":
      return !truthOf(condition.of, scope);
    case "and":
      return condition.of.every((part) => truthOf(part, scope));
    case "or":
      return condition.of.some((part) => truthOf(part, scope));
    case "==":
    case "!=":
      return (valueOf(condition.left, scope) === valueOf(condition.right, scope)) === (condition.kind === "==");
    case "in":
    case "not in": {
      const [left, right] = [valueOf(condition.left, scope), valueOf(condition.right, scope)];
      // Of other kinds, Django's condition is an error, and false.
      if (typeof left !== "string" || typeof right !== "string") return false;
      return right.includes(left) === (condition.kind === "in");
    }
  }
}
