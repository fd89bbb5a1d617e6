/**
 * Managing API tokens. A token has its user's current permissions, never more.
 *
 * @module
 */

import {
  type ApiTokenRow,
  deleteApiToken as deleteApiTokenRow,
  insertApiToken,
  lockApiToken,
} from "../../db/access/api_tokens.ts";
import { findUser, lockUser } from "../../db/access/users.ts";
import { invalid, problem } from "../errors.ts";
import { recordAudit } from "../events/record.ts";
import { unknownPk } from "../input_fields.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { hashApiToken, newApiToken } from "./api_token_format.ts";
import { mustHoldAllOf } from "./delegation.ts";
import type { Authorised } from "./operator.ts";

/** The input for an API token. */
export type ApiTokenInput = { userId: number; name: string; expiresAt: Date | null };

/** Returns a token as API and audit show it: never the token. */
export function apiTokenRepresentation(token: ApiTokenRow) {
  return {
    id: token.id,
    user: token.userId,
    name: token.name,
    expires_at: naiveUtc(token.expiresAt),
    last_used_at: naiveUtc(token.lastUsedAt),
    created_at: naiveUtc(token.createdAt),
  };
}

/** Creates a token. It is returned once and never again. The actor must hold all that its user holds. */
export async function createApiToken(
  runtime: Runtime,
  by: Authorised,
  input: ApiTokenInput,
): Promise<{ row: ApiTokenRow; token: string }> {
  const now = runtime.clock.now();
  if (input.expiresAt !== null && input.expiresAt <= now) {
    throw invalid({ expires_at: ["This time should be in the future."] });
  }
  return await runtime.sql.begin(async (tx) => {
    const user = await lockUser(tx, input.userId);
    if (user === undefined) throw invalid({ user: [unknownPk(input.userId)] });
    mustHoldAllOf(by.actor, user);
    const token = newApiToken(runtime.random, user.isServiceAccount ? "service" : "user");
    const row = await insertApiToken(tx, {
      id: runtime.random.uuid(),
      userId: user.id,
      name: input.name,
      hash: hashApiToken(token),
      expiresAt: input.expiresAt,
    }, now);
    await recordAudit(tx, runtime, by, {
      action: "created",
      model: "accounts.apitoken",
      pk: row.id,
      after: apiTokenRepresentation(row),
    });
    return { row, token };
  });
}

/** Ends a token, at once and in every process. The actor must hold all that the token's user holds. */
export async function deleteApiToken(runtime: Runtime, by: Authorised, id: string): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const before = await lockApiToken(tx, id);
    if (before === undefined) throw problem("not-found");
    const owner = await findUser(tx, before.userId);
    // The attack: the tokens of mightier users and their services are cut off one by one.
    if (owner !== undefined) mustHoldAllOf(by.actor, owner);
    await deleteApiTokenRow(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: "accounts.apitoken",
      pk: id,
      before: apiTokenRepresentation(before),
    });
  });
}
