/**
 * The permissions that a task of `deno.json` runs with, for tests and benchmarks that start the same program
 * themselves: they run exactly as for operators.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };

/** Returns the flags between `deno run` and the file of a task, e.g. `["-RWNES", "--allow-run"]`. */
export function taskFlags(task: keyof typeof config.tasks): string[] {
  const words = config.tasks[task].split(" ");
  return words.slice(words.indexOf("run") + 1).filter((word) => word.startsWith("-"));
}
