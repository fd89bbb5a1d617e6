/**
 * What follows when the licences of a location change: events, alerts, devices that wait, and the ledger.
 *
 * @module
 */

import { assessAvailability, type AssetChange } from "../../db/apps/assets.ts";
import { devicesNeeding } from "../../db/apps/licence_needs.ts";
import { type HolderChange, hurryWaiting } from "../../db/apps/licences.ts";
import type { LocationRow } from "../../db/apps/locations.ts";
import { isDefaultLocation } from "../../db/blueprints/blueprints.ts";
import { bumpRevision } from "../../db/work/desired_state.ts";
import type { DeviceId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import { NOT_ENOUGH } from "../apple/content_errors.ts";
import { enqueueJob } from "../enqueue_job.ts";
import type { By } from "../events/by.ts";
import { type EventSeries, type NewEvent, recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { assetObjects, assetPayload } from "./event_payloads.ts";
import { enqueueLicenceWork } from "./work.ts";

/** Events of one statement: each is copied several times on its way. */
const BATCH = 100;
/** Serial numbers in the payload of one job. */
const WAKE = 500;

/** The author and the series of the events. */
export type Telling = { by: By; series?: EventSeries };

async function tell(tx: Tx, runtime: Runtime, { by, series }: Telling, events: readonly NewEvent[]): Promise<void> {
  const common = series ?? { id: runtime.random.uuid(), next: 0 };
  for (let at = 0; at < events.length; at += BATCH) {
    await recordEvents(tx, runtime, by, events.slice(at, at + BATCH), common);
  }
}

/** Whether licences were added. */
const grew = ({ before, after }: AssetChange): boolean => {
  const available = (value: unknown) => {
    const count: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "available_count") : 0;
    return typeof count === "number" ? count : 0;
  };
  return available(after) > available(before);
};

/** Records changes of assets, assesses whether licences run out, and hurries those who wait for one. */
export async function assetsChanged(
  tx: Tx,
  runtime: Runtime,
  telling: Telling,
  location: LocationRow,
  changes: readonly AssetChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const events = changes.flatMap((change): NewEvent[] => {
    const { item, before, after, locationAssetId } = change;
    const common = {
      tags: ["mdm"],
      objects: assetObjects(location, locationAssetId),
      payload: { ...assetPayload(location, change), prev_value: before, new_value: after },
    };
    return [
      ...(item === null ? [] : [{
        type: item === "created" ? "mdm_asset_created" : "mdm_asset_updated",
        tags: ["mdm"],
        objects: { mdm_asset: [change.assetId] },
        payload: { asset: { adam_id: change.adamId, pricing_param: change.pricingParam } },
      }]),
      ...(JSON.stringify(before) === JSON.stringify(after) ? [] : [
        { type: before === null ? "mdm_location_asset_created" : "mdm_location_asset_updated", ...common },
      ]),
    ];
  });
  await tell(tx, runtime, telling, events);
  const now = runtime.clock.now();
  // Declarations may name an app whose licences were not here before.
  if (changes.some(({ before }) => before === null) && await isDefaultLocation(tx, location.id)) {
    const revision = await bumpRevision(tx);
    await enqueueJob(tx, runtime, { kind: "fan-out", key: `revision ${revision}`, payload: { revision } });
  }
  const availability = await assessAvailability(tx, changes.map(({ locationAssetId }) => locationAssetId), now);
  await tell(
    tx,
    runtime,
    telling,
    availability.map((change) => ({
      type: "mdm_asset_availability",
      tags: ["mdm"],
      objects: assetObjects(location, change.locationAssetId),
      payload: {
        ...assetPayload(location, change),
        name: change.name,
        severity: change.availability,
        previous_severity: change.before,
        available_count: change.available,
        total_count: change.total,
      },
    })),
  );
  let hurried = false;
  for (const change of changes) {
    if (grew(change) && await hurryWaiting(tx, change.locationAssetId, { errorNumber: NOT_ENOUGH }, now)) {
      hurried = true;
    }
  }
  if (hurried) await enqueueLicenceWork(tx, runtime, location.id);
}

/** Records that holders have licences or have them no more, and has devices that got one planned again. */
export async function holdersChanged(
  tx: Tx,
  runtime: Runtime,
  telling: Telling,
  location: LocationRow,
  kind: "created" | "deleted",
  changes: readonly HolderChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await tell(
    tx,
    runtime,
    telling,
    changes.map((change) => ({
      type: `mdm_device_assignment_${kind}`,
      tags: ["mdm"],
      ...(change.kind === "device" ? { serialNumber: change.holder } : {}),
      objects: assetObjects(location, change.locationAssetId),
      payload: {
        ...assetPayload(location, change),
        ...(change.kind === "device" ? { serial_number: change.holder } : { client_user_id: change.holder }),
      },
    })),
  );
  const serials = [...new Set(changes.flatMap(({ kind, holder }) => kind === "device" ? [holder] : []))];
  for (let at = 0; at < serials.length; at += WAKE) {
    await enqueueJob(tx, runtime, {
      kind: "replan",
      payload: { serial_numbers: serials.slice(at, at + WAKE) },
    });
  }
  const users = [...new Set(changes.flatMap(({ kind, holder }) => kind === "user" ? [holder] : []))];
  if (users.length > 0) await replanDevices(tx, runtime, await devicesNeeding(tx, users));
}

/** Has devices planned again. */
export async function replanDevices(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  devices: readonly DeviceId[],
): Promise<void> {
  for (let at = 0; at < devices.length; at += WAKE) {
    await enqueueJob(tx, runtime, { kind: "replan", payload: { device_ids: devices.slice(at, at + WAKE) } });
  }
}
