/**
 * Devices and their enrollments: epochs of hardware under management.
 *
 * @module
 */

import type { ChannelId, DeviceId, EnrollmentId } from "../ids.ts";
import { ensureChannel, lockChannelsOfDevice } from "../work/channels.ts";
import { type Db, type Json, json, one } from "../open.ts";

/**
 * Ends the current enrollment of a device, or the one that a deleted device would have continued with: its artifacts
 * forgotten, its open commands cancelled. Its bootstrap and unlock tokens stay where they are: they open the hardware,
 * and no later enrollment reads or replaces them.
 */
export async function endEnrollment(db: Db, deviceId: DeviceId, now: Date): Promise<EnrollmentId | undefined> {
  await lockChannelsOfDevice(db, deviceId);
  const [row] = await db<{ id: EnrollmentId }[]>`
    update enrollments set ended_at = ${now}, suspended = false, updated_at = ${now}
    where device_id = ${deviceId} and (ended_at is null or suspended) returning id`;
  if (row === undefined) return undefined;
  await db`
    with gone as (
      delete from commands where channel_id in (select id from channels where enrollment_id = ${row.id}) returning *
    )
    insert into command_history (id, uuid, device_id, enrollment_id, user_key, name, arguments, state, not_before, sent_at,
      sent_count, not_now_count, result_at, created_at, updated_at)
    select g.id, g.uuid, ${deviceId}, ${row.id}, c.user_key, g.name, g.arguments, 'cancelled', g.not_before, g.sent_at,
      g.sent_count, g.not_now_count, ${now}, g.created_at, ${now}
    from gone g join channels c on c.id = g.channel_id`;
  await db`update channels set push_token = null, push_magic_sealed = null, push_due_at = null
    where enrollment_id = ${row.id}`;
  // The device's content is no longer managed; versions that no device has can be deleted.
  await db`delete from target_artifacts where channel_id in (select id from channels where enrollment_id = ${row.id})`;
  await db`
    update channel_plans set declarative_management = false, declarations_token = null, desired_digest = null,
      advertised = '{}', advertised_before = '{}', updated_at = ${now}
    where channel_id in (select id from channels where enrollment_id = ${row.id})`;
  return row.id;
}

/** The facts from Authenticate. */
export type NewEnrollment = {
  deviceId: DeviceId;
  sessionId: number;
  pushCertificateId: number;
  name: string;
  model: string;
  platform: string | null;
  osVersion: string;
  buildVersion: string;
  userEnrollment: boolean;
  depEnrollment: boolean;
  /** Null: not known until the device answers. */
  supervised: boolean | null;
  userApproved: boolean | null;
  awaitingConfiguration: boolean | null;
  /** Since when the device waits in Setup Assistant, and until when at the longest. */
  awaitingSince: Date | null;
  releaseDueAt: Date | null;
  blueprintId: number | null;
  hardwareProven: boolean;
  /** The tags that count while the hardware is not proven. */
  ownTags: number[];
};

/** Begins an enrollment with its device channel; returns its id. */
export async function insertEnrollment(db: Db, row: NewEnrollment, now: Date): Promise<EnrollmentId> {
  const { id } = one(
    await db<{ id: EnrollmentId }[]>`
      insert into enrollments (device_id, session_id, push_certificate_id, name, model, platform, os_version, build_version,
        dep_enrollment, user_enrollment, supervised, user_approved_enrollment, awaiting_configuration, awaiting_since,
        release_due_at, blueprint_id, hardware_proven, own_tags, created_at, updated_at)
      values (${row.deviceId}, ${row.sessionId}, ${row.pushCertificateId}, ${row.name}, ${row.model}, ${row.platform},
        ${row.osVersion}, ${row.buildVersion}, ${row.depEnrollment}, ${row.userEnrollment}, ${row.supervised},
        ${row.userApproved}, ${row.awaitingConfiguration}, ${row.awaitingSince}, ${row.releaseDueAt}, ${row.blueprintId},
        ${row.hardwareProven}, ${row.ownTags}::int[], ${now}, ${now})
      returning id`,
  );
  await ensureChannel(db, id, "", now);
  await db`update devices set enrollment_id = ${id} where id = ${row.deviceId}`;
  return id;
}

/** Lets one conversation at a time decide about the identities of an enrollment, until the transaction ends. */
export async function lockEnrollment(db: Db, id: EnrollmentId): Promise<void> {
  await db`select id from enrollments where id = ${id} for update`;
}

/** Makes a session the current one of an enrollment. */
export async function setSession(db: Db, enrollmentId: EnrollmentId, sessionId: number, now: Date): Promise<void> {
  await db`update enrollments set session_id = ${sessionId}, updated_at = ${now} where id = ${enrollmentId}`;
}

/** Why a device left Setup Assistant: it had everything, its time was over, or it went on by itself. */
export type ReleaseReason = "ready" | "deadline" | "device";

/** Minutes that a device waits at most where its enrollment says nothing. */
const RELEASE_AFTER_MINUTES = 30;

/**
 * Returns the times of the wait in Setup Assistant, as assignments. A device that waits again after it was released waits
 * again, and one that says the same as before changes nothing.
 */
