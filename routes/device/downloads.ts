/**
 * Downloads of enrolled devices: profiles, data assets, credentials, packages.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { answerDownload, type Download } from "../../src/downloads/answer.ts";
import type { DownloadPurpose } from "../../src/downloads/token.ts";
import { DOWNLOAD_PATHS } from "../../src/downloads/url.ts";
import { Problem } from "../../src/errors.ts";
import { attachmentHeaders } from "../attachment.ts";
import type { AppEnv } from "../context.ts";
import { deviceOf } from "./by.ts";
import { evidenceOf } from "./evidence.ts";

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
      conditions: {
        method: c.req.method,
        range: c.req.header("range"),
        ifRange: c.req.header("if-range"),
        ifMatch: c.req.header("if-match"),
        ifNoneMatch: c.req.header("if-none-match"),
      },
    });
  } catch (error) {
    if (error instanceof Problem) return new Response(error.message, { status: error.status });
    throw error;
  }
  switch (download.kind) {
    case "redirect":
      return new Response(null, { status: 302, headers: { Location: download.address, "Cache-Control": "no-store" } });
    case "unsatisfiable":
      return new Response(null, {
        status: 416,
        headers: { "Content-Range": `bytes */${download.total}`, "Accept-Ranges": "bytes" },
      });
    case "precondition failed":
      return new Response(null, { status: 412, headers: { ETag: download.etag } });
    case "not modified":
      return new Response(null, { status: 304, headers: { ETag: download.etag, "Cache-Control": KEPT } });
    case "content":
      return content(c, purpose, download);
  }
}

/** For a file that has a validator. */
const KEPT = "private, no-cache";

async function content(
  c: Context<AppEnv>,
  purpose: DownloadPurpose,
  { type, size, body, file }: Extract<Download, { kind: "content" }>,
): Promise<Response> {
  const range = file?.range ?? null;
  const headers = {
    ...attachmentHeaders(type, `${purpose}${EXTENSIONS[type] ?? ""}`),
    // Nothing between us and the device may keep passwords and challenges.
    "Cache-Control": file === undefined ? "no-store" : KEPT,
    ...(file === undefined ? {} : { "ETag": file.etag, "Accept-Ranges": "bytes" }),
    ...(range === null ? {} : { "Content-Range": `bytes ${range.start}-${range.end - 1}/${file?.total}` }),
    "Content-Length": String(size),
  };
  const isHead = c.req.method === "HEAD";
  if (isHead && body instanceof ReadableStream) await body.cancel();
  return new Response(isHead ? null : body, { status: range === null ? 200 : 206, headers });
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
