/**
 * The words of a predicate.
 *
 * @module
 */

/** A predicate that cannot be parsed or evaluated. */
export class PredicateError extends Error {
  override readonly name = "PredicateError";
  constructor(readonly kind: "parse" | "evaluate", message: string) {
    super(message);
  }
}

/** One token: `end` follows the last one. */
export type Token =
  | { kind: "word"; text: string }
  | { kind: "sign"; text: string }
  | { kind: "text"; value: string }
  | { kind: "number"; value: number }
  /** `@status(device.model.family)` */
  | { kind: "key"; function: string; argument: string }
  | { kind: "end" };

const SPACE = /\s+/y;
const NUMBER = /-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.])/y;
const KEY = /@([A-Za-z]+)\(\s*([^\s()]+)\s*\)/y;
const WORD = /[A-Za-z_][\w]*/y;
const SIGN = /==|!=|<>|<=|>=|=<|=>|&&|\|\||[=<>!(){},]|\[[a-zA-Z]*\]/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** More are refused: a tree of them is walked by recursion. */
const MAX_TOKENS = 10_000;

/** Cuts a predicate into its words. Throws PredicateError. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (at < text.length) {
    if (tokens.length > MAX_TOKENS) throw new PredicateError("parse", "Cannot read the predicate: it is too long");
    if (take(SPACE) !== null) continue;
    const begin = at;
    const quote = text[at];
    if (quote === "'" || quote === '"') {
      const { value, end } = quoted(text, at, quote);
      tokens.push({ kind: "text", value });
      at = end;
      continue;
    }
    const number = take(NUMBER);
    if (number !== null) {
      tokens.push({ kind: "number", value: Number(number[0]) });
      continue;
    }
    const key = take(KEY);
    if (key !== null) {
      tokens.push({ kind: "key", function: key[1] ?? "", argument: key[2] ?? "" });
      continue;
    }
    const word = take(WORD);
    if (word !== null) {
      tokens.push({ kind: "word", text: word[0] });
      continue;
    }
    const sign = take(SIGN);
    if (sign === null) {
      throw new PredicateError("parse", `Cannot read the predicate at "${text.slice(begin, begin + 20)}"`);
    }
    tokens.push({ kind: "sign", text: sign[0] });
  }
  return [...tokens, { kind: "end" }];
}

function quoted(text: string, begin: number, quote: string): { value: string; end: number } {
  let value = "";
  for (let at = begin + 1; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === quote) return { value, end: at + 1 };
    if (character !== "\\") {
      value += character;
      continue;
    }
    at++;
    const escaped = text[at] ?? "";
    value += ESCAPES[escaped] ?? escaped;
  }
  throw new PredicateError("parse", `Cannot read the predicate: the text that begins with ${quote} does not end`);
}
