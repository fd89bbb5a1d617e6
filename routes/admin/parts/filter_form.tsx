/**
 * The form of a filter, which artifacts of blueprints and versions have alike.
 *
 * @module
 */

import type { Db } from "../../../db/open.ts";
import { findTags, listTags } from "../../../db/tags/tags.ts";
import type { Filter, PlatformRange } from "../../../src/blueprints/filter.ts";
import { PLATFORM_FIELDS } from "../../../src/blueprints/filter_fields.ts";
import { filterBody, filterInput, tagShard } from "../../../src/blueprints/filter_input.ts";
import { type Platform, PLATFORMS } from "../../../src/protocol/platform.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import { Field } from "./components.tsx";
import { type TagNames, tagsOfFilter } from "./filter_words.ts";
import { Check, Checks, Errors } from "./form_parts.tsx";
import { limitsOf } from "./limits.ts";
import type { Form, FormState } from "./page.tsx";

const MANY = { limit: 500, offset: 0 } as const;
const TAG_SHARD = "tag_shard_";
const { shard } = tagShard.shape;

/** The names of the tags that filters name. */
export async function tagNames(db: Db, filters: readonly Filter[]): Promise<TagNames> {
  const ids = [...new Set(filters.flatMap(tagsOfFilter))];
  return new Map(ids.length === 0 ? [] : (await findTags(db, ids)).map(({ id, name }) => [id, name]));
}

/** The tags that a form offers: a tag that the filter names is always among them, or saving would drop it. */
export async function tagChoices(db: Db, filter: Filter): Promise<[number, string][]> {
  const { rows } = await listTags(db, MANY);
  const listed = new Set(rows.map(({ id }) => id));
  const missing = tagsOfFilter(filter).filter((id) => !listed.has(id));
  const more = missing.length === 0 ? [] : await findTags(db, missing);
  return [...more, ...rows].map(({ id, name }) => [id, name]);
}

/** The fields of shards by tag that are filled in. */
const shardFields = (form: Form): string[] =>
  form.names().filter((name) => /^tag_shard_[0-9]{1,9}$/.test(name) && form.text(name) !== "");

/** Returns the filter of a form, in the API's form. */
export function filterFieldsOf(form: Form): Record<string, unknown> {
  const platforms = PLATFORMS.flatMap((platform) => {
    const name = PLATFORM_FIELDS[platform];
    const [min, max] = [`${name}_min_version`, `${name}_max_version`];
    return [[name, form.has(name)], [min, form.value(min)], [max, form.value(max)]] as const;
  });
  return {
    ...Object.fromEntries(platforms),
    shard_modulo: form.whole("shard_modulo"),
    default_shard: form.whole("default_shard"),
    excluded_tags: form.pks("excluded_tags"),
    tag_shards: shardFields(form).map((name) => ({
      tag: Number(name.slice(TAG_SHARD.length)),
      shard: form.whole(name),
    })),
  };
}

/** The filter of a form. Throws `invalid`. */
export const filterOfForm = async (form: Form): Promise<Filter> =>
  await parseOrRefuse(filterInput, filterFieldsOf(form));

function PlatformRow(
  { platform, range, state }: { platform: Platform; range: PlatformRange; state: FormState | undefined },
) {
  const name = PLATFORM_FIELDS[platform];
  return (
    <div class="platform">
      <Check name={name} label={platform} value={range.active} state={state} />
      <Field
        name={`${name}_min_version`}
        label={`${platform} from`}
        value={range.min}
        {...limitsOf(filterBody[`${name}_min_version` as const])}
        state={state}
      />
      <Field
        name={`${name}_max_version`}
        label={`${platform} below`}
        value={range.max}
        {...limitsOf(filterBody[`${name}_max_version` as const])}
        state={state}
      />
    </div>
  );
}

function TagShards(
  { filter, tags, state }: { filter: Filter; tags: readonly [number, string][]; state: FormState | undefined },
) {
  const kept = new Map(filter.tagShards.map(({ tag, shard }) => [tag, String(shard)]));
  const name = (tag: number) => `${TAG_SHARD}${tag}`;
  const open = tags.some(([tag]) => (state?.values.text(name(tag)) ?? kept.get(tag) ?? "") !== "") ||
    Object.keys(state?.errors ?? {}).some((key) => key.startsWith("tag_shards"));
  const sent = state === undefined ? [] : shardFields(state.values);
  return (
    <details open={open}>
      <summary>Shards by tag</summary>
      <fieldset class={tags.length > 8 ? "shards long" : "shards"}>
        <legend class="hidden">Shards by tag</legend>
        <small class="faint">
          A device with the tag is in scope if its bucket is below this number or below the default shard. If empty: no
          shard.
        </small>
        {tags.map(([tag, label]) => (
          <Field
            name={name(tag)}
            path={sent.includes(name(tag)) ? `tag_shards.${sent.indexOf(name(tag))}` : undefined}
            label={label}
            type="number"
            {...limitsOf(shard)}
            value={kept.get(tag) ?? ""}
            state={state}
          />
        ))}
        <Errors name="tag_shards" whole state={state} />
      </fieldset>
    </details>
  );
}

/** The fields of a filter. `platforms` are those that may be chosen. */
export function FilterForm(
  { filter, platforms, tags, state }: {
    filter: Filter;
    platforms: readonly Platform[];
    tags: readonly [number, string][];
    state: FormState | undefined;
  },
) {
  return (
    <>
      <fieldset class="platforms">
        <legend>Platforms and systems</legend>
        <small class="faint">
          From a minimum version to below a maximum version, such as 14.2 and 26. If empty: no limit.
        </small>
        {platforms.map((platform) => (
          <PlatformRow platform={platform} range={filter.platforms[platform]} state={state} />
        ))}
      </fieldset>
      <fieldset>
        <legend>Rollout</legend>
        <small class="faint">
          Each device always falls into the same bucket. Devices whose bucket is below the shard are in scope.
        </small>
        <div class="row">
          <Field
            name="default_shard"
            label="Default shard"
            type="number"
            {...limitsOf(filterBody.default_shard)}
            required
            value={String(filter.defaultShard)}
            state={state}
          />
          <Field
            name="shard_modulo"
            label="Number of buckets"
            type="number"
            {...limitsOf(filterBody.shard_modulo)}
            required
            value={String(filter.shardModulo)}
            state={state}
          />
        </div>
      </fieldset>
      {tags.length === 0 ? null : (
        <>
          <Checks
            name="excluded_tags"
            legend="Exclude devices with these tags"
            options={tags.map(([tag, name]) => [String(tag), name] as const)}
            values={filter.excludedTags.map(String)}
            state={state}
          />
          <TagShards filter={filter} tags={tags} state={state} />
        </>
      )}
    </>
  );
}
