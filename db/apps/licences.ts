/**
 * The ledger of licences: what Apple has assigned to whom, and what this server wants. `licence_views.ts` reads it.
 *
 * @module
 */

import { type Db, type Json, json } from "../open.ts";
import type { DueGroup, HolderKind, NewReservation } from "./licence_views.ts";

/** A holder whose licence Apple has assigned or taken back. */
export type HolderChange = {
  locationAssetId: number;
  adamId: string;
  pricingParam: string;
  kind: HolderKind;
  holder: string;
};

/**
 * Applies a page of assignments: their holders have licences. One that was taken back after Apple was asked stays so: the
 * page is older. Returns those that are news, and how many are of assets that the location does not have.
 */
export async function applyAssignments(
  db: Db,
  { locationId, assignments, generation, asked }: {
    locationId: number;
    /** Rows of adam_id, pricing_param, kind and holder. */
    assignments: Json;
    generation: number;
    asked: Date;
  },
  now: Date,
): Promise<HolderChange[]> {
  return await db<HolderChange[]>`
    with given as (
      select distinct l.id as location_asset_id, g.kind, g.holder, g.adam_id, g.pricing_param
      from jsonb_to_recordset(${json(db, assignments)}) as g(adam_id text, pricing_param text, kind text, holder text)
        join store_assets a on a.adam_id = g.adam_id and a.pricing_param = g.pricing_param
        join location_assets l on l.asset_id = a.id and l.location_id = ${locationId}
    ), known as materialized (
      -- One probe of the index for each: statistics may know nothing of the table yet.
      select g.location_asset_id, g.kind, g.holder, g.adam_id, g.pricing_param, coalesce((select p.assigned from licences p
        where p.location_asset_id = g.location_asset_id and p.holder_kind = g.kind and p.holder = g.holder), false) as had
      from given g
    ), written as (
      insert into licences as p (location_asset_id, holder_kind, holder, assigned, assigned_at, generation, created_at,
        updated_at)
      select location_asset_id, kind, holder, true, ${now}, ${generation}, ${now}, ${now} from given
      order by location_asset_id, kind, holder
      on conflict (location_asset_id, holder_kind, holder) do update set
        generation = greatest(p.generation, ${generation}),
        assigned = p.assigned or p.assigned_at is null or p.assigned_at <= ${asked},
        assigned_at = case when not p.assigned and (p.assigned_at is null or p.assigned_at <= ${asked}) then ${now}
          else p.assigned_at end,
        wanted = case when p.wanted = 'associate' and (p.assigned or p.assigned_at is null or p.assigned_at <= ${asked})
          then null else p.wanted end,
        request_id = case when p.wanted = 'associate' then null else p.request_id end,
        due_at = case when p.wanted = 'associate' then null else p.due_at end,
        error = case when p.wanted = 'associate' then '' else p.error end,
        error_number = case when p.wanted = 'associate' then null else p.error_number end,
        updated_at = case when not p.assigned then ${now} else p.updated_at end
      returning p.location_asset_id, p.holder_kind, p.holder, p.assigned
    )
    select k.location_asset_id, k.adam_id, k.pricing_param, k.kind, k.holder
    from known k where not k.had and exists (select 1 from written w where w.assigned
      and w.location_asset_id = k.location_asset_id and w.holder_kind = k.kind and w.holder = k.holder)
    order by k.location_asset_id, k.kind, k.holder`;
}

const changeOf = (db: Db) =>
  db`w.location_asset_id, a.adam_id, a.pricing_param, w.holder_kind as kind, w.holder
    from w join location_assets x on x.id = w.location_asset_id join store_assets a on a.id = x.asset_id
    order by w.location_asset_id, w.holder_kind, w.holder`;

/** What a licence becomes that Apple has taken back: nobody wants it back by itself. */
const taken = (db: Db, now: Date) =>
  db`assigned = false, assigned_at = ${now}, committed_at = null,
    request_id = case when p.wanted = 'disassociate' then null else p.request_id end,
    due_at = case when p.wanted = 'disassociate' then null else p.due_at end,
    origin = case when p.wanted = 'associate' then p.origin end,
    wanted = case when p.wanted = 'associate' then p.wanted end, error = '', error_number = null, updated_at = ${now}`;

