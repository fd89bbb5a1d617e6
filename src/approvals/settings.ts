/**
 * Whether sensitive actions need a reason, or a second person. Everything is off until an administrator turns it on.
 *
 * @module
 */

import { z } from "zod";
import type { ApprovalKind } from "../../db/approvals/approvals.ts";
import { findInstanceSetting, putInstanceSetting } from "../../db/installation/instance_settings.ts";
import type { Db } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";

const KEY = "approvals";

const needs = z.object({
  reason_required: z.boolean().default(false).describe("The request states a reason."),
  approval_required: z.boolean().default(false).describe("A second person approves the request."),
});

/** The settings, as the API and the page send them. What is absent is off. */
export const approvalSettingsInput = z.object({
  destructive_commands: needs.describe(
    "Commands that erase, lock or shut down a device, and the end of its management.",
  ),
  reveals: needs.describe("Showing an escrowed secret of a device."),
  service_accounts_approve: z.boolean().default(false).describe("Whether service accounts may approve."),
});

/** The settings of a new server. */
const OFF = { destructive_commands: {}, reveals: {} };

/** The settings. */
export type ApprovalSettings = z.output<typeof approvalSettingsInput>;

/** Returns the settings. */
export async function approvalSettings(db: Db): Promise<ApprovalSettings> {
  return approvalSettingsInput.parse(await findInstanceSetting(db, KEY) ?? OFF);
}

/** Changes the settings. */
export async function changeApprovalSettings(
  runtime: Runtime,
  by: By,
  input: ApprovalSettings,
): Promise<ApprovalSettings> {
  return await runtime.sql.begin(async (tx) => {
    const before = await approvalSettings(tx);
    await putInstanceSetting(tx, KEY, input);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "accounts.approvalsettings",
      pk: "approvals",
      before,
      after: input,
    });
    return input;
  });
}

/** Returns whether an action of this kind asks for a reason, given the settings. */
export function reasonWanted(settings: ApprovalSettings, kind: ApprovalKind): "none" | "optional" | "required" {
  const { reason_required, approval_required } = settings[kind];
  return reason_required ? "required" : approval_required ? "optional" : "none";
}
