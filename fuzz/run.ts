/**
 * `deno task fuzz`: mutated inputs for every reader of outside text. See docs/security-testing.md.
 *
 * @module
 */

import { join } from "node:path";
import { type Options, runCommand, UsageError } from "../src/cli/command.ts";
import { problem } from "../src/errors.ts";
import { folderName } from "./corpus.ts";
import type { Line, Task } from "./process.ts";
import { READERS } from "./readers.ts";

const HELP = `deno task fuzz [--minutes N] [--target NAME] [--seed N] [--runs N] [--file FILE] [--out FOLDER] [--list]

Mutates inputs of each reader of outside text. An error that is not an honest refusal is a crash, as is an answer that
another judge does not share; so are readings that take long or grow faster than their input. Each is minimised and kept
with the command that repeats it. Prints a table last; the exit code is 1 when anything was found.

  --minutes N    Minutes for all targets together (5). Fractions are fine.
  --target NAME  One reader, or those whose names contain this; all unless told.
  --seed N       Another run than seed 1: the same seed gives the same inputs.
  --runs N       So many inputs for each target, in place of minutes.
  --file FILE    Reads this one input with the target, and nothing else.
  --out FOLDER   Where findings are kept (data/fuzz).
  --list         Prints the names of the targets.
  --help         Shows this text.`;

const KNOWN = { texts: ["minutes", "target", "seed", "runs", "file", "out"], flags: ["list"] };
/** Every so many cases one input is grown; that costs as much as many hundred cases. */
const GROW_EVERY = 1500;
/** Megabytes of heap for one target. */
const HEAP = 768;
/** Milliseconds without a sign of life after which a reading counts as one that never ends. */
const SILENT = 60_000;

type Row = {
  name: string;
  cases: number;
  executions: number;
  taken: number;
  outcomes: number;
  seconds: number;
  rss: number;
  crashes: number;
  slow: number;
};

type Ended = { lines: Line[]; stderr: string; ended: boolean };

/** Runs the task in a process of its own. `ended` is false where it had to be ended, or ended before it was done. */
async function runTask(task: Task, found: (line: Line) => Promise<void>): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-RWES",
      "--no-check",
      `--v8-flags=--max-old-space-size=${HEAP}`,
      new URL("process.ts", import.meta.url).pathname,
      JSON.stringify(task),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: Line[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rearm = () => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill("SIGKILL"), SILENT);
  };
  rearm();
  const errors = new Response(child.stderr).text();
  let rest = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    rearm();
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const line: Line = JSON.parse(part);
      if (line.type === "alive") continue;
      lines.push(line);
      await found(line);
    }
  }
  const { success } = await child.status;
  clearTimeout(timer);
  return { lines, stderr: await errors, ended: success && lines.some(({ type }) => type === "done") };
}

/** Finds the input that killed a target: the run is repeated, and it is the last input read. */
async function culprit(task: Task, folder: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const trace = join(folder, `trace-${folderName(task.target)}`);
  const { ended } = await runTask({ ...task, trace }, () => Promise.resolve());
  try {
    return ended ? undefined : await Deno.readFile(trace);
  } finally {
    await Deno.remove(trace).catch(() => {});
  }
}

async function keep(folder: string, target: string, name: string, input: Uint8Array): Promise<string> {
  const at = join(folder, folderName(target));
  await Deno.mkdir(at, { recursive: true });
  const file = join(at, name);
  await Deno.writeFile(file, input);
  return file;
}

const repeat = (target: string, file: string) => `deno task fuzz --target '${target}' --file '${file}'`;

