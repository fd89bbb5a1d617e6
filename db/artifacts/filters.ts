/**
 * Filters with their tags, of blueprint artifacts and of artifact versions.
 *
 * @module
 */

import { type Db, json, one } from "../open.ts";

/** Whether a platform is served, and from which system to which; "" is no limit. */
export type PlatformRangeRow = { active: boolean; min: string; max: string };

/** A filter as it is stored. */
export type FilterRow = {
  platforms: Readonly<Record<"iOS" | "iPadOS" | "macOS" | "tvOS", PlatformRangeRow>>;
  shardModulo: number;
  defaultShard: number;
  excludedTags: readonly number[];
  tagShards: readonly { tag: number; shard: number }[];
};

/** Whose filter it is. */
export type FilterOwner = { blueprintArtifactId: number } | { artifactVersionId: string };

/**
 * Returns the filter of each row of a query as one JSON column, the row's key given: `${filterOf(db, "version",
 * db`v.id`)} as filter`.
 */
export function filterOf(db: Db, owner: "blueprintArtifact" | "version", key: ReturnType<Db>) {
  const column = owner === "version" ? db`f.artifact_version_id` : db`f.blueprint_artifact_id`;
  return db`(
    select jsonb_build_object(
      'platforms', f.platforms,
      'shardModulo', f.shard_modulo,
      'defaultShard', f.default_shard,
      'excludedTags', coalesce((
        select jsonb_agg(e.tag_id order by e.tag_id) from filter_excluded_tags e where e.filter_id = f.id), '[]'),
      'tagShards', coalesce((
        select jsonb_agg(jsonb_build_object('tag', s.tag_id, 'shard', s.shard) order by s.tag_id)
        from filter_tag_shards s where s.filter_id = f.id), '[]'))
    from filters f where ${column} = ${key})`;
}

/** Replaces a filter, new or not. */
export async function writeFilter(db: Db, owner: FilterOwner, filter: FilterRow): Promise<void> {
  const [column, key] = "artifactVersionId" in owner
    ? [db`artifact_version_id`, db`${owner.artifactVersionId}::uuid`]
    : [db`blueprint_artifact_id`, db`${owner.blueprintArtifactId}::int`];
  const { id } = one(
    await db<{ id: number }[]>`
      insert into filters (${column}, platforms, shard_modulo, default_shard)
      values (${key}, ${json(db, filter.platforms)}, ${filter.shardModulo}, ${filter.defaultShard})
      on conflict (${column}) do update set platforms = excluded.platforms, shard_modulo = excluded.shard_modulo,
        default_shard = excluded.default_shard
      returning id`,
  );
  await db`delete from filter_excluded_tags where filter_id = ${id}`;
  await db`delete from filter_tag_shards where filter_id = ${id}`;
  await db`
    insert into filter_excluded_tags (filter_id, tag_id)
    select ${id}::int, tag from unnest(${[...filter.excludedTags]}::int[]) as tag`;
  await db`
    insert into filter_tag_shards (filter_id, tag_id, shard)
    select ${id}::int, tag, shard from unnest(
      ${filter.tagShards.map(({ tag }) => tag)}::int[], ${filter.tagShards.map(({ shard }) => shard)}::int[]
    ) as given (tag, shard)`;
}

/** The objects that activate a platform of an artifact: versions and blueprints. */
export type ActivePlatform = { platform: string; version: number | null; blueprint: string | null };

/** Returns where an artifact's platforms are active, the newest versions first. */
export async function activePlatforms(db: Db, artifactId: string): Promise<ActivePlatform[]> {
  return [
    ...await db<ActivePlatform[]>`
      select p.key as platform, v.version, b.name as blueprint
      from filters f
      left join artifact_versions v on v.id = f.artifact_version_id
      left join blueprint_artifacts l on l.id = f.blueprint_artifact_id
      left join blueprints b on b.id = l.blueprint_id
      cross join lateral jsonb_each(f.platforms) as p
      where coalesce(v.artifact_id, l.artifact_id) = ${artifactId} and (p.value ->> 'active')::boolean
      order by v.version desc nulls last, b.name, p.key`,
  ];
}
