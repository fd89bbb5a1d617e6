/**
 * Devices as commands see them, and their block.
 *
 * @module
 */

import type { DeviceId, EnrollmentId } from "../ids.ts";
import { type Db, one, type Statement } from "../open.ts";

/** Apple's platforms as they are stored. */
export type StoredPlatform = "iOS" | "iPadOS" | "macOS" | "tvOS";

/** The facts of a device that commands need. */
export type TargetRow = {
  channel: "Device" | "User";
  platform: StoredPlatform | null;
  osVersion: string;
  model: string;
  appleSilicon: boolean | null;
  supervised: boolean | null;
  userEnrollment: boolean | null;
  userApproved: boolean | null;
  activationLockManageable: boolean | null;
  awaitingConfiguration: boolean | null;
  sharedIpad: boolean | null;
  unlockTokenEscrowed: boolean;
  lostMode: boolean | null;
};

/** The columns of an enrollment `e` that only some commands need. */
export const furtherFacts = (db: Db) =>
  db`e.shared_ipad, e.lost_mode, e.unlock_token_sealed is not null as unlock_token_escrowed`;

/** Returns the device of an enrollment, as commands see it. */
export async function findTarget(db: Db, enrollmentId: EnrollmentId, channel: "Device" | "User"): Promise<TargetRow> {
  return targetOf(one(await db<SpeakerRow[]>`${speakerRowOf(db, enrollmentId)}`), channel);
}

/**
 * The device or user of a conversation, whether its enrollment has ended, whether it is blocked, and whether the PIN of a
 * lock is stored for it.
 */
export type Speaker = { target: TargetRow; ended: boolean; blocked: boolean; lockPinEscrowed: boolean };

/** The row behind one. */
export type SpeakerRow = Omit<TargetRow, "channel"> & { osVersionExtra: string } & Omit<Speaker, "target">;

/**
 * Whether the PIN of a lock is stored for an enrollment `e`. The attack: an enrollment that only says it is this hardware ends
 * the PIN of the Mac that is locked.
 */
export const hasLockPin = (db: Db) =>
  db`(e.hardware_proven and exists (select from escrowed_secrets where device_id = e.device_id
        and kind = 'device_lock_pin' and ended_at is null))`;

/** Selects it. */
export const speakerRowOf = (db: Db, enrollmentId: EnrollmentId | Statement) =>
  db`
      select platform, os_version, os_version_extra, model, apple_silicon, supervised, user_enrollment,
        user_approved_enrollment as user_approved, activation_lock_manageable, awaiting_configuration,
        ended_at is not null as ended, ${furtherFacts(db)},
        (select d.blocked_at is not null from devices d where d.id = device_id) as blocked,
        ${hasLockPin(db)} as lock_pin_escrowed
      from enrollments e where id = ${enrollmentId}`;

/** Returns the device or user that a row describes. */
export const targetOf = (
  row: Omit<TargetRow, "channel"> & { osVersionExtra: string },
  channel: "Device" | "User",
): TargetRow => ({
  channel,
  platform: row.platform,
  osVersion: `${row.osVersion} ${row.osVersionExtra}`.trim(),
  model: row.model,
  appleSilicon: row.appleSilicon,
  supervised: row.supervised,
  userEnrollment: row.userEnrollment,
  userApproved: row.userApproved,
  activationLockManageable: row.activationLockManageable,
  awaitingConfiguration: row.awaitingConfiguration,
  sharedIpad: row.sharedIpad,
  unlockTokenEscrowed: row.unlockTokenEscrowed,
  lostMode: row.lostMode,
});

/** Returns the speaker of a row. */
export const speakerOf = (row: SpeakerRow, channel: "Device" | "User"): Speaker => ({
  target: targetOf(row, channel),
  ended: row.ended,
  blocked: row.blocked,
  lockPinEscrowed: row.lockPinEscrowed,
});

/** Returns the speaker of an enrollment. */
export async function findSpeaker(
  db: Db,
  enrollmentId: EnrollmentId,
  channel: "Device" | "User",
): Promise<Speaker | undefined> {
  const [row] = await db<SpeakerRow[]>`${speakerRowOf(db, enrollmentId)}`;
  return row === undefined ? undefined : speakerOf(row, channel);
}

/** The OS version of an enrollment's device, as it is stored. */
export type SystemRow = {
  platform: TargetRow["platform"];
  osVersion: string;
  osVersionExtra: string;
  buildVersion: string;
  buildVersionExtra: string;
};

/** Returns the system of an enrollment's device. */
export async function findSystem(db: Db, enrollmentId: EnrollmentId): Promise<SystemRow> {
  return one(
    await db<SystemRow[]>`
      select platform, os_version, os_version_extra, build_version, build_version_extra
      from enrollments where id = ${enrollmentId}`,
  );
}

/** Blocks or unblocks. Returns whether that changed anything. */
export async function setBlocked(db: Db, id: DeviceId, blocked: boolean, now: Date): Promise<boolean> {
  const result = blocked
    ? await db`update devices set blocked_at = ${now}, updated_at = ${now} where id = ${id} and blocked_at is null`
    // A removed device that was kept only for its block is checked again.
    : await db`
        update devices set blocked_at = null, purged_at = null, updated_at = ${now}
        where id = ${id} and blocked_at is not null`;
  if (result.count > 0 && blocked) {
    await db`
      update channels set next_action_at = ${now}, push_due_at = ${now}, push_forced = true
      where enrollment_id in (select id from enrollments where device_id = ${id} and ended_at is null)`;
  }
  return result.count > 0;
}
