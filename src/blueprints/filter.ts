/**
 * Filters: the scope of an artifact in a blueprint, and of each version. Both have the same fields.
 *
 * Pure and exact: another server with the same rules assigns every device to the same bucket.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { compareOsVersions } from "../protocol/os_version.ts";
import { type Platform, PLATFORMS } from "../protocol/platform.ts";

/** Whether a platform is served, and from which system (inclusive) to which (exclusive); "" is no limit. */
export type PlatformRange = { active: boolean; min: string; max: string };

/** A filter block. Of `shardModulo` buckets, those below `defaultShard` are in; a device with a tag uses that tag's too. */
export type Filter = {
  platforms: Readonly<Record<Platform, PlatformRange>>;
  shardModulo: number;
  defaultShard: number;
  excludedTags: readonly number[];
  tagShards: readonly { tag: number; shard: number }[];
};

/** Returns a filter that admits these platforms without other conditions. */
export function openFilter(platforms: readonly Platform[]): Filter {
  const range = (platform: Platform): PlatformRange => ({ active: platforms.includes(platform), min: "", max: "" });
  return {
    platforms: { iOS: range("iOS"), iPadOS: range("iPadOS"), macOS: range("macOS"), tvOS: range("tvOS") },
    shardModulo: 100,
    defaultShard: 100,
    excludedTags: [],
    tagShards: [],
  };
}

/** The facts of a device that a filter checks. */
export type FilterTarget = {
  platform: Platform | null;
  /** With its extra, such as "13.3.1 (a)"; "" when unknown, which counts as 0.0.0. */
  osVersion: string;
  tags: ReadonlySet<number>;
  serialNumber: string;
};

/** Whether a target matches a filter, and the evidence as a sentence. */
export type FilterAnswer = { in: boolean; reason: FilterReason; evidence: string };

/** Why; stable codes. */
export type FilterReason = "in" | "platform" | "os too old" | "os too new" | "excluded tag" | "shard";

/**
 * Returns the bucket of a device for an item: MD5 of the item's lower-case UUID followed by the serial number, read as
 * a number, modulo `modulo`. The item is the artifact for a blueprint's filter, the version for a version's.
 */
export function shardOf(itemId: string, serialNumber: string, modulo: number): number {
  const hash = createHash("md5").update(itemId.toLowerCase() + serialNumber, "utf8").digest("hex");
  return Number(BigInt(`0x${hash}`) % BigInt(modulo));
}

const out = (reason: FilterReason, evidence: string): FilterAnswer => ({ in: false, reason, evidence });
const within = (evidence: string): FilterAnswer => ({ in: true, reason: "in", evidence });

/** Whether `filter`, which belongs to the item with this id, matches the target. */
export function applyFilter(filter: Filter, itemId: string, target: FilterTarget): FilterAnswer {
  const { platform } = target;
  if (platform === null) return out("platform", "the platform of the device is unknown");
  const range = filter.platforms[platform];
  if (!range.active) {
    return out(
      "platform",
      `${platform} is not among ${PLATFORMS.filter((one) => filter.platforms[one].active).join(", ")}`,
    );
  }
  if (range.min !== "" && compareOsVersions(target.osVersion, range.min) < 0) {
    return out("os too old", `${platform} ${target.osVersion || "of unknown version"} < ${range.min}`);
  }
  if (range.max !== "" && compareOsVersions(target.osVersion, range.max) >= 0) {
    return out("os too new", `${platform} ${target.osVersion} ≥ ${range.max}`);
  }
  const excluded = filter.excludedTags.find((tag) => target.tags.has(tag));
  if (excluded !== undefined) return out("excluded tag", `the device has the excluded tag ${excluded}`);
  if (filter.shardModulo === filter.defaultShard) return within("everyone");
  const shard = shardOf(itemId, target.serialNumber, filter.shardModulo);
  if (shard < filter.defaultShard) return within(`shard ${shard} < ${filter.defaultShard}`);
  const tagged = filter.tagShards.filter(({ tag }) => target.tags.has(tag));
  const admitting = tagged.find((one) => shard < one.shard);
  if (admitting !== undefined) return within(`shard ${shard} < ${admitting.shard} of the tag ${admitting.tag}`);
  const limit = Math.max(filter.defaultShard, ...tagged.map((one) => one.shard));
  return out("shard", `shard ${shard} ≥ ${limit}`);
}
