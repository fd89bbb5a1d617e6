/**
 * The form of a filter, which artifacts of blueprints and versions have alike.
 *
 * @module
 */

import type { Db } from "../../../db/open.ts";
import { findTags, listTags } from "../../../db/tags/tags.ts";
import type { Filter, PlatformRange } from "../../../src/blueprints/filter.ts";
import { PLATFORM_FIELDS } from "../../../src/blueprints/filter_fields.ts";
import { type FieldErrors, invalid } from "../../../src/errors.ts";
import { type Platform, PLATFORMS } from "../../../src/protocol/platform.ts";
import { Field } from "./components.tsx";
import { type TagNames, tagsOfFilter } from "./filter_words.ts";
import { Check, Checks, Errors, wholeNumber } from "./form_parts.tsx";
import type { Form, FormState } from "./page.tsx";

const MANY = { limit: 500, offset: 0 } as const;
const TAG_SHARD = "tag_shard_";

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

/** Reads the filter of a form, and what was wrong with its numbers. */
function readFilter(form: Form): { filter: Filter; errors: FieldErrors } {
  const errors: FieldErrors = {};
  const number = (name: string, field: string, least: number): number => {
    const value = wholeNumber(form.text(name), least, 100);
    if (value === undefined) (errors[field] ??= []).push(`This should be a whole number from ${least} to 100.`);
    return value ?? 100;
  };
  const range = (platform: Platform): PlatformRange => {
    const name = PLATFORM_FIELDS[platform];
    return { active: form.has(name), min: form.text(`${name}_min_version`), max: form.text(`${name}_max_version`) };
  };
  const shards = form.names().filter((name) => /^tag_shard_[0-9]{1,9}$/.test(name) && form.text(name) !== "");
  const filter = {
    platforms: { iOS: range("iOS"), iPadOS: range("iPadOS"), macOS: range("macOS"), tvOS: range("tvOS") },
    shardModulo: number("shard_modulo", "shard_modulo", 1),
    defaultShard: number("default_shard", "default_shard", 0),
    excludedTags: [...new Set(form.ids("excluded_tags"))],
    tagShards: shards.map((name) => ({
      tag: Number(name.slice(TAG_SHARD.length)),
      shard: number(name, name, 1),
    })),
  };
  for (const platform of PLATFORMS) {
    for (const limit of ["min", "max"] as const) {
      if (filter.platforms[platform][limit].length > 32) {
        errors[`${PLATFORM_FIELDS[platform]}_${limit}_version`] = ["This should have at most 32 characters."];
      }
    }
  }
  return { filter, errors };
}

/** The filter of a form. Throws `invalid`. */
export function filterOfForm(form: Form): Filter {
  const { filter, errors } = readFilter(form);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return filter;
}

function PlatformRow(
  { platform, range, state }: { platform: Platform; range: PlatformRange; state: FormState | undefined },
) {
  const name = PLATFORM_FIELDS[platform];
  return (
    <div class="platform">
      <Check name={name} label={platform} value={range.active} state={state} />
      <Field name={`${name}_min_version`} label={`${platform} from`} value={range.min} maxlength={32} state={state} />
      <Field name={`${name}_max_version`} label={`${platform} below`} value={range.max} maxlength={32} state={state} />
    </div>
  );
}

function TagShards(
  { filter, tags, state }: { filter: Filter; tags: readonly [number, string][]; state: FormState | undefined },
) {
  const kept = new Map(filter.tagShards.map(({ tag, shard }) => [tag, String(shard)]));
  const name = (tag: number) => `${TAG_SHARD}${tag}`;
  const open = tags.some(([tag]) => (state?.values.text(name(tag)) ?? kept.get(tag) ?? "") !== "") ||
    (state?.errors.tag_shards ?? []).length > 0;
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
            label={label}
            type="number"
            min={1}
            max={100}
            value={kept.get(tag) ?? ""}
            state={state}
          />
        ))}
        <Errors name="tag_shards" state={state} />
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
            min={0}
            max={100}
            required
            value={String(filter.defaultShard)}
            state={state}
          />
          <Field
            name="shard_modulo"
            label="Number of buckets"
            type="number"
            min={1}
            max={100}
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
