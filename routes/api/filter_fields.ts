/**
 * The fields of a filter, which blueprint artifacts and artifact versions have alike.
 *
 * @module
 */

import { z } from "zod";
import { blankableField, pkField, pkListField } from "./fields.ts";

const active = z.boolean().default(false);
const minimum = blankableField(32).default("").describe("The oldest system that gets it; no limit when empty.");
const maximum = blankableField(32).default("").describe("The first system that does not get it any more.");

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
  shard_modulo: z.int().min(1).max(100).default(100).describe("Into how many buckets devices fall."),
  default_shard: z.int().min(0).max(100).default(100).describe("The buckets below it get it."),
  excluded_tags: pkListField.default([]).describe("Devices with one of these tags do not get it."),
  tag_shards: z.array(z.object({ tag: pkField, shard: z.int().min(1).max(100).default(100) })).default([])
    .describe("The buckets below `shard` get it, of the devices with the tag."),
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
