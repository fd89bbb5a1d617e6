/**
 * Records devices' reports on artifact versions: accepted, installed, lost or refused; with an event for each change.
 *
 * @module
 */

import { countAttempts } from "../../db/artifacts/reinstall_paces.ts";
import {
  deleteTargetArtifacts,
  findTargetArtifacts,
  putTargetArtifact,
  type TargetArtifactRow,
} from "../../db/artifacts/target_artifacts.ts";
import type { ChannelId, DeviceId } from "../../db/ids.ts";
import type { Json, Tx } from "../../db/open.ts";
import { enqueueJob } from "../enqueue_job.ts";
import type { By } from "../events/by.ts";
import { type NewEvent, recordEvents } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { isBeside, isPresent, type Observation, observe, type ObservedState } from "./observed_artifact.ts";
import { REPEAT_WAITS } from "./reinstall_pace.ts";

/** Whose artifacts: a channel of an enrolled device. `userKey` is "" for the device itself. */
export type ArtifactOwner = {
  channelId: ChannelId;
  deviceId: DeviceId;
  serialNumber: string;
  userKey: string;
  /** The system that is installed now. */
  osVersion: string;
};

/** An observation of a version. */
export type SeenVersion = Observation & { versionId: string };

type Change = { result: "created" | "updated" | "deleted"; row: TargetArtifactRow };

const time = (date: Date | null) => (date === null ? null : naiveUtc(date));

function event({ result, row }: Change, owner: ArtifactOwner): NewEvent {
  return {
    type: "target_artifact_update",
    serialNumber: owner.serialNumber,
    objects: { device: [owner.deviceId], artifact: [row.artifactId], artifact_version: [row.versionId] },
    payload: {
      result,
      channel: owner.userKey === "" ? "Device" : "User",
      ...(owner.userKey === "" ? {} : { enrolled_user: owner.userKey }),
      target_artifact: {
        artifact_version: {
          pk: row.versionId,
          version: row.version,
          artifact: { pk: row.artifactId, type: row.type, name: row.name },
        },
        status: row.status,
        via: row.via,
        extra_info: row.extraInfo,
        installed_at: time(row.installedAt),
        os_version_at_install_time: row.osVersionAtInstallTime,
        unique_install_identifier: row.uniqueInstallIdentifier,
        install_count: row.installCount,
        retry_count: row.retryCount,
        max_retry_count: row.maxRetryCount,
        created_at: naiveUtc(row.createdAt),
        updated_at: naiveUtc(row.updatedAt),
      },
    },
  };
}

/**
 * Whether an observation is the answer to another command than the previous one: a list is not an answer. Failures with a
 * pause of their own have a limit of their own.
 */
const isAttempt = (
  before: TargetArtifactRow | undefined,
  { status, via, uniqueInstallIdentifier, retrySeconds }: Observation,
): boolean =>
  via === "command" && retrySeconds === undefined &&
  (status === "Acknowledged" || status === "AwaitingConfirmation" || status === "Failed") &&
  before?.uniqueInstallIdentifier !== uniqueInstallIdentifier;

/**
 * Records observations of versions. A version that is installed, or was removed, replaces the others of its artifact,
 * except those that the device has beside it.
 * `exhaustive`: declared versions that are not among them were removed. `known`: the state of the channel, if it was
 * just read behind the channel's lock. Returns whether anything changed.
 *
 * Of `promised` versions, which were announced to the device, failures are remembered: a version that vanishes from a
 * report and fails again would be sent again without end.
 */
