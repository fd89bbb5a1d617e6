/**
 * The recipients of a profile that do not support one of its payloads, or keys of it.
 *
 * Promise: pure, and never throws. OS versions are not checked: the devices that get a profile have many.
 *
 * @module
 */

import type { Platform } from "../protocol/platform.ts";
import { type KeyRemark, keyRemarks } from "./key_remarks.ts";
import { type Obstacle, obstacle, supportFor } from "./support.ts";
import type { SchemaTarget } from "./target.ts";
import type { ProfileFacts, SchemaIssue } from "./types.ts";

type Cause = Obstacle["cause"] | "missing";
type Audience = { channel: "Device" | "User"; platforms: readonly Platform[] };

/** Returns a target of the platform without other facts, not supervised: such devices may be among the recipients. */
const targetOf = (platform: Platform, channel: "Device" | "User"): SchemaTarget => ({
  channel,
  platform,
  osVersion: "",
  supervised: false,
  userEnrollment: null,
});

const and = (names: readonly string[]): string => new Intl.ListFormat("en", { type: "conjunction" }).format(names);

/** Returns a sentence about `name` on these platforms; null for a difference that needs no warning. */
function sentence(name: string, cause: Cause, platforms: readonly Platform[], channel: "Device" | "User") {
  switch (cause) {
    case "absent":
      return `${name} is not available on ${and(platforms)}`;
    case "channel": {
      const [is, should] = channel === "User" ? ["user", "device"] : ["device", "user"];
      return `${name} is for the ${should} channel on ${and(platforms)}, the profile is for the ${is} channel`;
    }
    case "supervision":
      return `${name} needs a supervised device on ${and(platforms)}`;
    case "missing":
      return `${name} is missing, it is required on ${and(platforms)}`;
    case "older":
    case "removed":
    case "enrollment":
      return null;
  }
}

/**
 * Returns the reasons why recipients of the profile do not support a payload at `path`, by one of the forms of its
 * type.
 */
export function availability(
  type: string,
  facts: ProfileFacts,
  payload: unknown,
  path: string,
  { channel, platforms }: Audience,
): SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  const tell = (at: string, name: string, cause: Cause, on: readonly Platform[]) => {
    const message = sentence(name, cause, on, channel);
    if (message !== null) issues.push({ path: at, message });
  };

  const whole = new Map<Cause, Platform[]>();
  const keys = new Map<string, { remark: KeyRemark; cause: Cause; on: Platform[] }>();
  const takers: Platform[] = [];
  for (const platform of platforms) {
    const target = targetOf(platform, channel);
    const cause = obstacle(type, supportFor(facts.systems, target), target)?.cause;
    if (cause !== undefined) whole.set(cause, [...whole.get(cause) ?? [], platform]);
    // The keys do not matter to a platform that does not support the payload.
    if (cause !== undefined && cause !== "supervision") continue;
    takers.push(platform);
    for (const remark of keyRemarks(facts, payload, target, path)) {
      // Said of the payload already, or a matter of versions.
      if (remark.cause === cause || remark.cause === "ending") continue;
      const id = `${remark.cause} ${remark.path}`;
      const known = keys.get(id);
      if (known === undefined) keys.set(id, { remark, cause: remark.cause, on: [platform] });
      else known.on.push(platform);
    }
  }

  for (const [cause, on] of whole) tell(path, `"${path}" (${type.slice(0, 100)})`, cause, on);
  for (const { remark, cause, on } of keys.values()) {
    // A profile for several platforms has keys that some of them pass over.
    if (cause === "absent" && on.length < takers.length) continue;
    tell(remark.path, `"${remark.path}"`, cause, on);
  }
  return issues;
}
