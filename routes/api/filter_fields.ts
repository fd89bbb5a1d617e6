/**
 * The fields of a filter in answers, which blueprint artifacts and artifact versions have alike.
 *
 * @module
 */

import { z } from "zod";

export { filterBody } from "../../src/blueprints/filter_input.ts";

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
