/**
 * How far apps of the App Store are: the device's answer to the command, then its lists.
 *
 * @module
 */

import { findNeeds } from "../../db/apps/licence_needs.ts";
import { loadStoreAppVersions } from "../../db/artifacts/store_app_versions.ts";
import {
  findTargetArtifacts,
  markVerified,
  setCheck,
  setStoreVersion,
  setStoreVersionAsked,
  type TargetArtifactRow,
} from "../../db/artifacts/target_artifacts.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Json, Tx } from "../../db/open.ts";
import { commitLicences, isLicenceError, licenceNotSeen } from "../apps/licences.ts";
import type { Effect, InstalledApp, ManagedApp, PendingApp } from "../commands/effect.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { type ArtifactOwner, failureInfo, recordSeen, type SeenVersion } from "./record_observations.ts";
import { rejectionVerdict, type StoreVerdict, storeVerdict } from "./store_app_states.ts";

type Needs = Pick<Runtime, "clock" | "random">;

/** Seconds from the answer to the first question, and the questions for one installation: about a week. */
const FIRST_CHECK = 15;
const MOST_CHECKS = 16;

/** Seconds to the next question after `checks` of them: 20, 40, 80, … */
const checkDelay = (checks: number): number => 20 * 2 ** (checks - 1);

const after = (runtime: Needs, seconds: number): Date => new Date(runtime.clock.now().getTime() + seconds * 1000);

type Finding = Pick<SeenVersion, "status" | "extraInfo" | "final" | "retrySeconds">;

/** Returns the observation that a verdict implies; `state` is the device's own word. */
export function findingOf(verdict: StoreVerdict, state: string, checks: number): Finding {
  switch (verdict.state) {
    case "installed":
      return { status: "Installed", extraInfo: { evidence: verdict.sentence, state, managed: verdict.managed } };
    case "in progress":
      return {
        status: "AwaitingConfirmation",
        extraInfo: { progress: verdict.progress, evidence: verdict.sentence, state },
      };
    case "declined":
      return { status: "Failed", extraInfo: { reason: verdict.sentence, state, declined: true }, final: true };
    case "failed":
      return {
        status: "Failed",
        extraInfo: { reason: verdict.sentence, state },
        ...(verdict.final ? { final: true } : {}),
      };
    case "removed":
      return { status: "Uninstalled", extraInfo: { reason: verdict.sentence, state } };
    case "unknown":
      return {
        status: "AwaitingConfirmation",
        extraInfo: checks < MOST_CHECKS ? {} : {
          reason: `${verdict.sentence} The device was asked ${MOST_CHECKS} times.`,
        },
      };
  }
}

/** How often in a row a device has said that it has no licence. */
function licenceAttempts(row: TargetArtifactRow | undefined): number {
  const info = row?.status === "Failed" ? row.extraInfo : null;
  const count: unknown = typeof info === "object" && info !== null ? Reflect.get(info, "licence_attempts") : 0;
  return typeof count === "number" ? count : 0;
}

type Answer = Extract<Effect, { kind: "storeApp" }>;

/** Returns what an answer means that is no acknowledgement. */
async function refusal(
  tx: Tx,
  runtime: Needs,
  { channelId }: ArtifactOwner,
  row: TargetArtifactRow | undefined,
  { artifactVersion: versionId, errors, rejection }: Answer,
): Promise<Finding | undefined> {
  const info = failureInfo(errors);
  const described = (more: Record<string, Json>): Json => ({ ...Object(info), ...more });
  if (errors.some(({ ErrorCode }) => isLicenceError(ErrorCode))) {
    const asset = (await loadStoreAppVersions(tx, [versionId])).get(versionId)?.locationAssetId;
    const [key] = asset === undefined ? [] : await findNeeds(tx, channelId, [asset]);
    const attempt = licenceAttempts(row) + 1;
    const seconds = key === undefined ? undefined : await licenceNotSeen(tx, runtime, key, attempt);
    const reason = "The App Store does not know of the licence yet, though Apple has assigned it.";
    return {
      status: "Failed",
      extraInfo: described({ reason, licence_attempts: attempt }),
      ...(seconds === undefined ? { final: true } : { retrySeconds: seconds }),
    };
  }
  if (rejection === null) return { status: "Failed", extraInfo: info };
  const verdict = rejectionVerdict(rejection);
  if (verdict.state !== "failed") return undefined;
  return {
    status: "Failed",
    extraInfo: described({ reason: verdict.sentence, rejection }),
    ...(verdict.final ? { final: true } : {}),
  };
}