/** Takes licences back that a list of all assignments did not have. Returns their holders. */
export async function takeUnlisted(
  db: Db,
  { locationId, generation, asked, limit }: { locationId: number; generation: number; asked: Date; limit: number },
  now: Date,
): Promise<HolderChange[]> {
  return await db<HolderChange[]>`
    with gone as (
      select p.id from licences p join location_assets x on x.id = p.location_asset_id
      where x.location_id = ${locationId} and p.assigned and p.generation < ${generation} and p.assigned_at <= ${asked}
      order by p.id limit ${limit} for update of p
    ), w as (
      update licences p set ${taken(db, now)} from gone where p.id = gone.id
      returning p.location_asset_id, p.holder_kind, p.holder
    )
    select ${changeOf(db)}`;
}

/** Takes licences of an asset back that none of its present holders has. Returns their holders. */
export async function takeFromOthers(
  db: Db,
  { locationAssetId, holders, asked }: {
    locationAssetId: number;
    holders: readonly { kind: HolderKind; holder: string }[];
    asked: Date;
  },
  now: Date,
): Promise<HolderChange[]> {
  return await db<HolderChange[]>`
    with gone as (
      select p.id from licences p
      where p.location_asset_id = ${locationAssetId} and p.assigned and p.assigned_at <= ${asked}
        and (p.holder_kind, p.holder) not in (select g.kind, g.holder
          from jsonb_to_recordset(${
    json(db, holders.map(({ kind, holder }) => ({ kind, holder })))
  }) as g(kind text, holder text))
      order by p.id for update of p
    ), w as (
      update licences p set ${taken(db, now)} from gone where p.id = gone.id
      returning p.location_asset_id, p.holder_kind, p.holder
    )
    select ${changeOf(db)}`;
}

/** Takes licences of some holders back. Returns those that had one. */
export async function takeFrom(
  db: Db,
  locationAssetId: number,
  holders: readonly { kind: HolderKind; holder: string }[],
  now: Date,
): Promise<HolderChange[]> {
  return await db<HolderChange[]>`
    with gone as (
      select p.id from licences p join jsonb_to_recordset(${json(db, [...holders])}) as g(kind text, holder text)
        on g.kind = p.holder_kind and g.holder = p.holder
      where p.location_asset_id = ${locationAssetId} and p.assigned
      order by p.id for update of p
    ), w as (
      update licences p set ${taken(db, now)} from gone where p.id = gone.id
      returning p.location_asset_id, p.holder_kind, p.holder
    )
    select ${changeOf(db)}`;
}

/** Notes that the holders of an asset were compared. */
export async function noteCompared(db: Db, locationAssetId: number, at: Date): Promise<void> {
  await db`update location_assets set holders_compared_at = ${at} where id = ${locationAssetId}`;
}

/** Deletes rows that say nothing any more. Returns how many. */
export async function deleteIdleLicences(db: Db, before: Date): Promise<number> {
  const { count } = await db`
    delete from licences where not assigned and wanted is null and updated_at < ${before}`;
  return count;
}

/**
 * Wants licences. One that is assigned or wanted already stays as it is, except that an operator's wish counts more than a
 * device's. Returns the assets of those that are new.
 */
