/**
 * What is known of FileVault on a Mac.
 *
 * @module
 */

import type { ChannelId, DeviceId, EnrollmentId } from "../ids.ts";
import type { Db } from "../open.ts";
import type { FilevaultConfigRow } from "./filevault_configs.ts";

/** A Mac whose own channel is that of a conversation. */
export type FilevaultSubject = {
  deviceId: DeviceId;
  enrollmentId: EnrollmentId;
  serialNumber: string;
  osVersion: string;
  awaitingConfiguration: boolean;
  hardwareProven: boolean;
};

/** Returns the Mac of a channel. */
export async function findFilevaultSubject(db: Db, channelId: ChannelId): Promise<FilevaultSubject | undefined> {
  const [row] = await db<FilevaultSubject[]>`
    select d.id as device_id, e.id as enrollment_id, d.serial_number, e.os_version,
      coalesce(e.awaiting_configuration, false) as awaiting_configuration, e.hardware_proven
    from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
    where c.id = ${channelId}`;
  return row;
}

/** Returns the FileVault settings of the blueprint that the enrollment of a channel has. */
export async function findFilevaultConfigOf(db: Db, channelId: ChannelId): Promise<FilevaultConfigRow | undefined> {
  const [row] = await db<FilevaultConfigRow[]>`
    select f.* from channels c join enrollments e on e.id = c.enrollment_id join blueprints b on b.id = e.blueprint_id
      join filevault_configs f on f.id = b.filevault_config_id
    where c.id = ${channelId}`;
  return row;
}

/** Records that a Mac does not have the profile that it acknowledged. It gets it again, a while later. */
export async function forgetFilevaultProfile(db: Db, enrollmentId: EnrollmentId, now: Date): Promise<void> {
  await db`
    update enrollments set filevault_config_uuid = null, filevault_failed_at = ${now}, updated_at = ${now}
    where id = ${enrollmentId} and filevault_config_uuid is not null`;
}

/** Whether an enrollment is known to be the hardware that it says it is. */
export async function isHardwareProven(db: Db, enrollmentId: EnrollmentId): Promise<boolean> {
  const [row] = await db<{ proven: boolean }[]>`
    select hardware_proven as proven from enrollments where id = ${enrollmentId}`;
  return row?.proven === true;
}

/** What follows from revealing the recovery key of a Mac. */
export type RevealPolicy = {
  channelId: ChannelId;
  enrollmentId: EnrollmentId;
  /** Minutes; 0: nothing. */
  delay: number;
};

/** Returns what the FileVault settings say of a reveal; undefined for a Mac without settings, or that is not certain. */
export async function findFilevaultRevealPolicy(db: Db, deviceId: DeviceId): Promise<RevealPolicy | undefined> {
  const [row] = await db<RevealPolicy[]>`
    select c.id as channel_id, e.id as enrollment_id, f.prk_reveal_rotation_delay as delay
    from devices d join enrollments e on e.id = d.enrollment_id and e.ended_at is null and e.hardware_proven
      join channels c on c.enrollment_id = e.id and c.user_key = ''
      join blueprints b on b.id = e.blueprint_id join filevault_configs f on f.id = b.filevault_config_id
    where d.id = ${deviceId} and d.deleted_at is null`;
  return row;
}
