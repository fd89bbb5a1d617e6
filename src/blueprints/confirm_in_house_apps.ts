/**
 * What a device's list of managed apps says of an organization's own apps. Only it says that a person has declined one, and
 * it does so once; it does not say which version is installed. That is asked afterwards, with the list of all apps.
 *
 * @module
 */

import { findTargetArtifacts, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import type { Tx } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { askAgain } from "./confirm_apps.ts";
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
  const [awaited, open]: [InHouseRow[], InHouseRow[]] = [[], []];
  for (const row of rows) {
    const { versionId, contentRevision, uniqueInstallIdentifier } = row;
    const state = row.bundleIds.flatMap((id) => listed.get(id) ?? [])[0];
    const verdict = state === undefined ? undefined : storeVerdict(state);
    const isOpen = verdict === undefined || verdict.state === "installed" || verdict.state === "unknown";
    if (isAwaited(row)) awaited.push(row);
    if (isAwaited(row) && isOpen) open.push(row);
    if (isOpen || (!isAwaited(row) && verdict.state !== "removed")) continue;
    const about = { versionId, contentRevision, uniqueInstallIdentifier, via: "command" as const };
    seen.push({ ...about, ...findingOf(verdict, state ?? "", row.checks + 1) });
  }
  await recordSeen(tx, runtime, by, owner, seen);
  // Now, whatever comes of the question that follows: a device that answers only this one is not asked for ever.
  await askAgain(tx, owner, awaited, runtime.clock.now());
  return [...new Set(open.flatMap(({ bundleIds }) => bundleIds))];
}
