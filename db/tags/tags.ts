/**
 * Tags, and which devices have them.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A tag. */
export type TagRow = {
  id: number;
  name: string;
  slug: string;
  color: string;
  taxonomyId: number | null;
  metaBusinessUnitId: number | null;
  createdAt: Date;
  updatedAt: Date;
};

/** Returns the written columns of a tag. */
export type TagValues = Pick<TagRow, "name" | "slug" | "color" | "taxonomyId" | "metaBusinessUnitId">;

const columns = (db: Db) =>
  db`t.id, t.name, t.slug, t.color, t.taxonomy_id, t.meta_business_unit_id, t.created_at, t.updated_at`;

/** Returns one tag. */
export async function findTag(db: Db, id: number): Promise<TagRow | undefined> {
  const [row] = await db<TagRow[]>`
    select ${columns(db)} from tags t where t.id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockTag(db: Db, id: number): Promise<TagRow | undefined> {
  const [row] = await db<TagRow[]>`
    select ${columns(db)} from tags t where t.id = ${id} for update`;
  return row;
}

/** Returns the tags with these ids, by id; unknown ids are left out. */
export async function findTags(db: Db, ids: readonly number[]): Promise<TagRow[]> {
  return [...await db<TagRow[]>`select ${columns(db)} from tags t where t.id = any(${[...ids]}::int[]) order by t.id`];
}

/** Returns the same, and they cannot be deleted while the transaction lasts. */
export async function lockTags(db: Db, ids: readonly number[]): Promise<TagRow[]> {
  return [
    ...await db<TagRow[]>`
      select ${columns(db)} from tags t where t.id = any(${[...ids]}::int[]) order by t.id for key share`,
  ];
}

/** Tags by name. */
export async function listTags(
  db: Db,
  query: { name?: string | undefined; limit: number; offset: number },
): Promise<{ count: number; rows: TagRow[] }> {
  const where = query.name === undefined ? db`` : db`where t.name = ${query.name}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from tags t ${where}`);
  const rows = await db<TagRow[]>`
    select ${columns(db)} from tags t ${where} order by t.name, t.id limit ${query.limit} offset ${query.offset}`;
  return { count, rows: [...rows] };
}

/** Adds a tag. */
export async function insertTag(db: Db, values: TagValues, now: Date): Promise<TagRow> {
  return one(
    await db<TagRow[]>`
      insert into tags as t (name, slug, color, taxonomy_id, meta_business_unit_id, created_at, updated_at)
      values (${values.name}, ${values.slug}, ${values.color}, ${values.taxonomyId}, ${values.metaBusinessUnitId},
              ${now}, ${now})
      returning ${columns(db)}`,
  );
}

/** Replaces a tag. */
export async function updateTag(db: Db, id: number, values: TagValues, now: Date): Promise<TagRow> {
  return one(
    await db<TagRow[]>`
      update tags t set name = ${values.name}, slug = ${values.slug}, color = ${values.color},
        taxonomy_id = ${values.taxonomyId}, meta_business_unit_id = ${values.metaBusinessUnitId}, updated_at = ${now}
      where t.id = ${id} returning ${columns(db)}`,
  );
}

/** Removes a tag. PostgreSQL refuses while settings name it. */
export async function deleteTag(db: Db, id: number): Promise<void> {
  await db`delete from tags where id = ${id}`;
}

/** Returns the serial numbers of the devices that have a tag. */
export async function serialNumbersWithTag(db: Db, tagId: number): Promise<string[]> {
  const rows = await db<{ serialNumber: string }[]>`
    select serial_number from device_tags where tag_id = ${tagId} order by serial_number`;
  return rows.map(({ serialNumber }) => serialNumber);
}

/** Returns the tags of a device, by name. */
export async function tagsOfDevice(db: Db, serialNumber: string): Promise<TagRow[]> {
  return [
    ...await db<TagRow[]>`
      select ${columns(db)} from device_tags d join tags t on t.id = d.tag_id
      where d.serial_number = ${serialNumber} order by t.name, t.id`,
  ];
}

/** A tag on a device. */
export type DeviceTag = { serialNumber: string; tagId: number };

/** Adds every tag to every device. Returns the additions. */
export async function addDeviceTags(
  db: Db,
  serialNumbers: readonly string[],
  tagIds: readonly number[],
  now: Date,
): Promise<DeviceTag[]> {
  return [
    ...await db<DeviceTag[]>`
      insert into device_tags (serial_number, tag_id, created_at)
      select s, t, ${now}::timestamptz
      from unnest(${[...serialNumbers]}::text[]) as s, unnest(${[...tagIds]}::int[]) as t
      order by s, t
      on conflict do nothing
      returning serial_number, tag_id`,
  ];
}

/** Removes every tag from every device. Returns the removals. */
export async function removeDeviceTags(
  db: Db,
  serialNumbers: readonly string[],
  tagIds: readonly number[],
): Promise<DeviceTag[]> {
  return [
    ...await db<DeviceTag[]>`
      delete from device_tags
      where serial_number = any(${[...serialNumbers]}::text[]) and tag_id = any(${[...tagIds]}::int[])
      returning serial_number, tag_id`,
  ];
}

/** Removes all tags except these from the devices. Returns the removals. */
export async function removeOtherDeviceTags(
  db: Db,
  serialNumbers: readonly string[],
  tagIds: readonly number[],
): Promise<DeviceTag[]> {
  return [
    ...await db<DeviceTag[]>`
      delete from device_tags
      where serial_number = any(${[...serialNumbers]}::text[]) and not tag_id = any(${[...tagIds]}::int[])
      returning serial_number, tag_id`,
  ];
}
