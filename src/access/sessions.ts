/**
 * Sessions of browsers: sign in, recognize, sign out.
 *
 * The cookie holds 32 random bytes; the database holds their hash. A session begins with a new id at each sign-in, so
 * an id planted in a browser beforehand (session fixation) is useless.
 *
 * @module
 */

import { decodeBase64Url, encodeBase64Url } from "@std/encoding";
import type { Grant } from "../../db/access/grants.ts";
import { forgetAttempts } from "../../db/access/rate_limits.ts";
import { deleteSession, findSession, insertSession, touchSession } from "../../db/access/sessions.ts";
import { findUserByName, replacePasswordHash, touchLogin } from "../../db/access/users.ts";
import type { Config } from "../config.ts";
import { invalid } from "../errors.ts";
import type { By, Caller } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { recordRefusal } from "../events/refusals.ts";
import { foreignText } from "../foreign_text.ts";
import { addressKey, limitAttempts } from "../rate_limit.ts";
import type { Runtime } from "../runtime.ts";
import type { Actor } from "./actor.ts";
import { browserHash, isKnown, remember } from "./known_browser.ts";
import { operatorOf } from "./operator.ts";
import { hashPassword, isOutdatedHash, verifyPassword } from "./passwords.ts";

/** A signed-in browser. */
export type Session = { actor: Actor; csrfToken: string };

/** A fresh session with the value for the cookie, and the cookie that identifies the browser at the next sign-in. */
export type NewSession = Session & { cookie: string; expiresAt: Date; browser: { cookie: string; expiresAt: Date } };

/** The cookies that a browser sends along. */
export type BrowserCookies = { session?: string | undefined; browser?: string | undefined };

/** The attempts of one address on one name, of one address on all names, and of all addresses on one name. */
const BY_NAME_AND_ADDRESS = { attempts: 10, seconds: 900 };
const BY_ADDRESS = { attempts: 50, seconds: 900 };
const BY_NAME = { attempts: 100, seconds: 900 };
/** The attempts of a browser that the user signed in with before, independent of strangers' attempts. */
const BY_KNOWN_BROWSER = { attempts: 100, seconds: 900 };
const TOUCH_SECONDS = 60;

/** Returns the hash that identifies a session; undefined for a cookie that is not one of ours. */
export const hashCookie = async (cookie: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  if (!/^[A-Za-z0-9_-]{43}$/.test(cookie)) return undefined;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", decodeBase64Url(cookie)));
};

const digest = async (text: string) =>
  encodeBase64Url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

/**
 * Returns the keys under which attempts on a name are counted; hashes, because people type their password into the
 * wrong field.
 */
const nameKeyOf = async (username: string) => `login:user:${await digest(username.toLowerCase())}`;
const pairKeyOf = async (username: string, ip: string) =>
  `login:pair:${await digest(`${addressKey(ip)} ${username.toLowerCase()}`)}`;

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
  { request }: Caller,
  user: { id: number; username: string; isSuperuser: boolean; grants: readonly Grant[] },
  cookies: BrowserCookies = {},
): Promise<NewSession> {
  const id = runtime.random.bytes(32);
  const csrfToken = encodeBase64Url(runtime.random.bytes(32));
  const now = runtime.clock.now();
  const expiresAt = new Date(now.getTime() + runtime.config.SESSION_HOURS * 3_600_000);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", id));
  const previous = cookies.session === undefined ? undefined : await hashCookie(cookies.session);
  const actor = {
    userId: user.id,
    username: user.username,
    isServiceAccount: false,
    isSuperuser: user.isSuperuser,
    grants: user.grants,
  };
  const browser = await runtime.sql.begin(async (tx) => {
    if (previous !== undefined) await deleteSession(tx, previous);
    const userAgent = foreignText(request.userAgent, 400);
    await insertSession(tx, { hash, userId: user.id, csrfToken, expiresAt, ip: request.ip, userAgent }, now);
    await touchLogin(tx, user.id, now);
    await recordEvents(tx, runtime, operatorOf(actor, request), [{ type: "zentral_login", tags: ["zentral"] }]);
    return await remember(tx, runtime, user.id, cookies.browser);
  });
  return {
    actor,
    csrfToken,
    cookie: encodeBase64Url(id),
    expiresAt,
    browser,
  };
}

/**
 * Signs a browser in by user name and password.
 *
 * Throws `too-many-requests`, else `invalid` with one sentence that does not reveal whether the name exists. In 15
 * minutes an address may try one name 10 times and all names 50 times, and all addresses together one name 100 times; a
 * browser that the user signed in with before is limited by its own 100 attempts alone. The address is that of the
 * request, which no header of the client can change.
 */
export async function signIn(
  runtime: Runtime,
  by: Caller,
  credentials: { username: string; password: string },
  cookies: BrowserCookies = {},
): Promise<NewSession> {
  const usable = credentials.username.length <= 200 && !credentials.username.includes("\0");
  const user = usable ? await findUserByName(runtime.sql, credentials.username) : undefined;
  const browser = await browserHash(cookies.browser);
  const pairKey = await pairKeyOf(credentials.username, by.request.ip);
  if (browser !== undefined && user !== undefined && await isKnown(runtime, browser, user.id)) {
    await limitAttempts(runtime, `login:browser:${encodeBase64Url(browser)}`, BY_KNOWN_BROWSER);
  } else {
    await limitAttempts(runtime, `login:ip:${addressKey(by.request.ip)}`, BY_ADDRESS);
    await limitAttempts(runtime, pairKey, BY_NAME_AND_ADDRESS);
    await limitAttempts(runtime, await nameKeyOf(credentials.username), BY_NAME);
  }
  const right = await verifyPassword(credentials.password, user?.passwordHash, runtime.passwordCost);
  if (!right || user === undefined || !user.isActive || user.isServiceAccount) {
    await recordRefusal(runtime.sql, runtime, by, {
      type: "zentral_failed_login",
      tags: ["zentral"],
      // Only names that exist: people type their password into the wrong field.
      payload: user === undefined ? {} : { user: { pk: user.id, username: user.username } },
    });
    throw invalid({ non_field_errors: ["Cannot sign in: the user name or password is incorrect."] });
  }
  if (user.passwordHash !== null && isOutdatedHash(user.passwordHash, runtime.passwordCost)) {
    const renewed = await hashPassword(credentials.password, runtime);
    await replacePasswordHash(runtime.sql, user.id, user.passwordHash, renewed);
  }
  await forgetAttempts(runtime.sql, pairKey);
  return await beginSession(runtime, by, user, cookies);
}

/**
 * Returns the session behind a cookie, or undefined if it is unknown or has ended, or its user may no longer sign in.
 */
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
      grants: found.grants,
    },
    csrfToken: found.csrfToken,
  };
}

/** Ends the session behind a cookie. */
export async function signOut(runtime: Runtime, by: By, cookie: string | undefined): Promise<void> {
  const hash = cookie === undefined ? undefined : await hashCookie(cookie);
  if (hash === undefined) return;
  await runtime.sql.begin(async (tx) => {
    if (!await deleteSession(tx, hash)) return;
    await recordEvents(tx, runtime, by, [{ type: "zentral_logout", tags: ["zentral"] }]);
  });
}
