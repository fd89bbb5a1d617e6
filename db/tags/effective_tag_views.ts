/**
 * Which tags count for a device: those of its hardware, or while nothing proves that it is that hardware, those that its
 * enrollment began with.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import type { Db } from "../open.ts";
import { findTags, type TagRow, tagsOfDevice } from "./tags.ts";

/** Returns the tags that count for a device, by name. */
export async function tagsThatCount(db: Db, deviceId: DeviceId): Promise<TagRow[]> {
  const [row] = await db<{ serialNumber: string; ownTags: number[] | null }[]>`
    select d.serial_number, case when e.ended_at is null and not e.hardware_proven then e.own_tags end as own_tags
    from devices d left join enrollments e on e.id = d.enrollment_id where d.id = ${deviceId}`;
  if (row === undefined) return [];
  if (row.ownTags === null) return await tagsOfDevice(db, row.serialNumber);
  return (await findTags(db, row.ownTags)).sort((one, other) => one.name.localeCompare(other.name));
}

/** Whether any of the tags counts for the device `d`. */
export const hasAnyTag = (db: Db, tags: readonly number[]) => {
  const wanted = db`${[...tags]}::int[]`;
  const unproven = db`select 1 from enrollments u where u.id = d.enrollment_id and u.ended_at is null
    and not u.hardware_proven`;
  return db`(
    exists (select 1 from device_tags t where t.serial_number = d.serial_number and t.tag_id = any(${wanted}))
      and not exists (${unproven})
    or exists (${unproven} and u.own_tags && ${wanted}))`;
};
