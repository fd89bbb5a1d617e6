/**
 * Sensitive actions in words. Pure.
 *
 * @module
 */

import { ESCROW_KINDS } from "../../../src/escrow/kinds.ts";

/**
 * Returns an action as the beginning of a phrase that ends with the device.
 *
 * @example
 * sensitiveWords("command", "EraseDevice"); // "send EraseDevice to"
 */
export function sensitiveWords(action: string, name: string): string {
  switch (action) {
    case "command":
      return `send ${name} to`;
    case "bulk command":
      return `send ${name} to several devices, not only`;
    case "reveal":
      return `see the ${Object.entries(ESCROW_KINDS).find(([kind]) => kind === name)?.[1].title ?? name} of`;
    default:
      return action;
  }
}
