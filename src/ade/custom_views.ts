/**
 * Custom views: the pages that devices show before they enroll.
 *
 * @module
 */

import { enrollmentsOfView } from "../../db/ade/custom_view_links.ts";
import {
  type CustomViewRow,
  type CustomViewValues,
  deleteCustomView,
  findCustomView,
  insertCustomView,
  lockCustomView,
  updateCustomView,
} from "../../db/ade/custom_views.ts";
import { isForeignKeyViolation, isUniqueViolation, type Tx } from "../../db/open.ts";
import { invalid, Problem, problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";

const MODEL = "mdm.enrollmentcustomview";
const SENTENCE_OF_USED = "This enrollment custom view cannot be deleted";

/** Why a view for people who signed in is shown by no enrollment yet. */
export const NOBODY_SIGNS_IN =
  "This server does not support realms yet, so nobody can sign in to see a view that requires authentication.";

/** Returns a custom view as the API and the audit log show it. */
export const customViewRepresentation = (row: CustomViewRow) => ({
  id: row.id,
  name: row.name,
  description: row.description,
  html: row.html,
  requires_authentication: row.requiresAuthentication,
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

function nameTaken(error: unknown): never {
  if (isUniqueViolation(error, "enrollment_custom_views_name")) {
    throw invalid({ name: ["enrollment custom view with this name already exists."] });
  }
  throw error;
}

async function mustFind(tx: Tx, id: string): Promise<CustomViewRow> {
  const row = await findCustomView(tx, id);
  if (row === undefined) throw new Error(`Cannot find the custom view ${id} that was just saved`);
  return row;
}

/** Creates a custom view. Throws `invalid`. */
export async function createCustomView(runtime: Runtime, by: By, input: CustomViewValues): Promise<CustomViewRow> {
  const id = runtime.random.uuid();
  return await runtime.sql.begin(async (tx) => {
    await insertCustomView(tx, id, input, runtime.clock.now());
    const row = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "created",
      model: MODEL,
      pk: id,
      after: customViewRepresentation(row),
    });
    return row;
  }).catch(nameTaken);
}

/** Changes a custom view. Devices see it at once. Throws `invalid`, also for one that would need somebody who signed in. */
export async function changeCustomView(
  runtime: Runtime,
  by: By,
  id: string,
  input: CustomViewValues,
): Promise<CustomViewRow> {
  return await runtime.sql.begin(async (tx) => {
    const before = await lockCustomView(tx, id);
    if (before === undefined) throw problem("not-found");
    if (input.requiresAuthentication && (await enrollmentsOfView(tx, id)).length > 0) {
      throw invalid({ requires_authentication: [NOBODY_SIGNS_IN] });
    }
    await updateCustomView(tx, id, input, runtime.clock.now());
    const after = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: customViewRepresentation(before),
      after: customViewRepresentation(after),
    });
    return after;
  }).catch(nameTaken);
}

const used = (because: string, cause?: unknown) =>
  new Problem("refused", SENTENCE_OF_USED, { list: [SENTENCE_OF_USED], because }, cause);

/** Deletes a custom view. Throws `refused` while an enrollment shows it. */
export async function removeCustomView(runtime: Runtime, by: By, id: string): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const before = await lockCustomView(tx, id);
    if (before === undefined) throw problem("not-found");
    const names = (await enrollmentsOfView(tx, id)).map(({ name }) => name);
    if (names.length > 0) throw used(`Remove it from these enrollments first: ${names.join(", ")}.`);
    await deleteCustomView(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: MODEL,
      pk: id,
      before: customViewRepresentation(before),
    });
  }).catch((error) => {
    throw isForeignKeyViolation(error) ? used("An enrollment shows it since a moment ago.", error) : error;
  });
}
