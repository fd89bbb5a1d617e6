/**
 * The fields of a filter, which blueprint artifacts and artifact versions have alike.
 *
 * @module
 */

import { z } from "zod";
import { blankableField, pkField, pkListField } from "./fields.ts";

const active = z.boolean().default(false);
const minimum = blankableField(32).default("").describe("The minimum OS version, inclusive. If empty: no limit.");
const maximum = blankableField(32).default("").describe("The maximum OS version, exclusive. If empty: no limit.");

/** Spread into the schema of a body. */
export const filterBody = {
  ios: active,
  ios_min_version: minimum,
  ios_max_version: maximum,
  ipados: active,
  ipados_min_version: minimum,
  ipados_max_version: maximum,
  macos: active,
  macos_min_version: minimum,
  macos_max_version: maximum,
  tvos: active,
  tvos_min_version: minimum,
  tvos_max_version: maximum,
  shard_modulo: z.int().min(1).max(100).default(100).describe("The number of buckets that devices are divided into."),
  default_shard: z.int().min(0).max(100).default(100).describe("Devices in buckets below this number are in scope."),
  excluded_tags: pkListField.default([]).describe("Devices with any of these tags are excluded."),
  tag_shards: z.array(z.object({ tag: pkField, shard: z.int().min(1).max(100).default(100) })).default([])
    .describe("Of the devices with the tag, those in buckets below `shard` are in scope."),
};

/** Spread into the schema of an answer. */
export const filterShown = {
  ios: z.boolean(),
  ios_min_version: z.string(),
  ios_max_version: z.string(),
  ipados: z.boolean(),
  ipados_min_version: z.string(),
  ipados_max_version: z.string(),
  macos: z.boolean(),
  macos_min_version: z.string(),
  macos_max_version: z.string(),
  tvos: z.boolean(),
  tvos_min_version: z.string(),
  tvos_max_version: z.string(),
  shard_modulo: z.int(),
  default_shard: z.int(),
  excluded_tags: z.array(z.int()),
  tag_shards: z.array(z.object({ tag: z.int(), shard: z.int() })),
};
