/**
 * Software updates: which one the device is told to have, by when, and why. It travels among the declarations.
 *
 * @module
 */

import { compareOsVersions } from "../../protocol/os_version.ts";
import { compareBuilds } from "../../updates/select_release.ts";
import type { Scheduler } from "../plan.ts";

const NAME = "software-update";

export const softwareUpdate: Scheduler = {
  name: NAME,
  consider({ target, blueprint, artifacts }, _, { update }) {
    if (target.channel !== "Device" || blueprint === null || blueprint.enforcements.length === 0) return [];
    const about = {
      scheduler: NAME,
      subject: "Software update",
      ...(update.until === null ? {} : { until: new Date(`${update.until}T00:00:00Z`) }),
    };
    if (update.target === null) return [{ ...about, outcome: "not due", evidence: update.reason }];
    const { osVersion, buildVersion, localDateTime, reason } = update.target;
    const wanted = buildVersion === "" ? osVersion : `${osVersion} (${buildVersion})`;
    const has = compareOsVersions(target.osVersion, osVersion) > 0 ||
      (compareOsVersions(target.osVersion.split(" ")[0], osVersion) === 0 &&
        (buildVersion === "" || compareBuilds(artifacts.update.build, buildVersion) >= 0));
    return [
      has ? { ...about, outcome: "not due", evidence: `the device has ${wanted}; ${reason}` } : {
        ...about,
        outcome: "waits",
        evidence: `${wanted} until ${localDateTime}, the device's own time; ${reason}`,
      },
    ];
  },
};
