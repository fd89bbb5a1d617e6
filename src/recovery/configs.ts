/**
 * Managing recovery password configurations.
 *
 * @module
 */

import { nextId } from "../../db/next_id.ts";
import { type Db, isForeignKeyViolation, isUniqueViolation, type Tx } from "../../db/open.ts";
import {
  blueprintsOfRecoveryPasswordConfig,
  deleteRecoveryPasswordConfig,
  findRecoveryPasswordConfig,
  insertRecoveryPasswordConfig,
  type RecoveryPasswordConfigRow,
  updateRecoveryPasswordConfig,
} from "../../db/recovery/recovery_password_configs.ts";
import { changeDesired } from "../blueprints/transaction.ts";
import { invalid, problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit, recordEvents } from "../events/record.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import type { RecoveryPasswordConfigInput } from "./config_input.ts";

const MODEL = "mdm.recoverypasswordconfig";
const CANNOT_DELETE = "This recovery password configuration cannot be deleted";
/** Minutes from a reveal to the rotation of a dynamic password, where nothing is said. */
const REVEAL_DELAY = 60;

const contextOf = (id: number) => ({ table: "recovery_password_configs", column: "static_password_sealed", id });

/** Returns a configuration as API and audit show it: never its static password. */
export function recoveryPasswordConfigRepresentation(row: RecoveryPasswordConfigRow) {
  return {
    id: row.id,
    name: row.name,
    dynamic_password: row.dynamicPassword,
    rotation_interval_days: row.rotationIntervalDays,
    reveal_rotation_delay: row.revealRotationDelay,
    rotate_firmware_password: row.rotateFirmwarePassword,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

/** Returns the static password of a configuration, or null if the password is dynamic. */
export async function staticPassword(
  runtime: Pick<Runtime, "keys">,
  row: Pick<RecoveryPasswordConfigRow, "id" | "staticPasswordSealed">,
): Promise<string | null> {
  return row.staticPasswordSealed === null
    ? null
    : await runtime.keys.openText(row.staticPasswordSealed, contextOf(row.id));
}

/** Returns the static password for an operator who may see secrets of settings: each time with an event. */
export async function shownStaticPassword(
  runtime: Runtime,
  by: By,
  row: RecoveryPasswordConfigRow,
): Promise<string | null> {
  if (row.staticPasswordSealed === null) return null;
  await recordEvents(runtime.sql, runtime, by, [{
    type: "mdm_settings_secrets_viewed",
    objects: { mdm_recoverypasswordconfig: [row.id] },
    payload: { recovery_password_config: { pk: row.id, name: row.name }, fields: ["static_password"] },
  }]);
  return await staticPassword(runtime, row);
}

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "recovery_password_configs_name")
    ? invalid({ name: ["recovery password config with this name already exists."] })
    : isForeignKeyViolation(error)
    ? refused(CANNOT_DELETE)
    : error;

async function mustFind(db: Db, id: number): Promise<RecoveryPasswordConfigRow> {
  const row = await findRecoveryPasswordConfig(db, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Returns the configuration. Throws `not-found`. */
export const mustFindRecoveryPasswordConfig = (runtime: Runtime, id: number): Promise<RecoveryPasswordConfigRow> =>
  mustFind(runtime.sql, id);

/** Returns the row for the input. A static password that is not sent is that of `before`. */
async function valuesOf(
  { keys, clock }: Runtime,
  id: number,
  { staticPassword: password, ...input }: RecoveryPasswordConfigInput,
  before?: RecoveryPasswordConfigRow,
) {
  if (!input.dynamicPassword) {
    const values = { ...input, revealRotationDelay: 0 };
    if (password !== undefined) {
      const kept = before === undefined ? null : await staticPassword({ keys }, before);
      // Devices have it already: it is not set once more.
      const setAt = kept === password ? before?.staticPasswordSetAt ?? null : clock.now();
      return {
        ...values,
        staticPasswordSealed: await keys.seal(password, contextOf(id)),
        staticPasswordSetAt: setAt,
      };
    }
    if (before === undefined || before.staticPasswordSealed === null) {
      throw invalid({ static_password: ["Required when dynamic_password is false"] });
    }
    const { staticPasswordSealed, staticPasswordSetAt } = before;
    return { ...values, staticPasswordSealed, staticPasswordSetAt };
  }
  const revealRotationDelay = input.revealRotationDelay ??
    (before?.dynamicPassword === true ? before.revealRotationDelay : REVEAL_DELAY);
  if (input.rotateFirmwarePassword && input.rotationIntervalDays === 0 && revealRotationDelay === 0) {
    throw invalid({
      rotate_firmware_password: ["Cannot be set without a rotation interval or a rotation delay after reveal"],
    });
  }
  return { ...input, revealRotationDelay, staticPasswordSealed: null, staticPasswordSetAt: null };
}

/** Creates a configuration. Throws `invalid`. */
export async function createRecoveryPasswordConfig(
  runtime: Runtime,
  by: By,
  input: RecoveryPasswordConfigInput,
): Promise<RecoveryPasswordConfigRow> {
  return await changeDesired(runtime, async (tx: Tx) => {
    const id = await nextId(tx, "recovery_password_configs");
    await insertRecoveryPasswordConfig(tx, id, await valuesOf(runtime, id, input), runtime.clock.now());
    const row = await mustFind(tx, id);
    const after = recoveryPasswordConfigRepresentation(row);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: id, after });
    return row;
  }, explained);
}

/** Replaces a configuration; Macs of its blueprints that get another password are woken. Throws `invalid`. */
export async function changeRecoveryPasswordConfig(
  runtime: Runtime,
  by: By,
  id: number,
  input: RecoveryPasswordConfigInput,
): Promise<RecoveryPasswordConfigRow> {
  return await changeDesired(runtime, async (tx) => {
    const before = await mustFind(tx, id);
    await updateRecoveryPasswordConfig(tx, id, await valuesOf(runtime, id, input, before), runtime.clock.now());
    const row = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: recoveryPasswordConfigRepresentation(before),
      after: recoveryPasswordConfigRepresentation(row),
    });
    return row;
  }, explained);
}

/** Deletes a configuration. Throws `refused` while a blueprint has it. */
export async function removeRecoveryPasswordConfig(runtime: Runtime, by: By, id: number): Promise<void> {
  await changeDesired(runtime, async (tx) => {
    const before = await mustFind(tx, id);
    const uses = await blueprintsOfRecoveryPasswordConfig(tx, id);
    if (uses.length > 0) {
      throw await cannotDelete(CANNOT_DELETE, Promise.resolve(uses.map(({ name }) => ({ kind: "blueprint", name }))));
    }
    await deleteRecoveryPasswordConfig(tx, id);
    const shown = recoveryPasswordConfigRepresentation(before);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before: shown });
  }, explained);
}
