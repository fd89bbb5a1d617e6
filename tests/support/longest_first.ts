/**
 * The order of test files in a run of all.
 *
 * @module
 */

import { join } from "node:path";

/**
 * The files that take longest, by their path under `tests/`. They begin first: one that began last would keep the run
 * waiting while the other processors have nothing to do.
 */
const LONGEST = [
  "jobs/killed_jobs_test.ts",
  "linear_readers_test.ts",
  "pages/pages_test.ts",
  "pages/artifacts_test.ts",
  "pages/live_test.ts",
  "e2e/attacked_ports_test.ts",
  "e2e/fleet_of_artifacts_test.ts",
  "db/hot_queries_budget_test.ts",
  "e2e/start_and_stop_test.ts",
  "simulators/tasks/demo_test.ts",
  "e2e/processes_test.ts",
];

/** Returns the paths of all test files in a folder, those that take longest first. Throws when one of these is not there. */
export async function longestFirst(folder: string): Promise<string[]> {
  const found: string[] = [];
  const read = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      if (isDirectory) await read(join(path, name));
      else if (/_test\.tsx?$/.test(name)) found.push(join(path, name));
    }
  };
  await read(folder);
  const longest = LONGEST.map((name) => join(folder, name));
  const gone = longest.filter((path) => !found.includes(path));
  if (gone.length > 0) throw new Error(`Cannot find ${gone.join(", ")}: correct the list of the longest tests`);
  return [...longest, ...found.filter((path) => !longest.includes(path)).sort()];
}
