/**
 * Server tokens of artifacts: a device fetches a declaration again when its token changes.
 *
 * @module
 */

import type { ContentArtifact } from "../blueprints/content.ts";
import { parseOsVersion } from "../protocol/os_version.ts";

const NUMBERS = { No: 0, Major: 1, Minor: 2, Patch: 3 } as const;
const DAY_MS = 86_400_000;

/** Returns how many reinstall intervals have passed since the enrollment began. */
const intervalsSince = (enrolledAt: Date, days: number, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - enrolledAt.getTime()) / (days * DAY_MS)));

/** Returns when the next reinstall interval begins. */
export const nextInterval = (enrolledAt: Date, days: number, now: Date): Date =>
  new Date(enrolledAt.getTime() + (intervalsSince(enrolledAt, days, now) + 1) * days * DAY_MS);

/**
 * Returns the token of a version for a target: the version's UUID, then suffixes that make the device fetch it again
 * without a new version: `.ov-` its system, `.ri-` the reinstall interval it is in, `.cv-` how often its content was
 * changed, `.cr-` how many of its certificates are due for a successor, `.rc-` how often it failed.
 */
export function serverToken(
  version: { id: string; contentRevision: number },
  artifact: Pick<ContentArtifact, "reinstallInterval" | "reinstallOnOsUpdate">,
  target: { osVersion: string; enrolledAt: Date },
  counts: { retries: number; certificatesDue: number },
  now: Date,
): string {
  const numbers = NUMBERS[artifact.reinstallOnOsUpdate];
  return [
    version.id,
    ...(numbers === 0 ? [] : [`ov-${parseOsVersion(target.osVersion).numbers.slice(0, numbers).join(".")}`]),
    ...(artifact.reinstallInterval === 0
      ? []
      : [`ri-${intervalsSince(target.enrolledAt, artifact.reinstallInterval, now)}`]),
    ...(version.contentRevision === 0 ? [] : [`cv-${version.contentRevision}`]),
    ...(counts.certificatesDue === 0 ? [] : [`cr-${counts.certificatesDue}`]),
    ...(counts.retries === 0 ? [] : [`rc-${counts.retries}`]),
  ].join(".");
}

/** Returns the version and the count of content changes in a token of this server. */
export function readServerToken(token: string): { versionId: string; contentRevision: number } {
  const [versionId = "", ...rest] = token.split(".");
  const revision = /(?:^|\.)cv-([0-9]{1,9})(?:\.|$)/.exec(rest.join("."))?.[1];
  return { versionId, contentRevision: Number(revision ?? 0) };
}
