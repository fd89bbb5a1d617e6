/**
 * Files of tests that share an isolate. Each isolate loads and compiles the whole server, which takes longer than many a
 * test.
 *
 * @module
 */

import { basename } from "node:path";

/** The weight of a group at most: enough to share, little enough that the last groups do not run alone for long. */
const WEIGHT = 40;

/** A file whose tests talk to devices or use a browser takes about twice as long as another. */
const weightOf = (file: string) => /^(?:e2e|pages)\//.test(file) ? 2 : 1;

/**
 * Files in isolates of their own: they measure time or memory, change what others load, or take so long that they start
 * first. In this order, so that those that mostly wait run beside those that work.
 */
const ALONE = [
  "killed_jobs_test.ts",
  "killed_apple_jobs_test.ts",
  "attacked_ports_test.ts",
  "linear_readers_test.ts",
  "demo_test.ts",
  "large_packages_test.ts",
  "large_files_test.ts",
  "one_file_test.ts",
];

/** The files of one isolate, and a name for them in one word: `./tests/{db/budgets…db/query}_test.ts`. */
export type Group = { name: string; files: string[] };

const stem = (file: string | undefined) => file?.replace(/_test\.tsx?$/, "");

/** Returns the groups of test files, given as paths below `tests/`: those alone first, then neighbors together. */
export function groupsOf(files: readonly string[]): Group[] {
  const place = (file: string) => ALONE.indexOf(basename(file));
  const alone = files.filter((file) => place(file) !== -1).toSorted((a, b) => place(a) - place(b));
  const groups: string[][] = [];
  let weight = WEIGHT;
  for (const file of files.filter((file) => place(file) === -1).toSorted()) {
    weight += weightOf(file);
    if (weight > WEIGHT) {
      groups.push([]);
      weight = weightOf(file);
    }
    groups.at(-1)?.push(file);
  }
  return [
    ...alone.map((file) => ({ name: `./tests/${file}`, files: [file] })),
    ...groups.map((some) => ({ name: `./tests/{${stem(some[0])}…${stem(some.at(-1))}}_test.ts`, files: some })),
  ];
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
