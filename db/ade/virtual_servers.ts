/**
 * Virtual servers: the "MDM servers" of Apple Business Manager and Apple School Manager that devices are assigned to.
 *
 * @module
 */

import { type Db, type Json, json, one } from "../open.ts";
import type { TokenHealth } from "./tokens.ts";

/** A virtual server with its organization, and what is known of its token. */
export type VirtualServerRow = {
  id: number;
  name: string;
  uuid: string;
  organizationId: number;
  organizationName: string;
  organizationIdentifier: string;
  organizationEmail: string;
  organizationType: string;
  adminId: string;
  tokenId: number | null;
  tokenExpiry: Date | null;
  health: TokenHealth | null;
  healthDetail: string | null;
  healthAt: Date | null;
  fullSyncAt: Date | null;
  lastSyncedAt: Date | null;
  syncKind: "full" | "delta" | null;
  defaultEnrollmentId: number | null;
  defaultEnrollmentName: string | null;
  /** Devices that are assigned to it. */
  devices: number;
  createdAt: Date;
  updatedAt: Date;
};

const selection = (db: Db) =>
  db`v.id, v.name, v.uuid, v.organization_id, o.name as organization_name, o.identifier as organization_identifier,
    o.email as organization_email, o.type as organization_type, o.admin_id, v.token_id,
    t.access_token_expiry as token_expiry, t.health, t.health_detail, t.health_at, t.full_sync_at, t.last_synced_at,
    t.sync_kind, v.default_enrollment_id, e.name as default_enrollment_name,
    (select count(*)::int from dep_devices d where d.virtual_server_id = v.id and d.last_op_type <> 'deleted'
      and d.disowned_at is null) as devices,
    v.created_at, v.updated_at
  from dep_virtual_servers v join dep_organizations o on o.id = v.organization_id
    left join dep_tokens t on t.id = v.token_id left join dep_enrollments e on e.id = v.default_enrollment_id`;

/** Returns a page by name, and the total number. */
export async function listVirtualServers(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: VirtualServerRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where v.name = ${page.name}`;
  const rows = await db<VirtualServerRow[]>`
    select ${selection(db)} ${where} order by v.name, v.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from dep_virtual_servers v ${where}`,
  );
  return { rows: [...rows], count };
}

/** Returns one virtual server. */
export async function findVirtualServer(db: Db, id: number): Promise<VirtualServerRow | undefined> {
  const [row] = await db<VirtualServerRow[]>`select ${selection(db)} where v.id = ${id}`;
  return row;
}

/** Returns the virtual server of a token. */
export async function findVirtualServerOfToken(db: Db, tokenId: number): Promise<VirtualServerRow | undefined> {
  const [row] = await db<VirtualServerRow[]>`select ${selection(db)} where v.token_id = ${tokenId}`;
  return row;
}

/** Returns id and token of the virtual server with Apple's UUID, locked for the transaction. */
export async function lockVirtualServerByUuid(
  db: Db,
  uuid: string,
): Promise<{ id: number; tokenId: number | null } | undefined> {
  const [row] = await db<{ id: number; tokenId: number | null }[]>`
    select id, token_id from dep_virtual_servers where uuid = ${uuid} for update`;
  return row;
}

/** Locks one for the transaction. Returns whether it exists. */
export async function lockVirtualServer(db: Db, id: number): Promise<boolean> {
  const rows = await db`select 1 from dep_virtual_servers where id = ${id} for update`;
  return rows.length > 0;
}

/** Creates the virtual server with this UUID, or brings it up to date. Returns its id. */
export async function upsertVirtualServer(
  db: Db,
  row: { name: string; uuid: string; organizationId: number; tokenId: number; account: Json },
  now: Date,
): Promise<number> {
  return one(
    await db<{ id: number }[]>`
      insert into dep_virtual_servers (name, uuid, organization_id, token_id, account, created_at, updated_at)
      values (${row.name}, ${row.uuid}, ${row.organizationId}, ${row.tokenId}, ${json(db, row.account)}, ${now}, ${now})
      on conflict (uuid) do update set name = excluded.name, organization_id = excluded.organization_id,
        token_id = excluded.token_id, account = excluded.account, updated_at = excluded.updated_at
      returning id`,
  ).id;
}

/** Brings what Apple's account details say of a virtual server up to date. */
export async function updateAccount(
  db: Db,
  row: { name: string; uuid: string; organizationId: number; account: Json },
  now: Date,
): Promise<void> {
  await db`
    update dep_virtual_servers set name = ${row.name}, organization_id = ${row.organizationId},
      account = ${json(db, row.account)}, updated_at = ${now}
    where uuid = ${row.uuid} and (name <> ${row.name} or organization_id <> ${row.organizationId}
      or account <> ${json(db, row.account)})`;
}

/** Returns what Apple's account details said about limits. */
export async function findAccountLimits(db: Db, id: number): Promise<Json> {
  const [row] = await db<{ account: Json }[]>`select account from dep_virtual_servers where id = ${id}`;
  return row?.account ?? {};
}

/** Sets the enrollment that devices without one get; null for none. */
export async function updateDefaultEnrollment(
  db: Db,
  id: number,
  enrollmentId: number | null,
  now: Date,
): Promise<void> {
  await db`update dep_virtual_servers set default_enrollment_id = ${enrollmentId}, updated_at = ${now} where id = ${id}`;
}

/** Returns the enrollments of a virtual server, by name. */
export async function listEnrollmentsOfServer(db: Db, id: number): Promise<{ id: number; name: string }[]> {
  return await db<{ id: number; name: string }[]>`
    select id, name from dep_enrollments where virtual_server_id = ${id} order by name, id`;
}

/** A virtual server whose token is looked after. */
export type ServerInCare = {
  id: number;
  name: string;
  tokenId: number;
  tokenExpiry: Date;
  health: TokenHealth;
  healthDetail: string;
  lastSyncedAt: Date | null;
};

/** Returns the virtual servers that have a token, by name. */
export async function listServersInCare(db: Db): Promise<ServerInCare[]> {
  return await db<ServerInCare[]>`
    select v.id, v.name, t.id as token_id, t.access_token_expiry as token_expiry, t.health, t.health_detail,
      t.last_synced_at
    from dep_virtual_servers v join dep_tokens t on t.id = v.token_id where t.consumer_key is not null
    order by v.name, v.id`;
}

/** Returns all virtual servers, for choices; by name. */
export async function listServerChoices(db: Db): Promise<{ id: number; name: string }[]> {
  return await db<{ id: number; name: string }[]>`select id, name from dep_virtual_servers order by name, id limit 500`;
}

/** Returns the enrollments of all virtual servers, for choices; by name. */
export async function listEnrollmentChoices(
  db: Db,
): Promise<{ id: number; name: string; virtualServerId: number; virtualServerName: string }[]> {
  return await db<{ id: number; name: string; virtualServerId: number; virtualServerName: string }[]>`
    select e.id, e.name, v.id as virtual_server_id, v.name as virtual_server_name
    from dep_enrollments e join dep_virtual_servers v on v.id = e.virtual_server_id
    order by e.name, e.id limit 1000`;
}
