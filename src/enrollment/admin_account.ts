/**
 * The administrator that Setup Assistant creates on a Mac for the server.
 *
 * @module
 */

import { findDepEnrollment } from "../../db/ade/dep_enrollments.ts";
import { findSession } from "../../db/enrollment/enrollment_sessions.ts";
import type { Tx } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { adminPassword, adminPasswordHash } from "../commands/admin_password.ts";

/** Returns the arguments of AccountConfiguration for the enrollment of a session, with a new password. */
export async function newAdminAccount(tx: Tx, runtime: Pick<Runtime, "random">, sessionId: number) {
  const session = await findSession(tx, sessionId);
  const enrollment = session === undefined || session.depEnrollmentId === null
    ? undefined
    : await findDepEnrollment(tx, session.depEnrollmentId);
  if (enrollment === undefined) throw new Error(`Cannot set up an account: session ${sessionId} has no DEP enrollment`);
  const password = adminPassword(runtime.random, enrollment.adminPasswordComplexity);
  return {
    full_name: enrollment.adminFullName,
    short_name: enrollment.adminShortName,
    hidden: enrollment.hiddenAdmin,
    // A Mac that goes through Setup Assistant by itself has nobody who could create an account.
    skip_primary_account: enrollment.autoAdvanceSetup,
    password,
    password_hash: (await adminPasswordHash(runtime.random, password)).toBase64(),
  };
}
