/**
 * AvailableOSUpdates: the one update that the device finds.
 *
 * @module
 */

import { foundUpdate } from "../scheduled_update.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const availableOsUpdates: SimulatedCommand = {
  name: "AvailableOSUpdates",
  answer({ state: { model } }) {
    const { productKey, version, build } = foundUpdate(model);
    const name = `${model.platform} ${version}`;
    return acknowledged({
      AvailableOSUpdates: [{
        ProductKey: productKey,
        HumanReadableName: name,
        Version: version,
        Build: build,
        DownloadSize: 1_200_000_000,
        IsCritical: true,
        RestartRequired: true,
        AllowsInstallLater: true,
        ...(model.platform === "macOS"
          ? { HumanReadableNameLocale: "en", IsMajorOSUpdate: false, AppIdentifiersToClose: [] }
          : { ProductName: model.platform, InstallSize: 900_000_000 }),
      }],
    });
  },
};
