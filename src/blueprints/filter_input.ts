/**
 * The input for a filter, which blueprint artifacts and artifact versions have alike, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField, pkListField } from "../input_fields.ts";
import { blankableField } from "../input_text.ts";
import { filterOfFields } from "./filter_fields.ts";

const active = z.boolean().default(false);
const minimum = blankableField(32).default("").describe("The minimum OS version, inclusive. If empty: no limit.");
const maximum = blankableField(32).default("").describe("The maximum OS version, exclusive. If empty: no limit.");

/** A shard of the devices with a tag. */
export const tagShard = z.object({ tag: pkField, shard: z.int().min(1).max(100).default(100) });

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
  tag_shards: z.array(tagShard).default([])
    .describe("Of the devices with the tag, those in buckets below `shard` are in scope."),
};

/** A filter alone. */
export const filterInput = z.object(filterBody).transform(filterOfFields);
