/**
 * Authenticates requests: finds the operator behind an API token.
 *
 * No cache: one indexed query per request, so that a revoked token, a deactivated user or a removed role takes effect
 * immediately in every process.
 *
 * @module
 */

import { findTokenHolder, touchToken } from "../../db/access/api_tokens.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import type { Actor } from "./actor.ts";
import { hashApiToken, isApiToken } from "./api_token_format.ts";

const TOUCH_SECONDS = 60;

/**
 * Returns the actor behind an `Authorization: Token …` header. Throws `not-authenticated` if there is none, `bad-token`
 * when it is malformed, unknown, expired, or of an inactive user; the error does not say which.
 */
export async function authenticateToken(
  runtime: Pick<Runtime, "sql" | "clock">,
  header: string | undefined,
): Promise<Actor> {
  const [scheme, token, ...more] = (header ?? "").trim().split(/ +/);
  if (scheme === undefined || scheme.toLowerCase() !== "token") throw problem("not-authenticated");
  if (token === undefined || more.length > 0 || !isApiToken(token)) {
    throw problem("bad-token", undefined, { reason: "malformed" });
  }
  const holder = await findTokenHolder(runtime.sql, hashApiToken(token));
  if (holder === undefined) throw problem("bad-token", undefined, { reason: "unknown" });
  const now = runtime.clock.now();
  if (holder.expiresAt !== null && holder.expiresAt <= now) {
    throw problem("bad-token", undefined, { reason: "expired" });
  }
  if (!holder.isActive) throw problem("bad-token", undefined, { reason: "inactive user" });
  const stale = new Date(now.getTime() - TOUCH_SECONDS * 1000);
  if (holder.lastUsedAt === null || holder.lastUsedAt < stale) {
    await touchToken(runtime.sql, holder.tokenId, now, stale);
  }
  return {
    userId: holder.userId,
    username: holder.username,
    isServiceAccount: holder.isServiceAccount,
    isSuperuser: holder.isSuperuser,
    grants: holder.grants,
    tokenId: holder.tokenId,
  };
}