function waiting(db: Db, awaiting: boolean, releasedBecause: ReleaseReason | undefined, now: Date) {
  if (awaiting) {
    const same = db`b.awaiting_configuration is true and e.release_due_at is not null`;
    return db`, awaiting_since = case when ${same} then e.awaiting_since else ${now}::timestamptz end,
      release_due_at = case when ${same} then e.release_due_at else ${now}::timestamptz + make_interval(mins => coalesce(
        (select a.release_after_minutes from enrollment_sessions s join dep_enrollments a on a.id = s.dep_enrollment_id
          where s.id = e.session_id), ${RELEASE_AFTER_MINUTES})) end,
      released_at = null, released_because = null`;
  }
  const over = db`b.awaiting_configuration is true`;
  return db`, released_at = case when ${over} then ${now}::timestamptz else e.released_at end,
    released_because = case when ${over} then ${releasedBecause ?? "device"} else e.released_because end`;
}

/** Columns of an enrollment that messages change. */
export type EnrollmentChange = Partial<{
  name: string;
  model: string;
  platform: string | null;
  osVersion: string;
  osVersionExtra: string;
  buildVersion: string;
  buildVersionExtra: string;
  appleSilicon: boolean;
  supervised: boolean;
  depEnrollment: boolean;
  userEnrollment: boolean;
  userApprovedEnrollment: boolean;
  activationLockManageable: boolean;
  /** Whether the device waits in Setup Assistant. That it does now, or no longer, also sets the times of the wait. */
  awaitingConfiguration: boolean | null;
  /** Why it no longer waits, where the server released it. */
  releasedBecause: ReleaseReason;
  accountConfiguredAt: Date;
  accountRefusedAt: Date;
  sharedIpad: boolean;
  lostMode: boolean;
  /** The FileVault settings that the Mac has, by their digest; null for none. */
  filevaultConfigUuid: string | null;
  filevaultFailedAt: Date | null;
  filevaultRotationAt: Date;
  unlockTokenSealed: string;
  bootstrapTokenSealed: string | null;
  deviceInformation: Json;
  /** Answers that replace those of the same names. */
  someDeviceInformation: Record<string, Json>;
  deviceInformationAt: Date;
  securityInfo: Json;
  securityInfoAt: Date;
}>;

/** Facts of an enrollment that texts for devices may name. */
export type NamedFact = "name" | "model" | "platform" | "osVersion";

/** Changes an enrollment. Returns the facts with a new value that variables may name. */
export async function updateEnrollment(
  db: Db,
  id: EnrollmentId,
  change: EnrollmentChange,
  now: Date,
): Promise<NamedFact[]> {
  const { deviceInformation, someDeviceInformation, securityInfo, releasedBecause, ...plain } = change;
  const awaiting = change.awaitingConfiguration;
  const values = {
    ...plain,
    ...(deviceInformation === undefined ? {} : { deviceInformation: json(db, deviceInformation) }),
    ...(securityInfo === undefined ? {} : { securityInfo: json(db, securityInfo) }),
    updatedAt: now,
  };
  const [row] = await db<Record<NamedFact, boolean>[]>`
    with before as (
      select id, name, model, platform, os_version, awaiting_configuration from enrollments where id = ${id}
      for no key update)
    update enrollments e set ${db(values)} ${
    someDeviceInformation === undefined
      ? db``
      : db`, device_information = coalesce(e.device_information, '{}') || ${json(db, someDeviceInformation)}::jsonb`
  }
      ${typeof awaiting === "boolean" ? waiting(db, awaiting, releasedBecause, now) : db``}
    from before b where e.id = b.id
    returning e.name <> b.name as name, e.model <> b.model as model, e.os_version <> b.os_version as os_version,
      e.platform is distinct from b.platform as platform`;
  return row === undefined ? [] : (["name", "model", "platform", "osVersion"] as const).filter((fact) => row[fact]);
}

/** Returns the sealed unlock token of the enrollment of a channel. */
export async function findUnlockToken(
  db: Db,
  channelId: ChannelId,
): Promise<{ enrollmentId: EnrollmentId; sealed: string } | undefined> {
  const [row] = await db<{ enrollmentId: EnrollmentId; sealed: string }[]>`
    select e.id as enrollment_id, e.unlock_token_sealed as sealed
    from channels c join enrollments e on e.id = c.enrollment_id
    where c.id = ${channelId} and e.unlock_token_sealed is not null`;
  return row;
}

/** Returns the sealed bootstrap token of an enrollment. */
export async function findBootstrapToken(db: Db, id: EnrollmentId): Promise<string | null> {
  const [row] = await db<{ sealed: string | null }[]>`
    select bootstrap_token_sealed as sealed from enrollments where id = ${id}`;
  return row?.sealed ?? null;
}

/** Whether an enrollment is known to be its hardware. */
export async function isHardwareProven(db: Db, id: EnrollmentId): Promise<boolean> {
  const [row] = await db<{ proven: boolean }[]>`select hardware_proven as proven from enrollments where id = ${id}`;
  return row?.proven === true;
}

/** Returns the GUID of the administrator that Setup Assistant created on a Mac; null unless there is exactly one. */
export async function findAdminGuid(db: Db, id: EnrollmentId): Promise<string | null> {
  const [row] = await db<{ accounts: unknown }[]>`
    select device_information -> 'AutoSetupAdminAccounts' as accounts from enrollments where id = ${id}`;
  const accounts = Array.isArray(row?.accounts) ? row.accounts : [];
  const guid: unknown = accounts.length === 1 ? accounts[0]?.GUID : undefined;
  return typeof guid === "string" && guid !== "" ? guid : null;
}
