/**
 * Custom views: the pages that a device shows before it enrolls, and which enrollments show them.
 *
 * @module
 */

import type { Db } from "../open.ts";

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

/** Returns the views of a DEP enrollment in the order of their weights. */
export async function viewsOfDepEnrollment(db: Db, depEnrollmentId: number): Promise<CustomViewRow[]> {
  return [
    ...await db<CustomViewRow[]>`
    select v.id, v.name, v.description, v.html, v.requires_authentication, v.created_at, v.updated_at
    from dep_enrollment_custom_views l join enrollment_custom_views v on v.id = l.custom_view_id
    where l.dep_enrollment_id = ${depEnrollmentId} order by l.weight, l.id`,
  ];
}
