/**
 * Events about the devices of virtual servers.
 *
 * @module
 */

import type { DeviceChange } from "../../db/ade/devices.ts";
import type { Db } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";

/** What made a device change. */
export type ChangeOrigin = "sync" | "default_enrollment_assignment" | "assignment" | "refresh";

/** Records the eventful changes of devices (`dep_device_change`); they belong together. */
export async function recordDeviceChanges(
  db: Db,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  changes: readonly DeviceChange[],
  origin: ChangeOrigin,
): Promise<void> {
  const told = changes.filter(({ eventful }) => eventful);
  if (told.length === 0) return;
  await recordEvents(
    db,
    runtime,
    by,
    told.map(({ id, serialNumber, before, after }) => ({
      type: "dep_device_change",
      tags: ["mdm", "dep"],
      serialNumber,
      objects: { mdm_depdevice: [id] },
      payload: {
        action: before === null ? "created" : "updated",
        object: {
          model: "mdm.depdevice",
          pk: id,
          ...(before === null ? {} : { prev_value: before }),
          new_value: after,
        },
        origin,
      },
    })),
  );
}
