/**
 * Sessions of browsers: sign in, recognise, sign out.
 *
 * The cookie holds 32 random bytes; the database holds their hash. A session begins with a new id at each sign-in, so an id
 * planted in a browser beforehand (session fixation) is worth nothing.
 *
 * @module
 */

import { decodeBase64Url, encodeBase64Url } from "@std/encoding";
import { forgetAttempts } from "../../db/rate_limits.ts";
import { deleteSession, findSession, insertSession, touchSession } from "../../db/sessions.ts";
import { findUserByName, replacePasswordHash, touchLogin } from "../../db/users.ts";
import type { Config } from "../config.ts";
import { invalid } from "../errors.ts";
import { recordEvents, type RequestInfo } from "../events/record.ts";
import { foreignText } from "../foreign_text.ts";
import type { Runtime } from "../runtime.ts";
import type { Actor } from "./actor.ts";
import { hashPassword, isOutdatedHash, verifyPassword } from "./passwords.ts";
import { addressKey, limitAttempts } from "./rate_limit.ts";

/** A signed-in browser. */
export type Session = { actor: Actor; csrfToken: string };

/** A fresh session with the value for the cookie. */
export type NewSession = Session & { cookie: string; expiresAt: Date };

const BY_NAME = { attempts: 10, seconds: 900 };
const BY_ADDRESS = { attempts: 50, seconds: 900 };
const TOUCH_SECONDS = 60;

const hashCookie = async (cookie: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  if (!/^[A-Za-z0-9_-]{43}$/.test(cookie)) return undefined;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", decodeBase64Url(cookie)));
};

/** The key under which attempts on a name are counted; a hash, because people type their password into the wrong field. */
async function attemptsKey(username: string): Promise<string> {
  const name = new TextEncoder().encode(username.toLowerCase());
  return `login:user:${encodeBase64Url(await crypto.subtle.digest("SHA-256", name))}`;
}

/** Name and attributes of the session cookie. `__Host-` keeps other hosts of the domain from planting one. */
export function sessionCookie(config: Pick<Config, "BASE_URL">): {
  name: string;
  options: { path: "/"; httpOnly: true; sameSite: "Lax"; secure: boolean };
} {
  const secure = config.BASE_URL.startsWith("https:");
  return {
    name: secure ? "__Host-espalier" : "espalier",
    options: { path: "/", httpOnly: true, sameSite: "Lax", secure },
  };
}

/** Begins a session for a user who was authenticated, ending the browser's previous one. */
export async function beginSession(
  runtime: Runtime,
  user: { id: number; username: string; isSuperuser: boolean; permissions: readonly string[] },
  request: RequestInfo,
  previousCookie?: string,
): Promise<NewSession> {
  const id = runtime.random.bytes(32);
  const csrfToken = encodeBase64Url(runtime.random.bytes(32));
  const now = runtime.clock.now();
  const expiresAt = new Date(now.getTime() + runtime.config.SESSION_HOURS * 3_600_000);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", id));
  const previous = previousCookie === undefined ? undefined : await hashCookie(previousCookie);
  await runtime.sql.begin(async (tx) => {
    if (previous !== undefined) await deleteSession(tx, previous);
    const userAgent = foreignText(request.userAgent, 400);
    await insertSession(tx, { hash, userId: user.id, csrfToken, expiresAt, ip: request.ip, userAgent }, now);
    await touchLogin(tx, user.id, now);
    const by = { id: user.id, username: user.username, isServiceAccount: false };
    await recordEvents(tx, runtime, { ...request, user: by }, [{ type: "zentral_login", tags: ["zentral"] }]);
  });
  return {
    actor: {
      userId: user.id,
      username: user.username,
      isServiceAccount: false,
      isSuperuser: user.isSuperuser,
      permissions: new Set(user.permissions),
    },
    csrfToken,
    cookie: encodeBase64Url(id),
    expiresAt,
  };
}

/**
 * Signs a browser in by user name and password.
 *
 * Throws `too-many-requests` (10 attempts per name and 50 per address in 15 minutes), else `invalid` with one sentence that
 * does not tell whether the name exists. The address is `request.ip`, which no header of the client can change.
 */
export async function signIn(
  runtime: Runtime,
  credentials: { username: string; password: string },
  request: RequestInfo,
  previousCookie?: string,
): Promise<NewSession> {
  const nameKey = await attemptsKey(credentials.username);
  await limitAttempts(runtime, `login:ip:${addressKey(request.ip)}`, BY_ADDRESS);
  await limitAttempts(runtime, nameKey, BY_NAME);
  const usable = credentials.username.length <= 200 && !credentials.username.includes("\0");
  const user = usable ? await findUserByName(runtime.sql, credentials.username) : undefined;
  const right = await verifyPassword(credentials.password, user?.passwordHash);
  if (!right || user === undefined || !user.isActive || user.isServiceAccount) {
    await recordEvents(runtime.sql, runtime, request, [{
      type: "zentral_failed_login",
      tags: ["zentral"],
      // Only names that exist: people type their password into the wrong field.
      payload: user === undefined ? {} : { user: { pk: user.id, username: user.username } },
    }]);
    throw invalid({ non_field_errors: ["Cannot sign in: the user name or the password is not right."] });
  }
  if (user.passwordHash !== null && isOutdatedHash(user.passwordHash)) {
    const renewed = await hashPassword(credentials.password, runtime.random);
    await replacePasswordHash(runtime.sql, user.id, user.passwordHash, renewed);
  }
  await forgetAttempts(runtime.sql, nameKey);
  return await beginSession(runtime, user, request, previousCookie);
}

/** The session behind a cookie; undefined when it is unknown, over, or its user may not sign in any more. */
export async function authenticateSession(
  runtime: Pick<Runtime, "sql" | "clock">,
  cookie: string | undefined,
): Promise<Session | undefined> {
  const hash = cookie === undefined ? undefined : await hashCookie(cookie);
  if (hash === undefined) return undefined;
  const found = await findSession(runtime.sql, hash);
  const now = runtime.clock.now();
  if (found === undefined || found.expiresAt <= now || !found.isActive || found.isServiceAccount) return undefined;
  const stale = new Date(now.getTime() - TOUCH_SECONDS * 1000);
  if (found.lastSeenAt < stale) await touchSession(runtime.sql, hash, now, stale);
  return {
    actor: {
      userId: found.userId,
      username: found.username,
      isServiceAccount: false,
      isSuperuser: found.isSuperuser,
      permissions: new Set(found.permissions),
    },
    csrfToken: found.csrfToken,
  };
}

/** Ends the session behind a cookie. */
export async function signOut(runtime: Runtime, cookie: string | undefined, request: RequestInfo): Promise<void> {
  const hash = cookie === undefined ? undefined : await hashCookie(cookie);
  if (hash === undefined) return;
  await runtime.sql.begin(async (tx) => {
    if (!await deleteSession(tx, hash)) return;
    await recordEvents(tx, runtime, request, [{ type: "zentral_logout", tags: ["zentral"] }]);
  });
}
