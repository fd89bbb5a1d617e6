/**
 * The common parts of every operator's command: `--help`, options, and errors as sentences on standard error.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { Problem } from "../errors.ts";

/** Arguments that a command does not understand; the message says what was found and what is expected. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The options of a command: texts, flags, and positional arguments. */
export type Options = {
  texts: ReadonlyMap<string, string>;
  flags: ReadonlySet<string>;
  words: readonly string[];
};

/** The options of a command; `shorts` are one-letter names. */
export type Known = { texts: string[]; flags: string[]; shorts?: Record<string, string>; words?: boolean };

/** Parses `--name value` and `--flag`. Throws UsageError for unknown, contradictory or incomplete options. */
export function parseOptions(args: readonly string[], known: Known): Options {
  const short = (name: string) => {
    const letter = known.shorts?.[name];
    return letter === undefined ? {} : { short: letter };
  };
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: known.words === true,
      options: {
        ...Object.fromEntries(known.texts.map((name) => [name, { type: "string" as const, ...short(name) }])),
        ...Object.fromEntries(
          [...known.flags, "help"].map((name) => [name, { type: "boolean" as const, ...short(name) }]),
        ),
      },
    });
    const texts = new Map<string, string>();
    const flags = new Set<string>();
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "string") texts.set(name, value);
      else if (value === true) flags.add(name);
    }
    return { texts, flags, words: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "Cannot read the options");
  }
}

/** Returns the sentences for an operator about something that went wrong; undefined for an unexpected error. */
export function explain(error: unknown): string | undefined {
  if (error instanceof Problem) {
    const { fields, list } = error.details;
    if (fields !== undefined) {
      return Object.entries(fields).map(([name, messages]) => `${name}: ${messages.join(" ")}`).join("\n");
    }
    return list?.join("\n") ?? error.message;
  }
  if (
    error instanceof Error &&
    ["UsageError", "ConfigError", "EmbeddedError", "SecretError", "MdmCertsError", "DatabaseMissing"].includes(
      error.name,
    )
  ) {
    return error.message;
  }
  return undefined;
}

/** Runs a command to its exit code: help on standard output, foreseen refusals on standard error. */
export async function runCommand(
  args: readonly string[],
  help: string,
  known: Known,
  run: (options: Options) => Promise<void>,
): Promise<number> {
  try {
    const options = parseOptions(args, known);
    if (options.flags.has("help")) {
      console.log(help);
      return 0;
    }
    await run(options);
    return 0;
  } catch (error) {
    const sentences = explain(error);
    if (sentences === undefined) throw error;
    console.error(sentences);
    if (error instanceof UsageError) console.error("Try --help.");
    return error instanceof UsageError ? 2 : 1;
  }
}
