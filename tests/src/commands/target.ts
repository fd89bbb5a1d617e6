/**
 * Targets for the tests of commands.
 *
 * @module
 */

import type { CommandContext, CommandDefinition, CommandTarget } from "../../../src/commands/command.ts";
import { commandDict } from "../../../src/commands/command.ts";
import { parsePlist, type Plist } from "../../../src/protocol/plist.ts";
import { commandPayload } from "../../../src/protocol/report.ts";

export const COMMAND = "c0ffee00-1234-4abc-8def-0123456789ab";

export const mac: CommandTarget = {
  channel: "Device",
  platform: "macOS",
  osVersion: "14.1",
  model: "MacBookPro18,3",
  appleSilicon: true,
  supervised: true,
  userEnrollment: false,
  userApproved: true,
  activationLockManageable: true,
  awaitingConfiguration: false,
};
export const intelMac: CommandTarget = {
  ...mac,
  model: "MacBookPro14,3",
  appleSilicon: false,
  activationLockManageable: false,
};
export const macUser: CommandTarget = { ...mac, channel: "User" };
export const iphone: CommandTarget = {
  ...mac,
  platform: "iOS",
  osVersion: "17.0",
  model: "iPhone14,2",
  appleSilicon: null,
  supervised: false,
};
export const ipad: CommandTarget = { ...iphone, platform: "iPadOS", model: "iPad13,1" };
export const ipadUser: CommandTarget = { ...ipad, channel: "User" };
export const tv: CommandTarget = { ...iphone, platform: "tvOS", model: "AppleTV11,1" };
export const byodIphone: CommandTarget = { ...iphone, userEnrollment: true };
export const byodMac: CommandTarget = { ...mac, userEnrollment: true, supervised: false };
export const unknown: CommandTarget = {
  channel: "Device",
  platform: null,
  osVersion: "",
  model: "",
  appleSilicon: null,
  supervised: null,
  userEnrollment: null,
  userApproved: null,
  activationLockManageable: null,
  awaitingConfiguration: null,
};

/** The dictionary that a device would read, for arguments that this target accepts. */
export function sent<A>(definition: CommandDefinition<A>, target: CommandTarget, args: unknown): Plist {
  const context: CommandContext = { target, commandUuid: COMMAND };
  const parsed = (definition.argsFor?.(target) ?? definition.args).parse(args);
  // Arguments are stored in the database as JSON: a value that does not survive that is lost.
  const stored = definition.args.parse(JSON.parse(JSON.stringify(parsed)));
  return parsePlist(commandPayload(COMMAND, commandDict(definition, stored, context)));
}

/** The sentence with which a target's arguments are refused, or null. */
export function refusal<A>(definition: CommandDefinition<A>, target: CommandTarget, args: unknown): string | null {
  const result = (definition.argsFor?.(target) ?? definition.args).safeParse(args);
  return result.success
    ? null
    : result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
}
