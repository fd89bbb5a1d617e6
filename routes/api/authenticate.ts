/**
 * The caller of the API: a token, or a signed-in browser if an endpoint allows it.
 *
 * @module
 */

import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Actor } from "../../src/access/actor.ts";
import { authenticateToken } from "../../src/access/authenticate.ts";
import { checkCsrf, CSRF_HEADER, sameText } from "../../src/access/csrf.ts";
import { authenticateSession, sessionCookie } from "../../src/access/sessions.ts";
import { problem } from "../../src/errors.ts";
import type { AppEnv } from "../context.ts";

/**
 * Returns the actor of a request. Throws `not-authenticated`, `bad-token` or `csrf`.
 *
 * A browser adds its cookie whatever page sent the request. So a cookie alone is never enough: writing needs the same
 * origin and the session's token; reading, which may reveal a secret and records an event, needs one of them.
 */
export async function authenticateCall(c: Context<AppEnv>, sessionAllowed: boolean): Promise<Actor> {
  const runtime = c.get("runtime");
  const header = c.req.header("Authorization");
  const cookie = sessionAllowed && header === undefined ? getCookie(c, sessionCookie(runtime.config).name) : undefined;
  if (cookie === undefined) return await authenticateToken(runtime, header);
  const session = await authenticateSession(runtime, cookie);
  if (session === undefined) throw problem("not-authenticated");
  const { headers } = c.req.raw;
  const presented = headers.get(CSRF_HEADER) ?? headers.get("X-CSRFToken");
  if (c.req.method === "GET" || c.req.method === "HEAD") {
    // "none": the person typed the address or followed a bookmark.
    const ours = ["same-origin", "none"].includes(headers.get("Sec-Fetch-Site") ?? "");
    const shown = presented !== null && sameText(presented, session.csrfToken);
    if (!ours && !shown) throw problem("csrf", undefined, { reason: "neither same origin nor token" });
  } else {
    checkCsrf(headers, runtime.config.BASE_URL, session.csrfToken, presented);
  }
  return session.actor;
}
