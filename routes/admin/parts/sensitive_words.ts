/**
 * Sensitive actions in words. Pure.
 *
 * @module
 */

import { ESCROW_KINDS } from "../../../src/escrow/kinds.ts";

/** Whether an action is about one device, so that its name follows. */
export const isAboutOne = (action: string): boolean => action !== "bulk command";

/**
 * Returns an action as the beginning of a phrase that ends with the device, if it is about one.
 *
 * @example
 * sensitiveWords("command", "EraseDevice"); // "send EraseDevice to"
 */
export function sensitiveWords(action: string, name: string): string {
  switch (action) {
    case "command":
      return `send ${name} to`;
    case "bulk command":
      return `send ${name} to many devices`;
    case "reveal":
      return `see the ${Object.entries(ESCROW_KINDS).find(([kind]) => kind === name)?.[1].title ?? name} of`;
    default:
      return action;
  }
}
