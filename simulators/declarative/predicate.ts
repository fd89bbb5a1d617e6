/**
 * Predicates of activations: whether a device follows one.
 *
 * How it differs from the real thing: of Apple's predicate language it supports comparisons of status items, properties
 * and literals, joined by AND, OR and NOT. It cannot parse anything else; a real device supports more.
 *
 * Source: Apple, "Predicate Programming Guide", and `@status` and `@property` of "activation.simple".
 *
 * @example
 * ```ts
 * const predicate = parsePredicate("@status(device.model.family) == 'iPad' AND @property(ring) IN {1, 2}");
 * holds(predicate, { status: () => "iPad", property: () => 3 }); // false
 * ```
 *
 * @module
 */

import type { Json } from "../../src/protocol/plist_json.ts";
import { PredicateError, type Token, tokensOf } from "./predicate_tokens.ts";

export { PredicateError } from "./predicate_tokens.ts";

const COMPARISONS = ["==", "!=", "<", "<=", ">", ">=", "BEGINSWITH", "ENDSWITH", "CONTAINS", "IN"] as const;
type Comparison = (typeof COMPARISONS)[number];

type Operand =
  | { kind: "literal"; value: Json }
  | { kind: "status" | "property"; name: string }
  | { kind: "list"; items: Operand[] };

/** A parsed predicate. */
export type Predicate =
  | { kind: "constant"; value: boolean }
  | { kind: "not"; of: Predicate }
  | { kind: "and" | "or"; left: Predicate; right: Predicate }
  | { kind: "comparison"; by: Comparison; left: Operand; right: Operand; fold: { case: boolean; marks: boolean } };

/** The device's values for a predicate; unknown ones are null. */
export type Answers = { status(name: string): Json; property(key: string): Json };

const SAME: Readonly<Record<string, Comparison>> = { "=": "==", "<>": "!=", "=<": "<=", "=>": ">=" };
const LITERALS: Readonly<Record<string, Json>> = {
  TRUE: true,
  YES: true,
  FALSE: false,
  NO: false,
  NIL: null,
  NULL: null,
};
const MAX_DEPTH = 100;

/** Reads a predicate. Throws PredicateError. */
export function parsePredicate(text: string): Predicate {
  const parser = new Parser(tokensOf(text));
  const predicate = parser.disjunction(0);
  parser.end();
  return predicate;
}

class Parser {
  #at = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  disjunction(depth: number): Predicate {
    if (depth > MAX_DEPTH) throw new PredicateError("parse", `Cannot read the predicate: it is nested too deep`);
    let left = this.#conjunction(depth);
    while (this.#takes("OR", "||")) left = { kind: "or", left, right: this.#conjunction(depth) };
    return left;
  }

