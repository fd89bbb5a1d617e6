/**
 * Which DEP enrollments show which custom views, and in which order.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A view that an enrollment shows. */
export type ViewLinkRow = {
  id: string;
  depEnrollmentId: number;
  customViewId: string;
  /** Its place: lower ones are shown first. No two of an enrollment are alike. */
  weight: number;
  createdAt: Date;
  updatedAt: Date;
};

/** What an operator sets of a link. */
export type ViewLinkValues = Pick<ViewLinkRow, "depEnrollmentId" | "customViewId" | "weight">;

const columns = (db: Db) => db`l.id, l.dep_enrollment_id, l.custom_view_id, l.weight, l.created_at, l.updated_at`;

/** Returns one link. */
export async function findViewLink(db: Db, id: string): Promise<ViewLinkRow | undefined> {
  const [row] = await db<ViewLinkRow[]>`select ${columns(db)} from dep_enrollment_custom_views l where l.id = ${id}`;
  return row;
}

/** Returns a page of links by enrollment and weight, and the total number. */
export async function listViewLinks(
  db: Db,
  page: { limit: number; offset: number; depEnrollmentId?: number; customViewId?: string },
): Promise<{ rows: ViewLinkRow[]; count: number }> {
  const where = db`
    where ${page.depEnrollmentId === undefined ? db`true` : db`l.dep_enrollment_id = ${page.depEnrollmentId}`}
      and ${page.customViewId === undefined ? db`true` : db`l.custom_view_id = ${page.customViewId}`}`;
  const rows = await db<ViewLinkRow[]>`
    select ${columns(db)} from dep_enrollment_custom_views l ${where}
    order by l.dep_enrollment_id, l.weight, l.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from dep_enrollment_custom_views l ${where}`,
  );
  return { rows: [...rows], count };
}

/** A view of an enrollment, by its name. */
export type LinkedView = { linkId: string; viewId: string; name: string; weight: number };

/** Returns the views of an enrollment by name, in their order. */
export async function linkedViews(db: Db, depEnrollmentId: number): Promise<LinkedView[]> {
  return [
    ...await db<LinkedView[]>`
    select l.id as link_id, v.id as view_id, v.name, l.weight
    from dep_enrollment_custom_views l join enrollment_custom_views v on v.id = l.custom_view_id
    where l.dep_enrollment_id = ${depEnrollmentId} order by l.weight, l.id`,
  ];
}

/** Returns the enrollments that show a view. */
export async function enrollmentsOfView(db: Db, customViewId: string): Promise<{ id: number; name: string }[]> {
  return [
    ...await db<{ id: number; name: string }[]>`
    select d.id, d.name from dep_enrollment_custom_views l join dep_enrollments d on d.id = l.dep_enrollment_id
    where l.custom_view_id = ${customViewId} order by d.name, d.id`,
  ];
}

/** Whether an enrollment shows a view. */
export async function hasViews(db: Db, depEnrollmentId: number): Promise<boolean> {
  return one(
    await db<{ found: boolean }[]>`
      select exists (select 1 from dep_enrollment_custom_views where dep_enrollment_id = ${depEnrollmentId}) as found`,
  ).found;
}

/** Adds a link. */
export async function insertViewLink(db: Db, id: string, row: ViewLinkValues, now: Date): Promise<void> {
  await db`
    insert into dep_enrollment_custom_views (id, dep_enrollment_id, custom_view_id, weight, created_at, updated_at)
    values (${id}, ${row.depEnrollmentId}, ${row.customViewId}, ${row.weight}, ${now}, ${now})`;
}

/** Changes a link. */
export async function updateViewLink(db: Db, id: string, row: ViewLinkValues, now: Date): Promise<void> {
  await db`
    update dep_enrollment_custom_views set dep_enrollment_id = ${row.depEnrollmentId},
      custom_view_id = ${row.customViewId}, weight = ${row.weight}, updated_at = ${now}
    where id = ${id}`;
}

/** Deletes a link. */
export async function deleteViewLink(db: Db, id: string): Promise<void> {
  await db`delete from dep_enrollment_custom_views where id = ${id}`;
}
