/**
 * Browsers that a user signed in with before.
 *
 * The attack: ten wrong passwords by a stranger lock an administrator out. So attempts are limited by account and
 * address together, and a browser that the user signed in with before is not limited by strangers' attempts. The cookie
 * does not sign anyone in: it only selects the limit that a wrong password counts toward.
 *
 * @module
 */

import { decodeBase64Url, encodeBase64Url } from "@std/encoding";
import { isKnownBrowser, rememberBrowser } from "../../db/access/known_browsers.ts";
import type { Db } from "../../db/open.ts";
import type { Config } from "../config.ts";
import type { Runtime } from "../runtime.ts";

/** Days that a browser stays recognized after its last sign-in. */
export const KNOWN_DAYS = 180;
/** Browsers of one user. */
const KEEP = 20;

const sha256 = async (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const since = (now: Date) => new Date(now.getTime() - KNOWN_DAYS * 86_400_000);

/** Returns the hash of a cookie's value; undefined when it is not ours. */
export async function browserHash(cookie: string | undefined): Promise<Uint8Array | undefined> {
  return cookie === undefined || !/^[A-Za-z0-9_-]{43}$/.test(cookie)
    ? undefined
    : await sha256(decodeBase64Url(cookie));
}

/** Name and attributes of the cookie. */
export function browserCookie(config: Pick<Config, "BASE_URL">): {
  name: string;
  options: { path: "/"; httpOnly: true; sameSite: "Lax"; secure: boolean };
} {
  const secure = config.BASE_URL.startsWith("https:");
  return {
    name: secure ? "__Host-espalier-browser" : "espalier-browser",
    options: { path: "/", httpOnly: true, sameSite: "Lax", secure },
  };
}

/** Whether the user signed in with the browser of this hash before. */
export const isKnown = (runtime: Pick<Runtime, "sql" | "clock">, hash: Uint8Array, userId: number) =>
  isKnownBrowser(runtime.sql, hash, userId, since(runtime.clock.now()));

/** Remembers the browser for the user: under its cookie where that is the user's already, else under a new one. */
export async function remember(
  db: Db,
  runtime: Pick<Runtime, "clock" | "random">,
  userId: number,
  cookie: string | undefined,
): Promise<{ cookie: string; expiresAt: Date }> {
  const now = runtime.clock.now();
  const hash = await browserHash(cookie);
  const ours = hash !== undefined && await isKnownBrowser(db, hash, userId, since(now));
  const bytes = runtime.random.bytes(32);
  // A cookie that the server did not give this user is not accepted: another person may have planted it.
  const kept = ours && cookie !== undefined ? { cookie, hash } : {
    cookie: encodeBase64Url(bytes),
    hash: await sha256(bytes),
  };
  await rememberBrowser(db, { hash: kept.hash, userId, keep: KEEP }, now);
  return { cookie: kept.cookie, expiresAt: new Date(now.getTime() + KNOWN_DAYS * 86_400_000) };
}
