/**
 * The commands that take a device away from its user, or from management.
 *
 * @module
 */

const DESTRUCTIVE: ReadonlySet<string> = new Set([
  "DeviceLock",
  "EnableLostMode",
  "EraseDevice",
  // The profile of the management itself may be among those that it removes.
  "RemoveProfile",
  "ShutDownDevice",
]);

/** Whether one of the names of a command is that of a destructive one. */
export const isDestructive = (names: readonly string[]): boolean => names.some((name) => DESTRUCTIVE.has(name));
