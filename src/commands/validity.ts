/**
 * The conditions that commands share, each a sentence when it does not hold.
 *
 * Promise: unknown facts of a target do not forbid a query, since queries discover them.
 *
 * @module
 */

import type { Platform } from "../protocol/platform.ts";
import type { CommandTarget } from "./command.ts";

/** Returns the first condition that does not hold, or null. */
export function firstOf(...reasons: (string | null)[]): string | null {
  return reasons.find((reason) => reason !== null) ?? null;
}

/** Only devices take it, or users too on the platforms named in `userChannelOn`. */
export function channel(
  name: string,
  target: CommandTarget,
  userChannelOn: readonly Platform[] = [],
): string | null {
  if (target.channel === "Device") return null;
  if (target.platform !== null && userChannelOn.includes(target.platform)) return null;
  if (userChannelOn.length === 0) return `Cannot send ${name} to a user: it is for the device channel`;
  return `Cannot send ${name} to this user: it is for users on ${userChannelOn.join(" and ")}`;
}

/** In a user enrollment, only the named platforms take it; none named means no user enrollment does. */
export function userEnrollment(
  name: string,
  target: CommandTarget,
  platforms: readonly Platform[] = [],
): string | null {
  if (target.userEnrollment !== true) return null;
  if (platforms.length === 0) return `Cannot send ${name} to a user enrollment: the device would refuse it`;
  if (target.platform === null || platforms.includes(target.platform)) return null;
  return `Cannot send ${name} to a user enrollment on ${target.platform}: it is for ${platforms.join(", ")}`;
}

/** The device must wait in Setup Assistant: outside of it, it would refuse the command. */
export function settingUp(name: string, target: CommandTarget): string | null {
  if (target.awaitingConfiguration === true) return null;
  return `Cannot send ${name} to this device: it does not wait in Setup Assistant`;
}

/** The platform must be known, because it decides the content. */
export function knownPlatform(name: string, target: CommandTarget): string | null {
  if (target.platform !== null) return null;
  return target.model === ""
    ? `Cannot send ${name} yet: the platform is unknown until the device answers DeviceInformation`
    : `Cannot send ${name}: the platform of the model "${target.model}" is not known`;
}

/** Only Macs take it. */
export function mac(name: string, target: CommandTarget): string | null {
  return target.platform === "macOS" ? null : `Cannot send ${name} to this device: it is for Macs`;
}

/** The user must have approved the enrollment, or the device must have been assigned by Apple. */
export function userApproved(name: string, target: CommandTarget): string | null {
  if (target.userApproved === true) return null;
  return target.userApproved === null
    ? `Cannot send ${name} yet: whether the enrollment is approved is unknown until the Mac answers SecurityInfo`
    : `Cannot send ${name} to this Mac: its user has not approved the enrollment`;
}
