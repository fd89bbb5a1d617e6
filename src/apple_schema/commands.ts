/**
 * Commands by Apple's published schema: their arguments, and the devices that support them.
 *
 * Promise: pure functions that never throw; a request type that is not published is unknown, and nothing forbids it.
 *
 * @module
 */

import type { PlistDict } from "../protocol/plist.ts";
import { commandResponses } from "./generated/command_responses.ts";
import { commandWords } from "./generated/command_words.ts";
import { commands } from "./generated/commands.ts";
import { keyRemarks, refusedKey } from "./key_remarks.ts";
import { LATER_COMMANDS, LATER_WORDS } from "./later_commands.ts";
import { withRemovals } from "./removals.ts";
import { obstacle, supportFor } from "./support.ts";
import type { SchemaTarget } from "./target.ts";
import type { CommandFacts, CommandWords, ResponseFacts, SchemaIssue } from "./types.ts";
import { validatePayload } from "./validate.ts";

const table: ReadonlyMap<string, CommandFacts> = new Map(
  Object.entries({ ...LATER_COMMANDS, ...commands }).map(([type, facts]) => [type, withRemovals(type, facts)]),
);

/** Keys that every command may have beside its own. */
const COMMON = ["RequestType", "RequestRequiresNetworkTether"];

/** Every request type, in order. */
export const REQUEST_TYPES: readonly string[] = [...table.keys()].sort();

const responses: ReadonlyMap<string, ResponseFacts> = new Map(Object.entries(commandResponses));
const words: ReadonlyMap<string, CommandWords> = new Map(Object.entries({ ...LATER_WORDS, ...commandWords }));

/** Returns the keys of the answer to a request type; none when nothing is published of it. */
export const responseFacts = (requestType: string): ResponseFacts => responses.get(requestType) ?? { keys: [] };

/** Returns Apple's words for a request type; one that is not published is its own title. */
export const wordsOf = (requestType: string): CommandWords =>
  words.get(requestType) ?? { title: requestType, description: "" };

/** Returns the facts of a request type, or null when it is not published. */
export function commandFacts(requestType: string): CommandFacts | null {
  return table.get(requestType) ?? null;
}

/** Returns the issues of a command's dictionary, with or without its RequestType. Empty for an unknown request type. */
export function validateCommand(requestType: string, payload: PlistDict): SchemaIssue[] {
  const facts = commandFacts(requestType);
  return facts === null ? [] : validatePayload(facts, payload, "plist", { passed: COMMON });
}

/** Returns the issues of a command's arguments as JSON: data in base64, dates as texts. */
export function validateArguments(requestType: string, given: unknown): SchemaIssue[] {
  const facts = commandFacts(requestType);
  return facts === null ? [] : validatePayload(facts, given, "json", { passed: COMMON });
}

/**
 * Returns the arguments that the target does not take, or lacks. Stricter than a device, which ignores keys of other
 * systems: the person who sends them expects an effect.
 */
export function argumentIssues(requestType: string, given: unknown, target: SchemaTarget): SchemaIssue[] {
  const facts = commandFacts(requestType);
  if (facts === null) return [];
  return keyRemarks(facts, given, target).filter(({ cause }) => cause !== "ending");
}

/**
 * Returns why the target cannot have this command, whatever its arguments are, as a sentence; null when it can, or when
 * the request type is unknown.
 */
export function requestTypeUnsupported(requestType: string, target: SchemaTarget): string | null {
  const facts = commandFacts(requestType);
  return facts === null ? null : obstacle(requestType, supportFor(facts.systems, target), target)?.message ?? null;
}

/**
 * Returns why the target cannot have this command, as a sentence; null when it can, or when the request type is
 * unknown.
 */
export function commandUnsupported(requestType: string, payload: PlistDict, target: SchemaTarget): string | null {
  const facts = commandFacts(requestType);
  if (facts === null) return null;
  return requestTypeUnsupported(requestType, target) ?? refusedKey(keyRemarks(facts, payload, target));
}
