/**
 * Compares the apps that a device lists with those that it was sent: what it has accepted is then installed, on its way,
 * declined or failed; what was installed and is listed no more was removed by a person.
 *
 * @module
 */

import {
  findBundlesOf,
  findTargetArtifacts,
  markVerified,
  setCheck,
  type TargetArtifactRow,
} from "../../db/artifacts/target_artifacts.ts";
import type { Tx } from "../../db/open.ts";
import type { InstalledApp, PendingApp } from "../commands/effect.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { type AppState, appState } from "./app_state.ts";
import { confirmStoreAppsListed, storeAppsAskedAgain } from "./confirm_store_apps.ts";
import { type ArtifactOwner, recordSeen, type SeenVersion } from "./record_observations.ts";

/** Questions for one installation: about a week. */
const MOST_CHECKS = 32;

/** Seconds to the next question after `checks` of them: 15, 20, 27, 37, … */
const checkDelay = (checks: number): number => Math.round(15 * 1.35 ** checks);

/** A list of apps. `identifiers`: the question, if it was for some apps; `complete`: whether it has every app. */
export type AppList = {
  apps: readonly InstalledApp[];
  pending: readonly PendingApp[];
  identifiers: readonly string[] | null;
  complete: boolean;
  /** Whether the device has no list of managed apps. */
  unmanaged: boolean;
};

type Needs = Pick<Runtime, "clock" | "random">;

const isAwaited = ({ status, via }: TargetArtifactRow) => via === "command" && status === "AwaitingConfirmation";
/** Whether an answer is to a question that was due: a list that comes anyway, or after another one, is none of the questions. */
const isDue = ({ checkAt }: TargetArtifactRow, now: Date) => checkAt !== null && checkAt <= now;
const isInstalled = ({ status, via }: TargetArtifactRow) => via === "command" && status === "Installed";

/** Whether a list says something of the apps of a version. */
const covers = ({ identifiers, complete }: AppList, { bundleIds }: TargetArtifactRow): boolean =>
  bundleIds !== null && (identifiers === null ? complete : bundleIds.some((id) => identifiers.includes(id)));

type Finding = Pick<SeenVersion, "status" | "extraInfo" | "final">;

/** Returns the observation that a list implies for an installation that was accepted. */
function awaitedFinding(found: AppState, checks: number): Finding {
  switch (found.state) {
    case "installed":
      return { status: "Installed", extraInfo: { evidence: `The device ${found.evidence}.` } };
    case "in progress":
      return { status: "AwaitingConfirmation", extraInfo: { progress: found.progress } };
    case "failed":
      return { status: "Failed", extraInfo: { reason: found.reason, [found.flag]: true } };
    case "declined":
      // A person's decision: it is asked again when somebody retries.
      return { status: "Failed", extraInfo: { reason: found.reason, [found.flag]: true, declined: true }, final: true };
    case "unknown":
      return {
        status: "AwaitingConfirmation",
        extraInfo: checks < MOST_CHECKS ? {} : {
          reason: `The device ${found.reason}, after ${MOST_CHECKS} questions.`,
        },
      };
  }
}

/** Takes a list of a channel's apps into account. */
export async function confirmApps(
  tx: Tx,
  runtime: Needs,
  by: By,
  owner: ArtifactOwner,
  list: AppList,
): Promise<void> {
  const covered = (await findTargetArtifacts(tx, owner.channelId)).filter((row) => covers(list, row));
  const rows = covered.filter(({ locationAssetId }) => locationAssetId === null);
  const judged = rows.filter((row) => isAwaited(row) || isInstalled(row));
  const bundles = new Map(
    (await findBundlesOf(tx, judged.map(({ versionId }) => versionId))).map((row) => [row.versionId, row.bundles]),
  );
  const now = runtime.clock.now();
  const seen: SeenVersion[] = [];
  const verified: string[] = [];
  for (const row of judged) {
    const { versionId, contentRevision, uniqueInstallIdentifier } = row;
    const about = { versionId, contentRevision, uniqueInstallIdentifier, via: "command" as const };
    const found = appState(bundles.get(versionId) ?? [], list);
    if (found.state === "installed" && found.exact) verified.push(versionId);
    if (isAwaited(row)) {
      seen.push({ ...about, ...awaitedFinding(found, row.checks + (isDue(row, now) ? 1 : 0)) });
    } else if (list.complete && row.verifiedAt !== null && found.state === "unknown") {
      seen.push({ ...about, status: "Uninstalled", extraInfo: { reason: `The device ${found.reason}.` } });
    }
  }
  await recordSeen(tx, runtime, by, owner, seen);
  await askAgain(tx, owner, judged.filter((row) => isAwaited(row) && isDue(row, now)), now);
  await markVerified(tx, owner.channelId, verified, now);
  const storeApps = covered.filter(({ locationAssetId }) => locationAssetId !== null);
  await confirmStoreAppsListed(tx, runtime, by, owner, storeApps, { ...list, confirms: list.unmanaged });
}

/** Sets the next question for installations that were asked about, whatever the answer. */
export async function askAgain(
  tx: Tx,
  { channelId }: ArtifactOwner,
  rows: readonly TargetArtifactRow[],
  now: Date,
): Promise<void> {
  for (const { versionId, checks } of rows) {
    const asked = checks + 1;
    const at = asked < MOST_CHECKS ? new Date(now.getTime() + checkDelay(asked) * 1000) : null;
    await setCheck(tx, channelId, versionId, asked, at);
  }
}

/** Takes into account that a device gave no list: the question is asked again later, not at once. */
export async function confirmationRefused(tx: Tx, runtime: Needs, owner: ArtifactOwner): Promise<void> {
  const now = runtime.clock.now();
  const rows = (await findTargetArtifacts(tx, owner.channelId)).filter((row) => isAwaited(row) && isDue(row, now));
  const isStoreApp = ({ locationAssetId }: TargetArtifactRow) => locationAssetId !== null;
  await askAgain(tx, owner, rows.filter((row) => !isStoreApp(row)), now);
  await storeAppsAskedAgain(tx, runtime, owner, rows.filter(isStoreApp));
}

/**
 * Records that a device has accepted the installation of a version: it is asked for its apps from then on. A version
 * without apps cannot be confirmed, so it counts as installed.
 */
export async function recordBegun(
  tx: Tx,
  runtime: Needs,
  by: By,
  owner: ArtifactOwner,
  { versionId, contentRevision, attempt }: { versionId: string; contentRevision: number; attempt: string },
): Promise<void> {
  const [app] = await findBundlesOf(tx, [versionId]);
  await recordSeen(tx, runtime, by, owner, [{
    versionId,
    status: app === undefined ? "Acknowledged" : "AwaitingConfirmation",
    via: "command",
    contentRevision,
    extraInfo: {},
    uniqueInstallIdentifier: attempt,
  }]);
  if (app === undefined) return;
  await setCheck(tx, owner.channelId, versionId, 0, new Date(runtime.clock.now().getTime() + checkDelay(0) * 1000));
}
