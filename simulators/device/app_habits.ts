/**
 * The ways of a device with apps, from its options.
 *
 * @module
 */

import type { DeviceLink } from "./device_link.ts";
import type { DeviceOptions } from "./device_options.ts";
import type { AppHabits } from "./installed_apps.ts";

/** Returns them. */
export function appHabitsOf(options: DeviceOptions, link: Pick<DeviceLink, "get">): AppHabits {
  const { now = () => new Date(), installSeconds: seconds = 0, appMischief, appStore, serialNumber } = options;
  return {
    download: (url) => link.get(url, "None"),
    now,
    seconds,
    mischief: (identifier) => appMischief?.(identifier),
    hasStore: appStore !== undefined,
    store: (adamId) => appStore?.(adamId, serialNumber) ?? { error: { code: 0, text: "There is no App Store." } },
  };
}
