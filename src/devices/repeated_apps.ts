/**
 * Apps that a device lists more than once: which of their rows the device is counted by.
 *
 * Pure.
 *
 * @module
 */

import { compareAppVersions } from "../app_version.ts";

/** The texts that name an app and its version. */
type AppNames = { identifier: string; name: string; version: string; shortVersion: string };

/** An app without an identifier is one by its name. */
const appOf = ({ identifier, name }: AppNames) => JSON.stringify(identifier === "" ? ["", name] : [identifier]);
const versionOf = ({ shortVersion, version }: AppNames) => JSON.stringify([shortVersion, version]);

/** The latest version first. */
const latestFirst = (one: AppNames, other: AppNames) =>
  compareAppVersions(other.shortVersion, one.shortVersion) || compareAppVersions(other.version, one.version);

/**
 * Returns the rows of one device with `repeats`: 0 for the row by which the device counts as having the app, 1 for an
 * earlier version beside it, 2 for a version that is there under another name, too.
 */
export function withRepeats<Row extends AppNames>(rows: readonly Row[]): (Row & { repeats: 0 | 1 | 2 })[] {
  const marks = new Map<Row, 0 | 1 | 2>();
  for (const same of Map.groupBy(rows, appOf).values()) {
    const versions = new Set<string>();
    for (const row of [...same].sort(latestFirst)) {
      const version = versionOf(row);
      marks.set(row, versions.has(version) ? 2 : versions.size === 0 ? 0 : 1);
      versions.add(version);
    }
  }
  return rows.map((row) => ({ ...row, repeats: marks.get(row) ?? 0 }));
}
