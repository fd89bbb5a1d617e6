/**
 * The devices that a selection of a bulk command means: its filters are those of the list of devices.
 *
 * @module
 */

import type { DeviceCondition } from "../db/devices/device_list_views.ts";
import { deviceIdOf } from "../db/ids.ts";
import type { BulkSelection } from "../src/devices/bulk_input.ts";
import { silentBefore } from "../src/devices/state.ts";
import { invalid } from "../src/errors.ts";
import { foreignText } from "../src/foreign_text.ts";
import { searchOf } from "./admin/devices/filters.ts";

/** What an address of the list has besides the devices that it selects. */
const NO_FILTERS: ReadonlySet<string> = new Set(["sort", "dir", "offset"]);

/** Throws `invalid` for a parameter that selects nothing: misspelled, it would select every device. */
function mustSelect(url: URL, now: Date): void {
  const meaning = JSON.stringify(searchOf(url, now));
  for (const [name, value] of url.searchParams) {
    if (NO_FILTERS.has(name) || value === "") continue;
    const without = new URL(url);
    without.searchParams.delete(name);
    if (url.searchParams.getAll(name).length === 1 && JSON.stringify(searchOf(without, now)) !== meaning) continue;
    throw invalid({
      "selection.filter": [`"${foreignText(`${name}=${value}`)}" is no filter of the list of devices.`],
    });
  }
}

/** Returns the conditions that selected devices meet, all of them. Throws `invalid`. */
export function conditionsOf(selection: BulkSelection, now: Date): DeviceCondition[] {
  const { devices, tags, blueprint, search, filter } = selection;
  const same = { silentBefore: silentBefore(now) };
  const conditions: DeviceCondition[] = [];
  if (devices !== undefined) conditions.push({ ...same, ids: devices.map(deviceIdOf) });
  if (tags !== undefined) conditions.push({ ...same, anyTag: tags });
  if (blueprint !== undefined) conditions.push({ ...same, blueprint });
  if (search !== undefined) conditions.push({ ...same, text: search });
  if (filter !== undefined) {
    const url = new URL(`/devices/?${filter.replace(/^\?/, "")}`, "http://localhost");
    mustSelect(url, now);
    const { sort: _, descending: __, limit: ___, offset: ____, ...condition } = searchOf(url, now);
    conditions.push(condition);
  }
  return conditions;
}
