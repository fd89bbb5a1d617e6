/**
 * The names under which the right to send a command is checked.
 *
 * @module
 */

import type { AnyCommand } from "./registry.ts";

/** Returns the name of a command, and the request type that its arguments name. Wrong arguments name none. */
export function namesOf(command: AnyCommand, input: unknown): string[] {
  const args = command.requestTypeOf === undefined ? undefined : command.args.safeParse(input);
  if (args?.success !== true) return [command.name];
  try {
    return [command.name, ...[command.requestTypeOf?.(args.data)].filter((type) => type !== undefined)];
  } catch {
    // It cannot be read, so it will be refused for that.
    return [command.name];
  }
}
