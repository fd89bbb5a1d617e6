/**
 * Whom a declaration or a command is for, as far as the schema cares.
 *
 * @module
 */

import { isKnownOsVersion } from "../protocol/os_version.ts";
import type { Platform } from "../protocol/platform.ts";
import type { System } from "./types.ts";

/** The known facts of a device or of a user on it. Null, and "" for the version, is unknown, and forbids nothing. */
export type SchemaTarget = {
  channel: "Device" | "User";
  platform: Platform | null;
  /** With its extra, such as "13.3.1 (a)". */
  osVersion: string;
  supervised: boolean | null;
  userEnrollment: boolean | null;
  /** Whether an iPad is shared by several users; absent is unknown. */
  sharedIpad?: boolean | null;
};

/** Returns the schema's name for the target's system: it counts iPadOS as iOS. */
export function systemOf(target: SchemaTarget): System | null {
  return target.platform === "iPadOS" ? "iOS" : target.platform;
}

/** Returns the target's version, or null when it is not known. */
export function versionOf(target: SchemaTarget): string | null {
  return isKnownOsVersion(target.osVersion) ? target.osVersion : null;
}
