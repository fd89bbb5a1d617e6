/**
 * Blueprints.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { lockChannelsOfDevice } from "../work/channels.ts";
import { type Db, one } from "../open.ts";

/** The input for a blueprint. Collect options: 0 no, 1 managed only, 2 all. */
export type BlueprintValues = {
  name: string;
  /** Seconds. */
  inventoryInterval: number;
  collectApps: number;
  collectCertificates: number;
  collectProfiles: number;
  /**
   * Whether profiles are delivered by declaration to devices that support it. Absent: unchanged; yes for a new
   * blueprint.
   */
  legacyProfilesViaDdm?: boolean;
  /** Absent: unchanged; none for a new blueprint. */
  softwareUpdateEnforcements?: readonly number[];
  /** The location whose licences declarations use. Absent: unchanged; none for a new blueprint. */
  defaultLocationId?: number | null;
  /** Absent: unchanged; none for a new blueprint. */
  filevaultConfigId?: number | null;
  /** Absent: unchanged; none for a new blueprint. */
  recoveryPasswordConfigId?: number | null;
};

/** A blueprint. */
export type BlueprintRow = Required<BlueprintValues> & { id: number; createdAt: Date; updatedAt: Date };

const columns = (db: Db) =>
  db`
    id, name, inventory_interval, collect_apps, collect_certificates, collect_profiles, legacy_profiles_via_ddm,
    default_location_id, filevault_config_id, recovery_password_config_id, created_at, updated_at,
    array(select l.enforcement_id from blueprint_software_update_enforcements l where l.blueprint_id = blueprints.id
      order by l.enforcement_id) as software_update_enforcements`;

/** Returns a page by name, and the total number. */
export async function listBlueprints(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: BlueprintRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where name = ${page.name}`;
  const rows = await db<BlueprintRow[]>`
    select ${columns(db)} from blueprints ${where} order by name, id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from blueprints ${where}`);
  return { rows: [...rows], count };
}

/** Returns one blueprint. */
export async function findBlueprint(db: Db, id: number): Promise<BlueprintRow | undefined> {
  const [row] = await db<BlueprintRow[]>`select ${columns(db)} from blueprints where id = ${id}`;
  return row;
}

/** Adds a blueprint; returns its id. */
export async function insertBlueprint(
  db: Db,
  { softwareUpdateEnforcements, ...row }: BlueprintValues,
  now: Date,
): Promise<number> {
  const { id } = one(
    await db<{ id: number }[]>`
      insert into blueprints ${db({ ...row, createdAt: now, updatedAt: now })} returning id`,
  );
  await setEnforcements(db, id, softwareUpdateEnforcements);
  return id;
}

async function setEnforcements(db: Db, id: number, enforcements: readonly number[] | undefined): Promise<void> {
  if (enforcements === undefined) return;
  await db`
    with removed as (
      delete from blueprint_software_update_enforcements
      where blueprint_id = ${id} and enforcement_id <> all(${[...enforcements]}::int[]))
    insert into blueprint_software_update_enforcements (blueprint_id, enforcement_id)
    select ${id}, enforcement from unnest(${[...enforcements]}::int[]) as enforcement on conflict do nothing`;
}

/** Changes a blueprint. */
export async function updateBlueprint(
  db: Db,
  id: number,
  { softwareUpdateEnforcements, ...row }: BlueprintValues,
  now: Date,
): Promise<void> {
  await db`update blueprints set ${db({ ...row, updatedAt: now })} where id = ${id}`;
  await setEnforcements(db, id, softwareUpdateEnforcements);
}

/** Whether blueprints use the licences of a location by default. */
export async function isDefaultLocation(db: Db, locationId: number): Promise<boolean> {
  return one(
    await db<{ found: boolean }[]>`
      select exists (select 1 from blueprints where default_location_id = ${locationId}) as found`,
  ).found;
}

/** Whether a blueprint holds artifacts. */
export async function hasArtifacts(db: Db, id: number): Promise<boolean> {
  return one(
    await db<{ found: boolean }[]>`
      select exists (select 1 from blueprint_artifacts where blueprint_id = ${id}) as found`,
  ).found;
}

/** Deletes a blueprint. Enrollments that have it are left without one, and so are devices, which plan at their next contact. */
export async function deleteBlueprint(db: Db, id: number, now: Date): Promise<void> {
  await db`
    update channels set next_action_at = ${now}
    where enrollment_id in (select id from enrollments where blueprint_id = ${id} and ended_at is null)`;
  await db`delete from blueprints where id = ${id}`;
}

/**
 * Assigns a blueprint, or none, to a device's current enrollment, which is planned again. Returns false if it is not
 * enrolled.
 */
export async function assignBlueprint(
  db: Db,
  deviceId: DeviceId,
  blueprintId: number | null,
  now: Date,
): Promise<boolean> {
  await lockChannelsOfDevice(db, deviceId);
  const { count } = await db`
    with changed as (
      update enrollments set blueprint_id = ${blueprintId}, updated_at = ${now}
      where device_id = ${deviceId} and ended_at is null returning id
    )
    update channels set next_action_at = ${now} where enrollment_id in (select id from changed)`;
  return count > 0;
}
