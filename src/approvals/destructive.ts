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

/**
 * Whether a command is destructive, by Apple's request type: its own, or one of the `names` that its arguments give.
 *
 * The attack: a second name of the same request type (ManualRemoveProfile) passes without the second person.
 */
export const isDestructive = ({ requestType }: { requestType: string }, names: readonly string[] = []): boolean =>
  DESTRUCTIVE.has(requestType) || names.some((name) => DESTRUCTIVE.has(name));
