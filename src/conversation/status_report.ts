/**
 * Processes a status report: the OS version, the device's capabilities, the state of each declaration, and all its
 * items with their history. If that changes the plan, the device is woken again, so that the next step of a chain
 * follows immediately.
 *
 * @module
 */

import { findTargetArtifacts, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import { findSpeaker, findSystem, findTarget } from "../../db/devices/devices.ts";
import {
  deleteStatusItems,
  findStatusItems,
  putStatusItems,
  type StatusItemRow,
  touchStatusItems,
} from "../../db/devices/status_items.ts";
import { type EnrollmentChange, updateEnrollment } from "../../db/enrollment/enrollments.ts";
import type { Json, Statement } from "../../db/open.ts";
import { findChannelPlan, recordCapabilities, recordStatusReported, wakeChannel } from "../../db/work/channel_plans.ts";
import { lockChannels } from "../../db/work/channels.ts";
import { flattenStatus, MAX_ITEMS, statusItemFacts } from "../apple_schema/status.ts";
import {
  configuresApp,
  type DeclaredApp,
  declaresApp,
  MANAGED_LIST,
  readDeclaredApps,
  seenInList,
  settleDeclaredApps,
  withApp,
} from "../blueprints/declared_apps.ts";
import { declarationIdentifier } from "../blueprints/identifiers.ts";
import { morePresent, type ObservedStatus } from "../blueprints/observed_artifact.ts";
import { recordSeen, type SeenVersion } from "../blueprints/record_observations.ts";
import type { CommandTarget } from "../commands/command.ts";
import type { DeclarationStatus, StatusReport } from "../declarations/report.ts";
import { readServerToken } from "../declarations/server_token.ts";
import { identifierPrefix } from "../downloads/profile_identifier.ts";
import { foreignText } from "../foreign_text.ts";
import { PLATFORMS } from "../protocol/platform.ts";
import { sameJson } from "../same_json.ts";
import { redeliver, variablesOf } from "../variables/redeliver.ts";
import { artifactOwnerOf, type Conversation, type Owner } from "./conversation.ts";
import { mustServe } from "./must_serve.ts";

/** Items of a channel that are kept: reports of parts add up. */
const MAX_KEPT = 2 * MAX_ITEMS;
/**
 * The limit of the lists of one report merged with the stored ones, in characters of JSON; beyond it, a part replaces
 * the list.
 */
const MAX_MERGED = 2 * 1024 * 1024;
/** The approximate limits in bytes of JSON of one item, of all items of a channel, and of a device's capabilities. */
const MAX_VALUE = { item: 2 * 1024 * 1024, channel: 8 * 1024 * 1024, capabilities: 32 * 1024 };
const CAPABILITIES = "management.client-capabilities";
/** The longest token that is kept. */
const MAX_TOKEN = 256;

/** Returns the effect of a declaration's state on its artifact. */
function observedStatus({ active, valid }: Pick<DeclarationStatus, "active" | "valid">): ObservedStatus {
  if (valid === "valid") return active ? "Installed" : "Uninstalled";
  if (valid === "unknown") return active ? "AwaitingConfirmation" : "Uninstalled";
  return "Failed";
}

/** Returns the states of versions in a report, each once. Only those that `known` admits count. */
export function seenVersions(
  declarations: readonly DeclarationStatus[],
  known: (versionId: string) => boolean,
  apps: ReadonlyMap<string, DeclaredApp> | null = null,
): SeenVersion[] {
  const seen = new Map<string, SeenVersion>();
  for (const declaration of declarations) {
    const { versionId, contentRevision } = readServerToken(declaration.serverToken);
    // The attack: an enrolled device reports failures of versions that it never got, and halts the rollout for all
    // others.
    if (!known(versionId) || configuresApp(declaration.identifier)) continue;
    const status = observedStatus(declaration);
    const before = seen.get(versionId);
    if (before !== undefined && morePresent(before.status, status) === before.status) continue;
    const { active, valid, reasons, identifier } = declaration;
    const one: SeenVersion = {
      versionId,
      status,
      via: "declaration",
      contentRevision,
      extraInfo: { active, valid, ...(reasons === undefined ? {} : { reasons: JSON.parse(JSON.stringify(reasons)) }) },
      uniqueInstallIdentifier: foreignText(declaration.serverToken, MAX_TOKEN),
    };
    seen.set(versionId, apps !== null && declaresApp(identifier) ? withApp(one, apps.get(identifier)) : one);
  }
  return [...seen.values()];
}

const identifierOf = (item: Json): string | undefined => {
  const identifier = typeof item === "object" && item !== null ? Reflect.get(item, "identifier") : undefined;
  return typeof identifier === "string" ? identifier : undefined;
};

/**
 * Returns the value of an item after a report: lists of identified entries are partial, with `_removed` for removed
 * ones.
 */
function mergedValue(before: Json, after: Json, full: boolean): Json {
  if (full || !Array.isArray(before) || !Array.isArray(after) || after.length === 0) return after;
  if (![...before, ...after].every((item) => identifierOf(item) !== undefined)) return after;
  const merged = new Map<string, Json>(before.map((item) => [identifierOf(item) ?? "", item]));
  for (const item of after) {
    const identifier = identifierOf(item) ?? "";
    if (typeof item === "object" && item !== null && Reflect.get(item, "_removed") === true) merged.delete(identifier);
    else merged.set(identifier, item);
  }
  return [...merged.values()];
}

const text = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);

