/**
 * The states of artifact versions on channels.
 *
 * @module
 */

import type { ChannelId, DeviceId } from "../ids.ts";
import { type Db, type Json, json } from "../open.ts";
import { namesWithValues } from "../variables/variable_facts.ts";

/** A version on a channel. */
export type TargetArtifactRow = {
  versionId: string;
  artifactId: string;
  type: string;
  name: string;
  version: number;
  versionState: "active" | "halted" | "withdrawn";
  status:
    | "Acknowledged"
    | "AwaitingConfirmation"
    | "Installed"
    | "Uninstalled"
    | "Failed"
    | "RemovalFailed"
    | "ForceReinstall";
  via: "command" | "declaration";
  contentRevision: number;
  extraInfo: Json;
  installedAt: Date | null;
  osVersionAtInstallTime: string;
  uniqueInstallIdentifier: string;
  installCount: number;
  retryCount: number;
  maxRetryCount: number;
  retryAt: Date | null;
  verifiedAt: Date | null;
  /** How often the device was asked whether an installation that it accepted is done, and when it is asked again. */
  checks: number;
  checkAt: Date | null;
  /** The apps that it lists then; null where it is no app. */
  bundleIds: string[] | null;
  /** Whether a command can remove it. */
  removable: boolean;
  /**
   * Tells apart the versions that a device has side by side: the UUID of a provisioning profile. Null where each version
   * replaces the previous one.
   */
  instance: string | null;
  /** The licences that it uses; null where it needs none. */
  locationAssetId: number | null;
  /** The version that the device has, and the one that it was last asked to install: Apple's identifiers, or "". */
  storeVersion: string;
  storeVersionAsked: string;
  createdAt: Date;
  updatedAt: Date;
};

const select = (db: Db) =>
  db`select t.channel_id, t.artifact_version_id as version_id, t.artifact_id, a.type, a.name, v.version, v.state as version_state, t.status, t.via, t.content_revision,
      t.extra_info, t.installed_at, t.os_version_at_install_time, t.unique_install_identifier, t.install_count,
      t.retry_count, t.max_retry_count, t.retry_at, t.verified_at, t.checks, t.check_at,
      coalesce(p.bundle_ids, case when sa.bundle_id is not null then array[sa.bundle_id] end) as bundle_ids,
      sv.location_asset_id, t.store_version, t.store_version_asked,
      p.sha256 is null or p.type = 'IPA' or (k.install_as_managed and cardinality(p.bundle_ids) > 0) as removable,
      pp.uuid as instance, t.created_at, t.updated_at
    from target_artifacts t join artifact_versions v on v.id = t.artifact_version_id join artifacts a on a.id = t.artifact_id
      left join enterprise_app_versions k on k.id = v.id left join package_files p on p.sha256 = k.package_sha256
      left join store_app_versions sv on sv.id = v.id left join location_assets sl on sl.id = sv.location_asset_id
      left join store_assets sa on sa.id = sl.asset_id
      left join provisioning_profile_versions pp on pp.version_id = v.id`;

/** Returns the states of a channel, by artifact name, the newest version first. */
export async function findTargetArtifacts(db: Db, channelId: ChannelId): Promise<TargetArtifactRow[]> {
  return await db<TargetArtifactRow[]>`${
    select(db)
  } where t.channel_id = ${channelId} order by a.name, a.id, v.version desc`;
}

/** Returns the states of several channels. */
export async function findTargetArtifactsOf(
  db: Db,
  channelIds: readonly ChannelId[],
): Promise<(TargetArtifactRow & { channelId: ChannelId })[]> {
  return await db<(TargetArtifactRow & { channelId: ChannelId })[]>`
    ${select(db)} where t.channel_id = any(${[...channelIds]}::int[])`;
}

/** The written columns of a version on a channel. */
export type TargetArtifactValues = Pick<
  TargetArtifactRow,
  | "status"
  | "via"
  | "contentRevision"
  | "extraInfo"
  | "installedAt"
  | "osVersionAtInstallTime"
  | "uniqueInstallIdentifier"
  | "installCount"
  | "retryCount"
  | "maxRetryCount"
  | "retryAt"
>;

/**
 * Writes the state of a version on a channel: verified versions were listed by the device since. A version that was
 * deleted meanwhile is left out; returns whether it was written.
 */
