/**
 * Blueprints: what a group of devices should be.
 *
 * @module
 */

import {
  type BlueprintRow,
  type BlueprintValues,
  deleteBlueprint,
  findBlueprint,
  insertBlueprint,
  updateBlueprint,
} from "../../db/blueprints.ts";
import { isUniqueViolation } from "../../db/open.ts";
import { invalid, problem } from "../errors.ts";
import { recordAudit, type RequestInfo } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";

/** A blueprint as the API and the audit log show it. */
export function blueprintRepresentation(row: BlueprintRow) {
  return {
    id: row.id,
    name: row.name,
    inventory_interval: row.inventoryInterval,
    collect_apps: row.collectApps,
    collect_certificates: row.collectCertificates,
    collect_profiles: row.collectProfiles,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

const MODEL = "mdm.blueprint";
/** A change reaches its devices within this time, and not all in one second. */
const WAVE_SECONDS = 60;

function nameTaken(error: unknown): never {
  if (isUniqueViolation(error, "blueprints_name")) {
    throw invalid({ name: ["Blueprint with this name already exists."] });
  }
  throw error;
}

/** The blueprint. Throws `not-found`. */
export async function mustFindBlueprint(runtime: Runtime, id: number): Promise<BlueprintRow> {
  const row = await findBlueprint(runtime.sql, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Makes a blueprint. Throws `invalid`. */
export async function createBlueprint(
  runtime: Runtime,
  request: RequestInfo,
  values: BlueprintValues,
): Promise<BlueprintRow> {
  return await runtime.sql.begin(async (tx) => {
    const id = await insertBlueprint(tx, values, runtime.clock.now());
    const row = await findBlueprint(tx, id);
    if (row === undefined) throw new Error("Cannot find the blueprint that was just made");
    await recordAudit(tx, runtime, request, {
      action: "created",
      model: MODEL,
      pk: id,
      after: blueprintRepresentation(row),
    });
    return row;
  }).catch(nameTaken);
}

/** Changes a blueprint; its devices are pushed to plan anew. Throws `invalid`. */
export async function changeBlueprint(
  runtime: Runtime,
  request: RequestInfo,
  id: number,
  values: BlueprintValues,
): Promise<BlueprintRow> {
  const before = await mustFindBlueprint(runtime, id);
  return await runtime.sql.begin(async (tx) => {
    await updateBlueprint(tx, id, values, runtime.clock.now(), WAVE_SECONDS);
    const row = await findBlueprint(tx, id);
    if (row === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, request, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: blueprintRepresentation(before),
      after: blueprintRepresentation(row),
    });
    return row;
  }).catch(nameTaken);
}

/** Deletes a blueprint. */
export async function removeBlueprint(runtime: Runtime, request: RequestInfo, id: number): Promise<void> {
  const before = await mustFindBlueprint(runtime, id);
  await runtime.sql.begin(async (tx) => {
    await deleteBlueprint(tx, id);
    await recordAudit(tx, runtime, request, {
      action: "deleted",
      model: MODEL,
      pk: id,
      before: blueprintRepresentation(before),
    });
  });
}