const sizeOf = (value: Json): number => JSON.stringify(value).length;

/** The stored form of an item that is too large. */
const TOO_LARGE: Json = [{ Code: "TooLarge", Description: "The server keeps no value of this size." }];

/** The parts of a report that are not stored, for its event. */
export type NotKept = {
  /** The names of items that are too large. */
  refused: string[];
  /** Whether the day's history of the channel is used up with this report, and was not before. */
  historyUsedUp: boolean;
};

/** Stores the items of a report. Returns their values, and the parts that are not stored. */
async function keepItems(
  { tx, owner, now }: Conversation,
  report: StatusReport,
  rows: readonly StatusItemRow[],
): Promise<NotKept & { items: Map<string, Json> }> {
  const before = new Map(rows.map((row) => [row.path, row]));
  const after = new Map<string, { value: Json; error: Json }>();
  // The attack: a device that names other items in each report, or adds to a list with each, fills the database.
  let room = report.full ? MAX_KEPT : MAX_KEPT - before.size;
  const fits = (path: string) => after.has(path) || (!report.full && before.has(path)) || room-- > 0;
  let length = 0;
  // The attack: each report adds an item of megabytes, until the items of the device can no longer be read.
  let bytes = report.full ? 0 : [...before.values()].reduce((sum, { value }) => sum + sizeOf(value), 0);
  const refused: string[] = [];
  for (const { path, value } of flattenStatus(report.items)) {
    if (!fits(path)) continue;
    let merged = mergedValue(before.get(path)?.value ?? null, value, report.full);
    if (merged !== value && (length += sizeOf(merged)) > MAX_MERGED) merged = value;
    const size = sizeOf(merged);
    const freed = report.full ? 0 : sizeOf(before.get(path)?.value ?? null);
    const most = path === CAPABILITIES ? MAX_VALUE.capabilities : MAX_VALUE.item;
    if (size > most || bytes - freed + size > MAX_VALUE.channel) {
      refused.push(path);
      after.set(path, { value: null, error: TOO_LARGE });
      bytes -= freed;
    } else {
      after.set(path, { value: merged, error: null });
      bytes += size - freed;
    }
  }
  for (const { item, reasons } of report.errors) {
    const path = foreignText(item, 200);
    if (!fits(path)) continue;
    after.set(path, { value: before.get(path)?.value ?? null, error: JSON.parse(JSON.stringify(reasons ?? [])) });
  }
  const changed = [...after].filter(([path, { value, error }]) => {
    const row = before.get(path);
    return row === undefined || !sameJson(row.value, value) || !sameJson(row.error, error);
  });
  const written = changed.map(([path, item]) => ({ path, ...item, published: statusItemFacts(path) !== null }));
  const names = new Set(changed.map(([path]) => path));
  const gone = report.full ? [...before.keys()].filter((path) => !after.has(path)) : [];
  const [usedUpByChanges, , usedUpByRemovals] = await Promise.all([
    putStatusItems(tx, owner, written, now),
    touchStatusItems(tx, owner.channelId, [...after.keys()].filter((path) => !names.has(path)), now),
    deleteStatusItems(tx, owner, gone, now),
  ]);
  const historyUsedUp = usedUpByChanges || usedUpByRemovals;
  return { items: new Map([...after].map(([path, { value }]) => [path, value])), refused, historyUsedUp };
}

/**
 * Returns the OS version in a report, in the form for the enrollment; nothing on a user's channel. A report of another
 * version than `before` without a supplement has none: the stored supplement belonged to the previous version.
 */
