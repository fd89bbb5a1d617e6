/**
 * The devices that a selection of a bulk command means: its filters are those of the list of devices.
 *
 * @module
 */

import type { DeviceCondition } from "../db/devices/device_list_views.ts";
import { deviceIdOf } from "../db/ids.ts";
import type { BulkSelection } from "../src/devices/bulk_input.ts";
import { silentBefore } from "../src/devices/state.ts";
import { searchOf } from "./admin/devices/filters.ts";

/** Returns the conditions that selected devices meet, all of them. */
export function conditionsOf(selection: BulkSelection, now: Date): DeviceCondition[] {
  const { devices, tags, blueprint, search, filter } = selection;
  const same = { silentBefore: silentBefore(now) };
  const conditions: DeviceCondition[] = [];
  if (devices !== undefined) conditions.push({ ...same, ids: devices.map(deviceIdOf) });
  if (tags !== undefined) conditions.push({ ...same, anyTag: tags });
  if (blueprint !== undefined) conditions.push({ ...same, blueprint });
  if (search !== undefined) conditions.push({ ...same, text: search });
  if (filter !== undefined) {
    const { sort: _, descending: __, limit: ___, offset: ____, ...condition } = searchOf(
      new URL(`/devices/?${filter.replace(/^\?/, "")}`, "http://localhost"),
      now,
    );
    conditions.push(condition);
  }
  return conditions;
}
