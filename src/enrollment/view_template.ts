/**
 * Custom views: the pages that operators write for devices that enroll, as templates.
 *
 * The language is the simplest part of Django's: `{{ variable|filter }}`, `{% if %}`, `{% for %}`, comments. A template reads
 * the values that it is given and nothing else, runs no code, and takes time in proportion to its length. Everything that
 * it inserts is escaped. What it does not know is refused when the view is saved, not when a device shows it.
 *
 * @module
 */

import { type Expression, textOf, truthOf, type Value, valueOf } from "./view_expression.ts";
import { parseView, type ViewNode, ViewSyntaxError } from "./view_syntax.ts";

/** The values that a view may show. */
export type ViewValues = {
  /** The language of the device, as in "en-US"; "" when it named none. */
  payload_language: string;
  /** The first language that the web view accepts; "" when it named none. */
  request_language: string;
  authenticated: boolean;
  realm_user: null;
  serial_number: string;
};

/** Characters of a value. A longer one is cut: what a device says cannot make a page large. */
const LONGEST_VALUE = 64;
/** Characters of a page. */
const LARGEST_PAGE = 4_000_000;
/** Characters that one becomes at most: three in upper case, each escaped. */
const WIDEST = 18;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
};

/** The attack: a value of a device that ends an attribute or opens a tag in a page of our origin. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

const scopeOf = (values: ViewValues): Map<string, Value> =>
  new Map<string, Value>(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "string" ? Array.from(value).slice(0, LONGEST_VALUE).join("") : value,
    ]),
  );

function write(nodes: readonly ViewNode[], scope: Map<string, Value>, out: string[]): void {
  for (const node of nodes) {
    switch (node.kind) {
      case "text":
        out.push(node.text);
        break;
      case "output":
        out.push(escaped(textOf(valueOf(node.value, scope, ""))));
        break;
      case "if":
        write(node.branches.find(({ when }) => truthOf(when, scope))?.nodes ?? node.otherwise, scope, out);
        break;
      case "for":
        writeLoop(node, scope, out);
        break;
    }
  }
}

function writeLoop(node: Extract<ViewNode, { kind: "for" }>, scope: Map<string, Value>, out: string[]): void {
  const list = valueOf(node.list, scope);
  const items = typeof list === "string" ? Array.from(list).slice(0, LONGEST_VALUE) : [];
  if (items.length === 0) write(node.otherwise, scope, out);
  for (const [index, item] of items.entries()) {
    const inner = new Map(scope);
    inner.set(node.name, item);
    inner.set("forloop.counter", index + 1);
    inner.set("forloop.counter0", index);
    inner.set("forloop.first", index === 0);
    inner.set("forloop.last", index === items.length - 1);
    write(node.nodes, inner, out);
  }
}

/** Returns the most characters that a value can have: those of the device's words, or of the longest text in it. */
function longest(value: Expression): number {
  const texts = [value.of, ...value.filters.map(({ argument }) => argument)];
  return Math.max(LONGEST_VALUE, ...texts.map((text) => typeof text === "string" ? text.length : 0)) * WIDEST;
}

/** Returns the most characters that a template can become. */
function largest(nodes: readonly ViewNode[]): number {
  return nodes.reduce((sum, node) => {
    switch (node.kind) {
      case "text":
        return sum + node.text.length;
      case "output":
        return sum + longest(node.value);
      case "if":
        return sum + Math.max(largest(node.otherwise), ...node.branches.map((branch) => largest(branch.nodes)));
      case "for":
        return sum + Math.max(largest(node.otherwise), LONGEST_VALUE * largest(node.nodes));
    }
  }, 0);
}

/** Returns what is wrong with a template as a sentence, or undefined. */
export function viewTemplateFault(html: string): string | undefined {
  try {
    return largest(parseView(html)) <= LARGEST_PAGE
      ? undefined
      : `The page can become larger than ${LARGEST_PAGE} characters. Write less inside of its loops.`;
  } catch (error) {
    if (error instanceof ViewSyntaxError) return error.message;
    throw error;
  }
}

/**
 * Returns the page of a template for one device. Pure; linear in the length of the template. Throws `ViewSyntaxError` for a
 * template with a fault (`viewTemplateFault`): none is saved.
 *
 * @example
 * renderView("{% if 'fr' in payload_language %}Bonjour{% else %}Hello{% endif %}", values); // "Bonjour"
 */
export function renderView(html: string, values: ViewValues): string {
  const out: string[] = [];
  write(parseView(html), scopeOf(values), out);
  return out.join("");
}
