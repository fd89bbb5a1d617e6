/**
 * Compares the profiles that a device lists with those that were sent to it, in both directions: configuration profiles
 * and provisioning profiles alike.
 *
 * A listed profile is verified. One that the device accepted but does not list is installed again; one that it refused but
 * lists counts as installed. One that it removed but still lists is removed again; one whose removal it refused but that it
 * does not list counts as removed. Lists that repeatedly contradict the device's answers end the attempts.
 *
 * @module
 */

import { countDisagreements, markVerified, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import type { Tx } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { isPresent, type ObservedStatus } from "./observed_artifact.ts";
import { type ArtifactOwner, recordSeen, type SeenVersion } from "./record_observations.ts";

/** Consecutive lists that may contradict the device's answers before the server stops retrying a version. */
const MOST_DISAGREEMENTS = 3;

const UNLISTED = "the device does not list it";

/** Whether a version counts as removed because of a list, and not because of an acknowledged command. */
const isUnlisted = ({ extraInfo }: TargetArtifactRow): boolean =>
  typeof extraInfo === "object" && extraInfo !== null && Reflect.get(extraInfo, "reason") === UNLISTED;

type Finding = { status: ObservedStatus; reason: string; disagrees: boolean };

/**
 * Returns the observation that a list implies for a version installed or removed by command; undefined if it agrees
 * with the known state.
 */
function findingOf(row: TargetArtifactRow, listed: boolean): Finding | undefined {
  if (isPresent(row.status)) {
    return listed
      ? undefined
      // A profile that was listed before was removed by a person; one that was never listed is not kept by the device.
      : { status: "Uninstalled", reason: UNLISTED, disagrees: row.verifiedAt === null };
  }
  if (!listed) {
    return row.status === "RemovalFailed" ? { status: "Uninstalled", reason: UNLISTED, disagrees: false } : undefined;
  }
  switch (row.status) {
    case "Uninstalled":
      return isUnlisted(row)
        ? { status: "Acknowledged", reason: "the device lists it", disagrees: false }
        : { status: "RemovalFailed", reason: "the device lists it still", disagrees: true };
    case "Failed":
      // An older content of the same version is listed under the same UUID: only a first installation is proven.
      return row.installedAt === null
        ? { status: "Acknowledged", reason: "the device lists it", disagrees: false }
        : undefined;
    default:
      return undefined;
  }
}

/** Takes a list into account: `rows` are the versions that it says something of. */
export async function verifyListed(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  owner: ArtifactOwner,
  { rows, lists }: { rows: readonly TargetArtifactRow[]; lists(row: TargetArtifactRow): boolean },
): Promise<void> {
  // What was declared is covered by status reports.
  const findings = rows.filter(({ via }) => via === "command").flatMap((row) => {
    const finding = findingOf(row, lists(row));
    return finding === undefined ? [] : [{ row, ...finding }];
  });
  const disagreements = await countDisagreements(
    tx,
    owner.channelId,
    findings.filter(({ disagrees }) => disagrees).map(({ row }) => row.versionId),
  );
  const seen = findings.map(({ row, status, reason }): SeenVersion => {
    const about = {
      versionId: row.versionId,
      contentRevision: row.contentRevision,
      via: "command" as const,
      uniqueInstallIdentifier: row.uniqueInstallIdentifier,
    };
    const times = disagreements.get(row.versionId) ?? 0;
    if (times < MOST_DISAGREEMENTS) return { ...about, status, extraInfo: { reason } };
    return {
      ...about,
      status: status === "Uninstalled" ? "Failed" : status,
      extraInfo: { reason: `${reason}, ${times} lists in a row. It is not retried` },
      final: true,
    };
  });
  await recordSeen(tx, runtime, by, owner, seen);
  const proven = [
    ...rows.filter((row) => isPresent(row.status) && lists(row)),
    ...findings.filter(({ status }) => isPresent(status)).map(({ row }) => row),
  ];
  await markVerified(tx, owner.channelId, proven.map(({ versionId }) => versionId), runtime.clock.now());
}
