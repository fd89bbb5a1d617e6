/**
 * Which update a device must have by when, and why. Pure.
 *
 * @module
 */

import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import type { Platform } from "../protocol/platform.ts";
import { type Blackout, deadlineOf, type LocalDateTime, localText } from "./deadline.ts";
import { versionNumbers } from "./feed.ts";
import { bestRelease, bestReleaseChangesOn, compareReleases, type KnownRelease } from "./select_release.ts";

/** A software update enforcement. */
export type Enforcement = {
  readonly id: number;
  readonly name: string;
  /** "" where there is none. */
  readonly detailsUrl: string;
  readonly platforms: readonly Platform[];
  readonly tags: readonly number[];
  readonly mode:
    | {
      readonly kind: "one-time";
      readonly osVersion: string;
      readonly buildVersion: string;
      readonly at: LocalDateTime;
    }
    | {
      readonly kind: "latest";
      /** The first version that is not wanted any more: "16" is everything below 16. */
      readonly maxOsVersion: string;
      readonly delayDays: number;
      readonly localTime: string;
      readonly blackouts: readonly Blackout[];
    };
};

/** What a device states that decides about updates. */
export type EnforcedDevice = {
  readonly platform: Platform | null;
  readonly tags: ReadonlySet<number>;
  readonly osVersion: string;
  /** With the build of its background security improvement where it has one. */
  readonly build: string;
  readonly softwareUpdateDeviceId: string;
};

/** The update that a device is told to have. */
export type UpdateTarget = {
  readonly enforcement: Enforcement;
  readonly osVersion: string;
  readonly buildVersion: string;
  /** Apple's form, without a zone. */
  readonly localDateTime: string;
  /** The catalogue's release, in the mode that follows it. */
  readonly release: KnownRelease | null;
  /** How it came to this. */
  readonly reason: string;
};

/**
 * The decision: a target, or why there is none. `until` is the day on which it may be otherwise because a release is posted or
 * expires, null if none is known of.
 */
export type UpdateDecision =
  & { readonly until: string | null }
  & ({ readonly target: UpdateTarget } | { readonly target: null; readonly reason: string });

/**
 * Returns the enforcement for a device: the one with most of its tags; one without tags is for everyone else. Of equal ones the
 * oldest.
 */
export function enforcementFor(
  enforcements: readonly Enforcement[],
  { platform, tags }: Pick<EnforcedDevice, "platform" | "tags">,
): { enforcement: Enforcement; conflicts: readonly Enforcement[] } | undefined {
  const ranked = enforcements
    .filter((one) => platform !== null && one.platforms.includes(platform))
    .map((one) => ({ one, matches: one.tags.filter((tag) => tags.has(tag)).length }))
    .filter(({ one, matches }) => one.tags.length === 0 || matches > 0)
    .sort((a, b) => b.matches - a.matches || a.one.id - b.one.id);
  const [first, ...others] = ranked;
  if (first === undefined) return undefined;
  return {
    enforcement: first.one,
    conflicts: others.filter(({ matches }) => matches === first.matches).map(({ one }) => one),
  };
}

/**
 * Decides what a device of a blueprint with these enforcements is told on the day `today` ("2026-03-24").
 *
 * The supplemental version of a device is a part of its `osVersion` ("26.3.1 (a)").
 */
export function decideUpdate(
  enforcements: readonly Enforcement[],
  device: EnforcedDevice,
  releases: readonly KnownRelease[],
  today: string,
): UpdateDecision {
  const none = (reason: string, until: string | null = null): UpdateDecision => ({ target: null, reason, until });
  if (enforcements.length === 0) return none("the blueprint has no software update enforcement");
  const found = enforcementFor(enforcements, device);
  if (found === undefined) return none("no software update enforcement is for this platform and these tags");
  const { enforcement, conflicts } = found;
  const { mode } = enforcement;
  const chosen = conflicts.length === 0
    ? `"${enforcement.name}"`
    : `"${enforcement.name}", the oldest of ${conflicts.length + 1} that fit equally well`;
  if (mode.kind === "one-time") {
    return {
      until: null,
      target: {
        enforcement,
        osVersion: mode.osVersion,
        buildVersion: mode.buildVersion,
        localDateTime: localText(mode.at),
        release: null,
        reason: `${chosen} names ${mode.osVersion}`,
      },
    };
  }
  if (device.softwareUpdateDeviceId === "") {
    return none(`${chosen} follows Apple's list, and the device has not stated by which id it is listed`);
  }
  const limit = { numbers: versionNumbers(mode.maxOsVersion), extra: "" };
  const allowed = (one: KnownRelease) => compareReleases(one, limit) < 0;
  const release = bestRelease(releases, device, today, allowed);
  const until = bestReleaseChangesOn(releases, device, today, allowed, release);
  if (release === undefined) {
    return none(
      `${chosen}: Apple lists no update below ${mode.maxOsVersion} for ${device.softwareUpdateDeviceId}`,
      until,
    );
  }
  const version = release.extra === "" ? release.version : `${release.version} ${release.extra}`;
  if (isKnownOsVersion(device.osVersion) && compareOsVersions(version, device.osVersion) < 0) {
    return none(`${chosen}: the device has ${device.osVersion}, Apple lists ${version} as the newest`, until);
  }
  const { at, movedFrom } = deadlineOf(release.postedOn, mode);
  const same = compareOsVersions(version, device.osVersion) === 0;
  const moved = movedFrom === null ? "" : `, moved from ${localText(movedFrom)} by a blackout window`;
  return {
    until,
    target: {
      enforcement,
      // An improvement is told apart from its version by the build: Apple's example is `20A242a`.
      osVersion: release.version,
      // A list without builds would otherwise make a device that has the version look for another one.
      buildVersion: release.build !== "" ? release.build : same ? device.build : "",
      localDateTime: localText(at),
      release,
      reason: `${chosen}: ${version} was posted on ${release.postedOn}, due ${mode.delayDays} days later${moved}`,
    },
  };
}

/** The payload of `com.apple.configuration.softwareupdate.enforcement.specific`. */
export function enforcementPayload({ osVersion, buildVersion, localDateTime, enforcement }: UpdateTarget): {
  TargetOSVersion: string;
  TargetBuildVersion?: string;
  TargetLocalDateTime: string;
  DetailsURL?: string;
} {
  return {
    TargetOSVersion: osVersion,
    ...(buildVersion === "" ? {} : { TargetBuildVersion: buildVersion }),
    TargetLocalDateTime: localDateTime,
    ...(enforcement.detailsUrl === "" ? {} : { DetailsURL: enforcement.detailsUrl }),
  };
}
