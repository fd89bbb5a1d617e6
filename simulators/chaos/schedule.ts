/**
 * When which fault happens: a plan that is the same for the same seed.
 *
 * @module
 */

import { randomOf } from "../../fuzz/random.ts";

/** A fault to come. Times are in seconds; `at` counts from the beginning of the run. */
export type Planned<Name extends string = string> = {
  at: number;
  name: Name;
  /** Which of the servers it hits, where it hits one. */
  victim: number;
  /** How long it lasts. */
  lasts: number;
};

/** The properties of a fault for the plan: its relative frequency, and how long it may last, in seconds. */
export type Plannable = { weight: number; lasts: readonly [number, number] };

/** Seconds from one fault to the next: on average the middle of this range, which leaves time for a recovery. */
const GAP = [5.5, 9] as const;
/** Seconds before the first one. */
const LEAD = 3;

/**
 * Plans faults for that many seconds. The kinds take turns in rounds, each as often in a round as its weight, in an
 * order derived from the seed: so a run that is long enough has them all.
 */
export function planFaults<Name extends string>(
  kinds: Readonly<Record<Name, Plannable>>,
  { seed, seconds, servers }: { seed: number; seconds: number; servers: number },
): Planned<Name>[] {
  const random = randomOf(seed, "chaos");
  const between = ([low, high]: readonly [number, number]) => low + (high - low) * (random.next() / 2 ** 32);
  // `Object.keys` forgets which names there are.
  const names = (Object.keys(kinds) as Name[]).flatMap((name) => Array<Name>(kinds[name].weight).fill(name));
  const plan: Planned<Name>[] = [];
  let round: Name[] = [];
  for (let at = LEAD; names.length > 0;) {
    if (round.length === 0) round = [...names];
    const [name] = round.splice(random.below(round.length), 1);
    if (name === undefined) break;
    const lasts = between(kinds[name].lasts);
    if (at + lasts > seconds) break;
    plan.push({ at, name, victim: random.below(servers), lasts });
    at += Math.max(between(GAP), lasts + 3);
  }
  return plan;
}
