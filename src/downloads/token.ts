/**
 * Tokens in the addresses of downloads: the permission to download, signed with HMAC-SHA-256.
 *
 * Promise: the same token always reads the same text of 72 URL-safe characters, so addresses are stable; it contains
 * nothing secret, has no expiry of its own, and is valid only while the device is enrolled and the version was
 * advertised to it.
 *
 * @module
 */

import { decodeBase64Url, encodeBase64Url } from "@std/encoding";
import { createHmac, timingSafeEqual } from "node:crypto";
import { type ChannelId, channelIdOf } from "../../db/ids.ts";

/** The purpose of a token. */
export type DownloadPurpose = "profile" | "data_asset" | "scep_credential" | "manifest" | "package";

/** The content of a token. `artifactVersionId` is a UUID in lower case. */
export type DownloadToken = { purpose: DownloadPurpose; channelId: ChannelId; artifactVersionId: string };

const FORMAT = 1;
const PURPOSES = {
  profile: 1,
  data_asset: 2,
  scep_credential: 3,
  manifest: 4,
  package: 5,
} as const satisfies Record<DownloadPurpose, number>;
const BODY = 22;
const TEXT = /^[A-Za-z0-9_-]{72}$/;

const sign = (key: Uint8Array, body: Uint8Array): Uint8Array =>
  createHmac("sha256", key).update("espalier download\0").update(body).digest();

/** Returns the text of a token. Throws RangeError for a channel or a version that cannot be. */
export function writeDownloadToken(key: Uint8Array, token: DownloadToken): string {
  const version = token.artifactVersionId.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/.test(version) || !Number.isInteger(token.channelId) || token.channelId < 0) {
    throw new RangeError("Cannot write a download token: the channel or the version is not valid");
  }
  const body = new Uint8Array(BODY);
  body.set([FORMAT, PURPOSES[token.purpose]]);
  new DataView(body.buffer).setUint32(2, token.channelId);
  body.set(Uint8Array.fromHex(version), 6);
  const text = new Uint8Array(BODY + 32);
  text.set(body);
  text.set(sign(key, body), BODY);
  return encodeBase64Url(text);
}

/**
 * Returns the content of a token of that purpose; undefined if the signature is wrong.
 *
 * Each purpose is signed into the token. The attack: the address of a data asset, which an operator may share, tried as that
 * of a credential.
 */
export function readDownloadToken(key: Uint8Array, purpose: DownloadPurpose, text: string): DownloadToken | undefined {
  if (!TEXT.test(text)) return undefined;
  const bytes = decodeBase64Url(text);
  const body = bytes.subarray(0, BODY);
  // The attack: guessing a signature byte by byte from how long the comparison takes.
  if (!timingSafeEqual(bytes.subarray(BODY), sign(key, body))) return undefined;
  if (body[0] !== FORMAT || body[1] !== PURPOSES[purpose]) return undefined;
  const version = body.subarray(6).toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return {
    purpose,
    channelId: channelIdOf(new DataView(bytes.buffer, bytes.byteOffset).getUint32(2)),
    artifactVersionId: version,
  };
}
