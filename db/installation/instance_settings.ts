/**
 * Settings of the whole installation that live in the database, one JSON value by key.
 *
 * @module
 */

import { type Db, type Json, json } from "../open.ts";

/** Returns the value under a key, undefined if there is none; locked for the transaction on request. */
export async function findInstanceSetting(db: Db, key: string, lock = false): Promise<unknown> {
  const [row] = await db<{ value: unknown }[]>`
    select value from instance_settings where key = ${key} ${lock ? db`for update` : db``}`;
  return row?.value;
}

/** Writes a value. */
export async function putInstanceSetting(db: Db, key: string, value: Json): Promise<void> {
  await db`
    insert into instance_settings (key, value) values (${key}, ${json(db, value)})
    on conflict (key) do update set value = excluded.value`;
}

/** Writes a value unless there is one. */
export async function addInstanceSetting(db: Db, key: string, value: Json): Promise<void> {
  await db`
    insert into instance_settings (key, value) values (${key}, ${json(db, value)}) on conflict (key) do nothing`;
}

/** Removes a value. Returns whether there was one. */
export async function deleteInstanceSetting(db: Db, key: string): Promise<boolean> {
  return (await db`delete from instance_settings where key = ${key}`).count > 0;
}
