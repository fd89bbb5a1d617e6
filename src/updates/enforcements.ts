/**
 * Managing software update enforcements.
 *
 * @module
 */

import {
  blueprintsOfEnforcement,
  deleteEnforcement,
  type EnforcementRow,
  type EnforcementValues,
  findEnforcement,
  insertEnforcement,
  updateEnforcement,
} from "../../db/updates/enforcements.ts";
import { findTags } from "../../db/tags/tags.ts";
import { isForeignKeyViolation, isUniqueViolation, type Tx } from "../../db/open.ts";
import { changeDesired } from "../blueprints/transaction.ts";
import { invalid, problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { unknownPk } from "../input_fields.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";

const MODEL = "mdm.softwareupdateenforcement";
const CANNOT_DELETE = "This software update enforcement cannot be deleted";

/** Returns an enforcement as API and audit show it. */
export function enforcementRepresentation(row: EnforcementRow) {
  return {
    id: row.id,
    name: row.name,
    details_url: row.detailsUrl,
    platforms: row.platforms,
    tags: row.tags,
    os_version: row.osVersion,
    build_version: row.buildVersion,
    local_datetime: row.localDatetime,
    max_os_version: row.maxOsVersion,
    delay_days: row.delayDays,
    local_time: row.localTime,
    blackouts: row.blackouts,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "software_update_enforcements_name")
    ? invalid({ name: ["software update enforcement with this name already exists."] })
    : isForeignKeyViolation(error)
    ? refused(CANNOT_DELETE)
    : error;

async function checkTags(tx: Tx, tags: readonly number[]): Promise<void> {
  const known = new Set((await findTags(tx, tags)).map(({ id }) => id));
  const unknown = tags.filter((tag) => !known.has(tag));
  if (unknown.length > 0) throw invalid({ tags: unknown.map(unknownPk) });
}

async function mustFind(tx: Tx, id: number): Promise<EnforcementRow> {
  const row = await findEnforcement(tx, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Returns the enforcement. Throws `not-found`. */
export async function mustFindEnforcement(runtime: Runtime, id: number): Promise<EnforcementRow> {
  const row = await findEnforcement(runtime.sql, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Creates an enforcement. Throws `invalid`. */
export async function createEnforcement(runtime: Runtime, by: By, values: EnforcementValues): Promise<EnforcementRow> {
  return await changeDesired(runtime, async (tx) => {
    await checkTags(tx, values.tags);
    const row = await mustFind(tx, await insertEnforcement(tx, values, runtime.clock.now()));
    const after = enforcementRepresentation(row);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: row.id, after });
    return row;
  }, explained);
}

/** Replaces an enforcement; devices of its blueprints that are to be told otherwise are woken. Throws `invalid`. */
export async function changeEnforcement(
  runtime: Runtime,
  by: By,
  id: number,
  values: EnforcementValues,
): Promise<EnforcementRow> {
  return await changeDesired(runtime, async (tx) => {
    const before = await mustFind(tx, id);
    await checkTags(tx, values.tags);
    await updateEnforcement(tx, id, values, runtime.clock.now());
    const row = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: enforcementRepresentation(before),
      after: enforcementRepresentation(row),
    });
    return row;
  }, explained);
}

/** Deletes an enforcement. Throws `refused` while a blueprint has it. */
export async function removeEnforcement(runtime: Runtime, by: By, id: number): Promise<void> {
  await changeDesired(runtime, async (tx) => {
    const before = await mustFind(tx, id);
    const uses = await blueprintsOfEnforcement(tx, id);
    if (uses.length > 0) {
      throw await cannotDelete(CANNOT_DELETE, Promise.resolve(uses.map(({ name }) => ({ kind: "blueprint", name }))));
    }
    await deleteEnforcement(tx, id);
    const shown = enforcementRepresentation(before);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before: shown });
  }, explained);
}
