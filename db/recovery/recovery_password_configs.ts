/**
 * Settings of recovery passwords, and the blueprints that have them.
 *
 * @module
 */

import type { DeviceId, EnrollmentId } from "../ids.ts";
import { type Db, one } from "../open.ts";

/** The settings without the static password. */
export type RecoveryPasswordValues = {
  name: string;
  dynamicPassword: boolean;
  /** 0: never. */
  rotationIntervalDays: number;
  /** Minutes; 0: not after a reveal. */
  revealRotationDelay: number;
  rotateFirmwarePassword: boolean;
};

/** The settings. */
export type RecoveryPasswordConfigRow = RecoveryPasswordValues & {
  id: number;
  staticPasswordSealed: string | null;
  staticPasswordSetAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** A row as it is written. */
type Written = RecoveryPasswordValues & Pick<RecoveryPasswordConfigRow, "staticPasswordSealed" | "staticPasswordSetAt">;

const columns = (db: Db) =>
  db`id, name, dynamic_password, static_password_sealed, static_password_set_at, rotation_interval_days,
    reveal_rotation_delay, rotate_firmware_password, created_at, updated_at`;

/** Returns a page by name, and the total number. */
export async function listRecoveryPasswordConfigs(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: RecoveryPasswordConfigRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where name = ${page.name}`;
  const rows = await db<RecoveryPasswordConfigRow[]>`
    select ${columns(db)} from recovery_password_configs ${where}
    order by name, id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from recovery_password_configs ${where}`,
  );
  return { rows: [...rows], count };
}

/** Returns one. */
export async function findRecoveryPasswordConfig(db: Db, id: number): Promise<RecoveryPasswordConfigRow | undefined> {
  const [row] = await db<RecoveryPasswordConfigRow[]>`
    select ${columns(db)} from recovery_password_configs where id = ${id}`;
  return row;
}

/** Adds one with an id from `nextId`. */
export async function insertRecoveryPasswordConfig(db: Db, id: number, values: Written, now: Date): Promise<void> {
  await db`insert into recovery_password_configs ${db({ id, ...values, createdAt: now, updatedAt: now })}`;
}

/** Replaces one. */
export async function updateRecoveryPasswordConfig(db: Db, id: number, values: Written, now: Date): Promise<void> {
  await db`update recovery_password_configs set ${db({ ...values, updatedAt: now })} where id = ${id}`;
}

/** Deletes one that no blueprint has. */
export async function deleteRecoveryPasswordConfig(db: Db, id: number): Promise<void> {
  await db`delete from recovery_password_configs where id = ${id}`;
}

/** Returns the blueprints that have these settings, by name. */
export async function blueprintsOfRecoveryPasswordConfig(db: Db, id: number): Promise<{ id: number; name: string }[]> {
  return [
    ...await db<{ id: number; name: string }[]>`
      select id, name from blueprints where recovery_password_config_id = ${id} order by name, id`,
  ];
}

/** Returns the settings of the blueprint of an enrollment. */
export async function findConfigOfEnrollment(
  db: Db,
  enrollmentId: EnrollmentId,
): Promise<RecoveryPasswordConfigRow | undefined> {
  const [row] = await db<RecoveryPasswordConfigRow[]>`
    select ${columns(db)} from recovery_password_configs where id = (select b.recovery_password_config_id
      from enrollments e join blueprints b on b.id = e.blueprint_id where e.id = ${enrollmentId})`;
  return row;
}

/** Returns the settings of the blueprint of a device, as it is enrolled now. */
export async function findConfigOfDevice(db: Db, deviceId: DeviceId): Promise<RecoveryPasswordConfigRow | undefined> {
  const [row] = await db<RecoveryPasswordConfigRow[]>`
    select ${columns(db)} from recovery_password_configs where id = (select b.recovery_password_config_id
      from devices d join enrollments e on e.id = d.enrollment_id join blueprints b on b.id = e.blueprint_id
      where d.id = ${deviceId} and e.ended_at is null)`;
  return row;
}
