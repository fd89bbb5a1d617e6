/**
 * Parts of pages with live states: the script requests them again while the page is visible, and without it a link
 * reloads the page.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Context, Hono } from "hono";
import type { Child } from "hono/jsx";
import type { AppEnv } from "../../context.ts";
import type { Needs } from "../menu.ts";
import { page, type PageContext } from "./page.tsx";

/** A part of a page. Parts that depend on the address read `context.url`, which is that of the page. */
export type Part = { name: string; view(context: PageContext): Promise<Child> | Child };

const LAST = "live/";

/** The place of a part in its page, with its current content. */
export async function Live({ part, context }: { part: Part; context: PageContext }) {
  return <div id={`live-${part.name}`} data-part={part.name}>{await part.view(context)}</div>;
}

/** The link for those without the script, and for the script the address of the parts. */
export function Reload({ context }: { context: PageContext }) {
  const url = new URL(context.url);
  // The result of the last action is shown once.
  url.searchParams.delete("done");
  return (
    <p class="small reload" data-poll={url.pathname + LAST + url.search}>
      <a href={url.pathname + url.search}>Reload to see the current state</a>
    </p>
  );
}

/**
 * Mounts the parts of the page at `path`, under `live/`. An answer has an entity tag, so that parts that did not change are
 * neither sent nor replaced.
 */
export function mountLive(app: Hono<AppEnv>, path: string, needs: Needs, parts: readonly Part[]): void {
  page(app, path + LAST, needs, async (context, c: Context<AppEnv>) => {
    const url = new URL(context.url);
    url.pathname = url.pathname.slice(0, -LAST.length);
    const html = await Promise.all(parts.map((part) => Live({ part, context: { ...context, url } })));
    const body = html.map(String).join("");
    const tag = `"${createHash("sha256").update(body).digest("base64url")}"`;
    c.header("Cache-Control", "no-store");
    c.header("ETag", tag);
    return c.req.header("If-None-Match") === tag ? c.body(null, 304) : c.html(body);
  });
}