  end(): void {
    if (this.#token.kind !== "end") throw this.#unexpected("its end");
  }

  #conjunction(depth: number): Predicate {
    let left = this.#negation(depth);
    while (this.#takes("AND", "&&")) left = { kind: "and", left, right: this.#negation(depth) };
    return left;
  }

  #negation(depth: number): Predicate {
    let negations = 0;
    while (this.#takes("NOT", "!")) negations++;
    const of = this.#single(depth);
    return negations % 2 === 0 ? of : { kind: "not", of };
  }

  #single(depth: number): Predicate {
    if (this.#takes("(")) {
      const inner = this.disjunction(depth + 1);
      if (!this.#takes(")")) throw this.#unexpected('")"');
      return inner;
    }
    if (this.#takes("TRUEPREDICATE")) return { kind: "constant", value: true };
    if (this.#takes("FALSEPREDICATE")) return { kind: "constant", value: false };
    const left = this.#operand(depth);
    const by = this.#comparison();
    const fold = this.#fold();
    return { kind: "comparison", by, left, right: this.#operand(depth), fold };
  }

  #comparison(): Comparison {
    const token = this.#token;
    const text = token.kind === "word" ? token.text.toUpperCase() : token.kind === "sign" ? token.text : "";
    const name = SAME[text] ?? text;
    const by = COMPARISONS.find((one) => one === name);
    if (by === undefined) throw this.#unexpected("a comparison");
    this.#at++;
    return by;
  }

  /** The options `[c]` and `[d]`: neither case nor marks on letters count. */
  #fold(): { case: boolean; marks: boolean } {
    const token = this.#token;
    if (token.kind !== "sign" || !token.text.startsWith("[")) return { case: false, marks: false };
    const options = token.text.slice(1, -1).toLowerCase();
    if (!/^[cd]{1,2}$/.test(options)) throw this.#unexpected('"[c]", "[d]" or "[cd]"');
    this.#at++;
    return { case: options.includes("c"), marks: options.includes("d") };
  }

  #operand(depth: number): Operand {
    if (depth > MAX_DEPTH) throw new PredicateError("parse", `Cannot read the predicate: it is nested too deep`);
    const token = this.#token;
    switch (token.kind) {
      case "text":
      case "number":
        this.#at++;
        return { kind: "literal", value: token.value };
      case "key":
        if (token.function !== "status" && token.function !== "property") throw this.#unexpected("a value");
        this.#at++;
        return { kind: token.function, name: token.argument };
      case "word": {
        const value = LITERALS[token.text.toUpperCase()];
        if (value === undefined) throw this.#unexpected("a value");
        this.#at++;
        return { kind: "literal", value };
      }
      case "sign":
        if (token.text === "{") return { kind: "list", items: this.#list(depth) };
        throw this.#unexpected("a value");
      case "end":
        throw this.#unexpected("a value");
    }
  }

  #list(depth: number): Operand[] {
    this.#at++;
    const items: Operand[] = [];
    if (this.#takes("}")) return items;
    do items.push(this.#operand(depth + 1)); while (this.#takes(","));
    if (!this.#takes("}")) throw this.#unexpected('"}"');
    return items;
  }

  get #token(): Token {
    return this.tokens[this.#at] ?? { kind: "end" };
  }

  #takes(...texts: string[]): boolean {
    const token = this.#token;
    const text = token.kind === "word" ? token.text.toUpperCase() : token.kind === "sign" ? token.text : undefined;
    if (text === undefined || !texts.includes(text)) return false;
    this.#at++;
    return true;
  }

  #unexpected(wanted: string): PredicateError {
    const token = this.#token;
    const is = token.kind === "end"
      ? "it ends"
      : token.kind === "key"
      ? `there is "@${token.function}(${token.argument})"`
      : `there is ${JSON.stringify("text" in token ? token.text : token.value)}`;
    return new PredicateError("parse", `Cannot read the predicate: ${is} where ${wanted} should be`);
  }
}

/** Whether a predicate holds. Throws PredicateError for values that cannot be compared. */
export function holds(predicate: Predicate, answers: Answers): boolean {
  switch (predicate.kind) {
    case "constant":
      return predicate.value;
    case "not":
      return !holds(predicate.of, answers);
    case "and":
      return holds(predicate.left, answers) && holds(predicate.right, answers);
    case "or":
      return holds(predicate.left, answers) || holds(predicate.right, answers);
    case "comparison": {
      const { by, fold } = predicate;
      const [left, right] = [predicate.left, predicate.right].map((one) => folded(valueOf(one, answers), fold));
      return compare(by, left ?? null, right ?? null);
    }
  }
}

function valueOf(operand: Operand, answers: Answers): Json {
  switch (operand.kind) {
    case "literal":
      return operand.value;
    case "status":
      return answers.status(operand.name);
    case "property":
      return answers.property(operand.name);
    case "list":
      return operand.items.map((item) => valueOf(item, answers));
  }
}

function folded(value: Json, fold: { case: boolean; marks: boolean }): Json {
  if (Array.isArray(value)) return value.map((item) => folded(item, fold));
  if (typeof value !== "string") return value;
  const bare = fold.marks ? value.normalize("NFD").replace(/\p{M}/gu, "") : value;
  return fold.case ? bare.toLowerCase() : bare;
}

/** True and false are 1 and 0, as numbers of the system are. */
const plain = (value: Json): Json => (typeof value === "boolean" ? Number(value) : value);

function equal(left: Json, right: Json): boolean {
  const [one, other] = [plain(left), plain(right)];
  return typeof one === "object" || typeof other === "object"
    ? JSON.stringify(one) === JSON.stringify(other)
    : one === other;
}

function compare(by: Comparison, left: Json, right: Json): boolean {
  if (by === "==") return equal(left, right);
  if (by === "!=") return !equal(left, right);
  // An unknown value is neither greater nor less, and in no list.
  if (left === null || right === null) return false;
  switch (by) {
    case "IN":
      return contains(right, left, by);
    case "CONTAINS":
      return contains(left, right, by);
    case "BEGINSWITH":
    case "ENDSWITH":
      if (typeof left !== "string" || typeof right !== "string") throw incomparable(by, left, right);
      return by === "BEGINSWITH" ? left.startsWith(right) : left.endsWith(right);
    default:
      return ordered(by, plain(left), plain(right));
  }
}

function contains(whole: Json, part: Json, by: Comparison): boolean {
  if (Array.isArray(whole)) return whole.some((item) => equal(item, part));
  if (typeof whole === "string" && typeof part === "string") return whole.includes(part);
  throw incomparable(by, whole, part);
}

function ordered(by: "<" | "<=" | ">" | ">=", left: Json, right: Json): boolean {
  let order: number;
  if (typeof left === "number" && typeof right === "number") order = left - right;
  else if (typeof left === "string" && typeof right === "string") order = left < right ? -1 : left > right ? 1 : 0;
  else throw incomparable(by, left, right);
  switch (by) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

const incomparable = (by: string, left: Json, right: Json) =>
  new PredicateError("evaluate", `Cannot compare ${JSON.stringify(left)} and ${JSON.stringify(right)} by ${by}`);
