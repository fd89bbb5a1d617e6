/**
 * Apple's records of devices, ready to be stored: the latest of each device, in the names of the table.
 *
 * @module
 */

import type { Json } from "../../db/open.ts";
import type { DeviceRecord } from "../apple/device_assignment_answers.ts";

/**
 * Returns one record for each serial number, the one with the latest operation; of two at the same time the later in the
 * list, which Apple sorts by time. Apple repeats devices within and between pages, and asks clients to decide so.
 */
export function latestOfEach(records: readonly DeviceRecord[]): DeviceRecord[] {
  const latest = new Map<string, DeviceRecord>();
  for (const record of records) {
    const known = latest.get(record.serialNumber);
    if (known !== undefined && (known.opDate?.getTime() ?? 0) > (record.opDate?.getTime() ?? 0)) continue;
    latest.set(record.serialNumber, record);
  }
  return [...latest.values()];
}

/** Returns records as `applyPage` takes them. */
export const storedRecords = (records: readonly DeviceRecord[]): Json =>
  records.map((record) => ({
    serial_number: record.serialNumber,
    asset_tag: record.assetTag,
    color: record.color,
    description: record.description,
    device_family: record.deviceFamily,
    model: record.model,
    os: record.os,
    device_assigned_by: record.deviceAssignedBy,
    device_assigned_date: record.deviceAssignedDate?.toISOString() ?? null,
    op_type: record.opType ?? null,
    op_date: record.opDate?.toISOString() ?? null,
    profile_status: record.profileStatus,
    profile_uuid: record.profileUuid ?? null,
    profile_assign_time: record.profileAssignTime?.toISOString() ?? null,
    profile_push_time: record.profilePushTime?.toISOString() ?? null,
  }));