/** Records a device's answer to the command. */
export async function recordStoreAppAnswer(
  tx: Tx,
  runtime: Needs,
  by: By,
  owner: ArtifactOwner,
  answer: Answer,
): Promise<void> {
  const { artifactVersion: versionId, contentRevision, attempt, state } = answer;
  const { channelId } = owner;
  const about = { versionId, contentRevision, via: "command" as const, uniqueInstallIdentifier: attempt };
  const find = async () => (await findTargetArtifacts(tx, channelId)).find((row) => row.versionId === versionId);
  const failure = answer.refused || answer.rejection !== null
    ? await refusal(tx, runtime, owner, await find(), answer)
    : undefined;
  const said = state === null ? undefined : storeVerdict(state);
  const ended = failure ??
    (said?.state === "failed" || said?.state === "declined" ? findingOf(said, state ?? "", 0) : undefined);
  if (ended !== undefined) {
    await recordSeen(tx, runtime, by, owner, [{ ...about, ...ended }]);
    return;
  }
  const begun: Finding = said?.state === "in progress"
    ? findingOf(said, state ?? "", 0)
    : { status: "AwaitingConfirmation", extraInfo: {} };
  await recordSeen(tx, runtime, by, owner, [{ ...about, ...begun }]);
  await setStoreVersionAsked(tx, channelId, versionId, answer.storeVersion);
  const row = await find();
  if (row === undefined) return;
  if (row.bundleIds === null) {
    // Without the catalogue's word nothing says which app of a list it is.
    await recordSeen(tx, runtime, by, owner, [{ ...about, status: "Acknowledged", extraInfo: {} }]);
    await commitNeeds(tx, runtime, channelId, [row]);
    return;
  }
  await setCheck(tx, channelId, versionId, 0, after(runtime, FIRST_CHECK));
}

/** A list of managed apps; `identifiers` is the question, if it was for some. */
export type ManagedAppList = { apps: readonly ManagedApp[]; identifiers: readonly string[] | null };

type StoreRow = TargetArtifactRow & { locationAssetId: number; bundleIds: string[] };

const isStoreRow = (row: TargetArtifactRow): row is StoreRow =>
  row.via === "command" && row.locationAssetId !== null && row.bundleIds !== null;
const isAwaited = ({ status }: TargetArtifactRow): boolean => status === "AwaitingConfirmation";

const aboutRow = ({ versionId, contentRevision, uniqueInstallIdentifier }: TargetArtifactRow) => ({
  versionId,
  contentRevision,
  uniqueInstallIdentifier,
  via: "command" as const,
});

const NOT_LISTED: StoreVerdict = { state: "unknown", sentence: "The device does not list the app." };

