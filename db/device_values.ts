/**
 * Custom values of devices, by the serial number.
 *
 * @module
 */

import type { Db } from "./open.ts";

/** The custom values of a device by name; locked for the transaction when asked. */
export async function findDeviceValues(db: Db, serialNumber: string, lock = false): Promise<Record<string, string>> {
  const rows = await db<{ name: string; value: string }[]>`
    select name, value from device_values where serial_number = ${serialNumber} order by name
    ${lock ? db`for update` : db``}`;
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** Makes `values` the custom values of a device. */
export async function replaceDeviceValues(
  db: Db,
  serialNumber: string,
  values: Readonly<Record<string, string>>,
  now: Date,
): Promise<void> {
  const [names, texts] = [Object.keys(values), Object.values(values)];
  await db`delete from device_values where serial_number = ${serialNumber} and name <> all(${names}::text[])`;
  await db`
    insert into device_values (serial_number, name, value, created_at, updated_at)
    select ${serialNumber}, name, value, ${now}, ${now} from unnest(${names}::text[], ${texts}::text[]) as one (name, value)
    on conflict (serial_number, name) do update set value = excluded.value, updated_at = excluded.updated_at
      where device_values.value <> excluded.value`;
}
