/**
 * FileVault settings, and the blueprints that have them.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** FileVault settings as an operator says them. */
export type FilevaultValues = {
  name: string;
  escrowLocationDisplayName: string;
  atLoginOnly: boolean;
  /** -1: without end. */
  bypassAttempts: number;
  showRecoveryKey: boolean;
  destroyKeyOnStandby: boolean;
  /** 0: never. */
  prkRotationIntervalDays: number;
  /** Minutes; 0: not after a reveal. */
  prkRevealRotationDelay: number;
};

/** FileVault settings. */
export type FilevaultConfigRow = FilevaultValues & { id: number; createdAt: Date; updatedAt: Date };

const columns = (db: Db) =>
  db`id, name, escrow_location_display_name, at_login_only, bypass_attempts, show_recovery_key, destroy_key_on_standby,
    prk_rotation_interval_days, prk_reveal_rotation_delay, created_at, updated_at`;

/** Returns a page by name, and the total number. */
export async function listFilevaultConfigs(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: FilevaultConfigRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where name = ${page.name}`;
  const rows = await db<FilevaultConfigRow[]>`
    select ${columns(db)} from filevault_configs ${where} order by name, id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from filevault_configs ${where}`);
  return { rows: [...rows], count };
}

/** Returns one. */
export async function findFilevaultConfig(db: Db, id: number): Promise<FilevaultConfigRow | undefined> {
  const [row] = await db<FilevaultConfigRow[]>`select ${columns(db)} from filevault_configs where id = ${id}`;
  return row;
}

/** Adds one; returns its id. */
export async function insertFilevaultConfig(db: Db, values: FilevaultValues, now: Date): Promise<number> {
  const { id } = one(
    await db<{ id: number }[]>`
      insert into filevault_configs ${db({ ...values, createdAt: now, updatedAt: now })} returning id`,
  );
  return id;
}

/** Replaces one. */
export async function updateFilevaultConfig(db: Db, id: number, values: FilevaultValues, now: Date): Promise<void> {
  await db`update filevault_configs set ${db({ ...values, updatedAt: now })} where id = ${id}`;
}

/** Deletes one that no blueprint has. */
export async function deleteFilevaultConfig(db: Db, id: number): Promise<void> {
  await db`delete from filevault_configs where id = ${id}`;
}

/** Returns the blueprints that have these settings, by name. */
export async function blueprintsOfFilevaultConfig(db: Db, id: number): Promise<{ id: number; name: string }[]> {
  return [
    ...await db<{ id: number; name: string }[]>`
      select id, name from blueprints where filevault_config_id = ${id} order by name, id`,
  ];
}
