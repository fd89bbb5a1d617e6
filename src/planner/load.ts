/**
 * Loads the facts of a channel.
 *
 * @module
 */

import type { Db } from "../../db/open.ts";
import { findPlanQueue, findPlanRow, type PlanRow } from "../../db/plan_facts.ts";
import type { CommandTarget } from "../commands/command.ts";
import type { ReportStatus } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import type { Collect, PlanFacts } from "./facts.ts";

const COLLECT: readonly Collect[] = ["no", "managed", "all"];
const collect = (value: number | null): Collect => COLLECT[value ?? 0] ?? "no";

/** The target that a row describes. */
export function targetOfRow(row: PlanRow): CommandTarget {
  return {
    channel: row.channel,
    platform: row.platform,
    osVersion: `${row.osVersion} ${row.osVersionExtra}`.trim(),
    model: row.model,
    appleSilicon: row.appleSilicon,
    supervised: row.supervised,
    userEnrollment: row.userEnrollment,
    userApproved: row.userApproved,
    activationLockManageable: row.activationLockManageable,
    awaitingConfiguration: row.awaitingConfiguration,
  };
}

/** The facts of a channel, with what the device just said; `lock` for who is going to act on them. */
export async function loadFacts(
  db: Db,
  runtime: Pick<Runtime, "config">,
  channelId: number,
  options: { status?: ReportStatus; lock: boolean },
): Promise<PlanFacts & { lockPinEscrowed: boolean }> {
  const row = await findPlanRow(db, channelId, options.lock);
  return {
    target: targetOfRow(row),
    status: options.status,
    conversationStartedAt: row.sessionStartedAt,
    queue: await findPlanQueue(db, channelId),
    inventory: {
      deviceInformationAt: row.deviceInformationAt,
      securityInfoAt: row.securityInfoAt,
      appsAt: row.appsAt,
      certificatesAt: row.certificatesAt,
      profilesAt: row.profilesAt,
      askedAt: new Map(Object.entries(row.inventoryAsked).map(([name, at]) => [name, new Date(at)])),
    },
    blueprint: row.inventoryInterval === null ? null : {
      inventoryIntervalSeconds: row.inventoryInterval,
      collectApps: collect(row.collectApps),
      collectCertificates: collect(row.collectCertificates),
      collectProfiles: collect(row.collectProfiles),
    },
    identity: { notAfter: row.identityNotAfter, renewalStartedAt: row.renewalStartedAt },
    settings: {
      resendAfterSeconds: runtime.config.COMMAND_RESEND_AFTER,
      renewBeforeDays: runtime.config.IDENTITY_RENEW_DAYS,
    },
    lockPinEscrowed: row.lockPinEscrowed,
  };
}
