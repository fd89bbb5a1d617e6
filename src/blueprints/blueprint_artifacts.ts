/**
 * Artifacts of blueprints: added, changed and removed by operators.
 *
 * @module
 */

import { findArtifact } from "../../db/artifacts/artifacts.ts";
import {
  type BlueprintArtifactRow,
  type BlueprintArtifactValues,
  deleteBlueprintArtifact,
  findBlueprintArtifact,
  insertBlueprintArtifact,
  updateBlueprintArtifact,
} from "../../db/blueprints/blueprint_artifacts.ts";
import { findBlueprint } from "../../db/blueprints/blueprints.ts";
import { type Db, isUniqueViolation, type Tx } from "../../db/open.ts";
import { type FieldErrors, invalid, problem } from "../errors.ts";
import { unknownPk } from "../input_fields.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { artifactType } from "./artifact_types.ts";
import { filterErrors, filterRepresentation } from "./filter_fields.ts";
import { changeDesired } from "./transaction.ts";

const MODEL = "mdm.blueprintartifact";

/** Returns an artifact of a blueprint as the API and the audit log show it. */
export function blueprintArtifactRepresentation(row: BlueprintArtifactRow) {
  return {
    id: row.id,
    blueprint: row.blueprintId,
    artifact: row.artifactId,
    ...filterRepresentation(row.filter),
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

/** Returns the artifact of a blueprint. Throws `not-found`. */
export async function mustFindBlueprintArtifact(db: Db, id: number): Promise<BlueprintArtifactRow> {
  const row = await findBlueprintArtifact(db, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

async function check(tx: Tx, { blueprintId, artifactId, filter }: BlueprintArtifactValues): Promise<void> {
  const unknown = (pk: string | number) => [unknownPk(pk)];
  const fields: FieldErrors = {};
  if (await findBlueprint(tx, blueprintId) === undefined) fields.blueprint = unknown(blueprintId);
  const artifact = await findArtifact(tx, artifactId);
  if (artifact === undefined) fields.artifact = unknown(artifactId);
  else if (!artifactType(artifact.type).linkable) {
    fields.artifact = [
      `Cannot add an artifact of type ${artifact.type} to a blueprint: devices get it with the artifact that refers to it`,
    ];
  } else Object.assign(fields, await filterErrors(tx, filter, artifact.platforms));
  if (Object.keys(fields).length > 0) throw invalid(fields);
}

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "blueprint_artifacts_pair")
    ? invalid({ non_field_errors: ["The fields blueprint, artifact must make a unique set."] })
    : error;

/** Adds an artifact to a blueprint. Throws `invalid`. */
export async function createBlueprintArtifact(
  runtime: Runtime,
  by: By,
  values: BlueprintArtifactValues,
): Promise<BlueprintArtifactRow> {
  return await changeDesired(runtime, async (tx) => {
    await check(tx, values);
    const row = await mustFindBlueprintArtifact(tx, await insertBlueprintArtifact(tx, values, runtime.clock.now()));
    const after = blueprintArtifactRepresentation(row);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: row.id, after });
    return row;
  }, explained);
}

/** Changes the scope of an artifact in a blueprint. Throws `invalid`, `not-found`. */
export async function changeBlueprintArtifact(
  runtime: Runtime,
  by: By,
  id: number,
  values: BlueprintArtifactValues,
): Promise<BlueprintArtifactRow> {
  return await changeDesired(runtime, async (tx) => {
    const before = await mustFindBlueprintArtifact(tx, id);
    await check(tx, values);
    await updateBlueprintArtifact(tx, id, values, runtime.clock.now());
    const row = await mustFindBlueprintArtifact(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: blueprintArtifactRepresentation(before),
      after: blueprintArtifactRepresentation(row),
    });
    return row;
  }, explained);
}

/** Removes an artifact from a blueprint; its devices lose it. Throws `not-found`. */
export async function removeBlueprintArtifact(
  runtime: Runtime,
  by: By,
  id: number,
): Promise<void> {
  await changeDesired(runtime, async (tx) => {
    const before = blueprintArtifactRepresentation(await mustFindBlueprintArtifact(tx, id));
    await deleteBlueprintArtifact(tx, id);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before });
  }, explained);
}
