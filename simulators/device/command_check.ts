/**
 * What a device makes of a command before it does anything: whether its system knows it, and whether it is well formed.
 *
 * @module
 */

import { commandFacts, requestTypeUnsupported, validateCommand } from "../../src/apple_schema/commands.ts";
import type { SchemaTarget } from "../../src/apple_schema/target.ts";
import type { PlistDict } from "../../src/protocol/plist.ts";
import { type CommandAnswer, failed } from "./commands/answer.ts";

const DOMAIN = "MCMDMErrorDomain";

/** Returns why a device does not do a command, as it answers that; null when it does. */
export function refusalOf(requestType: string, command: PlistDict, target: SchemaTarget): CommandAnswer | null {
  if (commandFacts(requestType) === null) {
    return failed(12_021, DOMAIN, `"${requestType}" is not a valid request type.`);
  }
  const unsupported = requestTypeUnsupported(requestType, target);
  if (unsupported !== null) return failed(12_021, DOMAIN, `${unsupported}.`);
  // Devices pass over queries that they do not know.
  const [wrong] = validateCommand(requestType, command).filter(({ path }) => !path.startsWith("Queries."));
  return wrong === undefined
    ? null
    : { ...failed(12_001, DOMAIN, `The command is not valid: ${wrong.message}.`), status: "CommandFormatError" };
}