export async function putTargetArtifact(
  db: Db,
  channelId: ChannelId,
  versionId: string,
  values: TargetArtifactValues,
  now: Date,
): Promise<boolean> {
  const { extraInfo, ...rest } = values;
  const row = { ...rest, extraInfo: json(db, extraInfo), updatedAt: now };
  const { count } = await db`
    insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, content_revision, extra_info, installed_at,
      os_version_at_install_time, unique_install_identifier, install_count, retry_count, max_retry_count, retry_at,
      created_at, updated_at)
    select ${channelId}, v.id, v.artifact_id, ${values.status}, ${values.via}, ${values.contentRevision}, ${
    json(db, extraInfo)
  }::jsonb,
      ${values.installedAt}::timestamptz, ${values.osVersionAtInstallTime}, ${values.uniqueInstallIdentifier},
      ${values.installCount}, ${values.retryCount}, ${values.maxRetryCount}, ${values.retryAt}::timestamptz, ${now}, ${now}
    from artifact_versions v where v.id = ${versionId}
    on conflict (channel_id, artifact_version_id) do update set ${db(row)},
      verified_at = case when target_artifacts.installed_at is not distinct from excluded.installed_at
        and excluded.status in ('Acknowledged', 'Installed') then target_artifacts.verified_at end`;
  return count > 0;
}

/** Whether a row `t` is only history: it was installed by command and removed. */
export const isTrace = (db: Db) => db`t.via = 'command' and t.status = 'Uninstalled'`;

/** Deletes versions of a channel. */
export async function deleteTargetArtifacts(
  db: Db,
  channelId: ChannelId,
  versionIds: readonly string[],
): Promise<void> {
  if (versionIds.length === 0) return;
  await db`
    delete from target_artifacts where channel_id = ${channelId} and artifact_version_id = any(${[
    ...versionIds,
  ]}::uuid[])`;
}

/**
 * Counts a list that contradicted the device's answers about these versions. Returns the number of consecutive
 * contradictions, by version.
 */
export async function countDisagreements(
  db: Db,
  channelId: ChannelId,
  versionIds: readonly string[],
): Promise<Map<string, number>> {
  if (versionIds.length === 0) return new Map();
  const rows = await db<{ versionId: string; disagreements: number }[]>`
    update target_artifacts set disagreements = least(disagreements + 1, 1000)
    where channel_id = ${channelId} and artifact_version_id = any(${[...versionIds]}::uuid[])
    returning artifact_version_id as version_id, disagreements`;
  return new Map(rows.map(({ versionId, disagreements }) => [versionId, disagreements]));
}

/** Sets when a device is asked again whether an installation that it accepted is done; null: no more. */
export async function setCheck(
  db: Db,
  channelId: ChannelId,
  versionId: string,
  checks: number,
  checkAt: Date | null,
): Promise<void> {
  await db`
    update target_artifacts set checks = ${checks}, check_at = ${checkAt}
    where channel_id = ${channelId} and artifact_version_id = ${versionId}`;
}

/** The apps of a version, as its package says. */
export type AwaitedBundles = { versionId: string; bundles: { id: string; version_str: string; version: string }[] };

/** Returns the apps of these versions; versions without are left out. */
export async function findBundlesOf(db: Db, versionIds: readonly string[]): Promise<AwaitedBundles[]> {
  if (versionIds.length === 0) return [];
  return await db<AwaitedBundles[]>`
    select k.id as version_id, p.bundles
    from enterprise_app_versions k join package_files p on p.sha256 = k.package_sha256
    where k.id = any(${[...versionIds]}::uuid[]) and cardinality(p.bundle_ids) > 0`;
}

/** Notes which version of the App Store a device was asked to install. */
export async function setStoreVersionAsked(
  db: Db,
  channelId: ChannelId,
  versionId: string,
  storeVersion: string,
): Promise<void> {
  await db`
    update target_artifacts set store_version_asked = ${storeVersion}
    where channel_id = ${channelId} and artifact_version_id = ${versionId}`;
}

/** Notes which version of the App Store a device has. */
export async function setStoreVersion(
  db: Db,
  channelId: ChannelId,
  versionId: string,
  storeVersion: string,
): Promise<void> {
  await db`
    update target_artifacts set store_version = ${storeVersion}
    where channel_id = ${channelId} and artifact_version_id = ${versionId} and store_version <> ${storeVersion}`;
}

