/**
 * The names of `@std/encoding` that this project uses, over the runtime's own `Uint8Array` methods.
 *
 * @module
 */

const utf8 = new TextEncoder();
const bytesOf = (data: Uint8Array | ArrayBuffer | string): Uint8Array =>
  typeof data === "string" ? utf8.encode(data) : data instanceof Uint8Array ? data : new Uint8Array(data);

/** Standard base64 with padding (RFC 4648 section 4). */
export function encodeBase64(data: Uint8Array | ArrayBuffer | string): string {
  return bytesOf(data).toBase64();
}

/** Bytes of standard base64, white space skipped. Throws `SyntaxError` on anything else. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text);
}

/** URL-safe base64 without padding (RFC 4648 section 5). */
export function encodeBase64Url(data: Uint8Array | ArrayBuffer | string): string {
  return bytesOf(data).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Bytes of URL-safe base64, with or without padding. Throws `SyntaxError` on anything else. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}

/** Lower-case hexadecimal. */
export function encodeHex(data: Uint8Array | ArrayBuffer | string): string {
  return bytesOf(data).toHex();
}
