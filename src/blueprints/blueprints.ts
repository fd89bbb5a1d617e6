/**
 * Blueprints: the desired state of a group of devices.
 *
 * @module
 */

import {
  type BlueprintRow,
  type BlueprintValues,
  deleteBlueprint,
  findBlueprint,
  hasArtifacts,
  insertBlueprint,
  updateBlueprint,
} from "../../db/blueprints/blueprints.ts";
import { findLocation } from "../../db/apps/locations.ts";
import { usesOfBlueprint } from "../../db/installation/use_views.ts";
import { isForeignKeyViolation, isUniqueViolation, type Tx } from "../../db/open.ts";
import { findFilevaultConfig } from "../../db/filevault/filevault_configs.ts";
import { findRecoveryPasswordConfig } from "../../db/recovery/recovery_password_configs.ts";
import { knownEnforcements } from "../../db/updates/enforcements.ts";
import { type FieldErrors, invalid, problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { unknownPk } from "../input_fields.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { changeDesired } from "./transaction.ts";

/** Returns a blueprint as the API and the audit log show it. */
export function blueprintRepresentation(row: BlueprintRow) {
  return {
    id: row.id,
    name: row.name,
    inventory_interval: row.inventoryInterval,
    collect_apps: row.collectApps,
    collect_certificates: row.collectCertificates,
    collect_profiles: row.collectProfiles,
    legacy_profiles_via_ddm: row.legacyProfilesViaDdm,
    default_location: row.defaultLocationId,
    filevault_config: row.filevaultConfigId,
    recovery_password_config: row.recoveryPasswordConfigId,
    software_update_enforcements: [...row.softwareUpdateEnforcements],
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

const MODEL = "mdm.blueprint";
const CANNOT_DELETE = "This blueprint cannot be deleted";

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "blueprints_name")
    ? invalid({ name: ["Blueprint with this name already exists."] })
    : isForeignKeyViolation(error)
    ? refused(CANNOT_DELETE)
    : error;

/** Throws `invalid` if the values name an object that does not exist. */
async function checkRelated(tx: Tx, values: BlueprintValues): Promise<void> {
  const { softwareUpdateEnforcements: ids = [], defaultLocationId, filevaultConfigId, recoveryPasswordConfigId } =
    values;
  const faults: FieldErrors = {};
  const known = ids.length === 0 ? new Set() : await knownEnforcements(tx, ids);
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) faults["software_update_enforcements"] = unknown.map(unknownPk);
  if (typeof defaultLocationId === "number" && await findLocation(tx, defaultLocationId) === undefined) {
    faults["default_location"] = [unknownPk(defaultLocationId)];
  }
  if (typeof filevaultConfigId === "number" && await findFilevaultConfig(tx, filevaultConfigId) === undefined) {
    faults["filevault_config"] = [unknownPk(filevaultConfigId)];
  }
  if (
    typeof recoveryPasswordConfigId === "number" &&
    await findRecoveryPasswordConfig(tx, recoveryPasswordConfigId) === undefined
  ) faults["recovery_password_config"] = [unknownPk(recoveryPasswordConfigId)];
  if (Object.keys(faults).length > 0) throw invalid(faults);
}

/** Returns the blueprint. Throws `not-found`. */
export async function mustFindBlueprint(runtime: Runtime, id: number): Promise<BlueprintRow> {
  const row = await findBlueprint(runtime.sql, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Creates a blueprint. Throws `invalid`. */
export async function createBlueprint(
  runtime: Runtime,
  by: By,
  values: BlueprintValues,
): Promise<BlueprintRow> {
  return await changeDesired(runtime, async (tx) => {
    await checkRelated(tx, values);
    const id = await insertBlueprint(tx, values, runtime.clock.now());
    const row = await findBlueprint(tx, id);
    if (row === undefined) throw new Error("Cannot find the blueprint that was just made");
    await recordAudit(tx, runtime, by, {
      action: "created",
      model: MODEL,
      pk: id,
      after: blueprintRepresentation(row),
    });
    return row;
  }, explained);
}

/** Changes a blueprint; its devices are woken if that changes their desired state. Throws `invalid`. */
export async function changeBlueprint(
  runtime: Runtime,
  by: By,
  id: number,
  values: BlueprintValues,
): Promise<BlueprintRow> {
  return await changeDesired(runtime, async (tx) => {
    const before = await findBlueprint(tx, id);
    if (before === undefined) throw problem("not-found");
    await checkRelated(tx, values);
    await updateBlueprint(tx, id, values, runtime.clock.now());
    const row = await findBlueprint(tx, id);
    if (row === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: blueprintRepresentation(before),
      after: blueprintRepresentation(row),
    });
    return row;
  }, explained);
}

/** Deletes a blueprint. Throws `refused` while it holds artifacts. */
export async function removeBlueprint(runtime: Runtime, by: By, id: number): Promise<void> {
  await changeDesired(runtime, async (tx) => {
    const before = await findBlueprint(tx, id);
    if (before === undefined) throw problem("not-found");
    if (await hasArtifacts(tx, id)) throw await cannotDelete(CANNOT_DELETE, usesOfBlueprint(tx, id));
    await deleteBlueprint(tx, id, runtime.clock.now());
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: MODEL,
      pk: id,
      before: blueprintRepresentation(before),
    });
  }, explained);
}
