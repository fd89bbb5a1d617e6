/**
 * The cookies of a signed-in browser: how they are set. Their names are those of `src/access/sessions.ts` and
 * `src/access/known_browser.ts`.
 *
 * @module
 */

import { setCookie } from "hono/cookie";
import type { Context } from "hono";
import { browserCookie } from "../../../src/access/known_browser.ts";
import { type NewSession, sessionCookie } from "../../../src/access/sessions.ts";
import type { AppEnv } from "../../context.ts";

/** Sets the cookies of a session that begins. */
export function keepSession(c: Context<AppEnv>, session: NewSession): void {
  const { name, options } = sessionCookie(c.get("runtime").config);
  setCookie(c, name, session.cookie, { ...options, expires: session.expiresAt });
  const browser = browserCookie(c.get("runtime").config);
  setCookie(c, browser.name, session.browser.cookie, { ...browser.options, expires: session.browser.expiresAt });
}
