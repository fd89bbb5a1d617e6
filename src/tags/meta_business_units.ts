/**
 * Managing meta business units.
 *
 * @module
 */

import { usesOfMetaBusinessUnit } from "../../db/installation/use_views.ts";
import { isForeignKeyViolation, isUniqueViolation } from "../../db/open.ts";
import {
  deleteMetaBusinessUnit as deleteRow,
  insertMetaBusinessUnit,
  lockMetaBusinessUnit,
  type MetaBusinessUnitRow,
  type MetaBusinessUnitValues,
  updateMetaBusinessUnit as updateRow,
} from "../../db/tags/meta_business_units.ts";
import { invalid, problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";

const MODEL = "inventory.metabusinessunit";

/** Returns a unit as API and audit show it. */
export function metaBusinessUnitRepresentation(unit: MetaBusinessUnitRow) {
  return {
    id: unit.id,
    name: unit.name,
    api_enrollment_enabled: unit.apiEnrollmentEnabled,
    created_at: naiveUtc(unit.createdAt),
    updated_at: naiveUtc(unit.updatedAt),
  };
}

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "meta_business_units_name")
    ? invalid({ name: ["meta business unit with this name already exists."] })
    : error;

/** Creates a unit. */
export async function createMetaBusinessUnit(
  runtime: Runtime,
  by: By,
  input: MetaBusinessUnitValues,
): Promise<MetaBusinessUnitRow> {
  return await runtime.sql.begin(async (tx) => {
    const unit = await insertMetaBusinessUnit(tx, input, runtime.clock.now());
    const after = metaBusinessUnitRepresentation(unit);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: unit.id, after });
    return unit;
  }).catch((error) => {
    throw explained(error);
  });
}

/** Updates a unit; absent fields are unchanged. Throws `invalid` if it would disable API enrollment. */
export async function updateMetaBusinessUnit(
  runtime: Runtime,
  by: By,
  id: number,
  input: MetaBusinessUnitValues,
): Promise<MetaBusinessUnitRow> {
  return await runtime.sql.begin(async (tx) => {
    const before = await lockMetaBusinessUnit(tx, id);
    if (before === undefined) throw problem("not-found");
    if (before.apiEnrollmentEnabled && input.apiEnrollmentEnabled === false) {
      throw invalid({ api_enrollment_enabled: ["Cannot disable API enrollment"] });
    }
    const unit = await updateRow(tx, id, input, runtime.clock.now());
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: metaBusinessUnitRepresentation(before),
      after: metaBusinessUnitRepresentation(unit),
    });
    return unit;
  }).catch((error) => {
    throw explained(error);
  });
}

/** Removes a unit that nothing belongs to. */
export async function deleteMetaBusinessUnit(runtime: Runtime, by: By, id: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const found = await lockMetaBusinessUnit(tx, id);
    if (found === undefined) throw problem("not-found");
    await deleteRow(tx, id);
    const before = metaBusinessUnitRepresentation(found);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before });
  }).catch(async (error) => {
    if (!isForeignKeyViolation(error)) throw error;
    throw await cannotDelete("This meta business unit cannot be deleted", usesOfMetaBusinessUnit(runtime.sql, id));
  });
}
