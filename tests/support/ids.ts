/**
 * Ids of rows that tests name by number.
 *
 * @module
 */

import type { EnrollmentId } from "../../db/ids.ts";

export { channelIdOf, deviceIdOf } from "../../db/ids.ts";

/** Returns a number as the id of an enrollment; the server reads those from its database alone. */
export const enrollmentIdOf = (number: number): EnrollmentId => number as EnrollmentId;
