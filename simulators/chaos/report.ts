/**
 * The report at the end of a chaos run: figures, one per line, and the first violations of each rule with their
 * evidence.
 *
 * @module
 */

import { type Figures, type Rule, RULES, type Violation } from "./ledger.ts";

/** A run that is over. */
export type Run = {
  seed: number;
  minutes: number;
  devices: number;
  servers: number;
  /** How often each fault happened. */
  faults: ReadonlyMap<string, number>;
  /** Answers to devices and operators by status; 0 counts requests without an answer. */
  answers: ReadonlyMap<number, number>;
  changes: number;
  /** Rollouts that faults halted and the operator resumed. */
  resumed: number;
  /** Conversations that a push began. */
  afterPush: number;
  uncaught: number;
  quietSeconds: number;
  figures: Figures;
  violations: readonly Violation[];
};

const SHOWN = 5;

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Returns the lines of the report. */
export function reportLines(run: Run): string[] {
  const { figures, violations } = run;
  const { ready } = figures;
  const listed = (counts: ReadonlyMap<string | number, number>) =>
    [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, count]) => `${name} × ${count}`).join(
      ", ",
    );
  const answers = new Map([...run.answers].map(([status, count]) => [status === 0 ? "none" : String(status), count]));
  const faults = [...run.faults.values()].reduce((sum, count) => sum + count, 0);
  const lines = [
    `seed: ${run.seed}`,
    `minutes with faults: ${run.minutes}`,
    `seconds without faults at the end: ${run.quietSeconds.toFixed(0)}`,
    `servers: ${run.servers}`,
    `devices: ${run.devices}`,
    `faults: ${faults} (${listed(run.faults)})`,
    `commands asked for and confirmed: ${figures.asked}`,
    `commands whose answer was lost: ${figures.unsure}`,
    `command round trips: ${figures.roundTrips}`,
    `commands acknowledged, the server's own included: ${figures.acknowledged}`,
    `commands offered more than once before an answer was taken: ${figures.repeated}`,
    `blueprint changes: ${run.changes}`,
    `rollouts halted by downloads that failed, and resumed: ${run.resumed}`,
    `conversations after a push: ${run.afterPush}`,
    `answers by status: ${listed(answers)}`,
    `errors that reached the top of a process: ${run.uncaught}`,
    `recoveries: ${ready.length}`,
    `seconds to ready, median: ${quantile(ready, 0.5).toFixed(2)}`,
    `seconds to ready, 95th percentile: ${quantile(ready, 0.95).toFixed(2)}`,
    `seconds to ready, longest: ${(ready.at(-1) ?? 0).toFixed(2)}`,
  ];
  // `Object.keys` forgets which rules there are.
  for (const rule of Object.keys(RULES) as Rule[]) {
    const broken = violations.filter((one) => one.rule === rule);
    lines.push(`${RULES[rule]}: ${broken.length}`);
    lines.push(...broken.slice(0, SHOWN).map(({ evidence }) => `  ${evidence}`));
    if (broken.length > SHOWN) lines.push(`  … and ${broken.length - SHOWN} more`);
  }
  return lines;
}
