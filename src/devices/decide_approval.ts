/**
 * The decision of a second person about a sensitive action. An approved command is queued, and an approved end of
 * management happens, in the transaction of the decision; an approved secret is shown when its requester asks again.
 *
 * @module
 */

import { findUser } from "../../db/access/users.ts";
import { type ApprovalRow, closeApproval, findApproval, lockApproval } from "../../db/approvals/approvals.ts";
import { countUncovered } from "../../db/bulk/bulk_command_views.ts";
import type { DeviceId } from "../../db/ids.ts";
import { nestedSql } from "../../db/nested.ts";
import type { Db, Json, Tx } from "../../db/open.ts";
import { type Actor, mayAll } from "../access/actor.ts";
import { isSendPermission, mayCommand, SEND_COMMANDS } from "../access/command_rights.ts";
import { limitOf, operatorOn } from "../access/device_limit.ts";
import type { Operator } from "../access/operator.ts";
import { isPermission } from "../access/permissions.ts";
import { argumentsContext, recordStep } from "../approvals/gate.ts";
import { declineBulkCommand, startBulkCommand } from "../approvals/bulk_commands.ts";
import { approvalSettings } from "../approvals/settings.ts";
import { Problem, problem, refused } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { queueApproved, setBlock } from "./actions.ts";
import { readAskedCommand } from "./asked_command.ts";
import { markDeviceDeleted } from "./deletion.ts";

/** An approved secret can be seen for this long. */
const USABLE_MS = 15 * 60_000;

/** Whether somebody has the right to what a request is for, on its device. */
const mayDo = ({ permissions, commands }: ApprovalRow) => (actor: Actor): boolean =>
  permissions.every((permission) =>
    isPermission(permission) && mayAll(actor, [permission]) &&
    (!isSendPermission(permission) || commands.every((name) => mayCommand(actor, name, permission)))
  );

const subjectOf = ({ deviceId }: ApprovalRow): { deviceId: DeviceId } | undefined =>
  deviceId === null ? undefined : { deviceId };

/**
 * Returns a request that an operator made or may decide about. Throws `not-found` for others.
 */
export async function readApproval(runtime: Runtime, by: Operator, id: string): Promise<ApprovalRow> {
  const row = await findApproval(runtime.sql, id, runtime.clock.now());
  if (row === undefined) throw problem("not-found");
  if (row.requesterId === by.actor.userId) return row;
  if (!await canDo(runtime.sql, by, row)) throw problem("not-found");
  return row;
}

async function canDo(db: Db, by: Operator, row: ApprovalRow): Promise<boolean> {
  if (row.bulkCommandId !== null) {
    const only = limitOf(by.actor, SEND_COMMANDS, row.commands);
    // For each of its devices.
    return mayDo(row)(by.actor) && (only === undefined || await countUncovered(db, row.bulkCommandId, only) === 0);
  }
  const subject = subjectOf(row);
  try {
    const { actor } = subject === undefined ? by : await operatorOn(db, by, subject, mayDo(row));
    return mayDo(row)(actor);
  } catch (error) {
    if (error instanceof Problem && (error.code === "permission-denied" || error.code === "not-found")) return false;
    throw error;
  }
}

/** Whether an operator may decide about a request; the attack: one person requests and approves, by page and token. */
export async function mayDecide(runtime: Runtime, by: Operator, row: ApprovalRow): Promise<boolean> {
  if (row.state !== "waiting" || row.requesterId === by.actor.userId) return false;
  if (by.actor.isServiceAccount && !(await approvalSettings(runtime.sql)).service_accounts_approve) return false;
  return await canDo(runtime.sql, by, row);
}

const ENDED: Readonly<Record<Exclude<ApprovalRow["state"], "waiting">, string>> = {
  approved: "This request has already been approved.",
  declined: "This request has already been declined.",
  expired: "This request has expired.",
  used: "This request has already been approved and used.",
  failed: "This request has already been approved, and failed.",
};

