/**
 * Custom views: the pages that a device shows before it enrolls, and which enrollments show them.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A custom view. */
export type CustomViewRow = {
  id: string;
  name: string;
  description: string;
  /** The template. */
  html: string;
  requiresAuthentication: boolean;
  createdAt: Date;
  updatedAt: Date;
};

/** What an operator sets of a view. */
export type CustomViewValues = Omit<CustomViewRow, "id" | "createdAt" | "updatedAt">;

const columns = (db: Db) =>
  db`v.id, v.name, v.description, v.html, v.requires_authentication, v.created_at, v.updated_at`;

/** Returns the views of a DEP enrollment in the order of their weights. */
export async function viewsOfDepEnrollment(db: Db, depEnrollmentId: number): Promise<CustomViewRow[]> {
  return [
    ...await db<CustomViewRow[]>`
    select ${columns(db)} from dep_enrollment_custom_views l join enrollment_custom_views v on v.id = l.custom_view_id
    where l.dep_enrollment_id = ${depEnrollmentId} order by l.weight, l.id`,
  ];
}

/** Returns one view. */
export async function findCustomView(db: Db, id: string): Promise<CustomViewRow | undefined> {
  const [row] = await db<CustomViewRow[]>`select ${columns(db)} from enrollment_custom_views v where v.id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockCustomView(db: Db, id: string): Promise<CustomViewRow | undefined> {
  const [row] = await db<CustomViewRow[]>`
    select ${columns(db)} from enrollment_custom_views v where v.id = ${id} for update`;
  return row;
}

/** Returns a page of views by name, and the total number. */
export async function listCustomViews(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: CustomViewRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where v.name = ${page.name}`;
  const rows = await db<CustomViewRow[]>`
    select ${columns(db)} from enrollment_custom_views v ${where}
    order by v.name, v.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from enrollment_custom_views v ${where}`,
  );
  return { rows: [...rows], count };
}

/** Adds a view. */
export async function insertCustomView(db: Db, id: string, row: CustomViewValues, now: Date): Promise<void> {
  await db`
    insert into enrollment_custom_views (id, name, description, html, requires_authentication, created_at, updated_at)
    values (${id}, ${row.name}, ${row.description}, ${row.html}, ${row.requiresAuthentication}, ${now}, ${now})`;
}

/** Changes a view. */
export async function updateCustomView(db: Db, id: string, row: CustomViewValues, now: Date): Promise<void> {
  await db`
    update enrollment_custom_views set name = ${row.name}, description = ${row.description}, html = ${row.html},
      requires_authentication = ${row.requiresAuthentication}, updated_at = ${now}
    where id = ${id}`;
}

/** Deletes a view. PostgreSQL refuses while an enrollment shows it. */
export async function deleteCustomView(db: Db, id: string): Promise<void> {
  await db`delete from enrollment_custom_views where id = ${id}`;
}
