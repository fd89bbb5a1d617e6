/**
 * Fuzzes one reader in a process of its own, so that one that never ends or takes all memory is found out and stops nothing.
 *
 * Started by `run.ts`; its argument is JSON, its output one JSON object a line.
 *
 * @module
 */

import { fuzz } from "./engine.ts";
import { outcomeOf } from "./outcome.ts";
import { READERS } from "./readers.ts";

/** The task of the process. */
export type Task = {
  target: string;
  seed: number;
  /** Milliseconds of fuzzing; or so many cases. */
  milliseconds?: number;
  runs?: number;
  growEvery: number;
  /** A file that each input is written to before it is read: the last one is the culprit. Slow. */
  trace?: string;
  /** One input to read, in place of fuzzing. */
  file?: string;
};

/** A line of the output. `input` is in base64. */
export type Line =
  | { type: "alive"; index: number }
  | { type: "finding"; kind: "crash" | "slow" | "superlinear"; index: number; input: string; sentence: string }
  | { type: "done"; cases: number; executions: number; taken: number; outcomes: number; seconds: number; rss: number };

const say = (line: Line) => console.log(JSON.stringify(line));
/** Milliseconds between two signs of life. */
const ALIVE = 500;

async function main(task: Task): Promise<void> {
  // Libraries that are asked for their judgement complain of what they do not take.
  if (task.file === undefined) console.warn = console.error = () => {};
  const target = READERS.find(({ name }) => name === task.target);
  if (target === undefined) throw new Error(`There is no target "${task.target}"`);
  const start = performance.now();
  if (task.file !== undefined) {
    const input = await Deno.readFile(task.file);
    const outcome = await outcomeOf(target, input);
    const seconds = (performance.now() - start) / 1000;
    if (outcome.kind === "crash") {
      const sentence = outcome.error.stack ?? String(outcome.error);
      say({ type: "finding", kind: "crash", index: 0, input: input.toBase64(), sentence });
    } else console.error(`${outcome.kind}: ${outcome.sign}`);
    const taken = outcome.kind === "taken" ? 1 : 0;
    say({ type: "done", cases: 1, executions: 1, taken, outcomes: 1, seconds, rss: Deno.memoryUsage().rss });
    return;
  }
  let [said, cases] = [start, 0];
  const { trace } = task;
  const report = await fuzz(target, {
    seed: task.seed,
    growEvery: task.growEvery,
    goOn(index) {
      cases = index;
      const now = performance.now();
      if (now - said > ALIVE) {
        say({ type: "alive", index });
        said = now;
      }
      return index < (task.runs ?? Infinity) && now - start < (task.milliseconds ?? Infinity);
    },
    ...(trace === undefined ? {} : { watch: (input) => Deno.writeFileSync(trace, input) }),
    found: ({ kind, index, input, sentence }) =>
      say({ type: "finding", kind, index, input: input.toBase64(), sentence }),
  });
  const seconds = (performance.now() - start) / 1000;
  const { executions, taken, outcomes } = report;
  say({ type: "done", cases, executions, taken, outcomes, seconds, rss: Deno.memoryUsage().rss });
}

if (import.meta.main) await main(JSON.parse(Deno.args[0] ?? "{}"));
