/**
 * Events about the devices of virtual servers.
 *
 * @module
 */

import type { DeviceChange } from "../../db/ade/devices.ts";
import type { Db } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import { type EventSeries, type NewEvent, recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";

/** What made a device change. */
export type ChangeOrigin = "sync" | "default_enrollment_assignment" | "assignment" | "refresh";

/** Events of one statement: each is copied several times on its way, which must not be a whole page at once. */
const BATCH = 100;

/** Records the eventful changes of devices (`dep_device_change`), with those of the series. */
export async function recordDeviceChanges(
  db: Db,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  changes: readonly DeviceChange[],
  origin: ChangeOrigin,
  series: EventSeries = { id: runtime.random.uuid(), next: 0 },
): Promise<void> {
  const told = changes.filter(({ eventful }) => eventful);
  for (let at = 0; at < told.length; at += BATCH) {
    const events = told.slice(at, at + BATCH).map((change) => eventOf(change, origin));
    await recordEvents(db, runtime, by, events, series);
  }
}

const eventOf = ({ id, serialNumber, before, after }: DeviceChange, origin: ChangeOrigin): NewEvent => ({
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
});
