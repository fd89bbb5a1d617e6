/**
 * What the commands for software updates share: the devices that they are for.
 *
 * Promise: devices that take updates by declaration are told of them by enforcements alone; Apple ignores the commands for
 * updates that a declaration manages, and has removed them in the 27 releases.
 *
 * @module
 */

import { commandUnsupported } from "../apple_schema/commands.ts";
import { declarationUnsupported } from "../apple_schema/declarations.ts";
import { isKnownOsVersion } from "../protocol/os_version.ts";
import type { CommandTarget } from "./command.ts";
import { channel, firstOf, knownPlatform, userEnrollment } from "./validity.ts";

const ENFORCEMENT = "com.apple.configuration.softwareupdate.enforcement.specific";

function takesDeclarations(name: string, target: CommandTarget): string | null {
  if (!isKnownOsVersion(target.osVersion) || declarationUnsupported(ENFORCEMENT, {}, target) !== null) return null;
  return `Cannot send ${name} to this device: it takes updates by declaration. Use a software update enforcement`;
}

function published(name: string, target: CommandTarget): string | null {
  const reason = commandUnsupported(name, {}, target);
  return reason === null ? null : `Cannot send ${name} to this device: ${reason}`;
}

/** Returns why one of these commands is not for a target, as a sentence; null when it is. */
export const osUpdatesInvalidFor = (name: string, target: CommandTarget): string | null =>
  firstOf(
    channel(name, target),
    userEnrollment(name, target),
    knownPlatform(name, target),
    published(name, target),
    takesDeclarations(name, target),
  );
