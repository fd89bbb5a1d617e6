/**
 * Checks that a request with a session cookie was sent by a page of this server.
 *
 * The attack: another site makes a signed-in browser send a request here, and the browser adds the cookie. Two
 * independent checks prevent it: the origin that the browser states, and a token that only our pages know.
 *
 * @module
 */

import { timingSafeEqual } from "node:crypto";
import { problem } from "../errors.ts";

/** The form field and the header that carry the token. */
export const CSRF_FIELD = "csrf_token";
/** See `CSRF_FIELD`. */
export const CSRF_HEADER = "X-CSRF-Token";

const encoder = new TextEncoder();

/** Whether two texts are equal, in a time that does not reveal where they differ. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [encoder.encode(one), encoder.encode(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether the browser states that a page of this server sent the request. Scripts can set neither header. */
export function isSameOrigin(headers: Headers, baseUrl: string): boolean {
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin";
  // Old browsers, and plain HTTP: every browser sends Origin with a POST.
  return headers.get("Origin") === new URL(baseUrl).origin;
}

/** Throws `csrf` unless the request comes from this server's pages and has the session's token. */
export function checkCsrf(headers: Headers, baseUrl: string, expected: string, presented: string | null): void {
  if (!isSameOrigin(headers, baseUrl)) throw problem("csrf", undefined, { reason: "other origin" });
  if (presented === null || !sameText(presented, expected)) {
    throw problem("csrf", undefined, { reason: presented === null ? "no token" : "another token" });
  }
}
