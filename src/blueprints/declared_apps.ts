/**
 * Apps that devices got as declarations: a declaration in force only means that the device follows it. What it says of its
 * apps (the status item `app.managed.list`) is the state of the app, the same as of one that a command has installed.
 *
 * @module
 */

import {
  findTargetArtifacts,
  markVerified,
  setStoreVersion,
  type TargetArtifactRow,
} from "../../db/artifacts/target_artifacts.ts";
import { findNeeds } from "../../db/apps/licence_needs.ts";
import type { Json, Tx } from "../../db/open.ts";
import { licenceNotSeen } from "../apps/licences.ts";
import { foreignText } from "../foreign_text.ts";
import type { Runtime } from "../runtime.ts";
import { ARTIFACT_TYPES, artifactType } from "./artifact_types.ts";
import { commitNeeds, findingOf } from "./confirm_store_apps.ts";
import type { ArtifactOwner, SeenVersion } from "./record_observations.ts";
import { declaredVerdict, type StoreVerdict } from "./store_app_states.ts";

/** The status item. */
export const MANAGED_LIST = "app.managed.list";

const PATHS = ARTIFACT_TYPES.filter((type) => artifactType(type).declaredAs === "com.apple.configuration.app.managed")
  .map((type) => `.${artifactType(type).path}.`);

/** Whether a declaration's identifier is that of a store app. */
export const declaresApp = (identifier: string): boolean => PATHS.some((path) => identifier.includes(path));

/** Whether a declaration's identifier is that of the configuration of a store app, which says nothing of the app. */
export const configuresApp = (identifier: string): boolean =>
  PATHS.some((path) => identifier.includes(`${path.slice(0, -1)}-configuration.`));

/** What a device says of an app. */
export type DeclaredApp = { state: string; storeVersion: string; codes: string[]; description: string };

const isDict = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function appOf(item: { readonly [key: string]: Json }): DeclaredApp {
  const version = item["external-version-id"];
  const reasons = Array.isArray(item["reasons"]) ? item["reasons"].filter(isDict).slice(0, 16) : [];
  const texts = (key: string) => reasons.flatMap((one) => typeof one[key] === "string" ? [foreignText(one[key])] : []);
  return {
    state: typeof item["state"] === "string" ? foreignText(item["state"], 64) : "",
    storeVersion: typeof version === "number" && Number.isSafeInteger(version) ? String(version) : "",
    codes: texts("code"),
    description: texts("description")[0] ?? "",
  };
}

/** Returns what a device says of its apps, by the identifier of their declaration; null if it does not say it at all. */
export function readDeclaredApps(value: Json | undefined): Map<string, DeclaredApp> | null {
  if (!Array.isArray(value)) return null;
  return new Map(
    value.filter(isDict).flatMap((item) => {
      const identifier = item["declaration-identifier"];
      return typeof identifier === "string" ? [[identifier, appOf(item)] as const] : [];
    }),
  );
}

const NOT_SAID: StoreVerdict = {
  state: "in progress",
  progress: "queued",
  sentence: "The device follows the declaration, and has not reported the app yet.",
};

function verdictOf({ state, codes, description }: DeclaredApp): StoreVerdict {
  const verdict = declaredVerdict(state);
  if (verdict.state !== "failed") return verdict;
  if (codes.includes("Error.UserRejected")) return { state: "declined", sentence: "The user declined the app." };
  return description === "" ? verdict : { ...verdict, sentence: description };
}

/**
 * Returns the observation of a declared version with the state of its app. A declaration that is not in force says enough
 * itself.
 */
export function withApp(seen: SeenVersion, app: DeclaredApp | undefined): SeenVersion {
  const info = seen.extraInfo;
  if (!isDict(info) || info["active"] !== true || info["valid"] !== "valid") return seen;
  const { active, valid } = info;
  const verdict = app === undefined ? NOT_SAID : verdictOf(app);
  const { extraInfo, ...finding } = findingOf(verdict, app?.state ?? "", 0);
  // A download that fails would fail again at once.
  const paused = verdict.state === "failed" && !verdict.final ? { paused: true as const } : {};
  const codes = app === undefined || app.codes.length === 0 ? {} : { codes: app.codes };
  return { ...seen, ...finding, ...paused, extraInfo: { active, valid, ...codes, ...Object(extraInfo) } };
}

/** Returns the observations that a list of apps alone implies, of versions that are declared. */
export function seenInList(
  rows: readonly TargetArtifactRow[],
  apps: ReadonlyMap<string, DeclaredApp>,
  identifierOf: (row: TargetArtifactRow) => string,
): SeenVersion[] {
  return rows.filter(({ via, locationAssetId }) => via === "declaration" && locationAssetId !== null).map((row) => {
    const { versionId, status, contentRevision, extraInfo, uniqueInstallIdentifier } = row;
    const before: SeenVersion = {
      versionId,
      status,
      via: "declaration",
      contentRevision,
      extraInfo,
      uniqueInstallIdentifier,
    };
    return withApp(before, apps.get(identifierOf(row)));
  });
}

/** What follows from the state of declared apps: licences are in use, or not known to the App Store. */
export async function settleDeclaredApps(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  { channelId }: ArtifactOwner,
  apps: ReadonlyMap<string, DeclaredApp>,
  identifierOf: (row: TargetArtifactRow) => string,
): Promise<void> {
  const rows = (await findTargetArtifacts(tx, channelId)).filter(({ via, locationAssetId }) =>
    via === "declaration" && locationAssetId !== null
  );
  const managed = rows.filter(({ status, extraInfo }) =>
    status === "Installed" && isDict(extraInfo) && extraInfo["managed"] === true
  );
  for (const row of managed) {
    const version = apps.get(identifierOf(row))?.storeVersion ?? "";
    if (version !== "") await setStoreVersion(tx, channelId, row.versionId, version);
  }
  const fresh = managed.filter(({ verifiedAt }) => verifiedAt === null);
  await commitNeeds(tx, runtime, channelId, fresh);
  await markVerified(tx, channelId, fresh.map(({ versionId }) => versionId), runtime.clock.now());
  for (const row of rows) {
    if (row.status !== "Failed" || apps.get(identifierOf(row))?.codes.includes("Error.LicenseNotFound") !== true) {
      continue;
    }
    const [key] = await findNeeds(tx, channelId, [row.locationAssetId ?? 0]);
    if (key !== undefined) await licenceNotSeen(tx, runtime, key, 1);
  }
}
