/**
 * Which release a device can be offered. Pure.
 *
 * @module
 */

import type { Release } from "./feed.ts";

/** A release of the catalogue. `withdrawn`: the last feed does not have it. */
export type KnownRelease = Release & { readonly id: number; readonly withdrawn: boolean };

/** What a device says about itself. */
export type UpdatingDevice = {
  /** The identifier that the feed lists it by: SoftwareUpdateDeviceID, or its model where it states none. */
  readonly softwareUpdateDeviceId: string;
  /** Its build, with that of its background security improvement where it has one. */
  readonly build: string;
};

const BUILD = /^([0-9]{1,4})([A-Z])([0-9]{1,8})([a-z]?)$/;

/** Negative when build `a` is before `b`. Builds are compared by their parts: 20H392 is before 20H6392. */
export function compareBuilds(a: string, b: string): number {
  const left = BUILD.exec(a);
  const right = BUILD.exec(b);
  if (left === null || right === null) return a < b ? -1 : a > b ? 1 : 0;
  return Number(left[1]) - Number(right[1]) || compareTexts(left[2], right[2]) || Number(left[3]) - Number(right[3]) ||
    compareTexts(left[4], right[4]);
}

const compareTexts = (a = "", b = "") => a < b ? -1 : a > b ? 1 : 0;

/** Negative when the version of `a` is older than that of `b`, its background security improvement included. */
export const compareReleases = (
  a: Pick<Release, "numbers" | "extra">,
  b: Pick<Release, "numbers" | "extra">,
): number =>
  a.numbers[0] - b.numbers[0] || a.numbers[1] - b.numbers[1] || a.numbers[2] - b.numbers[2] ||
  compareTexts(a.extra, b.extra);

/** What device management may send, by the id of the device. */
const byDevice = new WeakMap<readonly KnownRelease[], ReadonlyMap<string, KnownRelease[]>>();

/** Plans of a whole fleet ask about the same catalogue: it is sorted by devices once. */
function listedFor(releases: readonly KnownRelease[], id: string): readonly KnownRelease[] {
  let known = byDevice.get(releases);
  if (known === undefined) {
    const lists = new Map<string, KnownRelease[]>();
    for (const release of releases) {
      // What only the public gets cannot be sent by device management, except improvements, which are listed nowhere else.
      if (release.withdrawn || (release.public && release.extra === "")) continue;
      for (const device of release.deviceIds) {
        const list = lists.get(device);
        if (list === undefined) lists.set(device, [release]);
        else list.push(release);
      }
    }
    byDevice.set(releases, known = lists);
  }
  return known.get(id) ?? [];
}

/** Returns the releases for a model and build, on some day. */
const fitting = (releases: readonly KnownRelease[], device: UpdatingDevice): KnownRelease[] =>
  listedFor(releases, device.softwareUpdateDeviceId)
    .filter(({ prerequisiteBuild }) => prerequisiteBuild === "" || prerequisiteBuild === device.build);

/** Whether Apple offers a release on a day: it was posted, and is still signed. */
const isOffered = ({ postedOn, expiresOn }: KnownRelease, today: string): boolean =>
  postedOn <= today && (expiresOn === null || expiresOn > today);

/**
 * Returns the releases that a device can be offered on the day `today` ("2026-03-24"), the newest first.
 *
 * Of two builds of one version for the same model the one that the device runs comes first, or else the first one, so that
 * the choice stays.
 */
export function offeredReleases(
  releases: readonly KnownRelease[],
  device: UpdatingDevice,
  today: string,
): KnownRelease[] {
  const own = ({ build }: KnownRelease) => build === device.build ? 0 : 1;
  return fitting(releases, device).filter((release) => isOffered(release, today)).sort((one, other) =>
    compareReleases(other, one) || own(one) - own(other) || compareBuilds(one.build, other.build) || one.id - other.id
  );
}

/** Returns the newest release that a device can be offered on the day `today` and that `allowed` accepts, or undefined. */
export const bestRelease = (
  releases: readonly KnownRelease[],
  device: UpdatingDevice,
  today: string,
  allowed: (release: KnownRelease) => boolean = () => true,
): KnownRelease | undefined => offeredReleases(releases, device, today).find(allowed);

/**
 * Returns the first day after `today` on which `bestRelease` may return another release although the catalogue is the same: a
 * release is posted, or the best one expires. Null if there is none.
 */
export function bestReleaseChangesOn(
  releases: readonly KnownRelease[],
  device: UpdatingDevice,
  today: string,
  allowed: (release: KnownRelease) => boolean,
  best: KnownRelease | undefined,
): string | null {
  const postings = fitting(releases, device)
    .filter((release) => release.postedOn > today && allowed(release))
    .map(({ postedOn }) => postedOn);
  const days = best === undefined || best.expiresOn === null ? postings : [...postings, best.expiresOn];
  return days.length === 0 ? null : days.reduce((one, other) => one < other ? one : other);
}
