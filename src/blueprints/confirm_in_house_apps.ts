/**
 * What a device's list of managed apps says of an organization's own apps. Only it says that a person has declined one, and
 * it does so once; it does not say which version is installed. That is asked afterwards, with the list of all apps.
 *
 * @module
 */

import { findTargetArtifacts, setCheck, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import type { Tx } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { askAgain, checkDelay } from "./confirm_apps.ts";
import { findingOf, type ManagedAppList } from "./confirm_store_apps.ts";
import { type ArtifactOwner, recordSeen, type SeenVersion } from "./record_observations.ts";
import { storeVerdict } from "./store_app_states.ts";

type InHouseRow = TargetArtifactRow & { bundleIds: string[] };

const isInHouse = (row: TargetArtifactRow): row is InHouseRow =>
  row.via === "command" && row.locationAssetId === null && row.bundleIds !== null;
const isAwaited = ({ status }: TargetArtifactRow): boolean => status === "AwaitingConfirmation";

/** Takes a list of managed apps into account. Returns the identifiers of the apps whose version is to be asked for now. */
export async function confirmInHouseApps(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  owner: ArtifactOwner,
  { apps, identifiers }: ManagedAppList,
): Promise<string[]> {
  const listed = new Map(apps.map((app) => [app.identifier, app.status]));
  const covers = ({ bundleIds }: InHouseRow) =>
    identifiers === null || bundleIds.some((id) => identifiers.includes(id));
  const rows = (await findTargetArtifacts(tx, owner.channelId)).filter(isInHouse)
    .filter((row) => (isAwaited(row) || row.status === "Installed") && covers(row));
  const seen: SeenVersion[] = [];
  const [later, now]: [InHouseRow[], InHouseRow[]] = [[], []];
  for (const row of rows) {
    const { versionId, contentRevision, uniqueInstallIdentifier } = row;
    const state = row.bundleIds.flatMap((id) => listed.get(id) ?? [])[0];
    const verdict = state === undefined ? undefined : storeVerdict(state);
    const open = verdict === undefined || verdict.state === "installed" || verdict.state === "unknown";
    if (isAwaited(row)) (open ? now : later).push(row);
    if (open || (!isAwaited(row) && verdict.state !== "removed")) continue;
    const about = { versionId, contentRevision, uniqueInstallIdentifier, via: "command" as const };
    seen.push({ ...about, ...findingOf(verdict, state ?? "", row.checks + 1) });
  }
  await recordSeen(tx, runtime, by, owner, seen);
  await askAgain(tx, owner, later, runtime.clock.now());
  // The answer to the next question counts; until then this one is not repeated.
  for (const { versionId, checks } of now) {
    const at = new Date(runtime.clock.now().getTime() + checkDelay(checks) * 1000);
    await setCheck(tx, owner.channelId, versionId, checks, at);
  }
  return [...new Set(now.flatMap(({ bundleIds }) => bundleIds))];
}
