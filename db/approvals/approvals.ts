/**
 * Requests for sensitive actions, and the decisions about them.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import type { DeviceId } from "../ids.ts";
import { type Db, one } from "../open.ts";

/** The kinds of actions that may need a reason or a second person. */
export const APPROVAL_KINDS = ["destructive_commands", "reveals"] as const;

/** One of them. */
export type ApprovalKind = typeof APPROVAL_KINDS[number];

/** The states of a request. */
export const APPROVAL_STATES = ["waiting", "approved", "declined", "expired", "used", "failed"] as const;

/** What is asked for: a command, a secret to be shown, or the end of a device's management. */
export type ApprovalAction = "command" | "reveal" | "block" | "delete" | "bulk command";

/** A request as it is stored. */
export type ApprovalValues = {
  id: string;
  kind: ApprovalKind;
  action: ApprovalAction;
  name: string;
  /** Each of them is needed. */
  permissions: readonly string[];
  commands: readonly string[];
  deviceId: DeviceId | null;
  bulkCommandId: string | null;
  argumentsSealed: string | null;
  reason: string;
  requesterId: number | null;
  requesterName: string;
  expiresAt: Date;
};

/** A request with what became of it. */
export type ApprovalRow = ApprovalValues & {
  state: typeof APPROVAL_STATES[number];
  serialNumber: string | null;
  deviceName: string | null;
  decidedById: number | null;
  decidedByName: string | null;
  decidedAt: Date | null;
  usableUntil: Date | null;
  outcome: string;
  createdAt: Date;
  updatedAt: Date;
};

/** The permissions that a request `a` needs. */
const neededFor = (db: Db) => db`array[a.permission] || a.further_permissions`;

/** What the time has ended counts as expired before the housekeeping has seen it. */
const select = (db: Db, now: Date) =>
  db`
    select a.id, case when a.state = 'waiting' and a.expires_at <= ${now} then 'expired' else a.state end as state, a.kind,
      a.action, a.name, ${
    neededFor(db)
  } as permissions, a.commands, a.device_id, a.bulk_command_id, a.arguments_sealed, a.reason,
      a.requester_id, a.requester_name, a.decided_by_id, a.decided_by_name, a.decided_at, a.usable_until, a.outcome,
      a.expires_at, a.created_at, a.updated_at, d.serial_number, e.name as device_name
    from approvals a left join devices d on d.id = a.device_id left join enrollments e on e.id = d.enrollment_id`;

/** Adds a request that waits. */
export async function insertApproval(db: Db, values: ApprovalValues, now: Date): Promise<void> {
  const { permissions: [permission = "", ...furtherPermissions], ...plain } = values;
  await db`insert into approvals ${
    db({
      ...plain,
      permission,
      furtherPermissions,
      commands: [...values.commands],
      state: "waiting",
      createdAt: now,
      updatedAt: now,
    })
  }`;
}

