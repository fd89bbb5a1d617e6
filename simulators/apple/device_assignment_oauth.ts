/**
 * Verifies OAuth 1.0 requests as Apple's device assignment service does. Written from RFC 5849, and shares nothing with
 * the code that signs.
 *
 * @module
 */

/** The four parts of a server token. */
export type TokenParts = { consumerKey: string; consumerSecret: string; accessToken: string; accessSecret: string };

/** The verdict: no fault, or Apple's word with its status. */
export type Fault = { status: 400 | 401; word: string };

/** How far the clocks may differ, in seconds. */
const SKEW = 300;
const encoder = new TextEncoder();

/** RFC 3986: all but the unreserved characters. */
function percent(text: string): string {
  return [...encoder.encode(text)].map((byte) => {
    const one = String.fromCharCode(byte);
    return /[A-Za-z0-9._~-]/.test(one) ? one : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

/** Returns the parameters of a header `Authorization: OAuth …`; undefined if it is none. */
function parametersOf(header: string | null): Map<string, string> | undefined {
  const rest = /^OAuth\s+(.*)$/s.exec(header ?? "")?.[1];
  if (rest === undefined) return undefined;
  return new Map(
    rest.split(",").map((pair) => {
      const [, name = "", value = ""] = /^\s*([a-z_]+)="([^"]*)"\s*$/.exec(pair) ?? [];
      return [name, name === "realm" ? value : decodeURIComponent(value)];
    }),
  );
}

async function hmacSha1(key: string, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), { name: "HMAC", hash: "SHA-1" }, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text))).toBase64();
}

/**
 * Returns whose request it is, by its consumer key, or what is wrong with it. `find` knows the tokens by their consumer
 * keys; `used` holds the nonces.
 */
export async function verifyOAuth<Owner extends { token: TokenParts }>(
  request: Request,
  find: (consumerKey: string) => Owner | undefined,
  used: Set<string>,
  now: Date,
): Promise<Owner | Fault> {
  const given = parametersOf(request.headers.get("authorization"));
  const need = ["oauth_consumer_key", "oauth_token", "oauth_signature", "oauth_timestamp", "oauth_nonce"];
  if (given === undefined || given.get("realm") !== "ADM" || need.some((name) => !given.has(name))) {
    return { status: 400, word: "parameter_absent" };
  }
  if (given.get("oauth_signature_method") !== "HMAC-SHA1") return { status: 400, word: "signature_method_rejected" };
  const owner = find(given.get("oauth_consumer_key") ?? "");
  if (owner === undefined) return { status: 401, word: "consumer_key_unknown" };
  if (given.get("oauth_token") !== owner.token.accessToken) return { status: 401, word: "token_rejected" };
  const stamp = Number(given.get("oauth_timestamp"));
  if (!(Math.abs(stamp - now.getTime() / 1000) <= SKEW)) return { status: 401, word: "timestamp_refused" };
  const url = new URL(request.url);
  const pairs = [...given, ...url.searchParams].filter(([name]) => name !== "realm" && name !== "oauth_signature")
    .map(([name, value]) => `${percent(name)}=${percent(value)}`).sort().join("&");
  const base = `${request.method}&${percent(url.origin + url.pathname)}&${percent(pairs)}`;
  const key = `${percent(owner.token.consumerSecret)}&${percent(owner.token.accessSecret)}`;
  if (await hmacSha1(key, base) !== given.get("oauth_signature")) return { status: 401, word: "signature_invalid" };
  const nonce = `${stamp} ${given.get("oauth_nonce")}`;
  if (used.has(nonce)) return { status: 401, word: "nonce_used" };
  used.add(nonce);
  return owner;
}
