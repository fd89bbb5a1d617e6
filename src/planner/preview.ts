/**
 * The effect of a change on the fleet, before it is saved: the change is applied in a transaction that is rolled back,
 * and every device that it could affect is planned before and after. No part of it is a second implementation.
 *
 * @module
 */

import { findUsedBlueprints } from "../../db/blueprints/blueprint_content.ts";
import type { ChannelId, DeviceId } from "../../db/ids.ts";
import { nestedSql } from "../../db/nested.ts";
import type { Db } from "../../db/open.ts";
import { findReplansAfter, lastJobId } from "../../db/work/job_queue.ts";
import {
  findDeviceNames,
  findPlanRows,
  findPlanRowsOf,
  findPlanRowsOfBlueprint,
  type PlanRow,
} from "../../db/work/plan_facts.ts";
import { type BlueprintContent, contentDigest } from "../blueprints/content.ts";
import { readContent } from "../blueprints/load.ts";
import { type ValueWarning, valueWarnings } from "../blueprints/value_warnings.ts";
import type { Runtime } from "../runtime.ts";
import { enforcementPayload } from "../updates/enforcement.ts";
import { type Looked, lookThrough } from "./look_through.ts";
import { replanPayload } from "./replanned.ts";

/** An artifact in the words of a preview. */
export type PreviewArtifact = { id: string; name: string; version: number };

/** What a device is told to install, as the preview shows it; `local_datetime` is in the device's own time. */
export type PreviewUpdate = {
  os_version: string;
  /** "" where any build of the version will do. */
  build_version: string;
  local_datetime: string;
  /** The enforcement's name. */
  enforcement: string;
};

/** The changes for one channel. */
export type PreviewDevice = {
  device: { id: DeviceId; serial_number: string; name: string };
  /** "" for the device itself. */
  user: string;
  gains: PreviewArtifact[];
  loses: PreviewArtifact[];
  updates: (PreviewArtifact & { from: number })[];
  /** The artifacts that it should have after the change and cannot, with the reason. */
  impossible: (PreviewArtifact & { reason: string })[];
  /** The software update that it is told of, before and after, with the reason; null if that does not change. */
  software_update: { before: PreviewUpdate | null; after: PreviewUpdate | null; reason: string } | null;
};

/** The changes, as numbers and for the first devices by name. A device counts once for each of its channels. */
export type Preview = {
  devices: {
    examined: number;
    woken: number;
    gaining: number;
    losing: number;
    updating: number;
    impossible: number;
    /** Devices that are told of another software update, of one for the first time, or of none any more. */
    told: number;
  };
  artifacts: {
    id: string;
    name: string;
    gained: number;
    lost: number;
    updated: number;
    impossible: number;
    /** Why some devices cannot have it, the most frequent first. */
    reasons: { reason: string; count: number }[];
  }[];
  /** The software updates that devices would be told of, the earliest first; null for devices that are told of none any more. */
  software_updates: { update: PreviewUpdate | null; reason: string | null; count: number }[];
  changes: PreviewDevice[];
  /** Whether more devices change than are named. */
  truncated: boolean;
  /** Variables of new and changed versions that have no value for some devices. */
  warnings: ValueWarning[];
};

/** Devices that are named. */
const MOST_NAMED = 200;
const BATCH = 500;

class RolledBack extends Error {}

async function contentsOf(db: Db, ids: readonly number[]): Promise<Map<number, BlueprintContent>> {
  const contents = new Map<number, BlueprintContent>();
  for (const id of ids) {
    const found = await readContent(db, id);
    if (found !== null) contents.set(id, found.content);
  }
  return contents;
}

const artifactsOf = ({ situation }: Looked, possible: boolean) =>
  new Map(
    situation.deliveries.filter(({ impossible }) => (impossible === null) === possible)
      .map((delivery) => [delivery.resolution.artifact.id, delivery]),
  );

const named = ({ resolution: { artifact, version } }: Looked["situation"]["deliveries"][number]): PreviewArtifact => ({
  id: artifact.id,
  name: artifact.name,
  version: version.version,
});

/** Returns the artifacts that a channel should have and cannot: all versions, or the version that it should have. */
function refusalsOf(
  { situation }: Looked,
  cannot: ReturnType<typeof artifactsOf>,
): Map<string, { artifact: PreviewArtifact; key: string; reason: string }> {
  const refusals = new Map<string, { artifact: PreviewArtifact; key: string; reason: string }>();
  for (const delivery of situation.deliveries) {
    const { artifact, version, passedOver } = delivery.resolution;
    const refused = cannot.has(artifact.id) ? { version, reason: delivery.impossible ?? "" } : passedOver;
    if (refused === null) continue;
    refusals.set(artifact.id, {
      artifact: { id: artifact.id, name: artifact.name, version: refused.version.version },
      key: `${refused.version.id} ${refused.version.contentRevision}`,
      reason: refused.reason,
    });
  }
  return refusals;
}