export async function recordSeen(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  owner: ArtifactOwner,
  seen: readonly SeenVersion[],
  options: { exhaustive?: boolean; promised?: ReadonlySet<string>; known?: readonly TargetArtifactRow[] } = {},
): Promise<boolean> {
  const now = runtime.clock.now();
  const { channelId } = owner;
  const rows = options.known ?? await findTargetArtifacts(tx, channelId);
  const before = new Map(rows.map((row) => [row.versionId, row]));
  const written = new Set<string>();
  const named = new Set(seen.map(({ versionId }) => versionId));
  const remembered = [...before.values()].filter((row) =>
    row.via === "declaration" && row.retryCount > 0 && options.promised?.has(row.versionId) === true &&
    !named.has(row.versionId)
  );
  const vanish = ({ versionId, via, contentRevision, uniqueInstallIdentifier }: TargetArtifactRow): SeenVersion => ({
    versionId,
    status: "Uninstalled",
    via,
    contentRevision,
    extraInfo: { reason: "the device does not report it" },
    uniqueInstallIdentifier,
  });
  const keep = async (some: readonly SeenVersion[]) => {
    const attempts: SeenVersion[] = [];
    for (const { versionId, ...observation } of some) {
      const known = before.get(versionId);
      const state: ObservedState | null = observe(known, observation, owner.osVersion, now);
      if (state === null || !await putTargetArtifact(tx, channelId, versionId, state, now)) continue;
      written.add(versionId);
      if (isAttempt(known, observation)) attempts.push({ versionId, ...observation });
    }
    if (written.size === 0) return before;
    await countAttempts(tx, channelId, attempts, REPEAT_WAITS, now);
    return new Map((await findTargetArtifacts(tx, channelId)).map((row) => [row.versionId, row]));
  };
  const seenRows = await keep([
    ...seen,
    ...remembered.filter(({ status }) => options.exhaustive === true && status !== "Failed").map(vanish),
  ]);
  // A version whose successor fails is no longer installed; the time and the count of its installs are kept.
  const failing = new Set(
    seen.filter(({ status }) => status === "Failed").flatMap(({ versionId }) =>
      seenRows.get(versionId)?.artifactId ?? []
    ),
  );
  const superseded = options.exhaustive === true
    ? [...before.values()].filter((row) =>
      row.via === "declaration" && (isPresent(row.status) || row.status === "Uninstalled") &&
      row.installedAt !== null &&
      !named.has(row.versionId) && failing.has(row.artifactId)
    )
    : [];
  const after = superseded.length === 0 ? seenRows : await keep(superseded.map(vanish));
  const kept = new Set([...named, ...[...remembered, ...superseded].map(({ versionId }) => versionId)]);
  /** By artifact: its versions that are installed, or were removed. */
  const settled = new Map<string, TargetArtifactRow[]>();
  for (const { versionId, status } of seen) {
    const row = isPresent(status) || status === "Uninstalled" ? after.get(versionId) : undefined;
    if (row !== undefined) settled.set(row.artifactId, [...settled.get(row.artifactId) ?? [], row]);
  }
  const gone = [...after.values()].filter((row) => {
    const others = settled.get(row.artifactId) ?? [];
    // What was removed leaves no trace while the device has another version.
    if (row.instance !== null && others.includes(row) && row.status === "Uninstalled") {
      return [...after.values()].some((one) =>
        one !== row && one.artifactId === row.artifactId && isBeside(one, others)
      );
    }
    if (kept.has(row.versionId) || isBeside(row, others)) return false;
    const newest = others.length === 0 ? undefined : Math.max(...others.map(({ version }) => version));
    // The reason why a version was halted is kept until the device has a later one: its declaration is removed, the
    // reason stays.
    if (row.status === "Failed" && row.versionState !== "active") return newest !== undefined && newest > row.version;
    return newest !== undefined || (options.exhaustive === true && row.via === "declaration");
  });
  await deleteTargetArtifacts(tx, channelId, gone.map(({ versionId }) => versionId));
  const changes: Change[] = [
    ...[...after.values()].filter(({ versionId }) => written.has(versionId))
      .map((row): Change => ({ result: before.has(row.versionId) ? "updated" : "created", row })),
    ...gone.map((row): Change => ({ result: "deleted", row })),
  ];
  await recordEvents(tx, runtime, by, changes.map((change) => event(change, owner)));
  for (const { result, row } of changes) {
    // One job for any number of devices that fail at once.
    if (result !== "deleted" && row.status === "Failed") {
      await enqueueJob(tx, runtime, {
        kind: "rollout-health",
        key: row.versionId,
        payload: { version: row.versionId },
      });
    }
  }
  return changes.length > 0;
}

/** Returns Apple's error chain as it is stored with a version. */
export const failureInfo = (errors: readonly unknown[]): Json =>
  errors.length === 0 ? {} : { error_chain: JSON.parse(JSON.stringify(errors)) };
