/**
 * Commands by Apple's published schema: their arguments, and the devices that support them.
 *
 * Promise: pure functions that never throw; a request type that is not published is unknown, and nothing forbids it.
 *
 * @module
 */

import type { PlistDict } from "../protocol/plist.ts";
import { commands } from "./generated/commands.ts";
import { keyRemarks, refusedKey } from "./key_remarks.ts";
import { withRemovals } from "./removals.ts";
import { obstacle, supportFor } from "./support.ts";
import type { SchemaTarget } from "./target.ts";
import type { CommandFacts, SchemaIssue } from "./types.ts";
import { validatePayload } from "./validate.ts";

const table: ReadonlyMap<string, CommandFacts> = new Map(
  Object.entries(commands).map(([type, facts]) => [type, withRemovals(type, facts)]),
);

/** Keys that every command may have beside its own. */
const COMMON = ["RequestType", "RequestRequiresNetworkTether"];

/** Returns the facts of a request type, or null when it is not published. */
export function commandFacts(requestType: string): CommandFacts | null {
  return table.get(requestType) ?? null;
}

/** Returns the issues of a command's dictionary, with or without its RequestType. Empty for an unknown request type. */
export function validateCommand(requestType: string, payload: PlistDict): SchemaIssue[] {
  const facts = commandFacts(requestType);
  return facts === null ? [] : validatePayload(facts, payload, "plist", { passed: COMMON });
}

/**
 * Returns why the target cannot have this command, as a sentence; null when it can, or when the request type is
 * unknown.
 */
export function commandUnsupported(requestType: string, payload: PlistDict, target: SchemaTarget): string | null {
  const facts = commandFacts(requestType);
  if (facts === null) return null;
  return obstacle(requestType, supportFor(facts.systems, target), target)?.message ??
    refusedKey(keyRemarks(facts, payload, target));
}
