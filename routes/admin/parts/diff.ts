/**
 * The differences of two texts, line by line: the shortest list of removed and added lines. Pure.
 *
 * @module
 */

import { diffArrays } from "diff";

/** A line: in both texts, only in the old one, only in the new one. */
export type DiffLine = { kind: "same" | "removed" | "added"; text: string };

/** Texts that differ in more lines are shown as removed and added as a whole: so many differences are not readable. */
const MOST_DIFFERENCES = 1000;

const of = (kind: DiffLine["kind"], lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind, text }));

/** Returns how many lines two texts have in common from where `at` starts to count. */
function common(before: readonly string[], after: readonly string[], most: number, at: (n: number) => number): number {
  let count = 0;
  while (count < most && before.at(at(count)) === after.at(at(count))) count++;
  return count;
}

/** Returns the lines of both texts, each in its order. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const changes = diffArrays([...before], [...after], { maxEditLength: MOST_DIFFERENCES });
  if (changes !== undefined) {
    return changes.flatMap(({ added, removed, value }) => of(added ? "added" : removed ? "removed" : "same", value));
  }
  const shorter = Math.min(before.length, after.length);
  const head = common(before, after, shorter, (n) => n);
  const tail = common(before, after, shorter - head, (n) => -1 - n);
  return [
    ...of("same", before.slice(0, head)),
    ...of("removed", before.slice(head, before.length - tail)),
    ...of("added", after.slice(head, after.length - tail)),
    ...of("same", before.slice(before.length - tail)),
  ];
}

/** A part of a difference: lines that are shown, or how many equal ones are not. `before` and `after` count from 1. */
export type Hunk =
  | { skipped: number }
  | { skipped?: undefined; lines: (DiffLine & { before: number; after: number })[] };

/** Differences with so many equal lines around them; the rest is counted only. */
export function hunksOf(lines: readonly DiffLine[], context = 3): Hunk[] {
  const near = lines.map(() => false);
  lines.forEach(({ kind }, index) => {
    if (kind === "same") return;
    for (let at = Math.max(0, index - context); at <= Math.min(lines.length - 1, index + context); at++) {
      near[at] = true;
    }
  });
  const hunks: Hunk[] = [];
  let [before, after] = [0, 0];
  lines.forEach((line, index) => {
    if (line.kind !== "added") before++;
    if (line.kind !== "removed") after++;
    const last = hunks.at(-1);
    if (near[index] !== true) {
      if (last?.skipped === undefined) hunks.push({ skipped: 1 });
      else last.skipped++;
    } else if (last === undefined || last.skipped !== undefined) hunks.push({ lines: [{ ...line, before, after }] });
    else last.lines.push({ ...line, before, after });
  });
  return hunks;
}