/** Whether the requester still has the right. */
async function stillMay(tx: Tx, by: Operator, row: ApprovalRow): Promise<boolean> {
  const user = row.requesterId === null ? undefined : await findUser(tx, row.requesterId);
  if (user === undefined || !user.isActive) return false;
  const { id: userId, username, isServiceAccount, isSuperuser, grants } = user;
  return await canDo(tx, { ...by, actor: { userId, username, isServiceAccount, isSuperuser, grants } }, row);
}

/** Does what was asked for. Returns the UUID of the command, or "". */
async function execute(runtime: Runtime, by: Operator, row: ApprovalRow): Promise<string> {
  const { action, deviceId, name, id, argumentsSealed, bulkCommandId } = row;
  if (bulkCommandId !== null) {
    await runtime.sql.begin((tx) => startBulkCommand(tx, runtime, bulkCommandId));
    return bulkCommandId;
  }
  if (deviceId === null) throw new Error(`Cannot execute the approval ${id}: it has no device`);
  switch (action) {
    case "command": {
      if (argumentsSealed === null) throw new Error(`Cannot execute the approval ${id}: its arguments are gone`);
      const asked: Json = JSON.parse(await runtime.keys.openText(argumentsSealed, argumentsContext(id)));
      return await queueApproved(runtime, by, deviceId, name, readAskedCommand(asked));
    }
    case "block":
      await setBlock(runtime, by, deviceId, true);
      return "";
    case "delete":
      await markDeviceDeleted(runtime, by, deviceId);
      return "";
    case "reveal":
    case "bulk command":
      return "";
  }
}

/** The reason why an approved action did not happen, as a sentence. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Problem)) throw error;
  const { list, fields, reason } = error.details;
  return list?.join(" ") ?? (fields === undefined ? reason ?? error.message : Object.values(fields).flat().join(" "));
}

/**
 * Approves or declines a request for an operator, and does what was approved. Returns the request: `failed` if the
 * action is no longer possible, or its requester may no longer take it. Throws `not-found` for requests that the
 * operator does not see, `permission-denied` for their own, and `refused` for those that have ended.
 */
export async function decideApproval(
  runtime: Runtime,
  by: Operator,
  id: string,
  decision: "approve" | "decline",
): Promise<ApprovalRow> {
  const seen = await readApproval(runtime, by, id);
  if (seen.state !== "waiting") throw refused(ENDED[seen.state]);
  if (!await mayDecide(runtime, by, seen)) {
    throw problem("permission-denied", "A second person decides about this request.");
  }
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    const row = await lockApproval(tx, id, now);
    if (row === undefined) throw problem("not-found");
    // Somebody else was faster.
    if (row.state !== "waiting") throw refused(ENDED[row.state]);
    const end = (state: ApprovalRow["state"], outcome: string) =>
      closeApproval(tx, id, {
        state,
        outcome,
        decidedById: by.actor.userId,
        decidedByName: by.actor.username,
        usableUntil: state === "approved" && row.action === "reveal" ? new Date(now.getTime() + USABLE_MS) : null,
      }, now);
    if (decision === "decline") {
      await end("declined", "");
      if (row.bulkCommandId !== null) await declineBulkCommand(tx, runtime, row.bulkCommandId);
      return await recordStep(tx, runtime, by, "approval_declined", row);
    }
    let outcome: string;
    try {
      if (!await stillMay(tx, by, row)) throw refused("The person who asked no longer has the permission.");
      // A savepoint: if it fails, only the decision stays.
      outcome = await tx.savepoint((inner) => execute({ ...runtime, sql: nestedSql(runtime.sql, inner) }, by, row));
    } catch (error) {
      const sentence = sentenceOf(error);
      await end("failed", sentence);
      if (row.bulkCommandId !== null) await declineBulkCommand(tx, runtime, row.bulkCommandId);
      return await recordStep(tx, runtime, by, "approval_failed", { ...row, outcome: sentence });
    }
    await end("approved", outcome);
    await recordStep(tx, runtime, by, "approval_approved", { ...row, outcome });
  });
  const after = await findApproval(runtime.sql, id, now);
  if (after === undefined) throw problem("not-found");
  return after;
}
