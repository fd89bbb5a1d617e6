/**
 * Comparable versions of apps, which their developers write as they like.
 *
 * Promise: every text has a version, and all versions have one order; no text takes more than linear time.
 *
 * Pure.
 *
 * @module
 */

/** A version that was read once, for many comparisons. */
export type AppVersion = readonly Part[];

/** A run of digits or letters. The rank decides first: before the release, its end, letters after it, numbers. */
type Part = { rank: number; text: string };

const LONGEST = 200;
const [END, LETTERS, NUMBER] = [0, 1, 2];

/** Words before a release; the letters of Apple's CFBundleVersion among them, where a number follows. */
const BEFORE = ["snapshot", "nightly", "dev", "pre", "preview", "alpha", "beta", "rc"];
const APPLES: Readonly<Record<string, string>> = { d: "dev", a: "alpha", b: "beta", fc: "rc" };

function wordPart(word: string, isNumbered: boolean): Part {
  const text = (isNumbered && Object.hasOwn(APPLES, word) ? APPLES[word] : undefined) ?? word;
  const at = BEFORE.indexOf(text);
  return at < 0 ? { rank: LETTERS, text } : { rank: END - BEFORE.length + at, text };
}

const isNumber = (part: Part | undefined) => part?.rank === NUMBER;

/**
 * Returns the runs of a version. Words before the first number ("v", "Version") do not count, nor do zeros at the end of
 * its numbers: "1.0b2" is "1b2".
 */
export function appVersion(text: string): AppVersion {
  const runs = text.slice(0, LONGEST).toLowerCase().match(/\d+|\p{L}+/gu) ?? [];
  const isDigits = (run: string | undefined) => run !== undefined && /^\d/.test(run);
  const first = runs.findIndex(isDigits);
  const parts: Part[] = [];
  const dropZeros = () => {
    while (isNumber(parts.at(-1)) && parts.at(-1)?.text === "0") parts.pop();
  };
  for (const [n, run] of runs.entries()) {
    if (n < first) continue;
    if (isDigits(run)) parts.push({ rank: NUMBER, text: run.replace(/^0+/, "") || "0" });
    else {
      dropZeros();
      parts.push(wordPart(run, isDigits(runs[n + 1])));
    }
  }
  dropZeros();
  return parts;
}

const NOTHING: Part = { rank: END, text: "" };

function comparePart(one: Part, other: Part): number {
  if (one.rank !== other.rank) return Math.sign(one.rank - other.rank);
  // Digits without leading zeros: the longer one is the larger number.
  if (isNumber(one) && one.text.length !== other.text.length) return Math.sign(one.text.length - other.text.length);
  return one.text === other.text ? 0 : one.text < other.text ? -1 : 1;
}

/** Compares versions as `compareAppVersions` does. */
export function compareVersions(one: AppVersion, other: AppVersion): number {
  for (let n = 0; n < Math.max(one.length, other.length); n++) {
    const difference = comparePart(one[n] ?? NOTHING, other[n] ?? NOTHING);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Negative when `one` is older than `other`, 0 when they are the same version, positive when it is newer. Numbers are
 * compared as numbers, whatever separates them, and missing ones are 0. Words for what comes before a release (beta, rc,
 * and Apple's letters d, a, b and fc with a number) are older than the release, other letters newer.
 *
 * @example
 * compareAppVersions("1.10", "1.9"); // 1
 * compareAppVersions("2.0", "2"); // 0
 * compareAppVersions("2.0b3", "2.0"); // -1
 * compareAppVersions("1.0.2k", "1.0.2"); // 1
 */
export const compareAppVersions = (one: string, other: string): number =>
  compareVersions(appVersion(one), appVersion(other));

/** Whether a text has a version at all. */
const isAppVersion = (text: string): boolean => /\d/.test(text.slice(0, LONGEST));

/**
 * Returns the later version that a catalogue has of an app, "" if it has none: only readable versions are compared.
 * `shortVersion` is CFBundleShortVersionString, which the catalogue shows; `version` counts without it.
 */
export function newerInCatalogue(
  { shortVersion, version }: { shortVersion: string; version: string },
  latest: string,
): string {
  const installed = shortVersion || version;
  return isAppVersion(installed) && isAppVersion(latest) && compareAppVersions(installed, latest) < 0 ? latest : "";
}
