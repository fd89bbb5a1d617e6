/**
 * How far devices are on their way to the updates that they are told to have.
 *
 * @module
 */

import type { DeviceLimit } from "../../db/access/device_limit_views.ts";
import type { DeviceId } from "../../db/ids.ts";
import type { Json } from "../../db/open.ts";
import { updatingDevice, type UpdatingDeviceRow, updatingDevices } from "../../db/updates/update_views.ts";
import { readContent } from "../blueprints/load.ts";
import type { BlueprintContent } from "../blueprints/content.ts";
import { compareOsVersions } from "../protocol/os_version.ts";
import type { Runtime } from "../runtime.ts";
import type { UpdateDecision } from "../updates/enforcement.ts";
import { compareBuilds } from "../updates/select_release.ts";
import { updateFor } from "./update_for.ts";

/**
 * The state of a device: it has the version; it is told of it, and its time has not come (`due`); the time is over and it has
 * not updated (`late`); it tried and failed; there is nothing that it is told to have.
 */
export type UpdateState = "updated" | "due" | "late" | "failed" | "none";

/** A device on its way. */
export type UpdateProgress = {
  device: { id: DeviceId; name: string; serialNumber: string; lastSeenAt: Date | null };
  platform: string | null;
  osVersion: string;
  build: string;
  /** Whether its blueprint has an enforcement. */
  enforced: boolean;
  state: UpdateState;
  decision: UpdateDecision;
  /** The device's own words: what it is doing, and why it failed. */
  installState: string | null;
  failure: { count: number; reason: string } | null;
  pending: string | null;
  /** What holds it up, where it is late or has failed. */
  why: string | null;
};

const BATCH = 500;
/** Days without contact after which silence explains a late update. */
const SILENT_DAYS = 3;

const at = (value: Json | undefined, key: string): Json | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? (value as { readonly [key: string]: Json | undefined })[key]
    : undefined;

function failureOf(value: Json | undefined): UpdateProgress["failure"] {
  const [count, reason] = [at(value, "count"), at(value, "reason")];
  return typeof count === "number" && count > 0 ? { count, reason: typeof reason === "string" ? reason : "" } : null;
}

/** Local times are compared with the earliest and the latest zone: a device is late when it is late everywhere. */
const LATEST_ZONE_MS = 12 * 3_600_000;
const isOver = (localDateTime: string, now: Date): boolean =>
  Date.parse(`${localDateTime}Z`) + LATEST_ZONE_MS < now.getTime();

function whyLate(row: UpdatingDeviceRow, installState: string | null, now: Date): string {
  const silentMs = row.lastSeenAt === null ? Infinity : now.getTime() - row.lastSeenAt.getTime();
  if (silentMs > SILENT_DAYS * 86_400_000) return "It has not been in contact since.";
  switch (installState) {
    case null:
      return "It reports nothing about the update.";
    case "none":
      return "It has no update pending: it may not have found one that fits, or not have the declaration yet.";
    case "waiting":
    case "downloading":
      return "It is still loading the update.";
    case "prepared":
      return "The update is ready. It installs after a restart, with enough battery or power.";
    case "installing":
      return "It is installing the update.";
    default:
      return `It reports "${installState}".`;
  }
}

/** Returns the progress of a row. Pure. */
function progressOf(row: UpdatingDeviceRow, content: BlueprintContent, now: Date): UpdateProgress {
  const osVersion = `${row.osVersion} ${row.osVersionExtra}`.trim();
  const build = row.buildVersionExtra || row.buildVersion;
  const decision = updateFor({
    blueprint: content,
    target: { ...row, osVersion, channel: "Device" },
    artifacts: {
      tags: new Set(row.tags),
      update: { build, softwareUpdateDeviceId: row.softwareUpdateDeviceId || row.model },
      declarative: { clientCapabilities: row.clientCapabilities },
    },
  }, now);
  const said = row.reported["install-state"]?.value;
  const installState = typeof said === "string" ? said : null;
  const failure = failureOf(row.reported["failure-reason"]?.value);
  const version = at(row.reported["pending-version"]?.value, "os-version");
  const { target } = decision;
  const has = target !== null && (compareOsVersions(row.osVersion, target.osVersion) > 0 ||
    (compareOsVersions(row.osVersion, target.osVersion) === 0 &&
      (target.buildVersion === "" || compareBuilds(build, target.buildVersion) >= 0)));
  const state: UpdateState = target === null
    ? "none"
    : has
    ? "updated"
    : failure !== null || installState === "failed"
    ? "failed"
    : isOver(target.localDateTime, now)
    ? "late"
    : "due";
  return {
    device: { id: row.id, name: row.name, serialNumber: row.serialNumber, lastSeenAt: row.lastSeenAt },
    platform: row.platform,
    osVersion,
    build,
    enforced: content.enforcements.length > 0,
    state,
    decision,
    installState,
    failure,
    pending: typeof version === "string" && version !== "" ? version : null,
    why: state === "failed"
      ? failure?.reason || "It reports that the update failed."
      : state === "late"
      ? whyLate(row, installState, now)
      : null,
  };
}

/**
 * Shows `see` the progress of each device of some blueprints, by id; with `only`, of those that it covers. However large the fleet is, only some devices at a time are in
 * memory.
 */
export async function eachUpdateProgress(
  { sql, clock }: Pick<Runtime, "sql" | "clock">,
  blueprintIds: readonly number[],
  see: (one: UpdateProgress) => void,
  only?: DeviceLimit,
): Promise<void> {
  const contents = new Map<number, BlueprintContent>();
  for (const id of blueprintIds) {
    const found = await readContent(sql, id);
    if (found !== null) contents.set(id, found.content);
  }
  const now = clock.now();
  for (let after = 0;;) {
    const rows = await updatingDevices(sql, blueprintIds, after, BATCH, only);
    for (const row of rows) {
      const content = contents.get(row.blueprintId);
      if (content !== undefined) see(progressOf(row, content, now));
      after = row.id;
    }
    if (rows.length < BATCH) return;
  }
}

/** Returns the progress of one device; undefined if it is not enrolled or has no blueprint. */
export async function deviceUpdateProgress(
  runtime: Pick<Runtime, "sql" | "clock">,
  id: DeviceId,
): Promise<UpdateProgress | undefined> {
  const row = await updatingDevice(runtime.sql, id);
  const found = row === undefined ? null : await readContent(runtime.sql, row.blueprintId);
  return row === undefined || found === null ? undefined : progressOf(row, found.content, runtime.clock.now());
}
