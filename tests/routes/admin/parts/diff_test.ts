import assert from "node:assert/strict";
import fc from "fast-check";
import { type DiffLine, diffLines, hunksOf } from "../../../../routes/admin/parts/diff.ts";

const written = (lines: readonly DiffLine[]) =>
  lines.map(({ kind, text }) => `${kind === "same" ? " " : kind === "added" ? "+" : "-"}${text}`);
const textBefore = (lines: readonly DiffLine[]) => lines.filter(({ kind }) => kind !== "added").map(({ text }) => text);
const textAfter = (lines: readonly DiffLine[]) =>
  lines.filter(({ kind }) => kind !== "removed").map(({ text }) => text);
const lines = (text: string) => text === "" ? [] : text.split("");

Deno.test("texts that are equal, empty, or have nothing in common", () => {
  assert.deepEqual(written(diffLines([], [])), []);
  assert.deepEqual(written(diffLines(["a"], ["a"])), [" a"]);
  assert.deepEqual(written(diffLines([], ["a", "b"])), ["+a", "+b"]);
  assert.deepEqual(written(diffLines(["a", "b"], [])), ["-a", "-b"]);
  assert.deepEqual(written(diffLines(["a"], ["b"])), ["-a", "+b"]);
});

Deno.test("changes are found between unchanged lines", () => {
  assert.deepEqual(written(diffLines(["a", "b", "c"], ["a", "x", "c"])), [" a", "-b", "+x", " c"]);
  assert.deepEqual(written(diffLines(lines("abcd"), lines("abd"))), [" a", " b", "-c", " d"]);
  // The example of the paper: five differences.
  const paper = diffLines(lines("abcabba"), lines("cbabac"));
  assert.equal(paper.filter(({ kind }) => kind !== "same").length, 5);
});

const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 40 });

/** The length of the longest common subsequence, the slow way. */
function longestCommon(before: readonly string[], after: readonly string[]): number {
  let row = new Array<number>(after.length + 1).fill(0);
  for (const one of before) {
    const next = [0];
    after.forEach((other, index) => {
      next.push(one === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}

Deno.test("a difference holds both texts, and no shorter one does", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = diffLines(before, after);
      assert.deepEqual(textBefore(diff), before);
      assert.deepEqual(textAfter(diff), after);
      assert.equal(diff.filter(({ kind }) => kind === "same").length, longestCommon(before, after));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("texts that have too little in common are shown as a whole, and soon", () => {
  const before = Array.from({ length: 20_000 }, (_, index) => `old ${index}`);
  const after = Array.from({ length: 20_000 }, (_, index) => `new ${index}`);
  const diff = diffLines(["head", ...before, "tail"], ["head", ...after, "tail"]);
  assert.deepEqual([diff[0], diff.at(-1)], [{ kind: "same", text: "head" }, { kind: "same", text: "tail" }]);
  assert.deepEqual(textBefore(diff), ["head", ...before, "tail"]);
  assert.deepEqual(textAfter(diff), ["head", ...after, "tail"]);
});

Deno.test("equal lines far from every change are only counted; the others keep their numbers", () => {
  const before = Array.from({ length: 30 }, (_, index) => String(index + 1));
  const after = before.map((line) => line === "15" ? "fifteen" : line).concat("31");
  const hunks = hunksOf(diffLines(before, after), 2);
  assert.deepEqual(
    hunks.map((hunk) => hunk.skipped ?? hunk.lines.map(({ kind, before, after }) => `${kind} ${before} ${after}`)),
    [
      12,
      [
        "same 13 13",
        "same 14 14",
        "removed 15 14",
        "added 15 15",
        "same 16 16",
        "same 17 17",
      ],
      11,
      ["same 29 29", "same 30 30", "added 30 31"],
    ],
  );
  fc.assert(
    fc.property(text, text, (one, other) => {
      const diff = diffLines(one, other);
      const shown = hunksOf(diff).reduce((sum, hunk) => sum + (hunk.skipped ?? hunk.lines.length), 0);
      assert.equal(shown, diff.length);
      const changes = hunksOf(diff).flatMap((hunk) => hunk.skipped === undefined ? hunk.lines : []).filter(({ kind }) =>
        kind !== "same"
      );
      assert.equal(changes.length, diff.filter(({ kind }) => kind !== "same").length);
    }),
  );
});
