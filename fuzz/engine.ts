/**
 * Mutates inputs of one reader and watches what becomes of them.
 *
 * Deterministic: the same target, seed and number of cases give the same inputs in the same order. Only seals add randomness
 * of their own, to messages whose inside was mutated. An input with an outcome that no other had is mutated further, within
 * limits of count and bytes.
 *
 * @module
 */

import { seedsOf } from "./corpus.ts";
import { growth, LARGEST } from "./growth.ts";
import { minimise } from "./minimise.ts";
import { grown, leavesOf, mutate, writeTree } from "./mutate/forms.ts";
import type { Leaves } from "./mutate/tree.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { type Random, randomOf } from "./random.ts";
import type { Bytes, Form, ReaderTarget } from "./readers/reader.ts";

/** Inputs that are kept for further mutations, and their bytes. */
const POOL = { count: 400, bytes: 4 * 1024 * 1024 };
/** Milliseconds after which one reading of a mutation, 32 KiB at most, is slow. */
const SLOW = 250;
/** Crashes of one kind that are reported: the rest say nothing else. */
const ALIKE = 1;

/** Something that should not be. */
export type Finding = {
  kind: "crash" | "slow" | "superlinear";
  /** The case's number. */
  index: number;
  input: Bytes;
  sentence: string;
};

/** The result of one run. */
export type Report = { executions: number; taken: number; outcomes: number; findings: Finding[] };

/** The duration of a run, and its targets. */
export type Plan = {
  seed: number;
  /** Called before each case with its number. */
  goOn: (index: number) => boolean;
  /** Every so many cases one input is grown and its cost measured; never when absent. */
  growEvery?: number;
  /** Called with each input before it is read. */
  watch?: (input: Bytes) => void;
  /** Called with each finding, as it is found. */
  found?: (finding: Finding) => void;
};

type Source = { form: Form; pool: Bytes[]; bytes: number; leaves: Leaves; wrap: (input: Bytes) => Bytes };

/** Keys and short texts in inputs, which mean something to the reader. */
function wordsIn(inputs: readonly Bytes[]): string[] {
  const words = new Set<string>();
  for (const input of inputs) {
    const text = new TextDecoder("latin1").decode(input.subarray(0, 20_000));
    for (const [word] of text.matchAll(/[A-Za-z][A-Za-z0-9_.-]{2,40}/g)) if (words.size < 2000) words.add(word);
  }
  return [...words].sort();
}

function sourcesOf(target: ReaderTarget, random: Random): Source[] {
  const source = (form: Form, pool: Bytes[], wrap: (input: Bytes) => Bytes): Source => ({
    form,
    pool,
    bytes: pool.reduce((sum, { length }) => sum + length, 0),
    leaves: leavesOf(form, random, [...(target.words ?? []), ...(form === "der" ? [] : wordsIn(pool))]),
    wrap,
  });
  const outer = source(target.form ?? "bytes", seedsOf(target), (input) => input);
  const { inside } = target;
  return inside === undefined ? [outer] : [outer, source(inside.form, inside.seeds(), inside.wrap)];
}

/** Runs cases until the plan ends. */
export async function fuzz(target: ReaderTarget, plan: Plan): Promise<Report> {
  const random = randomOf(plan.seed, target.name);
  const sources = sourcesOf(target, random);
  const inner = sources[1];
  const signs = new Set<string>();
  const kinds = new Map<string, number>();
  const report: Report = { executions: 0, taken: 0, outcomes: 0, findings: [] };
  const add = (finding: Finding) => {
    report.findings.push(finding);
    plan.found?.(finding);
  };
  const run = async (input: Bytes): Promise<Outcome> => {
    report.executions++;
    plan.watch?.(input);
    return await outcomeOf(target, input);
  };

  /** Creates a case: the mutated value, and the resulting input. */
  const make = (): { source: Source; bare: Bytes } => {
    const [outer] = sources;
    const source = inner !== undefined && random.chance(0.75) ? inner : outer;
    if (source === undefined) throw new Error("A target has a source");
    const base = source.pool.length === 0 ? new Uint8Array() : random.pick(source.pool);
    if (target.invent !== undefined && source === (inner ?? outer) && random.chance(0.3)) {
      const invented = writeTree(source.form, random, target.invent(random));
      if (invented !== undefined) return { source, bare: invented };
    }
    const other = source.pool.length === 0 ? base : random.pick(source.pool);
    return { source, bare: mutate(source.form, random, base, other, source.leaves) };
  };

  const crashed = async (index: number, source: Source, bare: Bytes, error: Error) => {
    const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at ")).slice(0, 3);
    const kind = [error.name, ...frames].join();
    const before = kinds.get(kind) ?? 0;
    kinds.set(kind, before + 1);
    if (before >= ALIKE) return;
    const least = await minimise(bare, async (shorter) => {
      const again = await outcomeOf(target, source.wrap(shorter));
      return again.kind === "crash" && again.error.name === error.name;
    });
    const sentence = error.stack ?? `${error.name}: ${error.message}`;
    add({ kind: "crash", index, input: source.wrap(least), sentence });
  };

  for (let index = 0; plan.goOn(index); index++) {
    const { source, bare } = make();
    let input: Bytes;
    try {
      input = source.wrap(bare);
    } catch {
      // A value that cannot be encrypted cannot be sent either.
      continue;
    }
    if (input.length > target.largest) continue;
    const start = performance.now();
    const outcome = await run(input);
    const took = performance.now() - start;
    if (outcome.kind === "crash") await crashed(index, source, bare, outcome.error);
    else {
      if (outcome.kind === "taken") report.taken++;
      const sign = `${outcome.kind} ${outcome.sign}`;
      if (!signs.has(sign) && signs.size < 5000) {
        signs.add(sign);
        if (source.pool.length < POOL.count && source.bytes + bare.length < POOL.bytes) {
          source.pool.push(bare);
          source.bytes += bare.length;
        }
      }
    }
    if (took > SLOW && !kinds.has("slow")) {
      // Another process may have used the processor: a slow input is slow each time.
      let least = took;
      for (let again = 0; again < 3; again++) {
        const begin = performance.now();
        await run(input);
        least = Math.min(least, performance.now() - begin);
      }
      if (least > SLOW) {
        kinds.set("slow", 1);
        add({ kind: "slow", index, input, sentence: `${input.length} bytes took ${Math.round(least)} ms` });
      }
    }
    if (plan.growEvery !== undefined && index % plan.growEvery === plan.growEvery - 1) {
      // A source of its own: whether and what is measured does not change which cases come next.
      const aside = randomOf(plan.seed + index, target.name);
      const made = grown(source.form, aside, bare);
      const larger = (size: number) => source.wrap(made(size));
      const found = await growth(target.read, larger, Math.min(LARGEST, target.largest)).catch(() => undefined);
      if (found !== undefined && !kinds.has("superlinear")) {
        kinds.set("superlinear", 1);
        add({ kind: "superlinear", index, input: larger(4096), sentence: `Looks at each byte by size: ${found}` });
      }
    }
  }
  report.outcomes = signs.size;
  return report;
}