function systemChange(
  owner: Owner,
  before: CommandTarget,
  items: ReadonlyMap<string, Json>,
): EnrollmentChange {
  if (owner.userKey !== "") return {};
  const of = (name: string) => text(items.get(`device.operating-system.${name}`));
  const [version, build] = [of("version"), of("build-version")];
  const [extra, extraBuild] = [of("supplemental.extra-version"), of("supplemental.build-version")];
  const another = version !== undefined && version !== before.osVersion.split(" ", 1)[0];
  const family = PLATFORMS.find((platform) => platform === of("family"));
  return {
    ...(before.platform !== null || family === undefined ? {} : { platform: family }),
    ...(version === undefined ? {} : { osVersion: version }),
    ...(build === undefined ? {} : { buildVersion: build }),
    ...(extra !== undefined ? { osVersionExtra: extra } : another ? { osVersionExtra: "" } : {}),
    ...(extraBuild !== undefined
      ? { buildVersionExtra: extraBuild === build ? "" : extraBuild }
      : another
      ? { buildVersionExtra: "" }
      : {}),
  };
}

/**
 * Processes a report of a channel. Returns the parts that are not stored. `last` is written together with the commit.
 */
export async function takeStatusReport(
  conversation: Conversation,
  last: Statement[],
  report: StatusReport,
): Promise<NotKept> {
  const { tx, runtime, by, owner, now } = conversation;
  const { channelId } = owner;
  // One report of a channel at a time: the next one is compared with the result of this one.
  const channel = owner.userKey === "" ? "Device" : "User";
  const [, known, rows, speaker, system, artifacts] = await Promise.all([
    lockChannels(tx, [channelId]),
    findChannelPlan(tx, channelId),
    findStatusItems(tx, channelId),
    findSpeaker(tx, owner.enrollmentId, channel),
    findSystem(tx, owner.enrollmentId),
    report.declarations === null && !Object.hasOwn(report.items, "app") ? [] : findTargetArtifacts(tx, channelId),
  ]);
  if (speaker === undefined) throw new Error(`Cannot find the enrollment ${owner.enrollmentId}`);
  mustServe(speaker);
  const before = speaker.target;
  const { items, refused, historyUsedUp } = await keepItems(conversation, report, rows);
  const change = systemChange(owner, before, items);
  let target = before;
  if (Object.entries(change).some(([name, value]) => Reflect.get(system, name) !== value)) {
    const facts = await updateEnrollment(tx, owner.enrollmentId, change, now);
    await redeliver(tx, runtime, { deviceId: owner.deviceId }, variablesOf(facts), "device");
    target = await findTarget(tx, owner.enrollmentId, channel);
  }
  let changed = target.osVersion !== before.osVersion || target.platform !== before.platform;
  const capabilities = items.get(CAPABILITIES);
  // One that is too large keeps the known facts of the device.
  const told = capabilities !== undefined && !refused.includes(CAPABILITIES);
  if (told && await recordCapabilities(tx, channelId, capabilities, now)) changed = true;
  const apps = readDeclaredApps(
    items.has(MANAGED_LIST) ? items.get(MANAGED_LIST) : rows.find(({ path }) => path === MANAGED_LIST)?.value,
  );
  const prefix = identifierPrefix(runtime.config);
  const identifierOf = ({ type, artifactId }: TargetArtifactRow) => declarationIdentifier(prefix, type, artifactId);
  const artifactOwner = artifactOwnerOf({ owner, target });
  if (report.declarations !== null) {
    const versions = new Set([
      ...Object.values({ ...known?.advertisedBefore, ...known?.advertised }).map(({ version }) => version),
      ...artifacts.map(({ versionId }) => versionId),
    ]);
    const seen = seenVersions(report.declarations, (id) => versions.has(id), apps);
    const promised = new Set(Object.values(known?.advertised ?? {}).flatMap(({ version }) => version ?? []));
    const options = { exhaustive: true, promised };
    if (await recordSeen(tx, runtime, by, artifactOwner, seen, { ...options, known: artifacts })) {
      changed = true;
    }
  } else if (apps !== null && items.has(MANAGED_LIST)) {
    const seen = seenInList(artifacts, apps, identifierOf);
    if (await recordSeen(tx, runtime, by, artifactOwner, seen, { known: artifacts })) changed = true;
  }
  if (apps !== null && apps.size > 0) await settleDeclaredApps(tx, runtime, artifactOwner, apps, identifierOf);
  last.push(recordStatusReported(tx, channelId, now));
  if (changed) await wakeChannel(tx, channelId, now);
  return { refused, historyUsedUp };
}
