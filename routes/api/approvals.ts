/**
 * `/api/mdm/approvals/` and `/api/mdm/approval_settings/`: sensitive actions that a second person approves.
 *
 * @module
 */

import { z } from "zod";
import { APPROVAL_KINDS, APPROVAL_STATES, type ApprovalRow, listApprovals } from "../../db/approvals/approvals.ts";
import { rightsOf } from "../../src/approvals/rights.ts";
import { approvalSettings, approvalSettingsInput, changeApprovalSettings } from "../../src/approvals/settings.ts";
import { decideApproval, readApproval } from "../../src/devices/decide_approval.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import { APPROVAL_WORDS, meaningsOf } from "../state_words.ts";
import { endpoint } from "./endpoint.ts";
import { choiceFilter, timeOut, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const tag = "Devices";

const approvalSchema = z.object({
  id: z.string(),
  state: z.enum(APPROVAL_STATES).describe(meaningsOf(APPROVAL_WORDS)),
  kind: z.enum(APPROVAL_KINDS),
  action: z.enum(["command", "reveal", "block", "delete", "bulk command"]),
  name: z.string().describe("The command, or the kind of secret."),
  device: z.int().nullable(),
  serial_number: z.string().nullable(),
  bulk_command: z.string().nullable().describe("The UUID of the command for many devices that waits."),
  reason: z.string(),
  requested_by: z.string(),
  decided_by: z.string().nullable(),
  decided_at: timeOut.nullable(),
  usable_until: timeOut.nullable(),
  outcome: z.string().describe("The UUID of the queued command, or why the action failed."),
  expires_at: timeOut,
  created_at: timeOut,
}).meta({ id: "Approval" });

const representation = (row: ApprovalRow): z.input<typeof approvalSchema> => ({
  id: row.id,
  state: row.state,
  kind: row.kind,
  action: row.action,
  name: row.name,
  device: row.deviceId,
  serial_number: row.serialNumber,
  bulk_command: row.bulkCommandId,
  reason: row.reason,
  requested_by: row.requesterName,
  decided_by: row.decidedByName,
  decided_at: naiveUtc(row.decidedAt),
  usable_until: naiveUtc(row.usableUntil),
  outcome: row.outcome,
  expires_at: naiveUtc(row.expiresAt),
  created_at: naiveUtc(row.createdAt),
});

const settingsBody = approvalSettingsInput.meta({ id: "ApprovalSettingsRequest" });
const needsSchema = z.object({ reason_required: z.boolean(), approval_required: z.boolean() });
const settingsSchema = z.object({
  destructive_commands: needsSchema,
  reveals: needsSchema,
  service_accounts_approve: z.boolean(),
}).meta({ id: "ApprovalSettings" });

/** The endpoints of approvals. */
export const APPROVAL_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/approvals/",
    permission: "authenticated",
    tag,
    summary: "List requests for approval",
    description: "The caller's own requests, and those that the caller has the right to.",
    query: z.object({ state: choiceFilter(APPROVAL_STATES), ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(approvalSchema) },
    async handle(input) {
      const { runtime, by, query } = input;
      const page = pageOf(query);
      const { count, rows } = await listApprovals(runtime.sql, {
        ...page,
        userId: by.actor.userId,
        rights: rightsOf(by.actor),
        state: query.state,
      }, runtime.clock.now());
      return paginated(input, page, { count, rows: rows.map(representation) });
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/approvals/{id}/",
    permission: "authenticated",
    tag,
    summary: "Read a request for approval",
    params: uuidParams,
    response: { status: 200, schema: approvalSchema },
    handle: async ({ runtime, by, params }) => representation(await readApproval(runtime, by, params.id)),
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/approvals/{id}/",
    permission: "authenticated",
    tag,
    summary: "Approve or decline a request",
    description:
      "By another user than the requester, who has the same right on the device. An approved command is queued at once. An approved secret is shown once, when the requester repeats the request within 15 minutes with the same reason.",
    params: uuidParams,
    body: z.object({ decision: z.enum(["approve", "decline"]) }).meta({ id: "ApprovalDecision" }),
    response: { status: 200, schema: approvalSchema },
    handle: async ({ runtime, by, params, body }) =>
      representation(await decideApproval(runtime, by, params.id, body.decision)),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/approval_settings/",
    permission: "accounts.view_approvalsettings",
    tag,
    summary: "Read the settings of approvals",
    response: { status: 200, schema: settingsSchema },
    handle: ({ runtime }) => approvalSettings(runtime.sql),
  }),
  endpoint({
    method: "PUT",
    path: "/api/mdm/approval_settings/",
    permission: "accounts.change_approvalsettings",
    tag,
    summary: "Change the settings of approvals",
    description: "Whether destructive commands and reveals of secrets need a reason, or a second person.",
    body: settingsBody,
    response: { status: 200, schema: settingsSchema },
    handle: ({ runtime, by, body }) => changeApprovalSettings(runtime, by, body),
  }),
];
