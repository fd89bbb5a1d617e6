/**
 * Filters in the API's form: twelve flat fields for the platforms, the shards, the tags.
 *
 * @module
 */

import type { Db } from "../../db/open.ts";
import { lockTags } from "../../db/tags/tags.ts";
import type { FieldErrors } from "../errors.ts";
import { unknownPk } from "../input_fields.ts";
import { isKnownOsVersion } from "../protocol/os_version.ts";
import { type Platform, PLATFORMS } from "../protocol/platform.ts";
import type { Filter, PlatformRange } from "./filter.ts";

/** The prefix of a platform's fields. */
export const PLATFORM_FIELDS = {
  iOS: "ios",
  iPadOS: "ipados",
  macOS: "macos",
  tvOS: "tvos",
} as const satisfies Record<Platform, Lowercase<Platform>>;

type PlatformField = Lowercase<Platform>;

/** A filter in flat fields. */
export type FilterFields =
  & Record<PlatformField, boolean>
  & Record<`${PlatformField}_${"min" | "max"}_version`, string>
  & {
    shard_modulo: number;
    default_shard: number;
    excluded_tags: number[];
    tag_shards: { tag: number; shard: number }[];
  };

/** Returns the filter from flat fields. */
export function filterOfFields(fields: FilterFields): Filter {
  const range = (platform: Platform): PlatformRange => {
    const name = PLATFORM_FIELDS[platform];
    return {
      active: fields[name],
      min: fields[`${name}_min_version` as const],
      max: fields[`${name}_max_version` as const],
    };
  };
  return {
    platforms: { iOS: range("iOS"), iPadOS: range("iPadOS"), macOS: range("macOS"), tvOS: range("tvOS") },
    shardModulo: fields.shard_modulo,
    defaultShard: fields.default_shard,
    excludedTags: fields.excluded_tags,
    tagShards: fields.tag_shards,
  };
}

/** Returns a filter as the API and the audit log show it. */
export function filterRepresentation({ platforms, ...filter }: Filter): FilterFields {
  return {
    ios: platforms.iOS.active,
    ios_min_version: platforms.iOS.min,
    ios_max_version: platforms.iOS.max,
    ipados: platforms.iPadOS.active,
    ipados_min_version: platforms.iPadOS.min,
    ipados_max_version: platforms.iPadOS.max,
    macos: platforms.macOS.active,
    macos_min_version: platforms.macOS.min,
    macos_max_version: platforms.macOS.max,
    tvos: platforms.tvOS.active,
    tvos_min_version: platforms.tvOS.min,
    tvos_max_version: platforms.tvOS.max,
    shard_modulo: filter.shardModulo,
    default_shard: filter.defaultShard,
    excluded_tags: [...filter.excludedTags],
    tag_shards: filter.tagShards.map(({ tag, shard }) => ({ tag, shard })),
  };
}

/**
 * Returns the issues of a filter of an artifact with these platforms; locks its tags, so that they cannot be deleted
 * meanwhile.
 */
export async function filterErrors(db: Db, filter: Filter, allowed: readonly Platform[]): Promise<FieldErrors> {
  const fields: FieldErrors = {};
  const fault = (field: string, sentence: string) => (fields[field] ??= []).push(sentence);
  const active = PLATFORMS.filter((platform) => filter.platforms[platform].active);
  if (active.length === 0) fault("non_field_errors", "You need to activate at least one platform");
  for (const platform of active) {
    if (!allowed.includes(platform)) fault(PLATFORM_FIELDS[platform], "Platform not available for this artifact");
  }
  for (const platform of PLATFORMS) {
    for (const limit of ["min", "max"] as const) {
      const version = filter.platforms[platform][limit];
      if (version !== "" && !isKnownOsVersion(version)) {
        fault(`${PLATFORM_FIELDS[platform]}_${limit}_version`, "Not a valid OS version");
      }
    }
  }
  if (filter.defaultShard > filter.shardModulo) {
    fault("default_shard", "Must be less than or equal to the shard modulo");
  }
  const sharded = filter.tagShards.map(({ tag }) => tag);
  const tags = new Map(
    (await lockTags(db, [...new Set([...filter.excludedTags, ...sharded])])).map(({ id, name }) => [id, name]),
  );
  for (const tag of filter.excludedTags) {
    const name = tags.get(tag);
    if (name === undefined) fault("excluded_tags", unknownPk(tag));
    else if (sharded.includes(tag)) fault("excluded_tags", `Tag ${name} also present in the tag shards`);
  }
  for (const [index, { tag, shard }] of filter.tagShards.entries()) {
    const name = tags.get(tag);
    if (name === undefined) fault("tag_shards", unknownPk(tag));
    else if (sharded.indexOf(tag) !== index) fault("tag_shards", `Tag ${name} appears more than once`);
    else if (shard > filter.shardModulo) fault("tag_shards", `Shard for tag ${name} > shard modulo`);
  }
  return fields;
}
