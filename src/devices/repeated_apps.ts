/**
 * Apps that a device lists more than once: which of their rows the device is counted by.
 *
 * Pure.
 *
 * @module
 */

import { type AppVersion, appVersion, compareVersions } from "../app_version.ts";

/** The texts that name an app and its version. */
type AppNames = { identifier: string; name: string; version: string; shortVersion: string };

/** An app without an identifier is one by its name. */
const appOf = ({ identifier, name }: AppNames) => JSON.stringify(identifier === "" ? ["", name] : [identifier]);
const versionOf = ({ shortVersion, version }: AppNames) => JSON.stringify([shortVersion, version]);

type Candidate<Row> = { row: Row; shortVersion: AppVersion; version: AppVersion };

/** Whether a version is later than another one. */
const isLater = (one: Candidate<AppNames>, other: Candidate<AppNames>) =>
  (compareVersions(one.shortVersion, other.shortVersion) || compareVersions(one.version, other.version)) > 0;

/**
 * Returns the rows of one device with `repeats`: 0 for the row by which the device counts as having the app, 1 for an
 * earlier version beside it, 2 for a version that is there under another name, too.
 *
 * The attack: a list of 20,000 versions of one app. Each is read and compared once; sorted, they take seconds.
 */
export function withRepeats<Row extends AppNames>(rows: readonly Row[]): (Row & { repeats: 0 | 1 | 2 })[] {
  const versions = new Map<string, Set<string>>();
  const latest = new Map<string, Candidate<Row>>();
  const first = rows.filter((row) => {
    const app = appOf(row);
    const known = versions.getOrInsertComputed(app, () => new Set());
    const version = versionOf(row);
    if (known.has(version)) return false;
    known.add(version);
    const before = latest.get(app);
    const candidate = { row, shortVersion: appVersion(row.shortVersion), version: appVersion(row.version) };
    if (before === undefined || isLater(candidate, before)) latest.set(app, candidate);
    return true;
  });
  const marks = new Map<Row, 0 | 1>([
    ...first.map((row) => [row, 1] as const),
    ...[...latest.values()].map(({ row }) => [row, 0] as const),
  ]);
  return rows.map((row) => ({ ...row, repeats: marks.get(row) ?? 2 }));
}
