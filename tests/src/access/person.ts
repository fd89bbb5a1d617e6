/**
 * A person who may sign in.
 *
 * @module
 */

import { insertUser } from "../../../db/access/users.ts";
import { hashPassword } from "../../../src/access/passwords.ts";
import type { TestRuntime } from "../../support/runtime.ts";

/** Not what a runtime's own hashes cost. */
export const CHEAP = { logN: 10, r: 8, p: 1 };
export const PASSWORD = "correct horse battery";

/** Adds Alice, a superuser. Returns her id. */
export async function person(runtime: TestRuntime): Promise<number> {
  return await insertUser(runtime.sql, {
    username: "Alice",
    email: "",
    fullName: "",
    passwordHash: await hashPassword(PASSWORD, { ...runtime, passwordCost: CHEAP }),
    isActive: true,
    isSuperuser: true,
    isServiceAccount: false,
  }, runtime.clock.now());
}
