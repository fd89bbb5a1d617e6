/**
 * Files of tests that share an isolate. Each isolate loads and compiles the whole server, which takes longer than many a
 * test.
 *
 * @module
 */

import { basename } from "node:path";

/** Files in a group at most: long enough to share, short enough that the last groups do not run alone for long. */
const SIZE = 40;

/** Files in isolates of their own: they measure time or memory, change what others load, or take so long that they start first. */
const ALONE = new Set([
  "attacked_ports_test.ts",
  "demo_test.ts",
  "killed_apple_jobs_test.ts",
  "killed_jobs_test.ts",
  "large_files_test.ts",
  "large_packages_test.ts",
  "linear_readers_test.ts",
  "one_file_test.ts",
]);

/** The files of one isolate, and a name for them in one word: `./tests/{db/budgets…db/query}_test.ts`. */
export type Group = { name: string; files: string[] };

const stem = (file: string | undefined) => file?.replace(/_test\.tsx?$/, "");

/** Returns the groups of test files, given as paths below `tests/`: neighbors together, those alone first. */
export function groupsOf(files: readonly string[]): Group[] {
  const isAlone = (file: string) => ALONE.has(basename(file));
  const groups: Group[] = files.filter(isAlone).toSorted().map((file) => ({ name: `./tests/${file}`, files: [file] }));
  const others = files.filter((file) => !isAlone(file)).toSorted();
  for (let at = 0; at < others.length; at += SIZE) {
    const some = others.slice(at, at + SIZE);
    groups.push({ name: `./tests/{${stem(some[0])}…${stem(some.at(-1))}}_test.ts`, files: some });
  }
  return groups;
}

/** Returns the test files under a folder, as paths below it. */
export async function testFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...(await testFiles(`${folder}/${name}`)).map((file) => `${name}/${file}`));
    else if (/_test\.tsx?$/.test(name)) files.push(name);
  }
  return files;
}

/** Writes a module into `folder` for each group, which loads its files. Returns the names of groups by module. */
export async function writeGroups(folder: string, tests: URL): Promise<Map<string, string>> {
  const named = new Map<string, string>();
  for (const { name, files } of groupsOf(await testFiles(tests.pathname))) {
    const module = `${folder}/group_${named.size}_test.ts`;
    const imports = files.map((file) => `import ${JSON.stringify(new URL(file, tests).href)};\n`);
    await Deno.writeTextFile(module, imports.join(""));
    named.set(module, name);
  }
  return named;
}
