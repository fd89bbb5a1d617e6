/**
 * The current names of the objects of events, and the objects with a given name.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Kinds of objects whose names are looked up. */
const NAMED_KINDS = [
  "artifact",
  "blueprint",
  "enrollment",
  "depenrollment",
  "customview",
  "locationasset",
  "person",
  "command",
] as const;

/** One of them. */
export type NamedKind = typeof NAMED_KINDS[number];

/** Ids by kind, and the serial numbers of devices. */
export type NamesWanted = Readonly<Record<NamedKind, readonly string[]>> & { serialNumbers: readonly string[] };

/** The objects found. `kind` is `device` with the serial number as `key` for devices. */
export type FoundName = { kind: NamedKind | "device"; key: string; id: string; name: string };

const numbers = (ids: readonly string[]) => ids.filter((id) => /^[0-9]{1,9}$/.test(id)).map(Number);
const uuids = (ids: readonly string[]) => ids.filter((id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id));

/** Returns the names, in one statement. Deleted objects are not among them. */
export async function findEventNames(db: Db, wanted: NamesWanted): Promise<FoundName[]> {
  return [
    ...await db<FoundName[]>`
      select 'artifact' as kind, id::text as key, id::text as id, name from artifacts
      where id = any(${uuids(wanted.artifact)}::uuid[])
      union all
      select 'blueprint', id::text, id::text, name from blueprints where id = any(${numbers(wanted.blueprint)}::int[])
      union all
      select 'enrollment', id::text, id::text, name from ota_enrollments
      where id = any(${numbers(wanted.enrollment)}::int[])
      union all
      select 'depenrollment', id::text, id::text, name from dep_enrollments
      where id = any(${numbers(wanted.depenrollment)}::int[])
      union all
      select 'customview', id::text, id::text, name from enrollment_custom_views
      where id = any(${uuids(wanted.customview)}::uuid[])
      union all
      select 'locationasset', x.id::text, x.id::text, coalesce(nullif(a.name, ''), 'item ' || a.adam_id)
      from location_assets x join store_assets a on a.id = x.asset_id
      where x.id = any(${numbers(wanted.locationasset)}::int[])
      union all
      select 'person', id::text, id::text, coalesce(nullif(full_name, ''), username) from users
      where id = any(${numbers(wanted.person)}::int[])
      union all
      select 'command', uuid::text, uuid::text, name from commands where uuid = any(${uuids(wanted.command)}::uuid[])
      union all
      select 'command', uuid::text, uuid::text, name from command_history
      where uuid = any(${uuids(wanted.command)}::uuid[])
      union all
      select 'device', d.serial_number, d.id::text, coalesce(nullif(e.name, ''), d.serial_number)
      from devices d left join enrollments e on e.id = d.enrollment_id
      where d.serial_number = any(${[...wanted.serialNumbers]}::text[]) and d.deleted_at is null`,
  ];
}

/** Objects with a name: `id` of a device is its serial number, since all events of it have that. */
export type NamedObject = {
  kind: "artifact" | "blueprint" | "enrollment" | "depenrollment" | "customview" | "device";
  id: string;
};

/** Up to 50 objects whose name holds a text, in either case; devices by their serial number, too. */
export async function findObjectsNamed(db: Db, text: string): Promise<NamedObject[]> {
  const part = text.toLowerCase();
  return [
    ...await db<NamedObject[]>`
      select kind, id from (
        select 'artifact' as kind, id::text as id, name from artifacts where strpos(lower(name), ${part}) > 0
        union all
        select 'blueprint', id::text, name from blueprints where strpos(lower(name), ${part}) > 0
        union all
        select 'enrollment', id::text, name from ota_enrollments where strpos(lower(name), ${part}) > 0
        union all
        select 'depenrollment', id::text, name from dep_enrollments where strpos(lower(name), ${part}) > 0
        union all
        select 'customview', id::text, name from enrollment_custom_views where strpos(lower(name), ${part}) > 0
        union all
        select 'device', d.serial_number, coalesce(e.name, d.serial_number)
        from devices d left join enrollments e on e.id = d.enrollment_id
        where strpos(lower(coalesce(e.name, '')), ${part}) > 0 or strpos(lower(d.serial_number), ${part}) > 0
      ) found order by length(name), name, kind, id limit 50`,
  ];
}
