/**
 * Events of refused requests, sampled: a stranger who sends a million bad requests must not write a million rows.
 *
 * The first refusals of an address are recorded one by one; the rest of the minute is counted and recorded in one event
 * when the minute is over. The counts live in memory, because a refusal has to cost less than the request that caused
 * it: a process that ends abruptly loses the counts of its last minute, never a recorded event.
 *
 * @module
 */

import type { Db } from "../../db/open.ts";
import { addressKey } from "../rate_limit.ts";
import type { Runtime } from "../runtime.ts";
import { byJob, type Caller } from "./by.ts";
import { type NewEvent, recordEvents } from "./record.ts";

/** How long refusals are counted together. */
const WINDOW_MS = 60_000;
/** Events that one address may cause per minute and type of event. */
const PER_ADDRESS = 20;
/** Events that all addresses together may cause per minute and type: an attacker may have many addresses. */
const PER_TYPE = 100;
/** Addresses that are counted apart; beyond them refusals are counted by type alone. */
const MAX_KEYS = 4096;
/** Addresses of a minute that get a summary of their own; the rest share one. */
const MAX_SUMMARIES = 20;

/** A summary is of many requests, so it names none. */
const SUMMARY = byJob("refusals");

type Count = { type: string; ip: string; seen: number; suppressed: number };

/** The refusals of this process, counted since it started and in the present minute. */
export class RefusalTally {
  /** Refusals since the process started, by type of event. */
  readonly totals = new Map<string, number>();
  #counts = new Map<string, Count>();
  #recorded = new Map<string, number>();
  #began = -Infinity;

  /** Counts a refusal. Returns whether it is recorded, and the counts of the minute before once that is over. */
  count(type: string, ip: string, now: Date): { recorded: boolean; over: readonly Count[] } {
    const over = this.takeOver(now);
    this.totals.set(type, (this.totals.get(type) ?? 0) + 1);
    const address = addressKey(ip);
    const key = `${type} ${address}`;
    const place = this.#counts.has(key) || this.#counts.size < MAX_KEYS ? key : `${type} *`;
    const count = this.#counts.get(place) ?? { type, ip: place === key ? ip : "*", seen: 0, suppressed: 0 };
    this.#counts.set(place, count);
    count.seen++;
    const recorded = count.seen <= PER_ADDRESS && (this.#recorded.get(type) ?? 0) < PER_TYPE;
    if (recorded) this.#recorded.set(type, (this.#recorded.get(type) ?? 0) + 1);
    else count.suppressed++;
    return { recorded, over };
  }

  /** Ends the minute when it is over and returns its counts of refusals that were not recorded. */
  takeOver(now: Date): readonly Count[] {
    // A clock that was set back begins a new minute too.
    const age = now.getTime() - this.#began;
    if (age >= 0 && age < WINDOW_MS) return [];
    const over = [...this.#counts.values()].filter(({ suppressed }) => suppressed > 0);
    this.#counts = new Map();
    this.#recorded = new Map();
    this.#began = now.getTime();
    return over;
  }
}

/** The part of the runtime that `recordRefusal` needs. */
type Needs = Pick<Runtime, "clock" | "random" | "refusals">;

/** Records the refusal of a request that anyone may send, or counts it if its sender sends many. */
export async function recordRefusal(db: Db, runtime: Needs, by: Caller, event: NewEvent): Promise<void> {
  const { recorded, over } = runtime.refusals.count(event.type, by.request.ip, runtime.clock.now());
  await recordSummaries(db, runtime, over);
  if (recorded) await recordEvents(db, runtime, by, [event]);
}

/** Records the counts of the previous minute, when it is over. For a timer that also runs when nothing is refused. */
export async function flushRefusals(db: Db, runtime: Needs): Promise<void> {
  await recordSummaries(db, runtime, runtime.refusals.takeOver(runtime.clock.now()));
}

async function recordSummaries(db: Db, runtime: Needs, over: readonly Count[]): Promise<void> {
  const byCount = [...over].sort((one, other) => other.suppressed - one.suppressed);
  const events = byCount.slice(0, MAX_SUMMARIES).map(({ type, ip, suppressed }): NewEvent => ({
    type,
    payload: { status: "failure", reason: "too many refusals to record each one", ip, suppressed },
  }));
  const rest = new Map<string, { addresses: number; suppressed: number }>();
  for (const { type, suppressed } of byCount.slice(MAX_SUMMARIES)) {
    const { addresses, suppressed: sum } = rest.get(type) ?? { addresses: 0, suppressed: 0 };
    rest.set(type, { addresses: addresses + 1, suppressed: sum + suppressed });
  }
  for (const [type, counts] of rest) {
    events.push({ type, payload: { status: "failure", reason: "too many refusals to record each one", ...counts } });
  }
  if (events.length > 0) await recordEvents(db, runtime, SUMMARY, events);
}
