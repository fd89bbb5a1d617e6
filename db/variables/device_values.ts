/**
 * Custom values of devices, by the serial number.
 *
 * @module
 */

import type { Db } from "../open.ts";

/**
 * A value as it is stored: open in `value`, or encrypted. A secret from before values were encrypted is in `value`
 * until the rotation has encrypted it.
 */
export type DeviceValueRow =
  & { id: number; name: string }
  & (
    | { secret: boolean; value: string; valueSealed: null }
    | { secret: true; value: null; valueSealed: string }
  );

/** Returns the custom values of a device by name. */
export async function findDeviceValues(db: Db, serialNumber: string): Promise<DeviceValueRow[]> {
  return await db<DeviceValueRow[]>`
    select id, name, secret, value, value_sealed from device_values where serial_number = ${serialNumber} order by name`;
}

/** Returns the same, locked for the transaction. */
export async function lockDeviceValues(db: Db, serialNumber: string): Promise<DeviceValueRow[]> {
  return await db<DeviceValueRow[]>`
    select id, name, secret, value, value_sealed from device_values where serial_number = ${serialNumber} order by name
    for update`;
}

/** Returns ids for values that are about to be written, as many as asked for. */
export async function nextDeviceValueIds(db: Db, count: number): Promise<number[]> {
  if (count === 0) return [];
  const rows = await db<{ id: number }[]>`
    select nextval(pg_get_serial_sequence('device_values', 'id'))::int as id from generate_series(1, ${count}::int)`;
  return rows.map(({ id }) => id);
}

/**
 * Removes the values of a device whose names are not among `names`, and writes `changed`, each secret sealed. A value that is
 * written takes the id that it was sealed for, also where there was one of that name.
 */
export async function writeDeviceValues(
  db: Db,
  serialNumber: string,
  names: readonly string[],
  changed: readonly DeviceValueRow[],
  now: Date,
): Promise<void> {
  await db`delete from device_values where serial_number = ${serialNumber} and name <> all(${[...names]}::text[])`;
  if (changed.length === 0) return;
  await db`
    insert into device_values (id, serial_number, name, secret, value, value_sealed, created_at, updated_at)
    select id, ${serialNumber}, name, value_sealed is not null, value, value_sealed, ${now}, ${now}
    from unnest(${changed.map(({ id }) => id)}::int[], ${changed.map(({ name }) => name)}::text[],
      ${changed.map(({ value }) => value)}::text[], ${changed.map(({ valueSealed }) => valueSealed)}::text[])
      as one (id, name, value, value_sealed)
    on conflict (serial_number, name) do update set id = excluded.id, secret = excluded.secret, value = excluded.value,
      value_sealed = excluded.value_sealed, updated_at = excluded.updated_at`;
}

/** Secrets that are not sealed yet. */
export async function findPlainSecrets(db: Db, limit: number): Promise<{ id: number; value: string }[]> {
  return await db<{ id: number; value: string }[]>`
    select id, value from device_values where secret and value is not null order by id limit ${limit}`;
}

/** Stores a secret encrypted, unless it has changed since it was read. */
export async function sealPlainSecret(
  db: Db,
  { id, value }: { id: number; value: string },
  sealed: string,
): Promise<void> {
  await db`
    update device_values set value_sealed = ${sealed}, value = null where id = ${id} and secret and value = ${value}`;
}
