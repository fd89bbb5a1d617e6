/**
 * Blueprints as people look at them: how much is in them, which enrollments and devices they are of.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import type { ArtifactRow } from "../artifacts/artifacts.ts";
import type { BlueprintRow } from "./blueprints.ts";
import { filterOf, type FilterRow } from "../artifacts/filters.ts";
import { type Db, one } from "../open.ts";

/** A blueprint in a list, with how many artifacts it holds and how many enrolled devices have it. */
export type BlueprintListRow = BlueprintRow & { artifacts: number; devices: number };

/** Returns a page by name, and the total number. */
export async function viewBlueprints(
  db: Db,
  page: { limit: number; offset: number },
): Promise<{ rows: BlueprintListRow[]; count: number }> {
  const rows = await db<BlueprintListRow[]>`
    select b.id, b.name, b.inventory_interval, b.collect_apps, b.collect_certificates, b.collect_profiles,
      b.legacy_profiles_via_ddm, b.created_at, b.updated_at,
      (select count(*)::int from blueprint_artifacts l where l.blueprint_id = b.id) as artifacts,
      (select count(*)::int from enrollments e where e.blueprint_id = b.id and e.ended_at is null) as devices
    from blueprints b order by b.name, b.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from blueprints`);
  return { rows: [...rows], count };
}

/** An artifact of a blueprint; `id` is that of the blueprint artifact. */
export type BlueprintArtifactView =
  & Pick<ArtifactRow, "name" | "type" | "channel" | "platforms">
  & {
    id: number;
    artifactId: string;
    filter: FilterRow;
    latestVersion: number | null;
    versionInForce: number | null;
    halted: boolean;
  };

/** Returns the artifacts of a blueprint by name. */
export async function artifactsOfBlueprint(db: Db, blueprintId: number): Promise<BlueprintArtifactView[]> {
  return [
    ...await db<BlueprintArtifactView[]>`
      select l.id, l.artifact_id, a.name, a.type, a.channel, a.platforms,
        ${filterOf(db, "blueprintArtifact", db`l.id`)} as filter,
        (select max(v.version) from artifact_versions v where v.artifact_id = a.id) as latest_version,
      (select max(v.version) from artifact_versions v where v.artifact_id = a.id and v.state = 'active') as version_in_force,
        exists (select 1 from artifact_versions v where v.artifact_id = a.id and v.state = 'halted'
        and v.version > all (select w.version from artifact_versions w where w.artifact_id = a.id and w.state = 'active')) as halted
      from blueprint_artifacts l join artifacts a on a.id = l.artifact_id
      where l.blueprint_id = ${blueprintId} order by a.name, a.id`,
  ];
}

/** Returns the artifacts of these types that a blueprint does not hold, by name. */
export async function artifactsOutsideBlueprint(
  db: Db,
  blueprintId: number,
  types: readonly string[],
  limit: number,
): Promise<Pick<ArtifactRow, "id" | "name" | "type">[]> {
  return [
    ...await db<Pick<ArtifactRow, "id" | "name" | "type">[]>`
      select a.id, a.name, a.type from artifacts a
      where a.type = any(${[...types]}::text[]) and not exists (
        select 1 from blueprint_artifacts l where l.artifact_id = a.id and l.blueprint_id = ${blueprintId})
      order by a.name, a.id limit ${limit}`,
  ];
}

/** An enrollment whose devices begin with a blueprint: over the air or by a profile, or automated. */
export type BlueprintEnrollment = { kind: "OTA" | "DEP"; id: number; name: string };

/** Returns the enrollments whose devices begin with a blueprint, by name. */
export async function enrollmentsOfBlueprint(db: Db, blueprintId: number): Promise<BlueprintEnrollment[]> {
  return [
    ...await db<BlueprintEnrollment[]>`
      select 'OTA' as kind, id, name from ota_enrollments where blueprint_id = ${blueprintId}
      union all select 'DEP', id, name from dep_enrollments where blueprint_id = ${blueprintId}
      order by name, kind, id`,
  ];
}

/** Returns how many enrolled devices have a blueprint. */
export async function countDevicesOfBlueprint(
  db: Db,
  blueprintId: number,
  only: DeviceLimit | undefined,
): Promise<number> {
  return one(
    await db<{ count: number }[]>`
      select count(*)::int as count from enrollments e join devices d on d.id = e.device_id
      where e.blueprint_id = ${blueprintId} and e.ended_at is null and ${within(db, only)}`,
  ).count;
}
