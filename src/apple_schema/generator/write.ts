/**
 * Tables of facts as TypeScript.
 *
 * Promise: the same facts give the same bytes, formatted as `deno fmt` would leave them.
 *
 * @module
 */

import { join } from "node:path";
import type { Facts } from "./read.ts";

/** A value that can be written. */
type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

const WIDTH = 120;

/** The generated files: the name and the export of each, its type, and its subject. */
const TABLES = [
  { file: "declarations", name: "declarations", type: "DeclarationFacts", about: "declarations" },
  { file: "credentials", name: "credentials", type: "CredentialFacts", about: "documents behind credential assets" },
  { file: "status", name: "status", type: "StatusItemFacts", about: "status items" },
  { file: "commands", name: "commands", type: "CommandFacts", about: "commands" },
  {
    file: "command_responses",
    name: "commandResponses",
    type: "ResponseFacts",
    about: "the answers to commands",
  },
  { file: "command_words", name: "commandWords", type: "CommandWords", about: "commands, in Apple's words" },
  { file: "profiles", name: "profiles", type: "ProfileForms", about: "payloads of profiles" },
  {
    file: "skip_keys",
    name: "skipKeys",
    type: "SkipKeyFacts",
    about: "the panes of Setup Assistant that can be skipped",
  },
] as const;

/** Returns the text of each generated file, by its name. */
export function factFiles(facts: Facts): Map<string, string> {
  const files = new Map<string, string>(TABLES.map(({ file, name, type, about }) => {
    const table: Value = facts[name];
    const imports = ["FactTable", type].sort().join(", ");
    return [
      `${file}.ts`,
      `/**
 * Facts about ${about}, of Apple's device management schema. Written by \`deno task schema\`: do not edit.
 *
 * @module
 */

import type { ${imports} } from "../types.ts";

export const ${name}: FactTable<${type}> = ${literal(table, 0, `export const ${name}: FactTable<${type}> = `.length)};
`,
    ];
  }));
  // The schema's license must accompany the facts that are taken from it.
  if (facts.license !== undefined) files.set("LICENSE.txt", facts.license);
  return files;
}

/** Writes the files into `folder`. Returns their names with their sizes in bytes. */
export async function writeFacts(facts: Facts, folder: string): Promise<[string, number][]> {
  await Deno.mkdir(folder, { recursive: true });
  const sizes: [string, number][] = [];
  for (const [name, text] of factFiles(facts)) {
    const bytes = new TextEncoder().encode(text);
    await Deno.writeFile(join(folder, name), bytes);
    sizes.push([name, bytes.length]);
  }
  return sizes;
}

/** Returns `value` as an expression that begins at `column` of a line with `depth` levels of indentation. */
function literal(value: Value, depth: number, column: number): string {
  const short = oneLine(value);
  // One more for the comma.
  if (depth > 0 && column + short.length + 1 <= WIDTH) return short;
  const inner = "  ".repeat(depth + 1);
  const outer = "  ".repeat(depth);
  if (isList(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => `${inner}${literal(item, depth + 1, inner.length)},\n`).join("")}${outer}]`;
  }
  if (typeof value === "object") {
    const lines = Object.entries(value).map(([key, item]) => {
      const start = `${inner}${name(key)}: `;
      const text = literal(item, depth + 1, start.length);
      // A text that is too long for the rest of the line has one of its own.
      const below = typeof item === "string" && start.length + text.length + 1 > WIDTH;
      return below ? `${start.trimEnd()}\n${inner}  ${text},\n` : `${start}${text},\n`;
    });
    return lines.length === 0 ? "{}" : `{\n${lines.join("")}${outer}}`;
  }
  return short;
}

function oneLine(value: Value): string {
  if (isList(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, item]) => `${name(key)}: ${oneLine(item)}`);
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

/** In single quotes where that needs no escapes and double quotes do. */
function quoted(text: string): string {
  const double = JSON.stringify(text);
  return /^[^'\\]*$/.test(text) && text.includes('"') ? `'${double.slice(1, -1).replaceAll('\\"', '"')}'` : double;
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

const name = (key: string): string => /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(key) ? key : JSON.stringify(key);
