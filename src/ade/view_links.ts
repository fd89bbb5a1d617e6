/**
 * Which enrollments show which custom views, and in which order. The first view of an enrollment makes its devices enroll in
 * a web view, so that Apple has to know of the first and of the last one.
 *
 * @module
 */

import {
  deleteViewLink,
  findViewLink,
  insertViewLink,
  linkedViews,
  updateViewLink,
  type ViewLinkRow,
  type ViewLinkValues,
} from "../../db/ade/custom_view_links.ts";
import { findCustomView, lockCustomView } from "../../db/ade/custom_views.ts";
import { findDepEnrollment, lockDepEnrollment } from "../../db/ade/dep_enrollments.ts";
import { type Db, isUniqueViolation, type Tx } from "../../db/open.ts";
import { type FieldErrors, invalid, problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { MAX_INTEGER, unknownPk } from "../input_fields.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { assignmentClient } from "./client.ts";
import { NOBODY_SIGNS_IN } from "./custom_views.ts";
import { type Connect, type DefinedChange, findDefined, withDefinitions } from "./definitions.ts";

const MODEL = "mdm.depenrollmentcustomview";

/** Returns a link as the API and the audit log show it. */
export const viewLinkRepresentation = (row: ViewLinkRow) => ({
  id: row.id,
  dep_enrollment: row.depEnrollmentId,
  custom_view: row.customViewId,
  weight: row.weight,
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

const notUnique = (...fields: string[]) =>
  invalid({ non_field_errors: [`The fields ${fields.join(", ")} must make a unique set.`] });

function taken(error: unknown): never {
  if (isUniqueViolation(error, "dep_enrollment_custom_views_view")) throw notUnique("dep_enrollment", "custom_view");
  if (isUniqueViolation(error, "dep_enrollment_custom_views_weight")) throw notUnique("dep_enrollment", "weight");
  throw error;
}

/** Checks a link before Apple is asked. Throws `invalid`. */
async function check(db: Db, input: ViewLinkValues, id?: string): Promise<void> {
  const fields: FieldErrors = {};
  if (await findDepEnrollment(db, input.depEnrollmentId) === undefined) {
    fields.dep_enrollment = [unknownPk(input.depEnrollmentId)];
  }
  const view = await findCustomView(db, input.customViewId);
  if (view === undefined) fields.custom_view = [unknownPk(input.customViewId)];
  else if (view.requiresAuthentication) fields.custom_view = [NOBODY_SIGNS_IN];
  if (Object.keys(fields).length > 0) throw invalid(fields);
  const others = (await linkedViews(db, input.depEnrollmentId)).filter(({ linkId }) => linkId !== id);
  if (others.some(({ viewId }) => viewId === input.customViewId)) throw notUnique("dep_enrollment", "custom_view");
  if (others.some(({ weight }) => weight === input.weight)) throw notUnique("dep_enrollment", "weight");
}

/** Locks the view, so that it does not become one that needs somebody who signed in. */
async function checkLocked(tx: Tx, { customViewId }: ViewLinkValues): Promise<void> {
  const view = await lockCustomView(tx, customViewId);
  if (view === undefined) throw invalid({ custom_view: [unknownPk(customViewId)] });
  if (view.requiresAuthentication) throw invalid({ custom_view: [NOBODY_SIGNS_IN] });
}

/** Returns the change of an enrollment that loses and gains links; none are those that it keeps. */
async function changeOf(runtime: Runtime, depEnrollmentId: number, without: string | undefined, gains: boolean) {
  const before = await findDefined(runtime.sql, runtime, depEnrollmentId);
  const kept = (await linkedViews(runtime.sql, depEnrollmentId)).filter(({ linkId }) => linkId !== without);
  return { before, views: gains || kept.length > 0 } satisfies DefinedChange;
}

async function mustFind(db: Db, id: string): Promise<ViewLinkRow> {
  const row = await findViewLink(db, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Shows a view in an enrollment. Throws `invalid`, also with what Apple said to the first one. */
export async function createViewLink(
  runtime: Runtime,
  by: By,
  input: ViewLinkValues,
  connect: Connect = assignmentClient,
): Promise<ViewLinkRow> {
  await check(runtime.sql, input);
  const id = runtime.random.uuid();
  const changes = [await changeOf(runtime, input.depEnrollmentId, undefined, true)];
  return await withDefinitions(runtime, connect, changes, async (tx) => {
    await checkLocked(tx, input);
    await insertViewLink(tx, id, input, runtime.clock.now());
    const row = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: id, after: viewLinkRepresentation(row) });
    return row;
  }).catch(taken);
}

/** Shows a view after the others of an enrollment. Throws as `createViewLink`. */
export async function appendViewLink(
  runtime: Runtime,
  by: By,
  input: Omit<ViewLinkValues, "weight">,
  connect: Connect = assignmentClient,
): Promise<ViewLinkRow> {
  const last = (await linkedViews(runtime.sql, input.depEnrollmentId)).at(-1);
  return await createViewLink(runtime, by, { ...input, weight: last === undefined ? 0 : last.weight + 1 }, connect);
}

/** Changes a link: its place, its view, or its enrollment. Throws as `createViewLink`. */
export async function changeViewLink(
  runtime: Runtime,
  by: By,
  id: string,
  input: ViewLinkValues,
  connect: Connect = assignmentClient,
): Promise<ViewLinkRow> {
  const before = await mustFind(runtime.sql, id);
  await check(runtime.sql, input, id);
  const moves = before.depEnrollmentId !== input.depEnrollmentId;
  const changes = [
    await changeOf(runtime, input.depEnrollmentId, id, true),
    ...(moves ? [await changeOf(runtime, before.depEnrollmentId, id, false)] : []),
  ];
  return await withDefinitions(runtime, connect, changes, async (tx) => {
    await checkLocked(tx, input);
    await updateViewLink(tx, id, input, runtime.clock.now());
    const after = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: viewLinkRepresentation(before),
      after: viewLinkRepresentation(after),
    });
    return after;
  }).catch(taken);
}

/** Shows a view of an enrollment one place earlier. Nothing changes for the first. Throws `not-found`. */
export async function raiseViewLink(runtime: Runtime, by: By, id: string): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const { depEnrollmentId } = await mustFind(tx, id);
    await lockDepEnrollment(tx, depEnrollmentId);
    const links = await linkedViews(tx, depEnrollmentId);
    const index = links.findIndex(({ linkId }) => linkId === id);
    const [above, link] = [links[index - 1], links[index]];
    if (above === undefined || link === undefined) return;
    const now = runtime.clock.now();
    const place = async ({ linkId, viewId: customViewId }: typeof link, weight: number) =>
      await updateViewLink(tx, linkId, { depEnrollmentId, customViewId, weight }, now);
    const before = viewLinkRepresentation(await mustFind(tx, id));
    // No two links have one weight at any moment: the other one waits at a weight that no link has.
    const used = new Set(links.map(({ weight }) => weight));
    let free = MAX_INTEGER;
    while (used.has(free)) free--;
    await place(above, free);
    await place(link, above.weight);
    await place(above, link.weight);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before,
      after: viewLinkRepresentation(await mustFind(tx, id)),
    });
  });
}

/** Removes a view from an enrollment. Throws `not-found`, and `invalid` with what Apple said to the last one. */
export async function removeViewLink(
  runtime: Runtime,
  by: By,
  id: string,
  connect: Connect = assignmentClient,
): Promise<void> {
  const before = await mustFind(runtime.sql, id);
  const changes = [await changeOf(runtime, before.depEnrollmentId, id, false)];
  await withDefinitions(runtime, connect, changes, async (tx) => {
    await deleteViewLink(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: MODEL,
      pk: id,
      before: viewLinkRepresentation(before),
    });
  });
}
