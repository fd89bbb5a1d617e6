/**
 * Downloads of enrolled devices: profiles, data assets, credentials, packages.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { answerDownload } from "../../src/downloads/answer.ts";
import type { DownloadPurpose } from "../../src/downloads/token.ts";
import { DOWNLOAD_PATHS } from "../../src/downloads/url.ts";
import { Problem } from "../../src/errors.ts";
import { attachmentHeaders } from "../attachment.ts";
import type { AppEnv } from "../context.ts";
import { deviceOf } from "./by.ts";
import { evidenceOf } from "./evidence.ts";

/** Whether the client already has this version (RFC 9110 section 13.1.2). */
function isKnown(header: string | undefined, etag: string | undefined): boolean {
  if (header === undefined || etag === undefined) return false;
  return header.split(",").map((tag) => tag.trim().replace(/^W\//, "")).some((tag) => tag === etag || tag === "*");
}

async function serve(c: Context<AppEnv>, purpose: DownloadPurpose): Promise<Response> {
  // The attack: a person who may read events or logs downloads with the addresses in them.
  const by = deviceOf(c, DOWNLOAD_PATHS[purpose]);
  c.set("request", by.request);
  let download;
  try {
    download = await answerDownload(c.get("runtime"), by, {
      purpose,
      token: c.req.param("token") ?? "",
      evidence: evidenceOf(c, new Uint8Array()),
      range: { range: c.req.header("range"), ofFile: c.req.header("if-range") },
    });
  } catch (error) {
    if (error instanceof Problem) return new Response(error.message, { status: error.status });
    throw error;
  }
  if (download.kind === "redirect") {
    return new Response(null, { status: 302, headers: { Location: download.address, "Cache-Control": "no-store" } });
  }
  if (download.kind === "unsatisfiable") {
    return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${download.total}` } });
  }
  const { type, size, etag, body, part } = download;
  const headers = {
    ...attachmentHeaders(type, `${purpose}${EXTENSIONS[type] ?? ""}`),
    // Nothing between us and the device may keep passwords and challenges.
    "Cache-Control": etag === undefined ? "no-store" : "private, no-cache",
    ...(etag === undefined ? {} : { ETag: etag }),
    ...(part === undefined ? {} : { "Accept-Ranges": "bytes" }),
    ...(part === undefined || part.range === null
      ? {}
      : { "Content-Range": `bytes ${part.range.start}-${part.range.end - 1}/${part.total}` }),
  };
  const partial = part !== undefined && part.range !== null;
  const known = isKnown(c.req.header("if-none-match"), etag);
  if (known || c.req.method === "HEAD") {
    if (body instanceof ReadableStream) await body.cancel();
    if (known) return new Response(null, { status: 304, headers });
    return new Response(null, {
      status: partial ? 206 : 200,
      headers: { ...headers, "Content-Length": String(size) },
    });
  }
  return new Response(body, { status: partial ? 206 : 200, headers: { ...headers, "Content-Length": String(size) } });
}

/** The file name of a download on a person's computer. */
const EXTENSIONS: Record<string, string> = {
  "application/x-apple-aspen-config": ".mobileconfig",
  "application/json": ".json",
  "application/zip": ".zip",
  "text/xml": ".plist",
};

/** Mounts the addresses. */
export function mountDownloads(app: Hono<AppEnv>): void {
  const purposes: DownloadPurpose[] = ["profile", "data_asset", "scep_credential", "manifest", "package"];
  for (const purpose of purposes) app.get(`${DOWNLOAD_PATHS[purpose]}:token/`, (c) => serve(c, purpose));
}