async function fuzzTarget(task: Task, folder: string): Promise<Row> {
  const row = {
    name: task.target,
    cases: 0,
    executions: 0,
    taken: 0,
    outcomes: 0,
    seconds: 0,
    rss: 0,
    crashes: 0,
    slow: 0,
  };
  const tell = async (kind: string, index: number, input: Uint8Array, sentence: string) => {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(input))).toHex().slice(0, 8);
    const file = task.file ?? await keep(folder, task.target, `${kind}-seed${task.seed}-${index}-${hash}`, input);
    console.log(`\n${kind} of ${task.target}, seed ${task.seed}, case ${index}:\n${sentence}`);
    console.log(`  ${repeat(task.target, file)}`);
    if (kind === "crash") row.crashes++;
    else row.slow++;
  };
  const { lines, stderr, ended } = await runTask(task, async (line) => {
    if (line.type === "finding") await tell(line.kind, line.index, Uint8Array.fromBase64(line.input), line.sentence);
  });
  const done = lines.find((line) => line.type === "done");
  if (done !== undefined) {
    const { type: _, ...figures } = done;
    Object.assign(row, figures);
  }
  if (!ended) {
    const input = task.file === undefined ? await culprit(task, folder) : undefined;
    const sentence = `The process ended, or had to be ended:\n${stderr.slice(-2000)}`;
    await tell("crash", 0, input ?? new Uint8Array(), sentence);
  } else if (task.file !== undefined) console.log(stderr.trim());
  return row;
}

const TABLE = ["target", "executions", "per second", "taken", "outcomes", "MB", "crashes", "slow or superlinear"];

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ name, executions, seconds, taken, outcomes, rss, crashes, slow }) => [
    name,
    executions.toLocaleString("en"),
    Math.round(executions / Math.max(seconds, 0.001)).toLocaleString("en"),
    taken.toLocaleString("en"),
    String(outcomes),
    String(Math.round(rss / 1e6)),
    String(crashes),
    String(slow),
  ]);
  const sum = (of: (row: Row) => number) => rows.reduce((all, row) => all + of(row), 0);
  const total = [
    "all",
    sum(({ executions }) => executions).toLocaleString("en"),
    "",
    sum(({ taken }) => taken).toLocaleString("en"),
    "",
    "",
    String(sum(({ crashes }) => crashes)),
    String(sum(({ slow }) => slow)),
  ];
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  return [line(TABLE), `|---${"|---:".repeat(TABLE.length - 1)}|`, ...cells.map(line), line(total)].join("\n");
}

function number(texts: ReadonlyMap<string, string>, name: string, fallback: number, pattern = /^[0-9]{1,9}$/): number {
  const text = texts.get(name);
  if (text === undefined) return fallback;
  if (!pattern.test(text)) throw new UsageError(`Cannot use --${name} "${text}": it should be a number`);
  return Number(text);
}

/** The targets that a name means: the one that is called so, or all whose names contain it. */
export function targetsOf(name: string | undefined): string[] {
  const names = READERS.map((target) => target.name);
  if (name === undefined) return names;
  const found = names.includes(name) ? [name] : names.filter((one) => one.toLowerCase().includes(name.toLowerCase()));
  if (found.length === 0) {
    throw new UsageError(`Cannot use --target "${name}": it should be one of ${names.join("; ")}`);
  }
  return found;
}

async function run({ texts, flags }: Options): Promise<void> {
  if (flags.has("list")) return console.log(targetsOf(undefined).join("\n"));
  const targets = targetsOf(texts.get("target"));
  const [seed, file] = [number(texts, "seed", 1), texts.get("file")];
  const minutes = number(texts, "minutes", 5, /^[0-9]{1,5}(?:\.[0-9]{1,3})?$/);
  const folder = texts.get("out") ?? "data/fuzz";
  if (file !== undefined && targets.length !== 1) throw new UsageError("Cannot use --file without one --target");
  await Deno.mkdir(folder, { recursive: true });
  const rows: Row[] = [];
  for (const target of targets) {
    const much = texts.has("runs")
      ? { runs: number(texts, "runs", 0) }
      : { milliseconds: minutes * 60_000 / targets.length };
    const task: Task = { target, seed, growEvery: GROW_EVERY, ...much, ...(file === undefined ? {} : { file }) };
    rows.push(await fuzzTarget(task, folder));
  }
  console.log(`\n${table(rows)}`);
  const found = rows.reduce((all, { crashes, slow }) => all + crashes + slow, 0);
  if (found > 0) throw problem("refused", `${found} found: each is above, with the command that repeats it`);
}

if (import.meta.main) Deno.exit(await runCommand(Deno.args, HELP, KNOWN, run));
