/**
 * The syntax of custom views: a template as a tree. Pure; reads a template once, from its beginning to its end.
 *
 * @module
 */

import { foreignText } from "../foreign_text.ts";
import { type Condition, type Expression, type FilterName, FILTERS, type Value } from "./view_expression.ts";

/** A part of a template. */
export type ViewNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly value: Expression }
  | {
    readonly kind: "if";
    readonly branches: { readonly when: Condition; readonly nodes: ViewNode[] }[];
    readonly otherwise: ViewNode[];
  }
  | {
    readonly kind: "for";
    readonly name: string;
    readonly list: Expression;
    readonly nodes: ViewNode[];
    readonly otherwise: ViewNode[];
  };

/** A template that cannot be read. The message is a sentence for its author, with the line. */
export class ViewSyntaxError extends Error {
  override readonly name = "ViewSyntaxError";
}

/** The variables of every view; of a signed-in user, these parts. */
const VIEW_VARIABLES = [
  "payload_language",
  "request_language",
  "authenticated",
  "realm_user",
  "realm_user.username",
  "realm_user.email",
  "realm_user.first_name",
  "realm_user.last_name",
  "serial_number",
] as const;
const LOOP_VARIABLES = ["forloop.counter", "forloop.counter0", "forloop.first", "forloop.last"];

/** Characters between the braces of a tag, and blocks inside each other. */
const LONGEST_TAG = 1_000;
const DEEPEST = 20;

const CLOSING: Readonly<Record<string, string>> = { "{{": "}}", "{%": "%}", "{#": "#}" };

/** A block that is open, and where its parts go. */
type Open = { node: Extract<ViewNode, { kind: "if" | "for" }>; line: number; into: ViewNode[]; ended: boolean };

/** Returns the tree of a template. Throws `ViewSyntaxError`. */
export function parseView(html: string): ViewNode[] {
  const root: ViewNode[] = [];
  const stack: Open[] = [];
  let line = 1;
  let counted = 0;
  let comment: number | undefined;
  const lineAt = (position: number) => {
    for (; counted < position; counted++) if (html.charCodeAt(counted) === 10) line++;
    return line;
  };
  const add = (node: ViewNode) => {
    if (comment === undefined) (stack.at(-1)?.into ?? root).push(node);
  };
  let position = 0;
  while (position < html.length) {
    const start = nextTag(html, position);
    if (start > position) add({ kind: "text", text: html.slice(position, start) });
    if (start === html.length) break;
    const opening = html.slice(start, start + 2);
    const closing = CLOSING[opening] ?? "";
    const end = html.indexOf(closing, start + 2);
    const inner = end < 0 ? "" : html.slice(start + 2, end);
    const at = lineAt(start);
    if (end < 0) throw fault(at, `"${opening}" is not closed by "${closing}"`);
    position = end + 2;
    if (opening === "{#") continue;
    if (comment !== undefined) {
      if (opening === "{%" && inner.trim() === "endcomment") comment = undefined;
      continue;
    }
    if (inner.includes("\n")) throw fault(at, `"${opening}" and "${closing}" are on different lines`);
    if (inner.length > LONGEST_TAG) throw fault(at, `a tag is longer than ${LONGEST_TAG} characters`);
    const tag: Tag = { line: at, words: wordsOf(at, inner), next: 0, known: knownIn(stack) };
    if (opening === "{{") {
      add({ kind: "output", value: expression(tag) });
      nothingMore(tag);
    } else if (tag.words[0] === "comment") comment = at;
    else readBlock(tag, stack, add);
  }
  if (comment !== undefined) throw fault(comment, `"comment" is not ended by "endcomment"`);
  const open = stack.at(-1);
  if (open !== undefined) throw fault(open.line, `"${open.node.kind}" is not ended by "end${open.node.kind}"`);
  return root;
}

/** Returns the position of the next tag, or the end. */
function nextTag(html: string, from: number): number {
  for (let at = html.indexOf("{", from); at >= 0; at = html.indexOf("{", at + 1)) {
    if (CLOSING[html.slice(at, at + 2)] !== undefined) return at;
  }
  return html.length;
}

const fault = (line: number, what: string) => new ViewSyntaxError(`Line ${line}: ${what}.`);

type Tag = { line: number; words: string[]; next: number; known: ReadonlySet<string> };

const knownIn = (stack: readonly Open[]): ReadonlySet<string> =>
  new Set([
    ...VIEW_VARIABLES,
    ...stack.flatMap(({ node, into }) =>
      node.kind === "for" && into === node.nodes ? [node.name, ...LOOP_VARIABLES] : []
    ),
  ]);

