/**
 * Whether a target can have something, by the conditions that Apple publishes for its system.
 *
 * Promise: pure, and unknown facts of the target never forbid anything.
 *
 * @module
 */

import { compareOsVersions } from "../protocol/os_version.ts";
import { type SchemaTarget, systemOf, versionOf } from "./target.ts";
import type { Enrollment, Scope, Support, Systems } from "./types.ts";

/** Why a target cannot have something. */
export type Obstacle = {
  cause: "absent" | "older" | "removed" | "channel" | "supervision" | "enrollment";
  /** A sentence. */
  message: string;
};

/** Returns the conditions of the target's system; undefined when nothing is known of it. */
export function supportFor(systems: Systems | undefined, target: SchemaTarget): Support | false | undefined {
  const system = systemOf(target);
  return system === null ? undefined : systems?.[system];
}

/**
 * Returns the conditions of a key inside something with the conditions `around`: the key's own conditions replace the
 * inherited ones.
 */
export function inherit(
  around: Support | false | undefined,
  own: Support | false | undefined,
): Support | false | undefined {
  if (own === undefined || own === false || around === undefined || around === false) return own ?? around;
  const sharedIpad = { ...around.sharedIpad, ...own.sharedIpad };
  return { ...around, ...own, ...(Object.keys(sharedIpad).length > 0 ? { sharedIpad } : {}) };
}

/** Returns the first obstacle between a target and `name`, or null. */
export function obstacle(name: string, support: Support | false | undefined, target: SchemaTarget): Obstacle | null {
  if (support === undefined || target.platform === null) return null;
  if (support === false) return { cause: "absent", message: `${name} is not available on ${target.platform}` };
  return versions(name, support, target) ?? channel(name, support, target) ?? supervision(name, support, target) ??
    enrollment(name, support, target);
}

function versions(name: string, support: Support, target: SchemaTarget): Obstacle | null {
  const version = versionOf(target);
  if (version === null) return null;
  const { introduced, removed } = support;
  if (introduced !== undefined && compareOsVersions(version, introduced) < 0) {
    return { cause: "older", message: `${name} needs ${target.platform} ${introduced}, the device has ${version}` };
  }
  if (removed !== undefined && compareOsVersions(version, removed) >= 0) {
    return {
      cause: "removed",
      message: `${name} was removed in ${target.platform} ${removed}, the device has ${version}`,
    };
  }
  return null;
}

function channel(name: string, support: Support, target: SchemaTarget): Obstacle | null {
  const is = target.channel === "User" ? "a user's" : "the device's";
  const should = target.channel === "User" ? "the device's" : "a user's";
  if (target.channel === "User" ? !takesUser(support, target) : !takesDevice(support, target)) {
    return { cause: "channel", message: `${name} is for ${should} channel, this is ${is}` };
  }
  // Only iPads can be shared. Until version 12 they ran iOS.
  const version = versionOf(target);
  const phone = target.platform === "iOS" && version !== null && compareOsVersions(version, "13") >= 0;
  const { mode, deviceChannel } = support.sharedIpad ?? {};
  if (mode === "required" && systemOf(target) === "iOS" && (phone || target.sharedIpad === false)) {
    return { cause: "channel", message: `${name} is for Shared iPad, this device is none` };
  }
  if (target.sharedIpad !== true || systemOf(target) !== "iOS") return null;
  if (mode === "forbidden") return { cause: "channel", message: `${name} is not for Shared iPad, this device is one` };
  if (deviceChannel === false && target.channel === "Device") {
    return { cause: "channel", message: `${name} is for users of a Shared iPad, this is the device's channel` };
  }
  return null;
}

function takesUser(support: Support, target: SchemaTarget): boolean {
  // On iOS, users have a channel on a Shared iPad alone.
  if (systemOf(target) === "iOS") {
    const shared = support.sharedIpad;
    if (shared?.mode === "forbidden" || shared?.userChannel === false) return false;
    return includes(shared?.scopes ?? support.scopes, "user");
  }
  return support.userChannel !== false && includes(support.scopes, "user");
}

function takesDevice(support: Support, target: SchemaTarget): boolean {
  if (support.deviceChannel === false) return false;
  if (includes(support.scopes, "system")) return true;
  // It may be a Shared iPad: the device does not say.
  return systemOf(target) === "iOS" && support.sharedIpad?.scopes?.includes("system") === true;
}

const includes = (scopes: readonly Scope[] | undefined, scope: Scope): boolean => scopes?.includes(scope) ?? true;

function supervision(name: string, support: Support, target: SchemaTarget): Obstacle | null {
  if (support.supervised !== true || target.supervised !== false) return null;
  return { cause: "supervision", message: `${name} needs a supervised device, this one is not supervised` };
}

function enrollment(name: string, support: Support, target: SchemaTarget): Obstacle | null {
  if (support.userEnrollment === "forbidden" && target.userEnrollment === true) {
    return { cause: "enrollment", message: `${name} is not for user enrollments, this is one` };
  }
  if (support.userEnrollment === "required" && target.userEnrollment === false) {
    return { cause: "enrollment", message: `${name} is for user enrollments, this is none` };
  }
  const allowed = support.enrollments;
  if (allowed === undefined) return null;
  const possible = enrollmentsOf(target);
  if (possible.some((one) => allowed.includes(one))) return null;
  const wanted = allowed.filter((one) => one !== "local").map((one) => ENROLLMENT_NAMES[one]);
  return {
    cause: "enrollment",
    message: `${name} is for ${wanted.length === 0 ? "no enrollment" : wanted.join(" or ")}, this is ${
      possible.map((one) => ENROLLMENT_NAMES[one]).join(" or ")
    }`,
  };
}

const ENROLLMENT_NAMES: Readonly<Record<Enrollment, string>> = {
  supervised: "a supervised device",
  device: "a device enrollment without supervision",
  user: "a user enrollment",
  local: "a local profile",
};

/** Returns the kinds of enrollment that the target may be. */
function enrollmentsOf(target: SchemaTarget): Enrollment[] {
  const { supervised, userEnrollment } = target;
  if (userEnrollment === true) return ["user"];
  // A supervised device is never in a user enrollment.
  if (supervised === true) return ["supervised"];
  return [
    ...(supervised === null ? ["supervised" as const] : []),
    "device",
    ...(userEnrollment === null ? ["user" as const] : []),
  ];
}

/**
 * Returns a sentence when `name` is deprecated or removed, or will be: by the target's version when that is known, else
 * whenever Apple has announced it. Without a target, all systems count.
 */
export function announcedEnd(name: string, systems: Systems | undefined, target: SchemaTarget | null): string | null {
  if (target !== null && target.platform !== null) {
    const words = endWords(target.platform, supportFor(systems, target), versionOf(target));
    return words === null ? null : `${name} ${words}`;
  }
  const all = Object.entries(systems ?? {}).map(([system, support]) => endWords(system, support, null));
  const words = all.filter((one) => one !== null);
  return words.length === 0 ? null : `${name} ${words.join("; ")}`;
}

function endWords(platform: string, support: Support | false | undefined, version: string | null): string | null {
  if (support === undefined || support === false) return null;
  const { deprecated, removed } = support;
  // A system that is older than the announcement has nothing better to offer.
  if (deprecated !== undefined && version !== null && compareOsVersions(version, deprecated) < 0) return null;
  if (deprecated === undefined) return removed === undefined ? null : `is removed in ${platform} ${removed}`;
  return `is deprecated since ${platform} ${deprecated}${
    removed === undefined ? "" : ` and removed in ${platform} ${removed}`
  }`;
}
