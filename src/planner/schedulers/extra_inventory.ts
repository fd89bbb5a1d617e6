/**
 * The additional inventory of the blueprint: apps, certificates and profiles, all of them or the managed ones.
 *
 * @module
 */

import type { Collect } from "../facts.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { considerInventory } from "./inventory.ts";

const NAME = "extra-inventory";

export const extraInventory: Scheduler = {
  name: NAME,
  consider(facts, now) {
    const { blueprint, inventory } = facts;
    if (facts.target.channel !== "Device" || blueprint === null) return [];
    const lists: [string, Collect, Date | null][] = [
      ["InstalledApplicationList", blueprint.collectApps, inventory.appsAt],
      ["CertificateList", blueprint.collectCertificates, inventory.certificatesAt],
      ["ProfileList", blueprint.collectProfiles, inventory.profilesAt],
    ];
    return lists.map(([name, collect, collectedAt]): Decision =>
      collect === "no"
        ? { scheduler: NAME, subject: name, outcome: "off", evidence: "the blueprint does not collect it" }
        : considerInventory(
          NAME,
          name,
          {
            collectedAt,
            intervalSeconds: blueprint.inventoryIntervalSeconds,
            arguments: { managed_only: collect === "managed" },
          },
          facts,
          now,
        )
    );
  },
};
