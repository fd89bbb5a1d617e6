/**
 * Sensitive actions in words. Pure.
 *
 * @module
 */

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
      return `see the ${name.replaceAll("_", " ")} of`;
    default:
      return action;
  }
}
