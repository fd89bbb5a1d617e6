/**
 * Blackout windows as lines of text, for people. Pure.
 *
 * @example
 * linesOfBlackouts([{ kind: "weekly", days: [1, 5], from: "22:00:00", until: "06:00:00" }]); // "Mon Fri 22:00-06:00"
 *
 * @module
 */

import type { Blackout } from "./deadline.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const DAYS_LINE = /^(\d{4}-\d{2}-\d{2})(?: to (\d{4}-\d{2}-\d{2}))?$/;
const HOURS_LINE = /^((?:[A-Za-z]{3} ){1,7})(\d{2}:\d{2}(?::\d{2})?)-(\d{2}:\d{2}(?::\d{2})?)$/;

const short = (time: string): string => time.endsWith(":00") && time.length === 8 ? time.slice(0, 5) : time;

/** Returns a line for each window. */
export const linesOfBlackouts = (blackouts: readonly Blackout[]): string =>
  blackouts.map((one) =>
    one.kind === "days"
      ? one.from === one.until ? one.from : `${one.from} to ${one.until}`
      : `${one.days.map((day) => DAYS[day - 1] ?? "").join(" ")} ${short(one.from)}-${short(one.until)}`
  ).join("\n");

/**
 * Returns the windows of some lines as the API takes them; a line that is none is left as its text, which the input refuses.
 */
export function blackoutsOfLines(text: string): unknown[] {
  return text.split("\n").map((line) => line.trim().replace(/\s+/g, " ")).filter((line) => line !== "").map((line) => {
    const days = DAYS_LINE.exec(line);
    if (days !== null) return { kind: "days", from: days[1], until: days[2] ?? days[1] };
    const hours = HOURS_LINE.exec(line);
    if (hours === null) return line;
    const [, names = "", from, until] = hours;
    const numbers = names.trim().split(" ").map((name) =>
      DAYS.findIndex((one) => one.toLowerCase() === name.toLowerCase()) + 1
    );
    return numbers.includes(0) ? line : { kind: "weekly", days: numbers, from, until };
  });
}
