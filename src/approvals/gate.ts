/**
 * The gate before sensitive actions: a reason, and a second person, where the settings ask for them.
 *
 * Promise: while the settings are off an action passes without a trace. With a second person, nothing happens until
 * somebody else with the same right has approved exactly this request.
 *
 * @module
 */

import {
  type ApprovalAction,
  type ApprovalKind,
  type ApprovalRow,
  findOpenApprovals,
  insertApproval,
  useApproval,
} from "../../db/approvals/approvals.ts";
import { lockUser } from "../../db/access/users.ts";
import type { DeviceId } from "../../db/ids.ts";
import type { Json, Tx } from "../../db/open.ts";
import type { Permission } from "../access/actor.ts";
import type { Authorised } from "../access/operator.ts";
import { invalid, problem, REQUIRED } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { sameJson } from "../same_json.ts";
import { textFault } from "../writable.ts";
import { approvalSettings } from "./settings.ts";

/** A sensitive action that somebody is about to take. */
export type SensitiveAction = {
  kind: ApprovalKind;
  action: ApprovalAction;
  /** The command, or the kind of secret. */
  name: string;
  /** The rights to it: each of them. */
  permissions: readonly Permission[];
  /** The names of the command that a role must allow. */
  commands?: readonly string[];
  /** Null for a command to many devices. */
  device: { deviceId: DeviceId; serialNumber: string } | null;
  /** The arguments of a command. */
  input?: Json;
  /** Stores a command to many devices until it is approved. Returns its UUID. */
  store?(tx: Tx): Promise<string>;
};

const HOUR_MS = 3_600_000;
/** How long a request waits. */
const EXPIRES_AFTER = 24 * HOUR_MS;

/** Returns where the arguments of a request are sealed. */
export const argumentsContext = (id: string) => ({ table: "approvals", column: "arguments_sealed", id });

/** Characters of a reason. */
const LONGEST_REASON = 1000;

/** Returns the reason of a request; "" for none. Throws `invalid` for one that cannot be kept, or is required. */
function reasonOf({ reason }: Authorised, required: boolean): string {
  if (reason === undefined || reason.trim() === "") {
    if (required) throw invalid({ reason: [REQUIRED] });
    return "";
  }
  const text = reason.trim();
  const fault = text.length > LONGEST_REASON
    ? `Ensure this field has no more than ${LONGEST_REASON} characters.`
    : textFault(text);
  if (fault !== undefined) throw invalid({ reason: [fault] });
  return text;
}

/** Records a step of a request, or a reason that was given. */
export async function recordStep(
  db: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  type: `approval_${"requested" | "approved" | "declined" | "expired" | "used" | "failed"}` | "reason_given",
  facts: Pick<ApprovalRow, "action" | "name" | "reason" | "deviceId" | "serialNumber"> & {
    id?: string;
    requesterName?: string;
    outcome?: string;
  },
): Promise<void> {
  const { id, action, name, reason, deviceId, serialNumber, requesterName, outcome } = facts;
  await recordEvents(db, runtime, by, [{
    type,
    serialNumber: serialNumber ?? undefined,
    objects: {
      ...(deviceId === null ? {} : { device: [deviceId] }),
      ...(id === undefined ? {} : { approval: [id] }),
    },
    payload: {
      action,
      name,
      reason,
      ...(requesterName === undefined ? {} : { requester: requesterName }),
      ...(outcome === undefined || outcome === "" ? {} : { outcome }),
    },
  }]);
}

/** The refusal of an action that waits for a second person. */
const waiting = (id: string) =>
  problem("waiting-for-approval", undefined, { body: { detail: "Waiting for approval", approval: id } });

/**
 * Lets an action pass, or refuses it: `invalid` without a reason that is required, `waiting-for-approval` with the
 * request that a second person decides about. The same action again while it waits is the same request. An approved
 * secret passes once.
 */
export async function passGate(runtime: Runtime, by: Authorised, wanted: SensitiveAction): Promise<void> {
  const needs = (await approvalSettings(runtime.sql))[wanted.kind];
  if (!needs.reason_required && !needs.approval_required) return;
  const reason = reasonOf(by, needs.reason_required);
  const { action, name } = wanted;
  const { deviceId, serialNumber } = wanted.device ?? { deviceId: null, serialNumber: null };
  const facts = { action, name, reason, deviceId, serialNumber };
  if (!needs.approval_required) {
    await runtime.sql.begin((tx) => recordStep(tx, runtime, by, "reason_given", facts));
    return;
  }
  const now = runtime.clock.now();
  const input = wanted.input ?? null;
  const id = await runtime.sql.begin(async (tx) => {
    // Two calls at once become one request.
    if (await lockUser(tx, by.actor.userId) === undefined) throw problem("permission-denied");
    for (const row of await findOpenApprovals(tx, { ...facts, requesterId: by.actor.userId }, now)) {
      const sealed = row.argumentsSealed;
      const asked: Json = sealed === null
        ? null
        : JSON.parse(await runtime.keys.openText(sealed, argumentsContext(row.id)));
      if (!sameJson(asked, input)) continue;
      if (row.state !== "approved") return row.id;
      if (!await useApproval(tx, row.id, now)) continue;
      await recordStep(tx, runtime, by, "approval_used", row);
      return undefined;
    }
    const id = runtime.random.uuid();
    const bulkCommandId = await wanted.store?.(tx) ?? null;
    await insertApproval(tx, {
      id,
      kind: wanted.kind,
      action,
      name,
      permissions: wanted.permissions,
      commands: wanted.commands ?? [],
      deviceId,
      bulkCommandId,
      argumentsSealed: input === null ? null : await runtime.keys.seal(JSON.stringify(input), argumentsContext(id)),
      reason,
      requesterId: by.actor.userId,
      requesterName: by.actor.username,
      expiresAt: new Date(now.getTime() + EXPIRES_AFTER),
    }, now);
    await recordStep(tx, runtime, by, "approval_requested", { ...facts, id });
    return id;
  });
  if (id !== undefined) throw waiting(id);
}