export async function wantLicences(
  db: Db,
  licences: readonly NewReservation[],
  origin: "device" | "operator",
  now: Date,
): Promise<number[]> {
  const rows = await db<{ locationAssetId: number }[]>`
    with given as (
      select distinct g.* from jsonb_to_recordset(${
    json(db, licences.map(({ locationAssetId, kind, holder }) => ({ asset: locationAssetId, kind, holder })))
  }) as g(asset integer, kind text, holder text)
    ), written as (
      insert into licences as p (location_asset_id, holder_kind, holder, wanted, origin, wanted_at, due_at, created_at,
        updated_at)
      select asset, kind, holder, 'associate', ${origin}, ${now}, ${now}, ${now}, ${now} from given
      order by asset, kind, holder
      on conflict (location_asset_id, holder_kind, holder) do update set
        -- What Apple was asked for is waited for: it does its events in any order.
        wanted = case when p.assigned and (p.wanted is null or p.request_id is null) then null else 'associate' end,
        due_at = case when p.assigned or p.request_id is not null then null
          when p.wanted = 'associate' then p.due_at else ${now} end,
        origin = case when ${origin} = 'operator' or p.origin is null then ${origin} else p.origin end,
        wanted_at = ${now}, tries = case when p.wanted = 'associate' then p.tries else 0 end, updated_at = ${now}
      -- One that is assigned or wanted already stays as it is: a device asks with each connect.
      where p.wanted = 'disassociate' or not p.assigned and p.wanted is null or p.origin is null
        or ${origin} = 'operator' and p.origin <> 'operator'
      returning p.location_asset_id, p.wanted, p.due_at
    )
    select distinct location_asset_id from written where wanted = 'associate' and due_at is not null
    order by location_asset_id`;
  return rows.map(({ locationAssetId }) => locationAssetId);
}

/**
 * Wants licences to be given back. One that was only wanted, and that Apple was not asked for, is wanted no more at once.
 * Returns the assets of those that Apple has to be asked about.
 */
export async function unwantLicences(
  db: Db,
  licences: readonly NewReservation[],
  now: Date,
): Promise<number[]> {
  const rows = await db<{ locationAssetId: number; wanted: string | null }[]>`
    with given as (
      select distinct g.* from jsonb_to_recordset(${
    json(db, licences.map(({ locationAssetId, kind, holder }) => ({ asset: locationAssetId, kind, holder })))
  }) as g(asset integer, kind text, holder text)
    ), found as (
      select p.id from licences p join given g on g.asset = p.location_asset_id and g.kind = p.holder_kind
        and g.holder = p.holder
      where p.wanted is distinct from 'disassociate' and (p.assigned or p.wanted is not null)
      order by p.id for update of p
    )
    update licences p set
      wanted = case when p.assigned or p.request_id is not null then 'disassociate' end,
      -- What Apple was asked for before is waited for.
      due_at = case when p.request_id is not null then null when p.assigned then ${now}::timestamptz end,
      wanted_at = ${now}, tries = 0, committed_at = null, error = '', error_number = null,
      origin = case when p.assigned or p.request_id is not null then p.origin end, updated_at = ${now}
    from found where p.id = found.id
    returning p.location_asset_id, p.wanted`;
  return [...new Set(rows.flatMap((row) => row.wanted === null ? [] : [row.locationAssetId]))].sort((a, b) => a - b);
}

/** Notes that an app is installed that uses a licence. Returns whether that is news. */
export async function commitLicences(db: Db, licences: readonly NewReservation[], now: Date): Promise<number> {
  const { count } = await db`
    update licences p set committed_at = ${now}, updated_at = ${now}
    from jsonb_to_recordset(${
    json(db, licences.map(({ locationAssetId, kind, holder }) => ({ asset: locationAssetId, kind, holder })))
  }) as g(asset integer, kind text, holder text)
    where g.asset = p.location_asset_id and g.kind = p.holder_kind and g.holder = p.holder and p.committed_at is null
      and p.assigned`;
  return count;
}

/** Takes due licences of a group for a request, the longest wanted first. Returns their holders. */
export async function takeDue(
  db: Db,
  group: Pick<DueGroup, "locationAssetId" | "wanted" | "kind">,
  { requestId, limit }: { requestId: string; limit: number },
  now: Date,
): Promise<string[]> {
  const rows = await db<{ holder: string }[]>`
    with due as (
      select id from licences where location_asset_id = ${group.locationAssetId} and wanted = ${group.wanted}
        and holder_kind = ${group.kind} and due_at <= ${now} and request_id is null
      order by wanted_at, id limit ${limit} for update
    )
    update licences p set request_id = ${requestId}, due_at = null, tries = p.tries + 1, updated_at = ${now}
    from due where p.id = due.id returning p.holder`;
  return rows.map(({ holder }) => holder).sort();
}

