/**
 * Managing FileVault configurations.
 *
 * @module
 */

import {
  blueprintsOfFilevaultConfig,
  deleteFilevaultConfig,
  type FilevaultConfigRow,
  findFilevaultConfig,
  insertFilevaultConfig,
  updateFilevaultConfig,
} from "../../db/filevault/filevault_configs.ts";
import { type Db, isForeignKeyViolation, isUniqueViolation } from "../../db/open.ts";
import { changeDesired } from "../blueprints/transaction.ts";
import { invalid, problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import type { FilevaultConfigInput } from "./config_input.ts";

const MODEL = "mdm.filevaultconfig";
const CANNOT_DELETE = "This FileVault configuration cannot be deleted";
/** Minutes from a reveal to the rotation, where nothing is said. */
const REVEAL_DELAY = 60;

/** Returns a configuration as API and audit show it. */
export function filevaultConfigRepresentation(row: FilevaultConfigRow) {
  return {
    id: row.id,
    name: row.name,
    escrow_location_display_name: row.escrowLocationDisplayName,
    at_login_only: row.atLoginOnly,
    bypass_attempts: row.bypassAttempts,
    show_recovery_key: row.showRecoveryKey,
    destroy_key_on_standby: row.destroyKeyOnStandby,
    prk_rotation_interval_days: row.prkRotationIntervalDays,
    prk_reveal_rotation_delay: row.prkRevealRotationDelay,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "filevault_configs_name")
    ? invalid({ name: ["file vault config with this name already exists."] })
    : isForeignKeyViolation(error)
    ? refused(CANNOT_DELETE)
    : error;

async function mustFind(db: Db, id: number): Promise<FilevaultConfigRow> {
  const row = await findFilevaultConfig(db, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Returns the configuration. Throws `not-found`. */
export const mustFindFilevaultConfig = (runtime: Runtime, id: number): Promise<FilevaultConfigRow> =>
  mustFind(runtime.sql, id);

/** Creates a configuration. Throws `invalid`. */
export async function createFilevaultConfig(
  runtime: Runtime,
  by: By,
  input: FilevaultConfigInput,
): Promise<FilevaultConfigRow> {
  return await changeDesired(runtime, async (tx) => {
    const values = { ...input, prkRevealRotationDelay: input.prkRevealRotationDelay ?? REVEAL_DELAY };
    const row = await mustFind(tx, await insertFilevaultConfig(tx, values, runtime.clock.now()));
    const after = filevaultConfigRepresentation(row);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: row.id, after });
    return row;
  }, explained);
}

/** Replaces a configuration; Macs of its blueprints that get other settings are woken. Throws `invalid`. */
export async function changeFilevaultConfig(
  runtime: Runtime,
  by: By,
  id: number,
  input: FilevaultConfigInput,
): Promise<FilevaultConfigRow> {
  return await changeDesired(runtime, async (tx) => {
    const before = await mustFind(tx, id);
    const values = {
      ...input,
      prkRevealRotationDelay: input.prkRevealRotationDelay ?? before.prkRevealRotationDelay,
    };
    await updateFilevaultConfig(tx, id, values, runtime.clock.now());
    const row = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: filevaultConfigRepresentation(before),
      after: filevaultConfigRepresentation(row),
    });
    return row;
  }, explained);
}

/** Deletes a configuration. Throws `refused` while a blueprint has it. */
export async function removeFilevaultConfig(runtime: Runtime, by: By, id: number): Promise<void> {
  await changeDesired(runtime, async (tx) => {
    const before = await mustFind(tx, id);
    const uses = await blueprintsOfFilevaultConfig(tx, id);
    if (uses.length > 0) {
      throw await cannotDelete(CANNOT_DELETE, Promise.resolve(uses.map(({ name }) => ({ kind: "blueprint", name }))));
    }
    await deleteFilevaultConfig(tx, id);
    const shown = filevaultConfigRepresentation(before);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before: shown });
  }, explained);
}
