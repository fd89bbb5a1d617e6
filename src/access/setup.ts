/**
 * The first person: whoever started the server reads a one-time token from its output and makes the first superuser with it.
 *
 * The attack it stops: a server on the internet whose first visitor becomes its master.
 *
 * @module
 */

import { encodeHex } from "@std/encoding";
import { z } from "zod";
import { anyPersonExists, type UserRow } from "../../db/access/users.ts";
import {
  addInstanceSetting,
  deleteInstanceSetting,
  findInstanceSetting,
  putInstanceSetting,
} from "../../db/installation/instance_settings.ts";
import { isUniqueViolation } from "../../db/open.ts";
import { insertMetaBusinessUnit } from "../../db/tags/meta_business_units.ts";
import { invalid, problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { addressKey, limitAttempts } from "../rate_limit.ts";
import { randomText, type Runtime } from "../runtime.ts";
import { sameText } from "./csrf.ts";
import { COMMAND_LINE } from "./operator.ts";
import { checkPassword, hashPassword } from "./passwords.ts";
import { SETUP_KEY } from "./setup_key.ts";
import { createUserWithin } from "./users.ts";

/** Several processes start at once, and a lost token is replaced by a restart: each start's token counts, up to so many. */
const KEPT = 8;
const stored = z.array(z.string());
const BY_ADDRESS = { attempts: 20, seconds: 900 };
const DEFAULT_UNIT = "Default";

const hash = async (token: string) =>
  encodeHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token.slice(0, 200))));

/** Whether the first person has still to be made. */
export async function isSetupPending(runtime: Pick<Runtime, "sql">): Promise<boolean> {
  return !await anyPersonExists(runtime.sql);
}

/** A token for the first person, to be shown once to whoever started the server; null when there is a person already. */
export async function ensureSetupToken(runtime: Pick<Runtime, "sql" | "random">): Promise<string | null> {
  if (await anyPersonExists(runtime.sql)) return null;
  const token = randomText(runtime.random, 32);
  const hashed = await hash(token);
  return await runtime.sql.begin(async (tx) => {
    await addInstanceSetting(tx, SETUP_KEY, []);
    const before = stored.parse(await findInstanceSetting(tx, SETUP_KEY, true) ?? []);
    if (await anyPersonExists(tx)) {
      await deleteInstanceSetting(tx, SETUP_KEY);
      return null;
    }
    await putInstanceSetting(tx, SETUP_KEY, [hashed, ...before].slice(0, KEPT));
    return token;
  });
}

/** What the first person says of themselves. */
export type SetupInput = { username: string; password: string; email?: string; fullName?: string };

/**
 * Makes the first superuser and the business unit that enrollments need, and ends the setup: every token is void.
 *
 * Of two at once one wins, the other is refused like a wrong token. Throws `permission-denied`, `too-many-requests`, or
 * `invalid` with the fields that are wrong (the token stays good then).
 */
export async function completeSetup(
  runtime: Runtime,
  by: Caller,
  token: string,
  input: SetupInput,
): Promise<UserRow> {
  await limitAttempts(runtime, `setup:ip:${addressKey(by.request.ip)}`, BY_ADDRESS);
  const hashed = await hash(token);
  const mayUse = (value: unknown) => stored.parse(value ?? []).some((known) => sameText(known, hashed));
  const refusal = () => problem("permission-denied", "Cannot set up: this setup token is not valid.");
  // Before the costly hash of the password; the check that counts is the one under the lock.
  if (!mayUse(await findInstanceSetting(runtime.sql, SETUP_KEY))) throw refusal();
  const username = input.username.trim();
  if (username === "") throw invalid({ username: ["This field may not be blank."] });
  if (username.length > 150) throw invalid({ username: ["Ensure this field has no more than 150 characters."] });
  checkPassword(input.password, username);
  const passwordHash = await hashPassword(input.password, runtime);
  return await runtime.sql.begin(async (tx) => {
    if (!mayUse(await findInstanceSetting(tx, SETUP_KEY, true)) || await anyPersonExists(tx)) throw refusal();
    const now = runtime.clock.now();
    const user = await createUserWithin(tx, runtime, { ...by, actor: COMMAND_LINE.actor }, {
      username,
      email: input.email ?? "",
      fullName: input.fullName ?? "",
      passwordHash,
      isActive: true,
      isSuperuser: true,
      isServiceAccount: false,
    }, []);
    const made = await tx.savepoint((inner) => insertMetaBusinessUnit(inner, { name: DEFAULT_UNIT }, now))
      .catch((error) => {
        // A script with a token of the command line may have made one of that name before.
        if (isUniqueViolation(error, "meta_business_units_name")) return undefined;
        throw error;
      });
    if (made !== undefined) {
      await recordAudit(tx, runtime, by, {
        action: "created",
        model: "inventory.metabusinessunit",
        pk: made.id,
        after: { id: made.id, name: made.name },
      });
    }
    return user;
  }).catch((error) => {
    if (isUniqueViolation(error, "users_username")) {
      throw invalid({ username: ["A user with that username already exists."] });
    }
    throw error;
  });
}
