/**
 * Loads the content of a blueprint. The content is cached until the desired state of devices changes.
 *
 * @module
 */

import {
  type BlueprintContentRow,
  type EnforcementJson,
  type FilterJson,
  findBlueprintContent,
} from "../../db/blueprints/blueprint_content.ts";
import type { Db, Sql } from "../../db/open.ts";
import { findFeed, listedReleases } from "../../db/updates/software_updates.ts";
import type { Enforcement } from "../updates/enforcement.ts";
import { PLATFORMS } from "../protocol/platform.ts";
import { ARTIFACT_TYPES } from "./artifact_types.ts";
import type { BlueprintContent, Collect, ContentArtifact } from "./content.ts";
import { type Filter, openFilter } from "./filter.ts";

const COLLECT: readonly Collect[] = ["no", "managed", "all"];
const collect = (value: number): Collect => COLLECT[value] ?? "no";

/** Returns a stored filter as the rules read it. */
function filterOf(json: FilterJson): Filter {
  const platforms = { ...openFilter([]).platforms };
  for (const platform of PLATFORMS) platforms[platform] = json.platforms[platform] ?? platforms[platform];
  return { ...json, platforms };
}

function enforcementOf(row: EnforcementJson): Enforcement {
  const [day = "", time = ""] = row.localDatetime?.split("T") ?? [];
  return {
    id: row.id,
    name: row.name,
    detailsUrl: row.detailsUrl,
    platforms: PLATFORMS.filter((one) => row.platforms.includes(one)),
    tags: row.tags,
    mode: row.osVersion === ""
      ? {
        kind: "latest",
        maxOsVersion: row.maxOsVersion,
        delayDays: row.delayDays ?? 0,
        localTime: row.localTime ?? "00:00:00",
        blackouts: row.blackouts,
      }
      : { kind: "one-time", osVersion: row.osVersion, buildVersion: row.buildVersion, at: { day, time } },
  };
}

function contentOf(
  row: BlueprintContentRow,
  { releases, catalogue }: Pick<BlueprintContent, "releases" | "catalogue">,
): BlueprintContent {
  const artifacts = new Map<string, ContentArtifact>();
  for (const { declarationType, link, versions, ...artifact } of row.artifacts) {
    const type = ARTIFACT_TYPES.find((one) => one === artifact.type);
    if (type === undefined) throw new Error(`Cannot read the artifact ${artifact.id}: its type is "${artifact.type}"`);
    artifacts.set(artifact.id, {
      ...artifact,
      type,
      link: link === null ? null : filterOf(link),
      versions: versions.map(({ payload, filter, ...version }) => ({
        ...version,
        filter: filterOf(filter),
        declaration: declarationType === null || payload === null ? null : { type: declarationType, payload },
      })),
    });
  }
  return {
    id: row.id,
    inventoryIntervalSeconds: row.inventoryInterval,
    collectApps: collect(row.collectApps),
    collectCertificates: collect(row.collectCertificates),
    collectProfiles: collect(row.collectProfiles),
    legacyProfilesViaDdm: row.legacyProfilesViaDdm,
    artifacts,
    filevault: row.filevault,
    recoveryPassword: row.recoveryPassword,
    enforcements: row.enforcements.map(enforcementOf),
    releases,
    catalogue,
  };
}

/** Returns the current content of a blueprint and its revision; null if there is no such blueprint. */
export async function readContent(
  db: Db,
  id: number,
): Promise<{ content: BlueprintContent; revision: number } | null> {
  const row = await findBlueprintContent(db, id);
  if (row === undefined) return null;
  const follows = row.enforcements.some(({ maxOsVersion }) => maxOsVersion !== "");
  const [releases, { revision: catalogue }] = follows
    ? await Promise.all([listedReleases(db), findFeed(db)])
    : [[], { revision: 0 }];
  return { content: contentOf(row, { releases, catalogue }), revision: row.revision };
}

const remembered = new WeakMap<Sql, Map<number, { content: BlueprintContent; revision: number }>>();

/**
 * Returns the content of a blueprint at a revision or later: from the cache, or else read in the caller's transaction.
 */
export async function loadContent(sql: Sql, db: Db, id: number, revision: number): Promise<BlueprintContent | null> {
  let known = remembered.get(sql);
  if (known === undefined) remembered.set(sql, known = new Map());
  const found = known.get(id);
  if (found !== undefined && found.revision === revision) return found.content;
  const fresh = await readContent(db, id);
  if (fresh === null) return null;
  // In a transaction that changes something its own revision is not everybody's yet.
  if (fresh.revision === revision) known.set(id, fresh);
  return fresh.content;
}
