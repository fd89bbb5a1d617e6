/**
 * Filters in words.
 *
 * Pure.
 *
 * @module
 */

import type { Filter } from "../../../src/blueprints/filter.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";

/** The names of tags by id. */
export type TagNames = ReadonlyMap<number, string>;

const tagName = (tags: TagNames, id: number): string => tags.get(id) ?? `tag ${id}`;

/** Returns the tags that a filter names. */
export const tagsOfFilter = ({ excludedTags, tagShards }: Filter): number[] => [
  ...excludedTags,
  ...tagShards.map(({ tag }) => tag),
];

/** Returns the platforms with their limits, each by itself: "macOS ≥ 14, < 26". */
export function platformParts({ platforms }: Filter): string[] {
  const active = PLATFORMS.filter((platform) => platforms[platform].active);
  const limited = active.some((platform) => platforms[platform].min !== "" || platforms[platform].max !== "");
  if (active.length === PLATFORMS.length && !limited) return ["all platforms"];
  return active.map((platform) => {
    const { min, max } = platforms[platform];
    const limits = [min === "" ? "" : `≥ ${min}`, max === "" ? "" : `< ${max}`].filter((limit) => limit !== "");
    return [platform, limits.join(", ")].filter((part) => part !== "").join(" ");
  });
}

/** Which share of devices gets it: "everyone", "shard 30 of 100". */
export function shardWords({ shardModulo, defaultShard }: Filter): string {
  if (defaultShard === shardModulo) return "everyone";
  return defaultShard === 0 ? "only devices with a tag" : `shard ${defaultShard} of ${shardModulo}`;
}

/** Returns the shards of tags: "Pilot: 50 of 100". */
export const tagShardWords = ({ shardModulo, tagShards }: Filter, tags: TagNames): string[] =>
  tagShards.map(({ tag, shard }) => `${tagName(tags, tag)}: ${shard} of ${shardModulo}`);

/** Returns the tags that keep devices out. */
export const excludedWords = ({ excludedTags }: Filter, tags: TagNames): string[] =>
  excludedTags.map((tag) => tagName(tags, tag));

/** Returns all of a filter: "macOS ≥ 14, < 26; shard 30 of 100; not Kiosk; Pilot: 50 of 100". */
export function filterWords(filter: Filter, tags: TagNames): string {
  const shard = shardWords(filter);
  return [
    ...platformParts(filter),
    ...(shard === "everyone" ? [] : [shard]),
    ...excludedWords(filter, tags).map((name) => `not ${name}`),
    ...tagShardWords(filter, tags),
  ].join("; ");
}
