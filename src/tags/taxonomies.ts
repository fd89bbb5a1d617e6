/**
 * Managing taxonomies.
 *
 * @module
 */

import { usesOfTaxonomy } from "../../db/installation/use_views.ts";
import { type Db, isForeignKeyViolation, isUniqueViolation } from "../../db/open.ts";
import { findMetaBusinessUnit } from "../../db/tags/meta_business_units.ts";
import {
  deleteTaxonomy as deleteRow,
  insertTaxonomy,
  lockTaxonomy,
  type TaxonomyRow,
  type TaxonomyValues,
  updateTaxonomy as updateRow,
} from "../../db/tags/taxonomies.ts";
import { invalid, problem } from "../errors.ts";
import { unknownPk } from "../input_fields.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";

const MODEL = "inventory.taxonomy";

/** Returns a taxonomy as API and audit show it. */
export function taxonomyRepresentation(taxonomy: TaxonomyRow) {
  return {
    id: taxonomy.id,
    meta_business_unit: taxonomy.metaBusinessUnitId,
    name: taxonomy.name,
    created_at: naiveUtc(taxonomy.createdAt),
    updated_at: naiveUtc(taxonomy.updatedAt),
  };
}

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "taxonomies_name") ? invalid({ name: ["taxonomy with this name already exists."] }) : error;

/** Refuses a business unit that does not exist. */
export async function checkMetaBusinessUnit(db: Db, id: number | null): Promise<void> {
  if (id !== null && await findMetaBusinessUnit(db, id) === undefined) {
    throw invalid({ meta_business_unit: [unknownPk(id)] });
  }
}

/** Creates a taxonomy. */
export async function createTaxonomy(runtime: Runtime, by: By, input: TaxonomyValues): Promise<TaxonomyRow> {
  return await runtime.sql.begin(async (tx) => {
    await checkMetaBusinessUnit(tx, input.metaBusinessUnitId);
    const taxonomy = await insertTaxonomy(tx, input, runtime.clock.now());
    const after = taxonomyRepresentation(taxonomy);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: taxonomy.id, after });
    return taxonomy;
  }).catch((error) => {
    throw explained(error);
  });
}

/** Replaces a taxonomy. */
export async function updateTaxonomy(
  runtime: Runtime,
  by: By,
  id: number,
  input: TaxonomyValues,
): Promise<TaxonomyRow> {
  return await runtime.sql.begin(async (tx) => {
    const before = await lockTaxonomy(tx, id);
    if (before === undefined) throw problem("not-found");
    await checkMetaBusinessUnit(tx, input.metaBusinessUnitId);
    const taxonomy = await updateRow(tx, id, input, runtime.clock.now());
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: taxonomyRepresentation(before),
      after: taxonomyRepresentation(taxonomy),
    });
    return taxonomy;
  }).catch((error) => {
    throw explained(error);
  });
}

/** Removes a taxonomy without tags. */
export async function deleteTaxonomy(runtime: Runtime, by: By, id: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const found = await lockTaxonomy(tx, id);
    if (found === undefined) throw problem("not-found");
    await deleteRow(tx, id);
    const before = taxonomyRepresentation(found);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before });
  }).catch(async (error) => {
    if (!isForeignKeyViolation(error)) throw error;
    throw await cannotDelete("This taxonomy cannot be deleted", usesOfTaxonomy(runtime.sql, id));
  });
}