function updateOf({ situation: { update: { target } } }: Looked): PreviewUpdate | null {
  return target === null ? null : {
    os_version: target.osVersion,
    build_version: target.buildVersion,
    local_datetime: target.localDateTime,
    enforcement: target.enforcement.name,
  };
}

/** Returns how what a device is told to install changes. */
function updateChange(before: Looked, after: Looked): PreviewDevice["software_update"] {
  const told = ({ situation: { update } }: Looked) =>
    JSON.stringify(update.target === null ? null : enforcementPayload(update.target));
  if (told(before) === told(after)) return null;
  const { update } = after.situation;
  const reason = update.target === null ? update.reason : update.target.reason;
  return { before: updateOf(before), after: updateOf(after), reason };
}

/** Returns the changes for a channel, without the name of its device; null if there are none. */
export function compare(before: Looked, after: Looked): (PreviewDevice & { woken: boolean }) | null {
  const [had, has] = [artifactsOf(before, true), artifactsOf(after, true)];
  const [couldNot, cannot] = [artifactsOf(before, false), artifactsOf(after, false)];
  const content = ({ resolution: { version } }: Looked["situation"]["deliveries"][number]) =>
    `${version.id} ${version.contentRevision}`;
  const gains = [...has].filter(([id]) => !had.has(id)).map(([, one]) => named(one));
  // An artifact installed by command that can no longer be delivered is unchanged.
  const loses = [...had].filter(([id, { via }]) => !has.has(id) && !(via === "command" && cannot.has(id)))
    .map(([, one]) => named(one));
  const updates = [...has].flatMap(([id, one]) => {
    const old = had.get(id);
    return old === undefined || content(old) === content(one)
      ? []
      : [{ ...named(one), from: old.resolution.version.version }];
  });
  const refused = refusalsOf(before, couldNot);
  const impossible = [...refusalsOf(after, cannot)].filter(([id, { key }]) => refused.get(id)?.key !== key)
    .map(([, { artifact, reason }]) => ({ ...artifact, reason }));
  const woken = before.digest !== after.digest;
  if (!woken && impossible.length === 0) return null;
  const { row } = after;
  return {
    device: { id: row.deviceId, serial_number: row.serialNumber, name: "" },
    user: row.userKey,
    gains,
    loses,
    updates,
    impossible,
    software_update: updateChange(before, after),
    woken,
  };
}

/** Adds up the changes. */
export class PreviewSum {
  readonly #devices = { examined: 0, woken: 0, gaining: 0, losing: 0, updating: 0, impossible: 0, told: 0 };
  readonly #artifacts = new Map<string, Preview["artifacts"][number]>();
  readonly #updates = new Map<string, Preview["software_updates"][number]>();
  readonly #changes: PreviewDevice[] = [];
  #truncated = false;

  /** Adds a planned channel; null if nothing changes. */
  add(change: ReturnType<typeof compare>): void {
    this.#devices.examined++;
    if (change === null) return;
    const { woken, ...device } = change;
    if (woken) this.#devices.woken++;
    const count = (key: "gaining" | "losing" | "updating" | "impossible", items: readonly unknown[]) => {
      if (items.length > 0) this.#devices[key]++;
    };
    count("gaining", device.gains);
    count("losing", device.loses);
    count("updating", device.updates);
    count("impossible", device.impossible);
    for (const one of device.gains) this.#artifact(one).gained++;
    for (const one of device.loses) this.#artifact(one).lost++;
    for (const one of device.updates) this.#artifact(one).updated++;
    for (const one of device.impossible) {
      const sum = this.#artifact(one);
      sum.impossible++;
      const known = sum.reasons.find(({ reason }) => reason === one.reason);
      if (known === undefined) sum.reasons.push({ reason: one.reason, count: 1 });
      else known.count++;
    }
    if (device.software_update !== null) this.#told(device.software_update);
    if (this.#changes.length < MOST_NAMED) this.#changes.push(device);
    else this.#truncated = true;
  }

  #told({ after, reason }: NonNullable<PreviewDevice["software_update"]>): void {
    this.#devices.told++;
    const key = JSON.stringify(after ?? reason);
    const known = this.#updates.get(key);
    if (known !== undefined) known.count++;
    else this.#updates.set(key, { update: after, reason: after === null ? reason : null, count: 1 });
  }

