/**
 * The rows behind a plan, read in two statements.
 *
 * @module
 */

import type { TargetRow } from "./devices.ts";
import { type Db, one } from "./open.ts";

/** A channel with its enrollment, blueprint and identity. Collect options are 0 (no), 1 (managed) and 2 (all). */
export type PlanRow = TargetRow & {
  osVersionExtra: string;
  sessionStartedAt: Date | null;
  deviceInformationAt: Date | null;
  securityInfoAt: Date | null;
  appsAt: Date | null;
  certificatesAt: Date | null;
  profilesAt: Date | null;
  inventoryAsked: Record<string, string>;
  inventoryInterval: number | null;
  collectApps: number | null;
  collectCertificates: number | null;
  collectProfiles: number | null;
  identityNotAfter: Date | null;
  renewalStartedAt: Date | null;
  lockPinEscrowed: boolean;
};

/** The facts of a channel. `lock` keeps every other conversation of the channel out until the transaction ends. */
export async function findPlanRow(db: Db, channelId: number, lock: boolean): Promise<PlanRow> {
  return one(
    await db<PlanRow[]>`
      select case when c.user_key = '' then 'Device' else 'User' end as channel, c.session_started_at,
        e.platform, e.os_version, e.os_version_extra, e.model, e.apple_silicon, e.supervised, e.user_enrollment,
        e.user_approved_enrollment as user_approved, e.activation_lock_manageable, e.awaiting_configuration,
        e.device_information_at, e.security_info_at, e.apps_at, e.certificates_at, e.profiles_at,
        e.inventory_asked,
        b.inventory_interval, b.collect_apps, b.collect_certificates, b.collect_profiles,
        (select max(not_after) from enrollment_identities where enrollment_id = e.id and retired_at is null)
          as identity_not_after,
        (select max(created_at) from enrollment_sessions where enrollment_id = e.id and kind = 'RE')
          as renewal_started_at,
        exists (select 1 from escrowed_secrets where device_id = e.device_id and kind = 'device_lock_pin'
          and ended_at is null) as lock_pin_escrowed
      from channels c join enrollments e on e.id = c.enrollment_id left join blueprints b on b.id = e.blueprint_id
      where c.id = ${channelId} ${lock ? db`for update of c` : db``}`,
  );
}

/** A command of the live queue as the planner sees it. */
export type PlanCommandRow = {
  id: number;
  uuid: string;
  name: string;
  state: "queued" | "sent" | "notNow";
  notBefore: Date | null;
  expiresAt: Date | null;
  sentAt: Date | null;
  notNowAt: Date | null;
  createdAt: Date;
};

/** The live queue of a channel, oldest first. */
export async function findPlanQueue(db: Db, channelId: number): Promise<PlanCommandRow[]> {
  return await db<PlanCommandRow[]>`
    select id, uuid, name, state, not_before, expires_at, sent_at, not_now_at, created_at
    from commands where channel_id = ${channelId} order by id`;
}

/** Keeps when an inventory command was asked. */
export async function recordInventoryAsked(db: Db, channelId: number, name: string, now: Date): Promise<void> {
  await db`
    update enrollments set inventory_asked = inventory_asked || jsonb_build_object(${name}::text, ${now.toISOString()}::text)
    where id = (select enrollment_id from channels where id = ${channelId})`;
}