/** A text in quotes, a name or number, an operator or sign; anything else is a fault. */
const WORD = /\s*(?:("[^"]*"|'[^']*')|([A-Za-z_][\w.]*|-?[0-9]+)|(==|!=|[|:])|(\S))/y;

function wordsOf(line: number, text: string): string[] {
  const words: string[] = [];
  const end = text.trimEnd().length;
  WORD.lastIndex = 0;
  while (WORD.lastIndex < end) {
    const [, quoted, name, sign, other = ""] = WORD.exec(text) ?? [];
    const word = quoted ?? name ?? sign;
    if (word === undefined) throw fault(line, `"${foreignText(other)}" is not part of the template language`);
    words.push(word);
  }
  return words;
}

const wordAt = (tag: Tag, index = tag.next): string | undefined => tag.words[index];

function nothingMore(tag: Tag): void {
  const word = wordAt(tag);
  if (word !== undefined) throw fault(tag.line, `${shown(word)} is not expected here`);
}

const shown = (word: string | undefined): string =>
  word === undefined ? "the end of the tag" : `"${foreignText(word)}"`;

function readBlock(tag: Tag, stack: Open[], add: (node: ViewNode) => void): void {
  const open = stack.at(-1);
  const name = wordAt(tag);
  tag.next++;
  const unexpected = () => fault(tag.line, `${shown(name)} stands outside of its block`);
  switch (name) {
    case "if":
    case "for": {
      if (stack.length >= DEEPEST) throw fault(tag.line, `there are more than ${DEEPEST} blocks inside each other`);
      const node = name === "if" ? ifBlock(tag) : forBlock(tag, stack);
      add(node);
      const into = node.kind === "if" ? node.branches[0]?.nodes ?? node.otherwise : node.nodes;
      stack.push({ node, line: tag.line, into, ended: false });
      break;
    }
    case "elif": {
      if (open?.node.kind !== "if" || open.ended) throw unexpected();
      const branch = { when: condition(tag), nodes: [] };
      open.node.branches.push(branch);
      open.into = branch.nodes;
      break;
    }
    case "else":
    case "empty":
      if (open?.node.kind !== (name === "else" ? "if" : "for") || open?.ended !== false) throw unexpected();
      open.into = open.node.otherwise;
      open.ended = true;
      break;
    case "endif":
    case "endfor":
      if (open === undefined || `end${open.node.kind}` !== name) throw unexpected();
      stack.pop();
      break;
    case "csrf_token":
      // Templates from elsewhere have it in their forms. The page needs none: the visit is known by its cookie.
      break;
    default:
      throw fault(tag.line, `the tag ${shown(name)} is not available. Use if, elif, else, for, empty or comment`);
  }
  nothingMore(tag);
}

const ifBlock = (tag: Tag): Extract<ViewNode, { kind: "if" }> => ({
  kind: "if",
  branches: [{ when: condition(tag), nodes: [] }],
  otherwise: [],
});

function forBlock(tag: Tag, stack: readonly Open[]): Extract<ViewNode, { kind: "for" }> {
  // One inside another would take the square of the time.
  if (stack.some(({ node }) => node.kind === "for")) {
    throw fault(tag.line, `a "for" inside of a "for" is not available`);
  }
  const [name = "", word] = [wordAt(tag), wordAt(tag, tag.next + 1)];
  if (!/^[A-Za-z_]\w*$/.test(name) || word !== "in") throw fault(tag.line, `"for" should be like "for item in list"`);
  tag.next += 2;
  return { kind: "for", name, list: expression(tag), nodes: [], otherwise: [] };
}

const LITERALS: Readonly<Record<string, Value>> = { True: true, False: false, None: null };

function atom(tag: Tag, word: string | undefined): Expression["of"] {
  if (word === undefined || /^([|:=!]|(?:and|or|not|in|is)$)/.test(word)) {
    throw fault(tag.line, `${shown(word)} is not expected here, a variable or a text is`);
  }
  if (/^["']/.test(word)) return word.slice(1, -1);
  if (/^-?[0-9]/.test(word)) return Number(word);
  if (Object.hasOwn(LITERALS, word)) return LITERALS[word] ?? null;
  if (tag.known.has(word)) return { variable: word };
  throw fault(tag.line, `${shown(word)} is not a variable of this page. Use ${VIEW_VARIABLES.join(", ")}`);
}

const isFilter = (name: string): name is FilterName => Object.hasOwn(FILTERS, name);

function expression(tag: Tag): Expression {
  const of = atom(tag, wordAt(tag));
  tag.next++;
  const filters: { name: FilterName; argument: Value }[] = [];
  while (wordAt(tag) === "|") {
    const name = wordAt(tag, tag.next + 1) ?? "";
    if (!isFilter(name)) {
      throw fault(tag.line, `the filter ${shown(name)} is not available. Use ${Object.keys(FILTERS).join(", ")}`);
    }
    tag.next += 2;
    let argument: Value = null;
    const takes: ((argument: Value) => boolean) | undefined = FILTERS[name].argument;
    if (wordAt(tag) === ":") {
      const given = atom(tag, wordAt(tag, tag.next + 1));
      if (typeof given === "object" && given !== null) {
        throw fault(tag.line, `the filter "${name}" takes a text, not a variable`);
      }
      argument = given;
      tag.next += 2;
      if (takes?.(argument) !== true) throw fault(tag.line, `the filter "${name}" does not take this argument`);
    } else if (takes !== undefined) throw fault(tag.line, `the filter "${name}" needs an argument`);
    filters.push({ name, argument });
  }
  return { of, filters };
}

/** `or` binds less than `and`, and that less than `not`, as in Django. There are no brackets. */
function condition(tag: Tag): Condition {
  return joined(tag, "or", () => joined(tag, "and", () => negated(tag)));
}

function joined(tag: Tag, word: "and" | "or", part: () => Condition): Condition {
  const first = part();
  if (wordAt(tag) !== word) return first;
  const of = [first];
  while (wordAt(tag) === word) {
    tag.next++;
    of.push(part());
  }
  return { kind: word, of };
}

function negated(tag: Tag): Condition {
  let not = false;
  while (wordAt(tag) === "not") {
    not = !not;
    tag.next++;
  }
  const found = comparison(tag);
  return not ? { kind: "not", of: found } : found;
}

function comparison(tag: Tag): Condition {
  const left = expression(tag);
  const kind = comparator(tag);
  return kind === undefined ? { kind: "value", value: left } : { kind, left, right: expression(tag) };
}

function comparator(tag: Tag): Extract<Condition, { left: Expression }>["kind"] | undefined {
  const word = wordAt(tag);
  if (word === "not" && wordAt(tag, tag.next + 1) === "in") {
    tag.next += 2;
    return "not in";
  }
  if (word !== "==" && word !== "!=" && word !== "in") return undefined;
  tag.next++;
  return word;
}
