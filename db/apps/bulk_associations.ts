/**
 * Licences for many devices at once: their serial numbers wait here until they are in the ledger.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** A bulk association. */
export type BulkAssociationRow = {
  id: string;
  locationAssetId: number;
  kind: "associate" | "disassociate";
  createdBy: string | null;
  state: "running" | "done";
  devices: number;
  done: number;
  leftOut: number;
  createdAt: Date;
  endedAt: Date | null;
};

const columns = (db: Db) =>
  db`b.id, b.location_asset_id, b.kind, u.username as created_by, b.state, b.devices, b.done, b.left_out, b.created_at,
    b.ended_at from bulk_associations b left join users u on u.id = b.created_by_id`;

/** Adds one with its devices. */
export async function insertBulkAssociation(
  db: Db,
  row: {
    id: string;
    locationAssetId: number;
    kind: "associate" | "disassociate";
    createdById: number | null;
    serialNumbers: readonly string[];
    leftOut: number;
  },
  now: Date,
): Promise<void> {
  await db`
    insert into bulk_associations (id, location_asset_id, kind, created_by_id, devices, left_out, created_at)
    values (${row.id}, ${row.locationAssetId}, ${row.kind}, ${row.createdById}, ${
    row.serialNumbers.length + row.leftOut
  },
      ${row.leftOut}, ${now})`;
  await db`
    insert into bulk_association_targets (bulk_association_id, serial_number)
    select ${row.id}, serial_number from unnest(${[...row.serialNumbers]}::text[]) as t(serial_number)
    on conflict do nothing`;
}

/** Returns one. */
export async function findBulkAssociation(db: Db, id: string): Promise<BulkAssociationRow | undefined> {
  const [row] = await db<BulkAssociationRow[]>`select ${columns(db)} where b.id = ${id}`;
  return row;
}

/** Returns the newest of an asset. */
export async function listBulkAssociations(
  db: Db,
  locationAssetId: number,
  limit: number,
): Promise<BulkAssociationRow[]> {
  return await db<BulkAssociationRow[]>`
    select ${
    columns(db)
  } where b.location_asset_id = ${locationAssetId} order by b.created_at desc, b.id limit ${limit}`;
}

/** Takes the next devices of a running one. */
export async function takeTargets(db: Db, id: string, limit: number): Promise<string[]> {
  const rows = await db<{ serialNumber: string }[]>`
    delete from bulk_association_targets where bulk_association_id = ${id} and serial_number in (
      select serial_number from bulk_association_targets where bulk_association_id = ${id}
      order by serial_number limit ${limit} for update)
    returning serial_number`;
  return rows.map(({ serialNumber }) => serialNumber).sort();
}

/** Notes progress. */
export async function noteProgress(db: Db, id: string, done: number): Promise<void> {
  await db`update bulk_associations set done = done + ${done} where id = ${id}`;
}

/** Ends one. */
export async function endBulkAssociation(db: Db, id: string, now: Date): Promise<void> {
  await db`update bulk_associations set state = 'done', ended_at = ${now} where id = ${id} and state = 'running'`;
}

/**
 * Returns the serial numbers of devices: those with any of some tags, of some virtual servers, and enrolled ones among some
 * serial numbers. Deleted and blocked devices, and those that Apple took away, are not among them.
 */
export async function selectSerialNumbers(
  db: Db,
  { tags, virtualServers, serialNumbers }: {
    tags: readonly number[];
    virtualServers: readonly number[];
    serialNumbers: readonly string[];
  },
): Promise<string[]> {
  const rows = await db<{ serialNumber: string }[]>`
    select serial_number from (
      select t.serial_number from device_tags t where t.tag_id = any(${[...tags]}::int[])
      union select serial_number from dep_devices where virtual_server_id = any(${[...virtualServers]}::int[])
        and last_op_type <> 'deleted' and disowned_at is null
      union select serial_number from unnest(${[...serialNumbers]}::text[]) as s(serial_number)
    ) all_of_them
    where not exists (select 1 from devices d where d.serial_number = all_of_them.serial_number
        and (d.deleted_at is not null or d.blocked_at is not null)
        and not exists (select 1 from devices o where o.serial_number = d.serial_number and o.deleted_at is null
          and o.blocked_at is null))
    order by serial_number limit 100001`;
  return rows.map(({ serialNumber }) => serialNumber);
}
