/**
 * Devices with what decides about their updates, and what they report of them.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import type { StoredPlatform, TargetRow } from "../devices/devices.ts";
import type { ChannelId, DeviceId } from "../ids.ts";
import { type Db, type Json, one } from "../open.ts";

/** A device. */
export type UpdatingDeviceRow = Omit<TargetRow, "channel" | "sharedIpad" | "lostMode" | "unlockTokenEscrowed"> & {
  id: DeviceId;
  name: string;
  serialNumber: string;
  platform: StoredPlatform | null;
  osVersionExtra: string;
  buildVersion: string;
  buildVersionExtra: string;
  softwareUpdateDeviceId: string;
  tags: number[];
  blueprintId: number;
  clientCapabilities: Json;
  lastSeenAt: Date | null;
  /** By status item, without `softwareupdate.`: the value and since when it is so. */
  reported: Record<string, { value: Json; since: string }>;
};

const REPORTED = ["install-state", "install-reason", "pending-version", "failure-reason"].map((item) =>
  `softwareupdate.${item}`
);

const select = (db: Db) =>
  db`
    select d.id, e.name, d.serial_number, e.platform, e.os_version, e.os_version_extra, e.build_version,
      e.build_version_extra, coalesce(e.device_information ->> 'SoftwareUpdateDeviceID', '') as software_update_device_id,
      e.model, e.apple_silicon, e.supervised, e.user_enrollment, e.user_approved_enrollment as user_approved,
      e.activation_lock_manageable, e.awaiting_configuration, e.blueprint_id, p.client_capabilities, c.last_seen_at,
      case when e.hardware_proven then array(select tag_id from device_tags where serial_number = d.serial_number)
        else e.own_tags end as tags,
      coalesce((select jsonb_object_agg(substr(s.path, 16), jsonb_build_object('value', s.value, 'since', s.changed_at))
        from status_items s where s.channel_id = c.id and s.path = any(${REPORTED})), '{}') as reported
    from enrollments e join devices d on d.id = e.device_id join channels c on c.enrollment_id = e.id and c.user_key = ''
      join channel_plans p on p.channel_id = c.id`;

/** Returns some of the devices of blueprints, by id, after `after`. */
export async function updatingDevices(
  db: Db,
  blueprintIds: readonly number[],
  after: number,
  limit: number,
  only: DeviceLimit | undefined,
): Promise<UpdatingDeviceRow[]> {
  return [
    ...await db<UpdatingDeviceRow[]>`
    ${select(db)} where e.blueprint_id = any(${[
      ...blueprintIds,
    ]}::int[]) and e.ended_at is null and d.deleted_at is null
      and d.id > ${after} and e.device_id > ${after} and ${within(db, only)}
    order by d.id limit ${limit}`,
  ];
}

/** Returns one device with a blueprint. */
export async function updatingDevice(db: Db, id: DeviceId): Promise<UpdatingDeviceRow | undefined> {
  const [row] = await db<UpdatingDeviceRow[]>`
    ${select(db)} where d.id = ${id} and e.id = d.enrollment_id and e.ended_at is null and e.blueprint_id is not null`;
  return row;
}

/** Returns the blueprints that have an enforcement, or this one. */
export async function enforcedBlueprints(db: Db, enforcementId?: number): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select distinct blueprint_id as id from blueprint_software_update_enforcements
    ${enforcementId === undefined ? db`` : db`where enforcement_id = ${enforcementId}`} order by 1`;
  return rows.map(({ id }) => id);
}

/** Returns the platforms of the catalogue, and how many releases it has. */
export async function catalogueSize(db: Db): Promise<{ platforms: string[]; releases: number }> {
  return one(
    await db<{ platforms: string[]; releases: number }[]>`
      select coalesce(array_agg(distinct platform order by platform), '{}') as platforms, count(*)::int as releases
      from software_updates where withdrawn_at is null`,
  );
}

/** A change of what a device reports of its updates. `item` is without `softwareupdate.`. */
export type UpdateReportRow = { item: string; value: Json; at: Date };

/** Returns the last changes of what a channel reports of its updates, the newest first. */
export async function updateReports(db: Db, channelId: ChannelId, limit: number): Promise<UpdateReportRow[]> {
  return [
    ...await db<UpdateReportRow[]>`
    select substr(h.path, 16) as item, h.value, h.created_at as at from unnest(${REPORTED}::text[]) as reported (path),
      lateral (select i.path, i.value, i.created_at from status_item_history i
        where i.channel_id = ${channelId} and i.path = reported.path order by i.created_at desc limit ${limit}) h
    order by h.created_at desc, h.path limit ${limit}`,
  ];
}
