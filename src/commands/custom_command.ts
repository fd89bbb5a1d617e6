/**
 * CustomCommand: any command of Apple's, as an operator's property list.
 *
 * Promise: the property list is checked when it is created, against Apple's published schema and for its target; a
 * request type that the schema does not have is not checked. Its content may be secret and is never shown, only the
 * request type and the names of the other keys.
 *
 * @module
 */

import { z } from "zod";
import { buildPlist, isDict, parsePlist, type PlistDict, PlistError, reasonOf, str } from "../protocol/plist.ts";
import { commandUnsupported, validateCommand } from "../apple_schema/commands.ts";
import { text } from "./arguments.ts";
import type { CommandDefinition, CommandTarget } from "./command.ts";

const NAME = "CustomCommand";

/**
 * Returns the command in `text`: a property list, or a bare `<dict>`. Throws `PlistError` with one of four fixed
 * sentences.
 */
export function parseCustomCommand(text: string): { requestType: string; rest: PlistDict } {
  const source = text.trim();
  if (source === "") throw new PlistError("Empty command");
  const command = read(/^<dict[\s/>]/.test(source) ? `<plist version="1.0">${source}</plist>` : source);
  if (!isDict(command)) throw new PlistError("Not a dictionary");
  const requestType = str(command, "RequestType")?.trim();
  if (!requestType) throw new PlistError("Missing or empty RequestType");
  const rest = Object.fromEntries(Object.entries(command).filter(([key]) => key !== "RequestType"));
  return { requestType, rest };
}

function read(source: string) {
  try {
    return parsePlist(new TextEncoder().encode(source), { keepReals: true });
  } catch (error) {
    if (error instanceof PlistError) {
      throw new PlistError(`Invalid property list: ${reasonOf(error)}`, { cause: error });
    }
    throw error;
  }
}

/** Returns the issues of a command, for a target or without one, as sentences. */
function faultsOf(command: string, target?: CommandTarget): string[] {
  try {
    const { requestType, rest } = parseCustomCommand(command);
    if (target === undefined) return [];
    const issues = validateCommand(requestType, rest);
    if (issues.length > 0) return issues.map(({ message }) => message);
    // A reference such as "&#11;" is a character that XML cannot hold.
    buildPlist(rest);
    const obstacle = commandUnsupported(requestType, rest, target);
    return obstacle === null ? [] : [obstacle];
  } catch (error) {
    if (error instanceof PlistError) return [error.message];
    throw error;
  }
}

const argsFor = (target?: CommandTarget) =>
  z.object({
    command: text().superRefine((value, context) => {
      for (const message of faultsOf(value, target)) context.addIssue({ code: "custom", message });
    }),
  });
const args = argsFor();
type Args = z.infer<typeof args>;

export const customCommand: CommandDefinition<Args> = {
  name: NAME,
  requestType: "",
  args,
  secretArgs: ["command"],
  keepsResult: true,
  expiresAfter: null,
  invalidFor: () => null,
  argsFor,
  requestTypeOf: (args) => parseCustomCommand(args.command).requestType,
  build: (args) => parseCustomCommand(args.command).rest,
  describe(args) {
    const { requestType, rest } = parseCustomCommand(args.command);
    return { request_type: requestType, keys: Object.keys(rest).sort() };
  },
  endpoint: {
    path: "send_custom_command",
    permission: "mdm.add_devicecommand",
    summary: "Send a custom command",
    order: 3,
  },
  form: {
    path: "custom",
    permission: "mdm.add_devicecommand",
    label: "Custom command",
    button: "Send",
    fields: {
      command: { label: "Command", help: "A property list with RequestType, as Apple documents it.", lines: true },
    },
    order: 3,
  },
};
