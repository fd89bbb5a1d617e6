/**
 * The pages' own files: one style sheet and one small script, named by their content so that they may be kept forever.
 *
 * @module
 */

import type { Hono } from "hono";
import { createHash } from "node:crypto";
import type { AppEnv } from "../../context.ts";

/** A file with its address. */
type Asset = { path: string; type: string; text: string };

function asset(name: string, type: string): Asset {
  const text = Deno.readTextFileSync(new URL(`./static/${name}`, import.meta.url));
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return { path: `/static/${hash}/${name}`, type, text };
}

export const STYLE = asset("admin.css", "text/css; charset=utf-8");
export const SCRIPT = asset("admin.js", "text/javascript; charset=utf-8");

/** Mounts the files. */
export function mountAssets(app: Hono<AppEnv>): void {
  for (const { path, type, text } of [STYLE, SCRIPT]) {
    app.get(path, (c) =>
      c.body(text, 200, {
        "Content-Type": type,
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
      }));
  }
}
