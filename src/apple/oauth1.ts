/**
 * OAuth 1.0 signatures with HMAC-SHA1 (RFC 5849), which Apple's device assignment service asks for.
 *
 * @module
 */

import { createHmac } from "node:crypto";

/** The four parts of a server token. */
export type OAuthCredentials = {
  consumerKey: string;
  consumerSecret: string;
  accessToken: string;
  accessSecret: string;
};

/** What makes a signed request unique: `timestamp` in seconds since 1970, `nonce` never used twice within it. */
export type OAuthMoment = { timestamp: number; nonce: string };

/** Percent-encodes as RFC 3986 does: `encodeURIComponent` leaves five characters that OAuth does not. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** Compares by bytes, which are ASCII after encoding. */
const byBytes = (one: string, other: string) => one < other ? -1 : one > other ? 1 : 0;

/**
 * Returns the header `Authorization` of a request. Parameters of the address are part of what is signed; a body is not
 * (it must not be a form).
 */
export function oauthHeader(
  method: string,
  address: string,
  credentials: OAuthCredentials,
  { timestamp, nonce }: OAuthMoment,
  realm: string,
): string {
  const url = new URL(address);
  const own: [string, string][] = [
    ["oauth_consumer_key", credentials.consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", "HMAC-SHA1"],
    ["oauth_timestamp", String(timestamp)],
    ["oauth_token", credentials.accessToken],
    ["oauth_version", "1.0"],
  ];
  const parameters = [...own, ...url.searchParams].map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([name, value], [otherName, other]) => byBytes(name, otherName) || byBytes(value, other))
    .map(([name, value]) => `${name}=${value}`).join("&");
  const base = [method.toUpperCase(), `${url.origin}${url.pathname}`, parameters].map(encoded).join("&");
  const key = `${encoded(credentials.consumerSecret)}&${encoded(credentials.accessSecret)}`;
  const signature = createHmac("sha1", key).update(base).digest("base64");
  const fields = [...own, ["oauth_signature", signature] as const]
    .map(([name, value]) => `${name}="${encoded(value)}"`);
  return `OAuth ${[`realm="${realm}"`, ...fields].join(", ")}`;
}
