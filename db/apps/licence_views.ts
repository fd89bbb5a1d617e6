/**
 * Reading the ledger of licences: what holders have, what is due, and what nobody needs any more.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Who can hold a licence: a device by its serial number, or a user by Apple's clientUserId. */
export type HolderKind = "device" | "user";

/** A licence of somebody, as it is wanted or given back. */
export type NewReservation = { locationAssetId: number; kind: HolderKind; holder: string };

/** A licence of one holder. */
export type LicenceRow = {
  id: number;
  locationAssetId: number;
  holderKind: HolderKind;
  holder: string;
  assigned: boolean;
  assignedAt: Date | null;
  wanted: "associate" | "disassociate" | null;
  origin: "device" | "operator" | null;
  wantedAt: Date | null;
  dueAt: Date | null;
  requestId: string | null;
  tries: number;
  committedAt: Date | null;
  errorNumber: number | null;
  error: string;
};

const columns = (db: Db) =>
  db`l.id, l.location_asset_id, l.holder_kind, l.holder, l.assigned, l.assigned_at, l.wanted, l.origin, l.wanted_at,
    l.due_at, l.request_id, l.tries, l.committed_at, l.error_number, l.error`;

/** Returns the licences of a holder, of all assets or of some; by asset. */
export async function findLicences(
  db: Db,
  { kind, holder, locationAssetIds }: { kind: HolderKind; holder: string; locationAssetIds?: readonly number[] },
): Promise<LicenceRow[]> {
  return await db<LicenceRow[]>`
    select ${columns(db)} from licences l where l.holder_kind = ${kind} and l.holder = ${holder}
      ${locationAssetIds === undefined ? db`` : db`and l.location_asset_id = any(${[...locationAssetIds]}::int[])`}
    order by l.location_asset_id limit 10000`;
}

/**
 * Returns the number of licences of an asset that are known to be assigned, and whether any was given or taken back since its
 * holders were compared.
 */
export async function assignedSince(
  db: Db,
  locationAssetId: number,
): Promise<{ count: number; moved: boolean }> {
  const [row] = await db<{ count: number; moved: boolean }[]>`
    select count(*) filter (where p.assigned)::int as count,
      coalesce(bool_or(p.assigned_at >= coalesce(x.holders_compared_at, '-infinity')), false) as moved
    from licences p join location_assets x on x.id = p.location_asset_id where x.id = ${locationAssetId}`;
  return row ?? { count: 0, moved: false };
}

/** A group of licences that one request can be about. */
export type DueGroup = {
  locationAssetId: number;
  adamId: string;
  pricingParam: string;
  wanted: "associate" | "disassociate";
  kind: HolderKind;
  /** Licences that are left when all requests on their way succeed. */
  available: number;
  gone: boolean;
};

/** Returns the groups of a location that have something due: what is given back first. */
export async function dueGroups(db: Db, locationId: number, now: Date): Promise<DueGroup[]> {
  return await db<DueGroup[]>`
    select x.id as location_asset_id, a.adam_id, a.pricing_param, p.wanted, p.holder_kind as kind,
      x.available_count - (select count(*)::int from licences f where f.location_asset_id = x.id
        and f.request_id is not null and not f.assigned) as available, x.gone_at is not null as gone
    from licences p join location_assets x on x.id = p.location_asset_id join store_assets a on a.id = x.asset_id
    where x.location_id = ${locationId} and p.wanted is not null and p.due_at <= ${now} and p.request_id is null
    group by x.id, a.id, p.wanted, p.holder_kind
    order by p.wanted desc, min(p.due_at), x.id, p.holder_kind`;
}

/** Returns the holders of a request that have not ended. */
export async function holdersOfRequest(db: Db, requestId: string): Promise<{ kind: HolderKind; holder: string }[]> {
  return await db<{ kind: HolderKind; holder: string }[]>`
    select holder_kind as kind, holder from licences where request_id = ${requestId} order by holder_kind, holder`;
}

/** Whether a location has anything due: licences, or events that have to be asked for. */
export async function hasDueWork(db: Db, locationId: number, now: Date): Promise<boolean> {
  const [row] = await db<{ due: boolean }[]>`
    select exists (
      select 1 from licences p join location_assets x on x.id = p.location_asset_id
      where x.location_id = ${locationId} and p.wanted is not null and p.due_at <= ${now} and p.request_id is null)
      or exists (select 1 from content_requests where location_id = ${locationId} and ended_at is null
        and poll_at <= ${now})
      or exists (select 1 from content_users where location_id = ${locationId} and state in ('new', 'asked')
        and due_at <= ${now}) as due`;
  return row?.due ?? false;
}

/**
 * Returns licences that the state of a device wanted, and whose device is not enrolled any more since before a time, or blocked;
 * and those that a person wanted, of devices that were deleted. The licences of people are needed by the channels of their devices.
 */
export async function abandonedLicences(db: Db, before: Date, limit: number): Promise<NewReservation[]> {
  return await db<NewReservation[]>`
    select p.location_asset_id, p.holder_kind as kind, p.holder from licences p
    where p.origin is not null and p.wanted is distinct from 'disassociate' and (p.assigned or p.wanted = 'associate')
      and case when p.holder_kind = 'user' then p.origin = 'device' and not exists (
        select 1 from licence_needs n join channels c on c.id = n.channel_id join enrollments e on e.id = c.enrollment_id
          join devices d on d.id = e.device_id
        where n.location_asset_id = p.location_asset_id and n.holder_kind = 'user' and n.holder = p.holder
          and (e.ended_at is null or e.ended_at > ${before}) and (d.blocked_at is null or d.blocked_at > ${before}))
      else exists (select 1 from devices d where d.serial_number = p.holder)
      and not exists (
        select 1 from devices d join enrollments e on e.id = d.enrollment_id
        where d.serial_number = p.holder and case when p.origin = 'operator' then d.deleted_at is null
          else d.deleted_at is null and (e.ended_at is null or e.ended_at > ${before})
            and (d.blocked_at is null or d.blocked_at > ${before})
            -- What unconfirmed hardware had before is nobody's, unless it needs it.
            and (e.hardware_proven or e.created_at > ${before} or exists (
              select 1 from licence_needs n join channels c on c.id = n.channel_id where c.enrollment_id = e.id
                and n.location_asset_id = p.location_asset_id and n.holder_kind = 'device' and n.holder = p.holder)) end) end
    order by p.id limit ${limit}`;
}
