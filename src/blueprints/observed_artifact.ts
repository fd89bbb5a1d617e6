/**
 * The observed state of an artifact version on a channel, and how observations change it.
 *
 * Pure. Clients rely on the counts of installs and retries (docs/compatibility.md); `retryAt` is an addition: a failed
 * install is retried after a pause.
 *
 * @module
 */

import type { Json } from "../../db/open.ts";
import type { TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import type { ArtifactType } from "./artifact_types.ts";
import { canonicalJson } from "./versions/json.ts";

/** The known state of a version on a channel. */
export type ObservedStatus = TargetArtifactRow["status"];

/** How a version got there. */
export type Via = TargetArtifactRow["via"];

/** A version on a channel. `uniqueInstallIdentifier` is the server token or the command that last changed it. */
export type ObservedArtifact = Omit<TargetArtifactRow, "type"> & { type: ArtifactType };

/** Whether a version with this status is on the device. */
export const isPresent = (status: ObservedStatus): boolean => status === "Acknowledged" || status === "Installed";

/** Whether a version is on the device: as it should be, or to be installed again. */
export const isThere = ({ status, installedAt }: Pick<ObservedArtifact, "status" | "installedAt">): boolean =>
  isPresent(status) || (status === "ForceReinstall" && installedAt !== null);

/** Whether a version may be on the device, or on its way to it, also if an attempt to replace or remove it failed. */
export const mayBeThere = (row: Pick<ObservedArtifact, "status" | "installedAt">): boolean =>
  isThere(row) || row.status === "AwaitingConfirmation" || row.status === "RemovalFailed" ||
  (row.status === "Failed" && row.installedAt !== null);

/**
 * Whether a device may have a version beside these others of its artifact: none of them has replaced it, or was removed in
 * its place.
 */
export const isBeside = (
  row: Pick<ObservedArtifact, "status" | "installedAt" | "instance">,
  others: readonly Pick<ObservedArtifact, "instance">[],
): boolean => row.instance !== null && mayBeThere(row) && others.every(({ instance }) => instance !== row.instance);

/** Whether two versions may be the same app or provisioning profile on a device: the removal of one removes the other. */
export const mayBeSame = (
  one: Pick<ObservedArtifact, "bundleIds" | "instance">,
  other: Pick<ObservedArtifact, "bundleIds" | "instance">,
): boolean =>
  (one.instance !== null && one.instance === other.instance) ||
  one.bundleIds?.some((id) => other.bundleIds?.includes(id) === true) === true;

/** Whether nothing will come of an installation any more, until somebody asks for it. */
export const isGivenUp = (row: ObservedArtifact | undefined): boolean =>
  row?.via === "command" && row.status === "Failed" && row.retryAt === null && row.installedAt === null;

/** What is known of a version on a channel, more precisely than its status says it. */
export type InstallState =
  | "accepted"
  | "downloading"
  | "paused"
  | "installing"
  | "acknowledged"
  | "installed"
  | "verified"
  | "declined"
  | "failed"
  | "not installed"
  | "not active"
  | "not removed"
  | "to be reinstalled";

/** How far an installation is, as a device's list of apps says it. */
const PROGRESS: ReadonlyMap<unknown, InstallState> = new Map<unknown, InstallState>([
  ["waiting", "downloading"],
  ["downloading", "downloading"],
  ["paused", "paused"],
  ["installing", "installing"],
]);

/** Returns the state of a version on a channel. Its evidence is in `extraInfo`. */
export function installState(
  { status, via, verifiedAt, extraInfo }: Pick<TargetArtifactRow, "status" | "via" | "verifiedAt" | "extraInfo">,
): InstallState {
  const info = (key: string): unknown =>
    typeof extraInfo === "object" && extraInfo !== null && Object.hasOwn(extraInfo, key)
      ? Reflect.get(extraInfo, key)
      : undefined;
  switch (status) {
    case "Installed":
      // A declaration in force is not what it declares, except where the device says so of an app.
      return verifiedAt === null || (via === "declaration" && info("managed") !== true) ? "installed" : "verified";
    case "Acknowledged":
      return verifiedAt === null ? "acknowledged" : "verified";
    case "AwaitingConfirmation":
      return PROGRESS.get(info("progress")) ?? "accepted";
    case "Failed":
      return info("declined") === true ? "declined" : "failed";
    case "Uninstalled":
      return via === "declaration" && info("state") === undefined ? "not active" : "not installed";
    case "RemovalFailed":
      return "not removed";
    case "ForceReinstall":
      return "to be reinstalled";
  }
}

/** From least to most present: of two reports of one version the more present one counts. */
const RANKS: readonly ObservedStatus[] = [
  "Failed",
  "RemovalFailed",
  "Uninstalled",
  "AwaitingConfirmation",
  "ForceReinstall",
  "Acknowledged",
  "Installed",
];

/** Returns the more present of two. */
export const morePresent = (one: ObservedStatus, other: ObservedStatus): ObservedStatus =>
  RANKS.indexOf(one) >= RANKS.indexOf(other) ? one : other;

/** An observation of a version. */
export type Observation = {
  status: ObservedStatus;
  via: Via;
  contentRevision: number;
  extraInfo: Json;
  /** "" where nothing identifies the attempt. */
  uniqueInstallIdentifier: string;
  /** A failure that is not retried. */
  final?: true;
  /** A failure that is retried after so many seconds. */
  retrySeconds?: number;
  /** A failure of a declaration that is sent again after the pauses of commands, and not at once. */
  paused?: true;
};

/** The part of a row that observations change. */
export type ObservedState = Pick<
  ObservedArtifact,
  | "status"
  | "via"
  | "contentRevision"
  | "extraInfo"
  | "installedAt"
  | "osVersionAtInstallTime"
  | "uniqueInstallIdentifier"
  | "installCount"
  | "retryCount"
  | "maxRetryCount"
  | "retryAt"
>;

const AUTOMATIC_RETRIES = 2;
/** How long a declaration must have worked before a failure gets new attempts; the first time, a moment is enough. */
const WELL_MS = 3_600_000;
/** Minutes before a failed install by command is retried: after the first failure, the second, … */
const RETRY_MINUTES = [10, 60] as const;

const failed = (status: ObservedStatus): boolean => status === "Failed" || status === "RemovalFailed";

/** Returns when a version may be retried that failed for the `failures`th time since it was last well. */
function retryAt({ via, paused }: Observation, failures: number, now: Date): Date | null {
  // Other declarations are sent again at once, with another token.
  const minutes = via === "command" || paused === true ? RETRY_MINUTES[failures - 1] : undefined;
  return minutes === undefined ? null : new Date(now.getTime() + minutes * 60_000);
}

/** Whether the pause before a declaration is sent again is not over. */
export const isPausing = ({ via, retryAt }: Pick<ObservedState, "via" | "retryAt">, now: Date): boolean =>
  via === "declaration" && retryAt !== null && retryAt > now;

/** Returns how often a declaration was sent again: a part of its token. Failures of commands are not the declaration's. */
export const resends = (row: Pick<ObservedState, "via" | "retryAt" | "retryCount"> | undefined, now: Date): number =>
  row?.via !== "declaration" ? 0 : row.retryCount - (isPausing(row, now) ? 1 : 0);

/**
 * Returns the state after an observation; null if nothing changed. `before` is undefined for a version not seen yet.
 *
 * The retry count never falls, since it is part of the server token: a version that works again would be sent again.
 * Instead, the remaining attempts are counted from there. A moment of being unknown or inactive renews none: a
 * declaration with such a moment before it is invalid again would be sent again without end. The one exception: a pause
 * that success or a final failure ends has sent nothing again yet.
 */
export function observe(
  before: ObservedState | undefined,
  observation: Observation,
  osVersion: string,
  now: Date,
): ObservedState | null {
  const { status, via, contentRevision, extraInfo, uniqueInstallIdentifier, final, retrySeconds } = observation;
  // A declaration that is not to be tried again keeps its token, which counts failures.
  const fails = failed(status) && !(final === true && via === "declaration") ? 1 : 0;
  const present = isPresent(status);
  const own = final === true
    ? null
    : retrySeconds === undefined
    ? undefined
    : new Date(now.getTime() + retrySeconds * 1000);
  if (before === undefined) {
    return {
      status,
      via,
      contentRevision,
      extraInfo,
      installedAt: present ? now : null,
      osVersionAtInstallTime: present ? osVersion : "",
      uniqueInstallIdentifier,
      installCount: present ? 1 : 0,
      retryCount: fails,
      maxRetryCount: AUTOMATIC_RETRIES,
      retryAt: own !== undefined && fails > 0 ? own : retryAt(observation, fails, now),
    };
  }
  const sameAttempt = before.uniqueInstallIdentifier === uniqueInstallIdentifier;
  // A failure of another attempt is news; one attempt reported twice is not.
  const unchanged = sameAttempt && before.status === status && before.via === via &&
    before.contentRevision === contentRevision &&
    // The database stores keys in its own order.
    canonicalJson(before.extraInfo) === canonicalJson(extraInfo);
  if (unchanged) return null;
  // A declaration is sent again immediately: one that is installed for a moment each time would be sent without end.
  const wellForLong = isPresent(before.status) && now.getTime() - (before.installedAt?.getTime() ?? 0) >= WELL_MS;
  const renewed = via === "command"
    ? fails === 0
    : fails === 0
    ? present && before.maxRetryCount === AUTOMATIC_RETRIES
    : wellForLong;
  const pausing = via === "declaration" && isPausing(before, now);
  const calledOff = pausing && (present || final === true);
  const earlier = before.retryCount - (calledOff ? 1 : 0);
  const maxRetryCount = renewed ? earlier + AUTOMATIC_RETRIES : before.maxRetryCount;
  // The attack: a device that reports failures during a pause would end it.
  const counted = pausing || (sameAttempt && before.status === status) ? 0 : fails;
  const attempts = earlier + counted;
  const installed = present && (!sameAttempt || !isPresent(before.status));
  return {
    status,
    via,
    contentRevision,
    extraInfo,
    uniqueInstallIdentifier,
    installedAt: installed ? now : before.installedAt,
    osVersionAtInstallTime: installed ? osVersion : before.osVersionAtInstallTime,
    installCount: before.installCount + (installed ? 1 : 0),
    retryCount: Math.min(attempts, maxRetryCount),
    maxRetryCount,
    retryAt: pausing && !calledOff
      ? before.retryAt
      : fails === 0
      ? null
      : own !== undefined
      ? own
      : counted === 0
      ? before.retryAt
      : retryAt(observation, attempts - (maxRetryCount - AUTOMATIC_RETRIES), now),
  };
}
