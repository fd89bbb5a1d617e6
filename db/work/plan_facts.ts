/**
 * The rows behind plans.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import {
  furtherFacts,
  hasLockPin,
  type Speaker,
  speakerOf,
  type SpeakerRow,
  speakerRowOf,
  type TargetRow,
} from "../devices/devices.ts";
import { type PasswordFactJson, passwordFacts } from "../devices/escrowed_passwords.ts";
import { type LicenceFactJson, licenceFactsOf } from "../apps/licence_needs.ts";
import type { Claim } from "../enrollment/identities.ts";
import type { ChannelId, DeviceId } from "../ids.ts";
import { type Db, type Json, listed, one, type Statement } from "../open.ts";
import { namesWithValues } from "../variables/variable_facts.ts";

/** A channel with its enrollment, identity and declarations, and the revision of the desired state. */
export type PlanRow = TargetRow & {
  channelId: ChannelId;
  deviceId: DeviceId;
  userKey: string;
  osVersionExtra: string;
  buildVersion: string;
  buildVersionExtra: string;
  /** "" where the device has not stated it. */
  softwareUpdateDeviceId: string;
  sessionStartedAt: Date | null;
  deviceInformationAt: Date | null;
  securityInfoAt: Date | null;
  appsAt: Date | null;
  certificatesAt: Date | null;
  profilesAt: Date | null;
  inventoryAsked: Record<string, string>;
  serialNumber: string;
  tags: number[];
  /** The names of the variables that have a value. */
  valuesNamed: string[];
  enrolledAt: Date;
  blueprintId: number | null;
  revision: number;
  declarativeManagement: boolean;
  declarationsToken: string | null;
  syncFailedToken: string | null;
  syncFailedAt: Date | null;
  clientCapabilities: Json;
  desiredDigest: string | null;
  /** The token of the list of declarations that was prepared. */
  preparedToken: string | null;
  /** Ends of the certificates that the channel got for certificate assets, by version. */
  certificateEnds: Record<string, string[]> | null;
  /** Versions whose attempts to install them are counted, where nothing that devices should have has changed since. */
  reinstallPaces: Record<string, { contentRevision: number; repeats: number; notBefore: string }> | null;
  identityNotAfter: Date | null;
  renewalStartedAt: Date | null;
  lockPinEscrowed: boolean;
  /** The wait in Setup Assistant; null for a device that does not wait. Times are ISO texts. */
  setup: {
    since: string | null;
    dueAt: string | null;
    /** Whether the server sets up an administrator, and how far that is. */
    account: boolean;
    accountConfiguredAt: string | null;
    accountRefusedAt: string | null;
  } | null;
  /** When the device stated its bypass code. */
  bypassCodeAt: Date | null;
  /** Whether the enrollment is known to be its hardware. */
  hardwareProven: boolean;
  /** Escrowed passwords of a Mac, the newest first; times in ISO form. */
  passwords: PasswordFactJson[] | null;
  /** Parts of its SecurityInfo, as it said them. */
  recoveryReported: { lock: Json; exists: Json; pending: Json } | null;
  /** FileVault on a Mac; null for everything else. Times are ISO texts. */
  filevault: {
    /** The digest of the settings that it has. */
    installed: string | null;
    failedAt: string | null;
    rotationAt: string | null;
    /** Since when its recovery key is escrowed; null if none is that the Mac itself has reported. */
    prkAt: string | null;
  } | null;
  /** Licences of the device, or of its person; null for none. */
  licences: LicenceFactJson[] | null;
  /** Whose licences a user enrollment uses; "" where that is not known. */
  managedAppleId: string;
  /** Whether the enrollment has ended, or its device is deleted. */
  ended: boolean;
  blocked: boolean;
};

