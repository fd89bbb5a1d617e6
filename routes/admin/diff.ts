/**
 * The differences of two texts, line by line.
 *
 * Pure. The shortest list of removed and added lines (Myers, "An O(ND) Difference Algorithm", 1986), after what is equal at
 * both ends was set aside.
 *
 * @module
 */

/** A line: in both texts, only in the old one, only in the new one. */
export type DiffLine = { kind: "same" | "removed" | "added"; text: string };

/**
 * Texts that differ in more lines are shown as removed and added as a whole: the search keeps a table of the square of this,
 * and nobody reads so many differences.
 */
const MOST_DIFFERENCES = 2000;

const of = (kind: DiffLine["kind"], lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind, text }));

/** The furthest point of each diagonal after each number of differences; null when there are too many. */
function search(before: readonly string[], after: readonly string[]): Int32Array[] | null {
  const [n, m] = [before.length, after.length];
  const most = Math.min(n + m, MOST_DIFFERENCES);
  const trace: Int32Array[] = [];
  // Diagonal k is at index k + d + 1 of row d: every row is as long as it has to be.
  let last = new Int32Array(3);
  for (let d = 0; d <= most; d++) {
    const row = new Int32Array(2 * d + 3);
    const shift = d - (d === 0 ? 0 : 1);
    for (let k = -d; k <= d; k += 2) {
      const below = last[k - 1 + shift + 1] ?? 0;
      const above = last[k + 1 + shift + 1] ?? 0;
      let x = d === 0 ? 0 : k === -d || (k !== d && below < above) ? above : below + 1;
      while (x < n && x - k < m && before[x] === after[x - k]) x++;
      row[k + d + 1] = x;
      if (x >= n && x - k >= m) {
        trace.push(row);
        return trace;
      }
    }
    trace.push(row);
    last = row;
  }
  return null;
}

/** The way back through the table. */
function walk(before: readonly string[], after: readonly string[], trace: readonly Int32Array[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [before.length, after.length];
  for (let d = trace.length - 1; d > 0; d--) {
    const row = trace[d - 1];
    if (row === undefined) break;
    const at = (k: number) => row[k + (d - 1) + 1] ?? 0;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const fromX = down ? at(k + 1) : at(k - 1);
    const fromY = fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0 && before[x - 1] === after[y - 1]) {
      lines.push({ kind: "same", text: before[--x] ?? "" });
      y--;
    }
    if (down) lines.push({ kind: "added", text: after[--y] ?? "" });
    else lines.push({ kind: "removed", text: before[--x] ?? "" });
  }
  while (x > 0 && y > 0) {
    lines.push({ kind: "same", text: before[--x] ?? "" });
    y--;
  }
  return lines.reverse();
}

/** The lines of both texts, each in its order. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const [old, fresh] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const trace = search(old, fresh);
  const middle = trace === null ? [...of("removed", old), ...of("added", fresh)] : walk(old, fresh, trace);
  return [
    ...of("same", before.slice(0, start)),
    ...middle,
    ...of("same", before.slice(before.length - end)),
  ];
}

/** The old text of a difference. */
export const textBefore = (lines: readonly DiffLine[]): string[] =>
  lines.flatMap(({ kind, text }) => kind === "added" ? [] : [text]);

/** The new text of a difference. */
export const textAfter = (lines: readonly DiffLine[]): string[] =>
  lines.flatMap(({ kind, text }) => kind === "removed" ? [] : [text]);

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
