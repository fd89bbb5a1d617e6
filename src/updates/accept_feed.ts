/**
 * Whether a feed replaces what is known. Pure.
 *
 * A feed that lacks a large part of what the one before had is more likely broken than true, and taking it would withdraw
 * releases that devices are on their way to.
 *
 * @module
 */

import { type Release, releaseKey } from "./feed.ts";

/** Returns why a feed is not taken, or null. `known`: the releases of the last feed. `today` is a day. */
export function feedRefusal(known: readonly Release[], releases: readonly Release[], today: string): string | null {
  // Releases expire, and lists with them.
  const alive = known.filter(({ expiresOn }) => expiresOn === null || expiresOn >= today);
  const keys = new Set(releases.map(releaseKey));
  const partOf = ({ public: open, platform, extra }: Release) =>
    `${platform} releases ${extra === "" ? "" : "with a background security improvement "}${
      open ? "for the public" : "for device management"
    }`;
  const parts = new Set(releases.map(partOf));
  for (const release of alive) {
    if (!parts.has(partOf(release))) return `it has no ${partOf(release)} any more`;
  }
  const missing = alive.filter((release) => !keys.has(releaseKey(release))).length;
  if (missing * 2 > alive.length) return `it lacks ${missing} of the ${alive.length} releases that are known`;
  return null;
}