  #artifact({ id, name }: PreviewArtifact): Preview["artifacts"][number] {
    const known = this.#artifacts.get(id);
    if (known !== undefined) return known;
    const sum = { id, name, gained: 0, lost: 0, updated: 0, impossible: 0, reasons: [] };
    this.#artifacts.set(id, sum);
    return sum;
  }

  /** The sum. */
  result(): Omit<Preview, "warnings"> {
    const artifacts = [...this.#artifacts.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const { reasons } of artifacts) reasons.sort((one, other) => other.count - one.count);
    const at = ({ update }: Preview["software_updates"][number]) => update?.local_datetime ?? "~";
    const updates = [...this.#updates.values()].sort((one, other) =>
      at(one) < at(other) ? -1 : at(one) > at(other) ? 1 : other.count - one.count
    );
    return {
      devices: this.#devices,
      artifacts,
      software_updates: updates,
      changes: this.#changes,
      truncated: this.#truncated,
    };
  }
}

/** Returns the versions that blueprints hold after a change and did not hold in the same state before, by id. */
function newVersions(
  before: ReadonlyMap<number, BlueprintContent>,
  after: ReadonlyMap<number, BlueprintContent>,
): string[] {
  const statesOf = (content: BlueprintContent | undefined) =>
    [...content?.artifacts.values() ?? []].flatMap(({ holdWithoutValues, versions }) =>
      versions.filter(({ needed }) => needed.length > 0)
        .map((version) => [version.id, JSON.stringify([holdWithoutValues, version])] as const)
    );
  const ids = [...after].flatMap(([id, content]) => {
    const known = new Map(statesOf(before.get(id)));
    return statesOf(content).filter(([version, state]) => known.get(version) !== state).map(([version]) => version);
  });
  return [...new Set(ids)];
}

/**
 * Returns the effect of `change`. It gets a runtime that it uses like the real one, and its errors are rethrown.
 *
 * One connection does it all: previews that wait for a second one each would wait for each other.
 */
export async function previewChange(
  runtime: Runtime,
  change: (rehearsal: Runtime) => Promise<unknown>,
): Promise<Preview> {
  const { sql } = runtime;
  return await sql.begin(async (tx) => {
    const before = await contentsOf(tx, (await findUsedBlueprints(tx)).map(({ id }) => id));
    const lastJob = await lastJobId(tx);
    let after = new Map<number, BlueprintContent>();
    const replanned: PlanRow[] = [];
    let warnings: ValueWarning[] = [];
    await tx.savepoint(async (inner) => {
      await change({ ...runtime, sql: nestedSql(sql, inner) });
      for (const payload of await findReplansAfter(inner, lastJob)) {
        replanned.push(...await findPlanRowsOf(inner, replanPayload.parse(payload)));
      }
      const used = replanned.flatMap(({ blueprintId }) => blueprintId ?? []);
      after = await contentsOf(inner, [...new Set([...before.keys(), ...used])]);
      warnings = await valueWarnings(inner, newVersions(before, after));
      throw new RolledBack();
    }).catch((error) => {
      if (!(error instanceof RolledBack)) throw error;
    });
    // From here on, everything is unchanged; the results of the change are in `after` and `replanned`.
    const sum = new PreviewSum();
    const done = new Set<ChannelId>();
    const look = async (rowsBefore: readonly PlanRow[], rowsAfter: readonly PlanRow[]) => {
      const changed = new Map(
        (await lookThrough(tx, runtime, rowsAfter, (id) => after.get(id) ?? null)).map((
          one,
        ) => [one.row.channelId, one]),
      );
      for (const one of await lookThrough(tx, runtime, rowsBefore, (id) => before.get(id) ?? null)) {
        const other = changed.get(one.row.channelId);
        if (other === undefined || done.has(one.row.channelId)) continue;
        done.add(one.row.channelId);
        sum.add(compare(one, other));
      }
    };
    // The devices that change themselves: the change requested a new plan for them.
    await look(await findPlanRows(tx, replanned.map(({ channelId }) => channelId)), replanned);
    // Those whose blueprint changes.
    for (const [id, content] of before) {
      const changed = after.get(id);
      if (changed !== undefined && contentDigest(changed) === contentDigest(content)) continue;
      for (let last = 0;;) {
        const rows = await findPlanRowsOfBlueprint(tx, id, last, BATCH);
        await look(rows, rows);
        const end = rows.at(-1);
        if (end === undefined || rows.length < BATCH) break;
        last = end.channelId;
      }
    }
    const preview = { ...sum.result(), warnings };
    const names = await findDeviceNames(tx, preview.changes.map(({ device }) => device.id));
    for (const { device } of preview.changes) device.name = names.get(device.id) ?? "";
    return preview;
  });
}