/** Lets due licences of a group wait, with the reason. Returns how many. */
export async function postponeDue(
  db: Db,
  group: Pick<DueGroup, "locationAssetId" | "wanted" | "kind">,
  { error, errorNumber, until }: { error: string; errorNumber: number | null; until: Date },
  now: Date,
): Promise<number> {
  const { count } = await db`
    update licences set due_at = ${until}, error = ${error}, error_number = ${errorNumber}, updated_at = ${now}
    where location_asset_id = ${group.locationAssetId} and wanted = ${group.wanted} and holder_kind = ${group.kind}
      and due_at <= ${now} and request_id is null`;
  return count;
}

/**
 * How a licence of a request ended that Apple did not give or take back. It is asked for again at `retryAt`, never if that is
 * null; with `grows`, seconds that double with each try are added.
 */
export type LicenceFailure = { error: string; errorNumber: number | null; retryAt: Date | null; grows?: number };

/** Gives the licences of a request back to the ledger, with how they failed. Only those of some holders, if given. */
export async function failLicences(
  db: Db,
  requestId: string,
  { error, errorNumber, retryAt, grows = 0 }: LicenceFailure,
  holders: readonly string[] | undefined,
  now: Date,
): Promise<HolderChange[]> {
  return await db<HolderChange[]>`
    with w as (
      update licences p set request_id = null, error = ${error}, error_number = ${errorNumber},
        -- A licence that Apple will not take back stays as it is; what is wanted no more needs no other attempt.
        wanted = case when p.wanted = 'associate' and p.assigned or p.wanted = 'disassociate'
          and (not p.assigned or ${retryAt}::timestamptz is null) then null else p.wanted end,
        due_at = case when p.wanted = 'associate' and p.assigned or p.wanted = 'disassociate' and not p.assigned
          then null else ${retryAt}::timestamptz
            + make_interval(secs => ${grows} * power(2, least(greatest(p.tries, 1) - 1, 6))) end,
        updated_at = ${now}
      where request_id = ${requestId} ${holders === undefined ? db`` : db`and p.holder = any(${[...holders]})`}
      returning p.location_asset_id, p.holder_kind, p.holder
    )
    select ${changeOf(db)}`;
}

/**
 * What follows when licences have been assigned or taken back: a request is over for them, and what is wanted now is due.
 */
export async function settleLicences(
  db: Db,
  locationAssetId: number,
  holders: readonly { kind: HolderKind; holder: string }[],
  now: Date,
): Promise<void> {
  await db`
    update licences p set request_id = null, error = '', error_number = null,
      wanted = case when p.wanted = 'associate' and p.assigned or p.wanted = 'disassociate' and not p.assigned then null
        else p.wanted end,
      due_at = case when p.wanted = 'associate' and not p.assigned or p.wanted = 'disassociate' and p.assigned
        then ${now}::timestamptz end,
      updated_at = ${now}
    from jsonb_to_recordset(${json(db, [...holders])}) as g(kind text, holder text)
    where p.location_asset_id = ${locationAssetId} and g.kind = p.holder_kind and g.holder = p.holder`;
}

/**
 * Makes licences due that wait because none was left; those that were asked for less than `fewerTries`. Returns whether there
 * are any.
 */
export async function hurryWaiting(
  db: Db,
  locationAssetId: number,
  { errorNumber, fewerTries = 1_000_000 }: { errorNumber: number; fewerTries?: number },
  now: Date,
): Promise<boolean> {
  const { count } = await db`
    update licences set due_at = ${now} where location_asset_id = ${locationAssetId} and wanted = 'associate'
      and request_id is null and error_number = ${errorNumber} and (due_at is null or due_at > ${now})
      and tries < ${fewerTries}`;
  return count > 0;
}
