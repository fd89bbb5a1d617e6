/**
 * Stored inputs: accepted ones of each reader, and ones that once crashed a reader.
 *
 * A folder for each reader. `taken-*` are accepted inputs that the code of the table cannot create identically in every
 * run, because they are signed; `crash-*` are cases of fixed crashes.
 *
 * @module
 */

import type { Bytes, ReaderTarget } from "./readers/reader.ts";

const FOLDER = new URL("corpus/", import.meta.url);

/** A file of the corpus. */
export type CorpusFile = { name: string; input: Bytes };

/** A reader's name as that of a folder: "property list, XML" is "property-list-xml". */
export const folderName = (name: string): string =>
  name.toLowerCase().split(/[^a-z0-9]/).filter((part) => part !== "").join("-");

/** Returns the stored inputs of a reader, in order of the names. */
export function corpusOf(name: string): CorpusFile[] {
  const folder = new URL(`${folderName(name)}/`, FOLDER);
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map((entry) => entry.name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return names.map((file) => ({ name: file, input: Deno.readFileSync(new URL(file, folder)) }));
}

/** Everything that mutations of a reader's inputs begin with. */
export function seedsOf(target: Pick<ReaderTarget, "name" | "seeds">): Bytes[] {
  return [...target.seeds(), ...corpusOf(target.name).map(({ input }) => input)];
}
