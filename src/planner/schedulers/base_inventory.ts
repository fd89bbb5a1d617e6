/**
 * The base inventory of every device: DeviceInformation and SecurityInfo, at the blueprint's interval, or daily without
 * a blueprint.
 *
 * @module
 */

import type { Scheduler } from "../plan.ts";
import { considerInventory } from "./inventory.ts";

/** Seconds between inventories without a blueprint. */
const DEFAULT_INTERVAL_SECONDS = 86_400;

export const baseInventory: Scheduler = {
  name: "base-inventory",
  consider(facts, now) {
    if (facts.target.channel !== "Device") return [];
    const intervalSeconds = facts.blueprint?.inventoryIntervalSeconds ?? DEFAULT_INTERVAL_SECONDS;
    const { deviceInformationAt, securityInfoAt } = facts.inventory;
    const about = (collectedAt: Date | null) => ({ collectedAt, intervalSeconds, arguments: {} });
    return [
      considerInventory("base-inventory", "DeviceInformation", about(deviceInformationAt), facts, now),
      considerInventory("base-inventory", "SecurityInfo", about(securityInfoAt), facts, now),
    ];
  },
};