/** Returns one request. */
export async function findApproval(db: Db, id: string, now: Date): Promise<ApprovalRow | undefined> {
  const [row] = await db<ApprovalRow[]>`${select(db, now)} where a.id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockApproval(db: Db, id: string, now: Date): Promise<ApprovalRow | undefined> {
  await db`select 1 from approvals where id = ${id} for update`;
  return await findApproval(db, id, now);
}

/** Returns the requests of somebody for the same action on the same device that wait, or are approved and can be used. */
export async function findOpenApprovals(
  db: Db,
  { requesterId, action, name, deviceId, reason }: Pick<
    ApprovalValues,
    "requesterId" | "action" | "name" | "deviceId" | "reason"
  >,
  now: Date,
): Promise<ApprovalRow[]> {
  return [
    ...await db<ApprovalRow[]>`
      ${select(db, now)} where a.requester_id = ${requesterId} and a.action = ${action} and a.name = ${name}
        and a.device_id is not distinct from ${deviceId}::int and a.reason = ${reason}
        and (a.state = 'waiting' and a.expires_at > ${now} or a.state = 'approved' and a.usable_until > ${now})
      order by a.created_at, a.id`,
  ];
}

/** Ends the wait of a request: its arguments are no longer kept, unless it can be used. */
export async function closeApproval(
  db: Db,
  id: string,
  end: Pick<ApprovalRow, "state" | "outcome" | "decidedById" | "decidedByName" | "usableUntil">,
  now: Date,
): Promise<void> {
  await db`
    update approvals set state = ${end.state}, outcome = ${end.outcome}, decided_by_id = ${end.decidedById},
      decided_by_name = ${end.decidedByName}, decided_at = ${now}, usable_until = ${end.usableUntil},
      arguments_sealed = case when ${end.usableUntil !== null} then arguments_sealed end, updated_at = ${now}
    where id = ${id}`;
}

/** Uses an approved request. Returns false if another call has used it. */
export async function useApproval(db: Db, id: string, now: Date): Promise<boolean> {
  const { count } = await db`
    update approvals set state = 'used', arguments_sealed = null, updated_at = ${now}
    where id = ${id} and state = 'approved' and usable_until > ${now}`;
  return count > 0;
}

/** A right that somebody holds: for these commands, null for all, and on which devices. */
export type HeldRight = { permission: string; commands: readonly string[] | null; only: DeviceLimit | undefined };

/** Whether a limit covers what the request `a` is for: its device `d`, or each device of the command that waits. */
const covered = (db: Db, only: DeviceLimit) =>
  db`(d.id is not null and ${within(db, only)}
    or a.bulk_command_id is not null and a.state = 'waiting' and not exists (
      select 1 from bulk_command_targets t join devices d on d.id = t.device_id
      where t.bulk_command_id = a.bulk_command_id and not ${within(db, only)}))`;

/** Whether a person sees the request `a`: their own, or one that needs rights which they hold on its device `d`. */
const seenBy = (db: Db, userId: number, rights: readonly HeldRight[] | "all") =>
  rights === "all" ? db`true` : db`(a.requester_id = ${userId} or not exists (
    select 1 from unnest(${neededFor(db)}) needed where not (${
    rights.reduce(
      (any, { permission, commands, only }) => {
        const sent = commands === null ? db`` : db`and a.commands <@ ${[...commands]}::text[]`;
        return db`${any} or needed = ${permission} ${sent} ${only === undefined ? db`` : db`and ${covered(db, only)}`}`;
      },
      db`false`,
    )
  })))`;

/** Returns a page of the requests that a person sees, the newest first, and the total number. */
export async function listApprovals(
  db: Db,
  { userId, rights, state, limit, offset }: {
    userId: number;
    rights: readonly HeldRight[] | "all";
    state?: ApprovalRow["state"] | undefined;
    limit: number;
    offset: number;
  },
  now: Date,
): Promise<{ rows: ApprovalRow[]; count: number }> {
  const where = db`where ${seenBy(db, userId, rights)} ${
    state === undefined
      ? db``
      : state === "waiting"
      ? db`and a.state = 'waiting' and a.expires_at > ${now}`
      : state === "expired"
      ? db`and (a.state = 'expired' or a.state = 'waiting' and a.expires_at <= ${now})`
      : db`and a.state = ${state}`
  }`;
  const rows = await db<ApprovalRow[]>`
    ${select(db, now)} ${where} order by a.created_at desc, a.id desc limit ${limit} offset ${offset}`;
  const { count } = one(
    await db<{ count: number }[]>`
      select count(*)::int as count from approvals a left join devices d on d.id = a.device_id ${where}`,
  );
  return { rows: [...rows], count };
}

/** Returns how many requests of others wait that a person sees. */
export async function countWaiting(
  db: Db,
  userId: number,
  rights: readonly HeldRight[] | "all",
  now: Date,
): Promise<number> {
  return one(
    await db<{ count: number }[]>`
      select count(*)::int as count from approvals a left join devices d on d.id = a.device_id
      where a.state = 'waiting' and a.expires_at > ${now} and a.requester_id is distinct from ${userId}
        and ${seenBy(db, userId, rights)}`,
  ).count;
}

/** Ends requests whose time is over, and returns them; at most `limit`. */
export async function expireApprovals(db: Db, limit: number, now: Date): Promise<ApprovalRow[]> {
  const rows = await db<{ id: string }[]>`
    update approvals set state = 'expired', arguments_sealed = null, updated_at = ${now}
    where id in (select id from approvals where state = 'waiting' and expires_at <= ${now}
      order by expires_at, id limit ${limit} for update skip locked)
    returning id`;
  const ids = rows.map(({ id }) => id);
  return [...await db<ApprovalRow[]>`${select(db, now)} where a.id = any(${ids}::uuid[]) order by a.expires_at, a.id`];
}

/** Deletes the requests that ended before a time. */
export async function deleteOldApprovals(db: Db, before: Date): Promise<number> {
  return (await db`delete from approvals where state <> 'waiting' and updated_at < ${before}`).count;
}
