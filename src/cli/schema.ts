/**
 * `deno task schema`: the facts under `src/apple_schema/generated`, from the schema that Apple publishes.
 *
 * @module
 */

import { SchemaError } from "../apple_schema/generator/error.ts";
import { readSchema } from "../apple_schema/generator/read.ts";
import { writeFacts } from "../apple_schema/generator/write.ts";
import { problem } from "../errors.ts";
import { type Options, runCommand, UsageError } from "./command.ts";

/** The text of `--help`. */
const HELP = `deno task schema [--out DIR] PATH

Reads Apple's device management schema (a copy of github.com/apple/device-management) in PATH, and writes what it says of
declarations, credentials, status items, commands and profiles as facts: names, types, bounds and versions, no text. Of
skip keys and commands, titles and descriptions too.

  PATH        The folder that holds the folders "declarative", "mdm" and "other".
  --out DIR   Where the files are written, src/apple_schema/generated unless told.
  --help      Shows this text.

The same schema gives the same bytes. Attributes that are not understood are named and left out.`;

/** The options of the command. */
export const KNOWN = { texts: ["out"], flags: [], words: true };

const GENERATED = new URL("../apple_schema/generated/", import.meta.url).pathname;

/** Generates the files; `say` receives what was written and what was left out. */
export async function generateSchema(options: Options, say: (line: string) => void): Promise<void> {
  const [path, ...more] = options.words;
  if (path === undefined || more.length > 0) {
    throw new UsageError(`Cannot read the schema: ${options.words.length} paths are given, it should be one`);
  }
  try {
    const facts = await readSchema(path);
    for (const [attribute, times] of facts.leftOut) say(`Left out: the attribute "${attribute}", ${times} times`);
    for (const [name, size] of await writeFacts(facts, options.texts.get("out") ?? GENERATED)) {
      say(`${name}: ${size} bytes`);
    }
  } catch (error) {
    if (error instanceof SchemaError) throw problem("refused", error.message, {}, error);
    throw error;
  }
}

if (import.meta.main) {
  Deno.exit(
    await runCommand(Deno.args, HELP, KNOWN, (options) => generateSchema(options, (line) => console.log(line))),
  );
}
