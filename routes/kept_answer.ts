/**
 * Answers that are the same for every client for the lifetime of the process.
 *
 * @module
 */

import type { Context, Handler } from "hono";
import { createHash } from "node:crypto";
import type { AppEnv } from "./context.ts";

type Kept = { bytes: Uint8Array<ArrayBuffer>; tag: string };

/**
 * Serves the result of `make`, rendered at the first request and kept as bytes, with an ETag; 304 for clients that have
 * it already.
 *
 * The attack: a public page takes 50 ms to render, and a stranger who requests it a few hundred times occupies the
 * process.
 */
export function keptAnswer(
  make: (c: Context<AppEnv>) => string,
  headers: Readonly<Record<string, string>>,
): Handler<AppEnv> {
  let kept: Kept | undefined;
  return (c) => {
    kept ??= keep(make(c));
    const { bytes, tag } = kept;
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    c.header("ETag", tag);
    // Kept by browsers, but asked for each time: an update of the server changes it.
    c.header("Cache-Control", "no-cache");
    return has(c.req.header("If-None-Match"), tag) ? c.body(null, 304) : c.body(bytes);
  };
}

function keep(text: string): Kept {
  const bytes = new TextEncoder().encode(text);
  return { bytes, tag: `"${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}"` };
}

/** Whether a list of tags has this one; a proxy that compresses marks them as weak. */
const has = (given: string | undefined, tag: string): boolean =>
  given !== undefined && given.split(",").some((one) => one.trim().replace(/^W\//, "") === tag);
