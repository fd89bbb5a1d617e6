/**
 * The administrator that Setup Assistant creates on a Mac for the server.
 *
 * @module
 */

import { findDepEnrollment } from "../../db/ade/dep_enrollments.ts";
import { findSession } from "../../db/enrollment/enrollment_sessions.ts";
import type { Tx } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { adminPassword, adminPasswordHash, MOST_COMPLEX } from "../commands/admin_password.ts";

/** Returns the enrollment of a session that a Mac's administrator comes from. */
async function enrollmentOf(tx: Tx, sessionId: number) {
  const session = await findSession(tx, sessionId);
  return session === undefined || session.depEnrollmentId === null
    ? undefined
    : await findDepEnrollment(tx, session.depEnrollmentId);
}

/** Returns the arguments of SetAutoAdminPassword with a new password, as complex as the enrollment of a session says. */
export async function newAdminPassword(tx: Tx, runtime: Pick<Runtime, "random">, sessionId: number) {
  const enrollment = await enrollmentOf(tx, sessionId);
  return { password: adminPassword(runtime.random, enrollment?.adminPasswordComplexity ?? MOST_COMPLEX) };
}

/** Returns the arguments of AccountConfiguration for the enrollment of a session, with a new password. */
export async function newAdminAccount(tx: Tx, runtime: Pick<Runtime, "random">, sessionId: number) {
  const enrollment = await enrollmentOf(tx, sessionId);
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
