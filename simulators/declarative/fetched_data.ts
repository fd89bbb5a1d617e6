/**
 * The data that a declaration refers to, downloaded and checked as the declaration specifies.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { JsonObject } from "../../src/protocol/plist_json.ts";
import { isDictionary, own } from "../../src/apple_schema/keys.ts";
import type { Reason } from "../device/channel_state.ts";
import type { DeclarativeDevice } from "./declarative_device.ts";
import { assetCannotBeDownloaded, assetCannotBeVerified } from "./reasons.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A download that did not work. */
export class DownloadFailed extends Error {
  override readonly name = "DownloadFailed";
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Downloads an address: only `https`, and `http` from this very machine. Throws DownloadFailed. */
export async function downloaded(
  device: Pick<DeclarativeDevice, "download">,
  url: string,
  as: "MDM" | "None",
): Promise<{ body: Bytes; type: string }> {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== "https:" && !(parsed?.protocol === "http:" && LOOPBACK.test(parsed.hostname))) {
    throw new DownloadFailed(`“${url}” does not start with https://.`);
  }
  let response: Response;
  let body: Bytes;
  try {
    response = await device.download(url, as);
    body = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new DownloadFailed(`“${url}” cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (response.status !== 200) throw new DownloadFailed(`“${url}” was answered with ${response.status}.`);
  return { body, type: mediaType(response.headers.get("content-type") ?? "") };
}

const mediaType = (text: string): string => (text.split(";")[0] ?? "").trim().toLowerCase();

/** Returns the data behind an asset's Reference, or why the device does not have it. */
export async function referencedData(
  device: Pick<DeclarativeDevice, "download">,
  payload: JsonObject,
): Promise<{ data: Bytes } | { error: Reason }> {
  const reference = own(payload, "Reference");
  const url = own(reference, "DataURL");
  if (!isDictionary(reference) || typeof url !== "string") {
    return { error: assetCannotBeDownloaded("The asset has no DataURL.") };
  }
  const as = own(own(payload, "Authentication"), "Type") === "None" ? "None" : "MDM";
  let body: Bytes;
  let type: string;
  try {
    ({ body, type } = await downloaded(device, url, as));
  } catch (error) {
    if (error instanceof DownloadFailed) return { error: assetCannotBeDownloaded(error.message) };
    throw error;
  }
  const wrong = mismatch(reference, body, type);
  return wrong === undefined ? { data: body } : { error: assetCannotBeVerified(wrong) };
}

function mismatch(reference: { readonly [key: string]: unknown }, body: Bytes, type: string): string | undefined {
  const { ContentType, Size, "Hash-SHA-256": hash } = reference;
  if (typeof ContentType === "string" && mediaType(ContentType) !== type) {
    return `The data is “${type}”, it should be “${ContentType}”.`;
  }
  if (typeof Size === "number" && Size !== body.length) {
    return `The data has ${body.length} bytes, it should have ${Size}.`;
  }
  if (typeof hash !== "string" || Size === 0) return undefined;
  const is = createHash("sha256").update(body).digest("hex");
  return is === hash.toLowerCase() ? undefined : `The data has the SHA-256 ${is}, it should have ${hash}.`;
}