/** Takes a list of managed apps into account. */
export async function confirmManagedApps(
  tx: Tx,
  runtime: Needs,
  by: By,
  owner: ArtifactOwner,
  { apps, identifiers }: ManagedAppList,
): Promise<void> {
  const listed = new Map(apps.map((app) => [app.identifier, app]));
  const covers = ({ bundleIds }: StoreRow) => identifiers === null || bundleIds.some((id) => identifiers.includes(id));
  const rows = (await findTargetArtifacts(tx, owner.channelId)).filter(isStoreRow)
    .filter((row) => (isAwaited(row) || row.status === "Installed") && covers(row));
  const seen: SeenVersion[] = [];
  const verified: string[] = [];
  for (const row of rows) {
    const app = row.bundleIds.flatMap((id) => listed.get(id) ?? [])[0];
    const verdict = app === undefined ? NOT_LISTED : storeVerdict(app.status);
    const isManaged = verdict.state === "installed" && verdict.managed;
    if (isManaged) verified.push(row.versionId);
    if (app !== undefined && isManaged && app.externalVersion !== "") {
      await setStoreVersion(tx, owner.channelId, row.versionId, app.externalVersion);
    }
    if (isAwaited(row)) {
      seen.push({ ...aboutRow(row), ...findingOf(verdict, app?.status ?? "", row.checks + 1) });
    } else if (verdict.state === "removed") {
      seen.push({ ...aboutRow(row), ...findingOf(verdict, app?.status ?? "", 0) });
    }
  }
  await recordSeen(tx, runtime, by, owner, seen);
  await commitNeeds(
    tx,
    runtime,
    owner.channelId,
    rows.filter(({ versionId }) => seen.some((one) => one.versionId === versionId && one.status === "Installed")),
  );
  await storeAppsAskedAgain(tx, runtime, owner, rows.filter(isAwaited));
  await markVerified(tx, owner.channelId, verified, runtime.clock.now());
}

/** Notes that the licences of installed apps are in use. */
export async function commitNeeds(
  tx: Tx,
  runtime: Needs,
  channelId: ChannelId,
  rows: readonly Pick<TargetArtifactRow, "locationAssetId">[],
): Promise<void> {
  const assets = rows.flatMap(({ locationAssetId }) => locationAssetId ?? []);
  if (assets.length > 0) await commitLicences(tx, runtime, await findNeeds(tx, channelId, assets));
}

/** Sets the next question for installations that were asked about, whatever the answer. */
export async function storeAppsAskedAgain(
  tx: Tx,
  runtime: Needs,
  { channelId }: ArtifactOwner,
  rows: readonly TargetArtifactRow[],
): Promise<void> {
  for (const { versionId, checks } of rows) {
    const asked = checks + 1;
    await setCheck(tx, channelId, versionId, asked, asked < MOST_CHECKS ? after(runtime, checkDelay(asked)) : null);
  }
}

/**
 * Takes a list of all apps into account. It does not say whether an app is managed, so that it confirms only on Macs that
 * have no list of managed apps (`confirms`); a complete one shows what was removed.
 */
export async function confirmStoreAppsListed(
  tx: Tx,
  runtime: Needs,
  by: By,
  owner: ArtifactOwner,
  rows: readonly TargetArtifactRow[],
  { apps, pending, complete, confirms }: {
    apps: readonly InstalledApp[];
    pending: readonly PendingApp[];
    complete: boolean;
    confirms: boolean;
  },
): Promise<void> {
  const here = new Set([...apps, ...pending].flatMap(({ identifier }) => identifier ?? []));
  const ready = new Set(apps.flatMap(({ identifier }) => identifier ?? []));
  const seen: SeenVersion[] = [];
  const [done, waiting]: [StoreRow[], StoreRow[]] = [[], []];
  for (const row of rows.filter(isStoreRow)) {
    if (isAwaited(row) && confirms) {
      const isReady = row.bundleIds.some((id) => ready.has(id));
      const verdict: StoreVerdict = isReady
        ? { state: "installed", managed: false, sentence: "The device lists the app." }
        : NOT_LISTED;
      seen.push({ ...aboutRow(row), ...findingOf(verdict, "", row.checks + 1) });
      (isReady ? done : waiting).push(row);
    } else if (
      complete && row.status === "Installed" && row.verifiedAt !== null && !row.bundleIds.some((id) => here.has(id))
    ) {
      seen.push({ ...aboutRow(row), status: "Uninstalled", extraInfo: { reason: NOT_LISTED.sentence } });
    }
  }
  if (seen.length === 0) return;
  await recordSeen(tx, runtime, by, owner, seen);
  await commitNeeds(tx, runtime, owner.channelId, done);
  await storeAppsAskedAgain(tx, runtime, owner, [...done, ...waiting]);
  await markVerified(tx, owner.channelId, done.map(({ versionId }) => versionId), runtime.clock.now());
}
