/**
 * Managing tags.
 *
 * @module
 */

import { usesOfTag } from "../../db/installation/use_views.ts";
import { type Db, isForeignKeyViolation, isUniqueViolation } from "../../db/open.ts";
import {
  deleteTag as deleteRow,
  insertTag,
  lockTag,
  serialNumbersWithTag,
  type TagRow,
  type TagValues,
  updateTag as updateRow,
} from "../../db/tags/tags.ts";
import { findTaxonomy } from "../../db/tags/taxonomies.ts";
import { invalid, problem } from "../errors.ts";
import { unknownPk } from "../input_fields.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { redeliver } from "../variables/redeliver.ts";
import { changeDeviceTags } from "./device_tags.ts";
import { slugOf } from "./slug.ts";
import { checkMetaBusinessUnit } from "./taxonomies.ts";

const MODEL = "inventory.tag";

/** The input for a tag; `color` is six hexadecimal digits. */
export type TagInput = Omit<TagValues, "slug">;

/** Returns a tag as API and audit show it. */
export function tagRepresentation(tag: TagRow) {
  return {
    id: tag.id,
    taxonomy: tag.taxonomyId,
    meta_business_unit: tag.metaBusinessUnitId,
    name: tag.name,
    slug: tag.slug,
    color: tag.color,
    created_at: naiveUtc(tag.createdAt),
    updated_at: naiveUtc(tag.updatedAt),
  };
}

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "tags_name") ? invalid({ name: ["tag with this name already exists."] }) : error;

async function values(db: Db, input: TagInput): Promise<TagValues> {
  await checkMetaBusinessUnit(db, input.metaBusinessUnitId);
  if (input.taxonomyId !== null && await findTaxonomy(db, input.taxonomyId) === undefined) {
    throw invalid({ taxonomy: [unknownPk(input.taxonomyId)] });
  }
  return { ...input, slug: slugOf(input.name) };
}

/** Creates a tag. */
export async function createTag(runtime: Runtime, by: By, input: TagInput): Promise<TagRow> {
  return await runtime.sql.begin(async (tx) => {
    const tag = await insertTag(tx, await values(tx, input), runtime.clock.now());
    const after = tagRepresentation(tag);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: tag.id, after });
    return tag;
  }).catch((error) => {
    throw explained(error);
  });
}

/** Replaces a tag. */
export async function updateTag(runtime: Runtime, by: By, id: number, input: TagInput): Promise<TagRow> {
  return await runtime.sql.begin(async (tx) => {
    const before = await lockTag(tx, id);
    if (before === undefined) throw problem("not-found");
    const tag = await updateRow(tx, id, await values(tx, input), runtime.clock.now());
    if (tag.name !== before.name) {
      const serialNumbers = await serialNumbersWithTag(tx, id);
      await redeliver(tx, runtime, { serialNumbers }, ["ENROLLED_DEVICE.TAGS"], "operator");
    }
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: tagRepresentation(before),
      after: tagRepresentation(tag),
    });
    return tag;
  }).catch((error) => {
    throw explained(error);
  });
}

/** Removes a tag that no setting names; devices lose it first, each with its event. */
export async function deleteTag(runtime: Runtime, by: By, id: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const found = await lockTag(tx, id);
    if (found === undefined) throw problem("not-found");
    const serialNumbers = await serialNumbersWithTag(tx, id);
    await changeDeviceTags(tx, runtime, by, { action: "remove", serialNumbers, tagIds: [id] });
    await deleteRow(tx, id);
    const before = tagRepresentation(found);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before });
  }).catch(async (error) => {
    if (!isForeignKeyViolation(error)) throw error;
    throw await cannotDelete("This tag cannot be deleted", usesOfTag(runtime.sql, id));
  });
}
