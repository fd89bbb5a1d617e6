/**
 * The additional inventory of the blueprint: apps, certificates and profiles, all of them or the managed ones. A device that
 * was sent provisioning profiles is asked for these, too, as often.
 *
 * @module
 */

import { isPresent } from "../../blueprints/observed_artifact.ts";
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
    const inventories = lists.map(([name, collect, collectedAt]): Decision =>
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
    const times = facts.artifacts.observed
      .filter(({ instance, via, status }) => instance !== null && via === "command" && isPresent(status))
      .map(({ verifiedAt, installedAt }) => (verifiedAt ?? installedAt ?? now).getTime());
    if (times.length === 0) return inventories;
    // Right after an installation the list is asked for anyway.
    const listed = {
      collectedAt: new Date(Math.max(...times)),
      intervalSeconds: blueprint.inventoryIntervalSeconds,
      arguments: {},
    };
    return [...inventories, considerInventory(NAME, "ProvisioningProfileList", listed, facts, now)];
  },
};