const select = (db: Db) =>
  db`
    select c.id as channel_id, c.user_key, case when c.user_key = '' then 'Device' else 'User' end as channel,
      c.session_started_at, d.id as device_id,
      e.platform, e.os_version, e.os_version_extra, e.build_version, e.build_version_extra,
      coalesce(e.device_information ->> 'SoftwareUpdateDeviceID', '') as software_update_device_id, e.model, e.apple_silicon, e.supervised, e.user_enrollment,
      e.user_approved_enrollment as user_approved, e.activation_lock_manageable, e.awaiting_configuration, ${
    furtherFacts(db)
  },
      e.device_information_at, e.security_info_at, e.apps_at, e.certificates_at, e.profiles_at,
      e.inventory_asked,
      d.serial_number, e.created_at as enrolled_at, e.blueprint_id,
      case when e.hardware_proven then array(select tag_id from device_tags where serial_number = d.serial_number)
        else e.own_tags end as tags,
      ${namesWithValues(db)} as values_named,
      (select revision from desired_state) as revision,
      p.declarative_management, p.declarations_token, p.sync_failed_token, p.sync_failed_at, p.client_capabilities,
      p.desired_digest, p.prepared_token,
      (select jsonb_object_agg(a.artifact_version_id, a.ends) from (
        select artifact_version_id, jsonb_agg(not_after) as ends from asset_certificates
        where channel_id = c.id and artifact_version_id is not null group by artifact_version_id) a) as certificate_ends,
      (select jsonb_object_agg(r.artifact_version_id, jsonb_build_object('contentRevision', r.content_revision,
          'repeats', r.repeats, 'notBefore', r.not_before))
        from reinstall_paces r where r.channel_id = c.id and r.repeats > 0
          and r.desired_revision = (select revision from desired_state)) as reinstall_paces,
      (select max(not_after) from enrollment_identities where enrollment_id = e.id and retired_at is null)
        as identity_not_after,
      (select max(created_at) from enrollment_sessions where enrollment_id = e.id and kind = 'RE')
        as renewal_started_at,
      ${hasLockPin(db)} as lock_pin_escrowed,
      case when e.awaiting_configuration and c.user_key = '' then (
        select jsonb_build_object('since', e.awaiting_since, 'dueAt', e.release_due_at,
          'account', coalesce(a.admin_short_name <> '' and a.admin_full_name <> '', false),
          'accountConfiguredAt', e.account_configured_at, 'accountRefusedAt', e.account_refused_at)
        from enrollment_sessions s left join dep_enrollments a on a.id = s.dep_enrollment_id where s.id = e.session_id)
        end as setup,
      case when c.user_key = '' and e.supervised then (select max(created_at) from escrowed_secrets
        where device_id = e.device_id and kind = 'activation_lock_bypass_code' and ended_at is null) end as bypass_code_at,
      e.hardware_proven, ${passwordFacts(db)} as passwords,
      case when c.user_key = '' and e.platform = 'macOS' then jsonb_build_object(
        'lock', e.security_info -> 'IsRecoveryLockEnabled',
        'exists', e.security_info #> '{FirmwarePasswordStatus,PasswordExists}',
        'pending', e.security_info #> '{FirmwarePasswordStatus,ChangePending}') end
        as recovery_reported,
      -- The attack: an enrollment that only says it is this hardware has the recovery key of the Mac sent to it.
      case when c.user_key = '' and e.platform = 'macOS' then
        jsonb_build_object('installed', e.filevault_config_uuid, 'failedAt', e.filevault_failed_at,
          'rotationAt', e.filevault_rotation_at, 'prkAt', case when e.hardware_proven then (
            select max(created_at) from escrowed_secrets where device_id = e.device_id and kind = 'filevault_prk'
              and ended_at is null and proven) end)
        end as filevault,
      e.managed_apple_id, ${licenceFactsOf(db)} as licences,
      e.ended_at is not null as ended, d.blocked_at is not null as blocked
    from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
      join channel_plans p on p.channel_id = c.id`;

/** Returns the facts of a channel. */
export async function findPlanRow(db: Db, channelId: ChannelId): Promise<PlanRow> {
  return one(await db<PlanRow[]>`${select(db)} where c.id = ${channelId}`);
}

/** Some of the channels of enrolled devices that have a blueprint, by id, after `after`. */
export async function findPlanRowsOfBlueprint(
  db: Db,
  blueprintId: number,
  after: number,
  limit: number,
  only?: DeviceLimit,
): Promise<PlanRow[]> {
  return await db<PlanRow[]>`
    ${select(db)} where e.blueprint_id = ${blueprintId} and e.ended_at is null and c.id > ${after}
      and ${within(db, only)}
    order by c.id limit ${limit}`;
}

/** Devices that are planned again: those with these ids, or all with these serial numbers. */
export type Replanned = { deviceIds: readonly DeviceId[] } | { serialNumbers: readonly string[] };

/** The condition on a device `d`. */
export const isReplanned = (db: Db, which: Replanned) =>
  "deviceIds" in which
    ? db`d.id = any(${[...which.deviceIds]}::int[])`
    : db`d.serial_number = any(${[...which.serialNumbers]}::text[])`;

/** Returns the channels of those of these devices that are enrolled. */
export async function findPlanRowsOf(db: Db, which: Replanned): Promise<PlanRow[]> {
  return await db<PlanRow[]>`${select(db)} where ${isReplanned(db, which)} and e.ended_at is null order by c.id`;
}

/** Returns the channels with these ids. */
export async function findPlanRows(db: Db, channelIds: readonly ChannelId[]): Promise<PlanRow[]> {
  return await db<PlanRow[]>`${select(db)} where c.id = any(${[...channelIds]}::int[]) order by c.id`;
}

/**
 * Returns the names of devices, for lists that show them. Plans have none: a device has a channel for each user, and
 * the name of an attacker's would stand in the rows of all of them.
 */
