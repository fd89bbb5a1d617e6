/**
 * Numbers of a crowd, one line a second.
 *
 * @module
 */

import type { CrowdEvent } from "./crowd.ts";

/** Counts events, and returns the counts since the last call. */
export type Tally = {
  count(event: CrowdEvent): void;
  /** A line of numbers for the `seconds` since the last line. */
  line(seconds: number): string;
  /** All that failed so far. */
  readonly failures: number;
  readonly enrolled: number;
};

/** Returns the value below which a share of the sorted values lies; 0 of none. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Returns a tally that begins at nothing. */
export function makeTally(total: number): Tally {
  let [enrolled, gone, failures] = [0, 0, 0];
  let [connects, commands] = [0, 0];
  let times: number[] = [];
  let lastFailure: string | undefined;
  return {
    get failures() {
      return failures;
    },
    get enrolled() {
      return enrolled;
    },
    count(event) {
      switch (event.kind) {
        case "enrolled":
          enrolled++;
          break;
        case "connected":
          connects++;
          commands += event.exchanges.length;
          times.push(event.took);
          break;
        case "left":
          gone++;
          break;
        case "failed":
          failures++;
          lastFailure = `${event.doing}: ${event.error.message}`;
          break;
      }
    },
    line(seconds) {
      const sorted = times.toSorted((one, other) => one - other);
      const rate = (number: number) => (number / seconds).toFixed(1);
      const text = [
        `${enrolled - gone} of ${total} enrolled`,
        `${rate(connects)} connects/s`,
        `${rate(commands)} commands/s`,
        `p50 ${percentile(sorted, 0.5).toFixed(0)} ms`,
        `p95 ${percentile(sorted, 0.95).toFixed(0)} ms`,
        `${failures} failed`,
        ...(lastFailure === undefined ? [] : [`(${lastFailure.slice(0, 160)})`]),
      ].join("  ");
      [connects, commands] = [0, 0];
      times = [];
      lastFailure = undefined;
      return text;
    },
  };
}
