/**
 * Changing one's own password, which needs no permission but the present one.
 *
 * @module
 */

import { deleteSessionsOf } from "../../db/access/sessions.ts";
import { findUser, lockUser, updateUser } from "../../db/access/users.ts";
import { invalid, problem } from "../errors.ts";
import { recordAudit } from "../events/record.ts";
import { limitAttempts } from "../rate_limit.ts";
import type { Runtime } from "../runtime.ts";
import type { Operator } from "./operator.ts";
import { checkPassword, hashPassword, verifyPassword } from "./passwords.ts";
import { beginSession, type NewSession } from "./sessions.ts";
import { userRepresentation } from "./users.ts";

/** A browser left open must not be a way to guess the password. */
const BY_USER = { attempts: 10, seconds: 900 };

/**
 * Replaces the actor's password. All their sessions end; a new one begins for this browser.
 *
 * Throws `too-many-requests`, or `invalid` on `current_password` or `password`.
 */
export async function changeOwnPassword(
  runtime: Runtime,
  by: Operator,
  passwords: { current: string; next: string },
): Promise<NewSession> {
  const { actor } = by;
  await limitAttempts(runtime, `password:user:${actor.userId}`, BY_USER);
  const seen = await findUser(runtime.sql, actor.userId);
  if (!await verifyPassword(passwords.current, seen?.passwordHash, runtime.passwordCost) || seen === undefined) {
    throw invalid({ current_password: ["This is not your current password."] });
  }
  checkPassword(passwords.next, seen.username);
  const passwordHash = await hashPassword(passwords.next, runtime);
  const user = await runtime.sql.begin(async (tx) => {
    const before = await lockUser(tx, actor.userId);
    // It was changed in the meantime: the verified password is no longer the current one.
    if (before?.passwordHash !== seen.passwordHash) throw problem("conflict");
    await updateUser(tx, before.id, { ...before, passwordHash }, runtime.clock.now());
    await deleteSessionsOf(tx, before.id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "accounts.user",
      pk: before.id,
      before: userRepresentation(before),
      after: { ...userRepresentation(before), password_updated: true },
    });
    return before;
  });
  return await beginSession(runtime, by, user);
}
