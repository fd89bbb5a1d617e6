/**
 * The devices of virtual servers: pages of Apple's applied, assignments and their answers. Each change is one statement
 * for a whole page.
 *
 * @module
 */

import { type Db, type Json, json, one, type Statement } from "../open.ts";

/** A device of one virtual server. Texts are "" where Apple says nothing. */
export type DepDeviceRow = {
  id: number;
  virtualServerId: number;
  serialNumber: string;
  assetTag: string;
  color: string;
  description: string;
  deviceFamily: string;
  model: string;
  os: string;
  deviceAssignedBy: string;
  deviceAssignedDate: Date | null;
  lastOpType: string;
  lastOpDate: Date | null;
  /** "empty", "assigned", "pushed" or "removed". */
  profileStatus: string;
  profileUuid: string | null;
  profileAssignTime: Date | null;
  profilePushTime: Date | null;
  enrollmentId: number | null;
  disownedAt: Date | null;
  wantedEnrollmentId: number | null;
  assignStatus: string;
  assignAt: Date | null;
  throttledUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** Returns the columns of a device under an alias. */
export const depDeviceColumns = (db: Db) =>
  db`d.id, d.virtual_server_id, d.serial_number, d.asset_tag, d.color, d.description, d.device_family, d.model, d.os,
    d.device_assigned_by, d.device_assigned_date, d.last_op_type, d.last_op_date, d.profile_status, d.profile_uuid,
    d.profile_assign_time, d.profile_push_time, d.enrollment_id, d.disowned_at, d.wanted_enrollment_id,
    d.assign_status, d.assign_at, d.throttled_until, d.created_at, d.updated_at`;

/** A change of a device: its fields as events say them, before (null: it is new) and after. */
export type DeviceChange = { id: number; serialNumber: string; before: Json; after: Json; eventful: boolean };

/** What a page did. */
export type PageOutcome = { created: number; updated: number; unchanged: number; changes: DeviceChange[] };

/** The fields of a device in events, as JSON of the database. Times are in UTC, without a zone. */
const told = (db: Db, alias: string) => {
  const d = db(alias);
  const time = (column: string) => db`to_char(${d}.${db(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')`;
  return db`jsonb_build_object('serial_number', ${d}.serial_number, 'virtual_server', ${d}.virtual_server_id,
    'asset_tag', ${d}.asset_tag, 'color', ${d}.color, 'description', ${d}.description,
    'device_family', ${d}.device_family, 'model', ${d}.model, 'os', ${d}.os,
    'device_assigned_by', ${d}.device_assigned_by, 'device_assigned_date', ${time("device_assigned_date")},
    'last_op_type', ${d}.last_op_type, 'last_op_date', ${time("last_op_date")},
    'profile_status', ${d}.profile_status, 'profile_uuid', ${d}.profile_uuid,
    'profile_assign_time', ${time("profile_assign_time")}, 'profile_push_time', ${time("profile_push_time")},
    'enrollment', ${d}.enrollment_id, 'disowned_at', ${time("disowned_at")})`;
};

/** Whether more changed than the last operation, or the device was deleted. */
const eventful = (db: Db) =>
  db`(before is null or before - array['last_op_type', 'last_op_date'] <> after - array['last_op_type', 'last_op_date']
    or (after->>'last_op_type' = 'deleted' and before->>'last_op_type' <> 'deleted'))`;

/**
 * Applies a page of Apple's devices, each at most once in it. A record whose operation is older than the last one stored
 * is passed over: records arrive late and twice, and the latest operation says what is.
 *
 * A full fetch names no operations. It shows what is assigned now, so a device that was deleted is added again; and
 * it marks what it has seen with its generation.
 *
 * `asked` is when Apple was asked for the page. A profile that Apple accepted after that is not in it, and stays: else the
 * choice of an operator looked like no profile, and was replaced by the default one. So does a deletion that a full fetch
 * has not seen.
 */
export async function applyPage(
  db: Db,
  page: { virtualServerId: number; devices: Json; full: boolean; generation: number; asked: Date },
  now: Date,
): Promise<PageOutcome> {
  const { virtualServerId, full, generation, asked } = page;
  const rows = await db<(DeviceChange & { outcome: string })[]>`
    with given as (
      select * from jsonb_to_recordset(${json(db, page.devices)}) as g (serial_number text, asset_tag text, color text,
        description text, device_family text, model text, os text, device_assigned_by text,
        device_assigned_date timestamptz, op_type text, op_date timestamptz, profile_status text, profile_uuid uuid,
        profile_assign_time timestamptz, profile_push_time timestamptz)
    ), old as (
      select d.* from dep_devices d where d.virtual_server_id = ${virtualServerId}
        and d.serial_number = any(select serial_number from given) order by d.id for update
    ), fresh as (
      select o.id, g.serial_number,
        -- A record of a deletion may say nothing else: what is known stays.
        case when g.op_type = 'deleted' and g.asset_tag = '' then coalesce(o.asset_tag, '') else g.asset_tag end as asset_tag,
        case when g.op_type = 'deleted' and g.color = '' then coalesce(o.color, '') else g.color end as color,
        case when g.op_type = 'deleted' and g.description = '' then coalesce(o.description, '') else g.description end
          as description,
        case when g.op_type = 'deleted' and g.device_family = '' then coalesce(o.device_family, '') else g.device_family end
          as device_family,
        case when g.op_type = 'deleted' and g.model = '' then coalesce(o.model, '') else g.model end as model,
        case when g.op_type = 'deleted' and g.os = '' then coalesce(o.os, '') else g.os end as os,
        g.device_assigned_by, g.device_assigned_date,
        case when g.op_type = 'deleted' or not ${full} then coalesce(g.op_type, nullif(o.last_op_type, ''), 'added')
          when o.id is null or o.last_op_type in ('', 'deleted') then 'added' else o.last_op_type end as last_op_type,
        case when g.op_type = 'deleted' or not ${full} then coalesce(g.op_date, o.last_op_date)
          when o.id is null or o.last_op_type in ('', 'deleted') then greatest(o.last_op_date, g.device_assigned_date)
          else o.last_op_date end as last_op_date,
        case when o.newer then o.profile_status else g.profile_status end as profile_status,
        case when o.newer then o.profile_uuid else g.profile_uuid end as profile_uuid,
        case when o.newer then o.profile_assign_time else g.profile_assign_time end as profile_assign_time,
        case when o.newer then o.profile_push_time else g.profile_push_time end as profile_push_time,
        -- A profile of ours that was defined again has another UUID: its devices are still that enrollment's.
        case when o.newer then o.enrollment_id else coalesce(
          (select e.id from dep_enrollments e where e.uuid = g.profile_uuid),
          case when o.profile_uuid = g.profile_uuid then o.enrollment_id end) end as enrollment_id,
        case when g.op_type = 'deleted' then o.disowned_at end as disowned_at,
        case when ${full} then o.last_op_type = 'deleted' and o.updated_at > ${asked}
          else g.op_date < o.last_op_date end as stale
      from given g left join (
        select *, assign_status = 'SUCCESS' and assign_at > ${asked} as newer from old
      ) o on o.serial_number = g.serial_number
    ), updated as (
      update dep_devices d set asset_tag = f.asset_tag, color = f.color, description = f.description,
        device_family = f.device_family, model = f.model, os = f.os, device_assigned_by = f.device_assigned_by,
        device_assigned_date = f.device_assigned_date, last_op_type = f.last_op_type, last_op_date = f.last_op_date,
        profile_status = f.profile_status, profile_uuid = f.profile_uuid, profile_assign_time = f.profile_assign_time,
        profile_push_time = f.profile_push_time, enrollment_id = f.enrollment_id, disowned_at = f.disowned_at,
        generation = ${generation},
        updated_at = case when (d.asset_tag, d.color, d.description, d.device_family, d.model, d.os, d.device_assigned_by,
            d.device_assigned_date, d.last_op_type, d.last_op_date, d.profile_status, d.profile_uuid,
            d.profile_assign_time, d.profile_push_time, d.enrollment_id, d.disowned_at)
          is distinct from (f.asset_tag, f.color, f.description, f.device_family, f.model, f.os, f.device_assigned_by,
            f.device_assigned_date, f.last_op_type, f.last_op_date, f.profile_status, f.profile_uuid,
            f.profile_assign_time, f.profile_push_time, f.enrollment_id, f.disowned_at)
          then ${now} else d.updated_at end
      from fresh f where d.id = f.id and f.stale is not true
      returning d.*
    ), inserted as (
      insert into dep_devices as d (virtual_server_id, serial_number, asset_tag, color, description, device_family, model,
        os, device_assigned_by, device_assigned_date, last_op_type, last_op_date, profile_status, profile_uuid,
        profile_assign_time, profile_push_time, enrollment_id, disowned_at, generation, created_at, updated_at)
      select ${virtualServerId}, serial_number, asset_tag, color, description, device_family, model, os,
        device_assigned_by, device_assigned_date, last_op_type, last_op_date, profile_status, profile_uuid,
        profile_assign_time, profile_push_time, enrollment_id, disowned_at, ${generation}, ${now}, ${now}
      from fresh where id is null order by serial_number
      -- Another page with it was faster, and as new.
      on conflict (virtual_server_id, serial_number) do nothing
      returning d.*
    ), written as (select * from updated union all select * from inserted
    ), compared as (
      select w.id, w.serial_number, case when o.id is not null then ${told(db, "o")} end as before,
        ${told(db, "w")} as after
      from written w left join old o on o.serial_number = w.serial_number
    )
    select id, serial_number, before, after, ${eventful(db)} as eventful,
      case when before is null then 'created' else 'updated' end as outcome
    from compared where before is distinct from after order by serial_number`;
  const created = rows.filter(({ outcome }) => outcome === "created").length;
  const updated = rows.length - created;
  const all = Array.isArray(page.devices) ? page.devices.length : 0;
  return { created, updated, unchanged: all - rows.length, changes: rows.map(({ outcome: _, ...change }) => change) };
}

/** Marks up to `limit` devices as deleted that a full fetch has not seen. Returns their changes. */
export async function markMissing(
  db: Db,
  { virtualServerId, generation, limit }: { virtualServerId: number; generation: number; limit: number },
  now: Date,
): Promise<DeviceChange[]> {
  return await db<DeviceChange[]>`
    with gone as (
      select d.* from dep_devices d where d.virtual_server_id = ${virtualServerId} and d.generation < ${generation}
        and d.last_op_type <> 'deleted' order by d.id limit ${limit} for update
    ), written as (
      update dep_devices d set last_op_type = 'deleted', updated_at = ${now} from gone where d.id = gone.id returning d.*
    ), compared as (
      select w.id, w.serial_number, ${told(db, "gone")} as before, ${told(db, "w")} as after
      from written w join gone on gone.id = w.id
    )
    select id, serial_number, before, after, true as eventful from compared order by serial_number`;
}

/**
 * Marks devices as deleted of which Apple says that they are not this server's. Returns their changes. Those that changed
 * after Apple was `asked` are left: the answer may be older than that.
 */
export async function markDeleted(
  db: Db,
  virtualServerId: number,
  serials: readonly string[],
  { asked, now }: { asked: Date; now: Date },
): Promise<DeviceChange[]> {
  return await db<DeviceChange[]>`
    with gone as (
      select d.* from dep_devices d where d.virtual_server_id = ${virtualServerId}
        and d.serial_number = any(${[...serials]}) and d.last_op_type <> 'deleted' and d.updated_at <= ${asked}
      order by d.id for update
    ), written as (
      update dep_devices d set last_op_type = 'deleted', wanted_enrollment_id = null, updated_at = ${now}
      from gone where d.id = gone.id returning d.*
    ), compared as (
      select w.id, w.serial_number, ${told(db, "gone")} as before, ${told(db, "w")} as after
      from written w join gone on gone.id = w.id
    )
    select id, serial_number, before, after, true as eventful from compared order by serial_number`;
}

/**
 * Connects devices with the enrollments of their profiles: Apple may speak of a profile before the enrollment was
 * stored.
 */
export async function linkEnrollments(db: Db, virtualServerId: number): Promise<number> {
  const { count } = await db`
    update dep_devices d set enrollment_id = e.id from dep_enrollments e
    where e.virtual_server_id = ${virtualServerId} and d.virtual_server_id = ${virtualServerId}
      and d.profile_uuid = e.uuid and d.enrollment_id is distinct from e.id`;
  return count;
}

/** Which devices of an enrollment's server get its profile. */
export type WantedDevices = readonly string[] | "all with an older profile";

/** Devices that can have a profile. */
const present = (db: Db) => db`d.last_op_type <> 'deleted' and d.disowned_at is null`;

/**
 * Notes that devices shall get an enrollment. Returns how many. Devices that Apple throttles keep their time. Of devices that
 * are not named, those that wait for another enrollment still do.
 */
export async function wantEnrollment(
  db: Db,
  { virtualServerId, enrollmentId, devices }: {
    virtualServerId: number;
    enrollmentId: number;
    devices: WantedDevices;
  },
): Promise<number> {
  const which = typeof devices !== "string"
    ? db`d.serial_number = any(${[...devices]})`
    : db`d.enrollment_id = ${enrollmentId} and coalesce(d.wanted_enrollment_id, ${enrollmentId}) = ${enrollmentId}
        and d.profile_uuid is distinct from (select uuid from dep_enrollments where id = ${enrollmentId})`;
  const { count } = await db`
    update dep_devices d set wanted_enrollment_id = ${enrollmentId}
    where d.virtual_server_id = ${virtualServerId} and ${present(db)} and ${which} and exists (
      select 1 from dep_enrollments e where e.id = ${enrollmentId} and e.virtual_server_id = ${virtualServerId})`;
  return count;
}

/**
 * Notes that devices without a profile shall get an enrollment: those that never had one, and those whose profile Apple
 * dropped, which keep its UUID. Those that Apple refused lately, or that wait for another, are left. Returns how many.
 */
export async function wantDefault(
  db: Db,
  { virtualServerId, enrollmentId, refusedBefore }: {
    virtualServerId: number;
    /** Null: only the enrollments that devices had. */
    enrollmentId: number | null;
    refusedBefore: Date;
  },
): Promise<number> {
  const { count } = await db`
    update dep_devices d set wanted_enrollment_id = coalesce(${enrollmentId}::integer,
      (select e.id from dep_enrollments e where e.id = d.enrollment_id and e.virtual_server_id = d.virtual_server_id))
    where d.virtual_server_id = ${virtualServerId} and ${present(db)} and d.wanted_enrollment_id is null
      and (d.profile_uuid is null or d.profile_status in ('empty', 'removed'))
      and (${enrollmentId}::integer is not null or d.enrollment_id is not null and d.profile_status = 'removed')
      and (d.assign_status <> 'FAILED' or d.assign_at < ${refusedBefore})`;
  return count;
}

/** The next devices to assign: all to one enrollment. */
export type AssignmentBatch = { enrollmentId: number; name: string; uuid: string; serials: string[] };

/** Returns up to `limit` devices that shall get one enrollment, other than those of `without`, and may get it now. */
export async function nextAssignment(
  db: Db,
  { virtualServerId, limit, without }: { virtualServerId: number; limit: number; without: readonly number[] },
  now: Date,
): Promise<AssignmentBatch | undefined> {
  const [row] = await db<AssignmentBatch[]>`
    with due as (
      select d.id, d.serial_number, d.wanted_enrollment_id from dep_devices d
      where d.virtual_server_id = ${virtualServerId} and d.wanted_enrollment_id is not null and ${present(db)}
        and d.wanted_enrollment_id <> all(${[...without]}::integer[])
        and (d.throttled_until is null or d.throttled_until <= ${now})
    ), first as (select min(wanted_enrollment_id) as id from due)
    select e.id as enrollment_id, e.name, e.uuid, array(select due.serial_number from due where due.wanted_enrollment_id = e.id
      order by due.id limit ${limit}) as serials
    from dep_enrollments e join first on first.id = e.id where e.virtual_server_id = ${virtualServerId}`;
  return row;
}

/** Returns when the next throttled device may be assigned; undefined if none waits. */
export async function nextThrottled(db: Db, virtualServerId: number): Promise<Date | undefined> {
  const { at } = one(
    await db<{ at: Date | null }[]>`
      select min(d.throttled_until) as at from dep_devices d
      where d.virtual_server_id = ${virtualServerId} and d.wanted_enrollment_id is not null and ${present(db)}`,
  );
  return at ?? undefined;
}

/** Whether a device of a server shall get an enrollment and may get it now. */
export async function hasDueAssignment(db: Db, virtualServerId: number, now: Date): Promise<boolean> {
  const rows = await db`
    select 1 from dep_devices d where d.virtual_server_id = ${virtualServerId} and d.wanted_enrollment_id is not null
      and ${present(db)} and (d.throttled_until is null or d.throttled_until <= ${now}) limit 1`;
  return rows.length > 0;
}

/** Apple's answer for one device. */
export type AssignmentAnswer = { serialNumber: string; status: string; throttledUntil: Date | null };

/**
 * Stores the answers to an assignment of `uuid`: what was accepted has it, what was throttled waits, anything else is not
 * tried again by itself. Devices that meanwhile shall get another enrollment still shall. Returns the changes.
 *
 * `asked` is when a job asked Apple; null for an operator. A device that an operator gave another enrollment after that may
 * have lost it by this assignment: it shall get it again. One that got a profile which was defined again meanwhile shall
 * get the new one.
 */
export async function storeAssignment(
  db: Db,
  assignment: {
    virtualServerId: number;
    enrollmentId: number;
    uuid: string;
    answers: readonly AssignmentAnswer[];
    asked: Date | null;
  },
  now: Date,
): Promise<DeviceChange[]> {
  const { virtualServerId, enrollmentId, uuid, answers, asked } = assignment;
  const given = answers.map(({ serialNumber, status, throttledUntil }) => ({
    serial_number: serialNumber,
    status,
    throttled_until: throttledUntil?.toISOString() ?? null,
  }));
  // A definition locks the enrollment: it waits for these devices, or is seen here.
  const [enrollment] = await db<{ uuid: string }[]>`
    select uuid from dep_enrollments where id = ${enrollmentId} for key share`;
  const outdated = enrollment !== undefined && enrollment.uuid !== uuid;
  return await db<DeviceChange[]>`
    with given as (
      select * from jsonb_to_recordset(${json(db, given)})
        as g (serial_number text, status text, throttled_until timestamptz)
    ), old as (
      select d.* from dep_devices d join given g on g.serial_number = d.serial_number
      where d.virtual_server_id = ${virtualServerId} order by d.id for update of d
    ), written as (
      update dep_devices d set assign_status = g.status, assign_at = ${now}, throttled_until = g.throttled_until,
        wanted_enrollment_id = case
          when d.wanted_enrollment_id is null and d.assign_status = 'SUCCESS' and d.enrollment_id <> ${enrollmentId}
            and d.assign_at > ${asked}::timestamptz then d.enrollment_id
          when d.wanted_enrollment_id is distinct from ${enrollmentId} or g.status = 'THROTTLED'
            or (g.status = 'SUCCESS' and ${outdated}) then d.wanted_enrollment_id end,
        profile_uuid = case when g.status = 'SUCCESS' then ${uuid} else d.profile_uuid end,
        profile_status = case when g.status = 'SUCCESS' then 'assigned' else d.profile_status end,
        profile_assign_time = case when g.status = 'SUCCESS' then ${now} else d.profile_assign_time end,
        profile_push_time = case when g.status = 'SUCCESS' then null else d.profile_push_time end,
        enrollment_id = case when g.status = 'SUCCESS' then ${enrollmentId} else d.enrollment_id end,
        updated_at = ${now}
      from old join given g on g.serial_number = old.serial_number where d.id = old.id
      returning d.*
    ), compared as (
      select w.id, w.serial_number, ${told(db, "old")} as before, ${told(db, "w")} as after
      from written w join old on old.id = w.id
    )
    select id, serial_number, before, after, true as eventful from compared where before <> after
    order by serial_number`;
}

/** Notes that the organization gave devices up. */
export const markDisowned = (db: Db, virtualServerId: number, serials: readonly string[], now: Date): Statement =>
  db`
    update dep_devices set disowned_at = ${now}, wanted_enrollment_id = null, updated_at = ${now}
    where virtual_server_id = ${virtualServerId} and serial_number = any(${[...serials]}) and disowned_at is null`;
