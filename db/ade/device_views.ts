/**
 * The devices of virtual servers, as the API and the pages list them.
 *
 * @module
 */

import { type Db, one } from "../open.ts";
import { depDeviceColumns, type DepDeviceRow } from "./devices.ts";
import { setupCandidates, setupColumns, type SetupFacts, setupJoin, type SetupStep } from "./setup_views.ts";

/** The columns that lists may be ordered by. */
export const DEP_DEVICE_ORDERINGS = ["created_at", "last_op_date", "updated_at"] as const;

/** Which devices a list has. Texts are compared exactly, the search finds parts of serial numbers. */
export type DepDeviceFilters = {
  deviceFamily?: string;
  enrollment?: number;
  profileStatus?: string;
  profileUuid?: string;
  serialNumber?: string;
  virtualServer?: number;
  lastOpType?: string;
  setupStep?: SetupStep;
  /** Part of a serial number. */
  search?: string;
  /** Without those that were deleted or disowned. */
  present?: boolean;
};

/** How a list is ordered. */
export type DepDeviceOrder = { column: (typeof DEP_DEVICE_ORDERINGS)[number]; descending: boolean };

const where = (db: Db, f: DepDeviceFilters) =>
  db`where true
    ${f.deviceFamily === undefined ? db`` : db`and d.device_family = ${f.deviceFamily}`}
    ${f.enrollment === undefined ? db`` : db`and d.enrollment_id = ${f.enrollment}`}
    ${f.profileStatus === undefined ? db`` : db`and d.profile_status = ${f.profileStatus}`}
    ${f.profileUuid === undefined ? db`` : db`and d.profile_uuid = ${f.profileUuid}`}
    ${f.serialNumber === undefined ? db`` : db`and lower(d.serial_number) = lower(${f.serialNumber})`}
    ${f.virtualServer === undefined ? db`` : db`and d.virtual_server_id = ${f.virtualServer}`}
    ${f.lastOpType === undefined ? db`` : db`and d.last_op_type = ${f.lastOpType}`}
    ${f.setupStep === undefined ? db`` : db`and s.setup_step = ${f.setupStep} and ${setupCandidates(db, f.setupStep)}`}
    ${f.search === undefined ? db`` : db`and position(lower(${f.search}) in lower(d.serial_number)) > 0`}
    ${f.present === true ? db`and d.last_op_type <> 'deleted' and d.disowned_at is null` : db``}`;

/** Returns how many devices match. Their steps are found only if they decide. */
async function countDevices(db: Db, filters: DepDeviceFilters): Promise<number> {
  const steps = filters.setupStep === undefined ? db`` : setupJoin(db);
  return one(
    await db<{ count: number }[]>`select count(*)::int as count from dep_devices d ${steps} ${where(db, filters)}`,
  ).count;
}

/** A device with its step. */
export type DepDeviceStep = DepDeviceRow & SetupFacts;

type Statement = ReturnType<typeof where>;

/**
 * Returns the devices `d` of a page, and the rest of a statement that joins more to them. The page comes first, so that
 * steps are found for its devices alone, however far it is from the beginning; unless they decide which devices those are.
 */
function paged(
  db: Db,
  filters: DepDeviceFilters,
  { order, limit, offset }: { order: Statement; limit: number; offset: number },
): { from: Statement; rest: Statement } {
  const page = db`${where(db, filters)} order by ${order} limit ${limit} offset ${offset}`;
  return filters.setupStep === undefined
    ? { from: db`(select d.* from dep_devices d ${page}) d`, rest: db`order by ${order}` }
    : { from: db`dep_devices d`, rest: page };
}

const stepped = (db: Db, from: Statement) =>
  db`select ${depDeviceColumns(db)}, ${setupColumns(db)} from ${from} ${setupJoin(db)}`;

/** Returns a page of devices, and the total number. */
export async function listDepDevices(
  db: Db,
  query: DepDeviceFilters & { ordering: DepDeviceOrder; limit: number; offset: number },
): Promise<{ rows: DepDeviceStep[]; count: number }> {
  const { column, descending } = query.ordering;
  const direction = descending ? db`desc` : db`asc`;
  const order = db`d.${db(column)} ${direction}, d.id ${direction}`;
  const { from, rest } = paged(db, query, { ...query, order });
  const rows = await db<DepDeviceStep[]>`${stepped(db, from)} ${rest}`;
  return { rows: [...rows], count: await countDevices(db, query) };
}

/** Returns one device. */
export async function findDepDevice(db: Db, id: number): Promise<DepDeviceStep | undefined> {
  const [row] = await db<DepDeviceStep[]>`${stepped(db, db`dep_devices d`)} where d.id = ${id}`;
  return row;
}

/** Returns the devices of some ids, by serial number. */
export async function findDepDevices(db: Db, ids: readonly number[]): Promise<DepDeviceRow[]> {
  return await db<DepDeviceRow[]>`
    select ${depDeviceColumns(db)} from dep_devices d where d.id = any(${[...ids]}) order by d.serial_number, d.id`;
}

/** A device with the names of what it has to do with. */
export type DepDeviceView = DepDeviceStep & {
  virtualServerName: string;
  enrollmentName: string | null;
  wantedEnrollmentName: string | null;
};

const named = (db: Db, from: Statement) =>
  db`select ${depDeviceColumns(db)}, ${
    setupColumns(db)
  }, v.name as virtual_server_name, e.name as enrollment_name, w.name as wanted_enrollment_name
    from ${from} join dep_virtual_servers v on v.id = d.virtual_server_id
      left join dep_enrollments e on e.id = d.enrollment_id left join dep_enrollments w on w.id = d.wanted_enrollment_id
      ${setupJoin(db)}`;

/** Returns a page of devices with names, the latest changes first, and the total number. */
export async function searchDepDevices(
  db: Db,
  query: DepDeviceFilters & { limit: number; offset: number },
): Promise<{ rows: DepDeviceView[]; count: number }> {
  const { from, rest } = paged(db, query, { ...query, order: db`d.updated_at desc, d.id desc` });
  const rows = await db<DepDeviceView[]>`${named(db, from)} ${rest}`;
  return { rows: [...rows], count: await countDevices(db, query) };
}

/** Returns the rows of a serial number at every virtual server, those that are assigned first. */
export async function depDevicesOfSerialNumber(db: Db, serialNumber: string): Promise<DepDeviceView[]> {
  return await db<DepDeviceView[]>`
    ${named(db, db`dep_devices d`)} where lower(d.serial_number) = lower(${serialNumber})
    order by d.last_op_type = 'deleted' or d.disowned_at is not null, d.last_op_date desc nulls last, d.id desc`;
}

/** Returns the families that devices have, for filters. */
export async function listDeviceFamilies(db: Db): Promise<string[]> {
  const rows = await db<{ deviceFamily: string }[]>`
    select distinct device_family from dep_devices where device_family <> '' order by device_family limit 50`;
  return rows.map(({ deviceFamily }) => deviceFamily);
}