/** Marks versions as listed by the device. */
export async function markVerified(
  db: Db,
  channelId: ChannelId,
  versionIds: readonly string[],
  now: Date,
): Promise<void> {
  if (versionIds.length === 0) return;
  await db`
    update target_artifacts set verified_at = ${now}, disagreements = 0
    where channel_id = ${channelId} and artifact_version_id = any(${[...versionIds]}::uuid[])`;
}

/**
 * Makes versions due again on channels: by command, or by another token of their declarations. An operator's request
 * restarts the count; a change caused by a device does not. The attack: a device would lift every limit with its own
 * reports.
 */
export async function forceTargetArtifacts(
  db: Db,
  rows: readonly { channelId: ChannelId; versionId: string }[],
  by: ChangedBy,
  now: Date,
): Promise<void> {
  const forced = db`unnest(${rows.map(({ channelId }) => channelId)}::int[], ${
    rows.map(({ versionId }) => versionId)
  }::uuid[]) as f (channel_id, version_id)`;
  if (by === "operator") {
    await db`
      delete from reinstall_paces p using ${forced}
      where p.channel_id = f.channel_id and p.artifact_version_id = f.version_id`;
  }
  await db`
    update target_artifacts t set
      status = case when t.via = 'command' then 'ForceReinstall' else t.status end,
      disagreements = case when ${by === "operator"} then 0 else t.disagreements end,
      retry_count = case when t.via = 'command' then t.retry_count else t.retry_count + 1 end,
      max_retry_count = case when t.via = 'command' then t.max_retry_count
        else greatest(t.max_retry_count, t.retry_count + 1) end,
      retry_at = null, updated_at = ${now}
    from ${forced}
    where t.channel_id = f.channel_id and t.artifact_version_id = f.version_id`;
}

/** Whose doing a change is: a device's own word, or an operator's. */
export type ChangedBy = "device" | "operator";

/** Whose versions: all channels of devices with these serial numbers, of one device, or one channel. */
export type Bearers = { serialNumbers: readonly string[] } | { deviceId: DeviceId } | { channelId: ChannelId };

/** Returns the condition on a channel `c`, its enrollment `e` and its device `d`. */
export const bearersOf = (db: Db, of: Bearers) =>
  "channelId" in of
    ? db`c.id = ${of.channelId}`
    : "deviceId" in of
    ? db`d.id = ${of.deviceId}`
    : db`d.serial_number = any(${[...of.serialNumbers]}::text[])`;

/**
 * Returns the channels and versions that contain any of these variables; `forced` are those that are to be installed
 * again already. A version that waits for values and now lacks one is left out: a device keeps what it has.
 */
export async function findWithVariables(
  db: Db,
  of: Bearers,
  variables: readonly string[],
): Promise<{ channelId: ChannelId; versionId: string; forced: boolean }[]> {
  const names = [...variables];
  return await db<{ channelId: ChannelId; versionId: string; forced: boolean }[]>`
    select t.channel_id, t.artifact_version_id as version_id, t.via = 'command' and t.status = 'ForceReinstall' as forced
    from devices d join enrollments e on e.device_id = d.id join channels c on c.enrollment_id = e.id
      join target_artifacts t on t.channel_id = c.id join artifact_versions v on v.id = t.artifact_version_id
      join artifacts a on a.id = v.artifact_id
    where ${bearersOf(db, of)} and e.ended_at is null and not (${isTrace(db)}) and v.variables && ${names}::text[]
      and not (a.hold_without_values and not coalesce(v.needed_variables, v.variables) <@ ${namesWithValues(db)})
    order by t.channel_id`;
}

/** Returns the channels with a blueprint on which something could wait for a value of one of these variables. */
export async function findHolding(db: Db, of: Bearers, variables: readonly string[]): Promise<ChannelId[]> {
  const rows = await db<{ id: ChannelId }[]>`
    select c.id
    from devices d join enrollments e on e.device_id = d.id join channels c on c.enrollment_id = e.id
    where ${bearersOf(db, of)} and e.ended_at is null and e.blueprint_id is not null and exists (
      select 1 from artifacts a join artifact_versions v on v.artifact_id = a.id
      where a.hold_without_values and (a.channel = 'Device') = (c.user_key = '')
        and coalesce(v.needed_variables, v.variables) && ${[...variables]}::text[])
    order by c.id`;
  return rows.map(({ id }) => id);
}