export async function findDeviceNames(db: Db, deviceIds: readonly DeviceId[]): Promise<Map<DeviceId, string>> {
  const rows = await db<{ id: DeviceId; name: string }[]>`
    select d.id, e.name from devices d join enrollments e on e.id = d.enrollment_id
    where d.id = any(${[...new Set(deviceIds)]}::int[])`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** A command of the live queue as the planner sees it. */
export type PlanCommandRow = {
  id: number;
  uuid: string;
  name: string;
  artifactVersion: string | null;
  state: "queued" | "sent" | "notNow";
  notBefore: Date | null;
  expiresAt: Date | null;
  sentAt: Date | null;
  sentCount: number;
  notNowAt: Date | null;
  notNowCount: number;
  createdAt: Date;
  orderGroup: string | null;
  /** Its content, for the first commands and the requested one; absent for others and if it is long. */
  arguments: Record<string, Json> | null;
  secretsSealed: string | null;
};

/** Of so many commands at the head of a queue the arguments are read too: one of them is sent next, as a rule. */
const WITH_ARGUMENTS = 3;
/** Bytes of arguments, as they are stored. */
const SHORT_ARGUMENTS = 8192;

/**
 * Returns the live queue of a channel, oldest first.
 */
export async function findPlanQueue(db: Db, channelId: ChannelId): Promise<PlanCommandRow[]> {
  return await db<PlanCommandRow[]>`${planQueueOf(db, channelId)} order by id`;
}

/** What the answer to a command needs. */
export type Turn = {
  speaker: Speaker;
  /** The head of the live queue of its channel, oldest first, and the answered command. */
  queue: PlanCommandRow[];
  /** Whether that is the whole queue. */
  whole: boolean;
  /** When the first command of the whole queue expires. */
  firstExpiresAt: Date | null;
};

type TurnRow = SpeakerRow & { firstExpiresAt: Date | null } & (PlanCommandRow | { id: null });

/**
 * Returns what the answer to a command needs, in one statement. `answered` is the UUID of the command, which is read with
 * its arguments. Undefined without such an enrollment.
 */
export async function findTurn(
  db: Db,
  of: { enrollmentId: Statement; channelId: Statement; channel: "Device" | "User" },
  answered: string | undefined,
): Promise<Turn | undefined> {
  const rows = await db<TurnRow[]>`
    select s.*, q.* from (${speakerRowOf(db, of.enrollmentId)}) s
      left join (${queueHeadOf(db, of.channelId, answered)}) q on true order by q.id`;
  return turnOf(rows, of.channel);
}

/** As `findTurn`, for several answers; each turn with the place of its claim. */
export async function findTurns(
  db: Db,
  claims: readonly (Claim & { answered: string | null })[],
): Promise<Map<number, Turn>> {
  const asked = claims.map(({ fingerprint, userKey, answered }, place) => [place, fingerprint, userKey, answered]);
  const rows = await db<(TurnRow & { place: number })[]>`
    select a.place, s.*, q.* from ${listed(db, ["int", "text", "text", "uuid"], asked)}
        as a(place, fingerprint, user_key, answered)
      cross join lateral (
        select enrollment_id from enrollment_identities where fingerprint = a.fingerprint and retired_at is null) i
      cross join lateral (${speakerRowOf(db, db`i.enrollment_id`)}) s
      left join lateral (${
    queueHeadOf(
      db,
      db`(select id from channels c where c.enrollment_id = i.enrollment_id and c.user_key = a.user_key)`,
      db`a.answered`,
    )
  }) q on true
    order by a.place, q.id`;
  const turns = new Map<number, Turn>();
  for (const [place, some] of Map.groupBy(rows, (row) => row.place)) {
    const turn = turnOf(some, claims[place]?.userKey === "" ? "Device" : "User");
    if (turn !== undefined) turns.set(place, turn);
  }
  return turns;
}

function turnOf(rows: readonly TurnRow[], channel: "Device" | "User"): Turn | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const queue = rows.filter((row) => row.id !== null);
  const whole = queue.length < WITH_ARGUMENTS;
  return { speaker: speakerOf(first, channel), queue, whole, firstExpiresAt: first.firstExpiresAt };
}

const columnsOf = (db: Db, answered: string | Statement | null) =>
  db`
    id, uuid, name, arguments->>'artifact_version' as artifact_version, state, not_before, expires_at, sent_at,
      sent_count, not_now_at, not_now_count, created_at, order_group,
      case when uuid = ${answered} or (place <= ${WITH_ARGUMENTS} and pg_column_size(arguments) <= ${SHORT_ARGUMENTS})
        then arguments end as arguments,
      case when uuid = ${answered} or place <= ${WITH_ARGUMENTS} then secrets_sealed end as secrets_sealed`;

const planQueueOf = (db: Db, channelId: ChannelId) =>
  db`
    select ${columnsOf(db, null)}
    from (select *, row_number() over (order by id) as place from commands where channel_id = ${channelId}) as queue`;

const queueHeadOf = (db: Db, channelId: Statement, answered: string | Statement | null = null) =>
  db`
    select ${columnsOf(db, answered)}, first_expires_at from (
      select *, row_number() over (order by id) as place, min(expires_at) over () as first_expires_at
      from commands where channel_id = ${channelId}) as queue
    where place <= ${WITH_ARGUMENTS} or uuid = ${answered}`;

/** Keeps when an inventory command was asked. */
export async function recordInventoryAsked(db: Db, channelId: ChannelId, name: string, now: Date): Promise<void> {
  await db`
    update enrollments set inventory_asked = inventory_asked || jsonb_build_object(${name}::text, ${now.toISOString()}::text)
    where id = (select enrollment_id from channels where id = ${channelId})`;
}
