/**
 * The state of a device, in one word. Pure.
 *
 * @module
 */

import type { DeviceStateName, StateFacts } from "../../db/devices/device_state_views.ts";
import type { Config } from "../config.ts";

const DAY_MS = 86_400_000;
/** A device that was not seen for so long is silent. */
const SILENT_DAYS = 7;

/** Devices that were seen last before this are silent. */
export const silentBefore = (now: Date): Date => new Date(now.getTime() - SILENT_DAYS * DAY_MS);

/**
 * Returns the state: `active`; `silent`, not seen for a week; `released`, blocked or no longer enrolled; `deleted`,
 * which can be undone; `gone`, its data removed.
 */
export function stateOf(device: StateFacts, now: Date): DeviceStateName {
  if (device.deletedAt !== null) return device.purgeBeganAt === null ? "deleted" : "gone";
  if (device.blockedAt !== null || !device.enrolled) return "released";
  return device.heardAt !== null && device.heardAt < silentBefore(now) ? "silent" : "active";
}

/** Until when a device that is deleted at a time can be restored. */
export const restorableUntil = (deletedAt: Date, { DEVICE_DELETION_DAYS }: Pick<Config, "DEVICE_DELETION_DAYS">) =>
  new Date(deletedAt.getTime() + DEVICE_DELETION_DAYS * DAY_MS);
