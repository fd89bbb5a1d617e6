/**
 * Lists: limit and offset, the envelope around a page, and the order.
 *
 * @module
 */

import { z } from "zod";
import type { Caller } from "../../src/events/by.ts";
import type { Runtime } from "../../src/runtime.ts";

const DEFAULT_LIMIT = 50;
/** The most rows of a page. */
export const MAX_LIMIT = 500;
/** Beyond it PostgreSQL's offset is an error, and no list is that long. */
const MAX_OFFSET = 2_000_000_000;

/** Spread into the query schema of a list. */
export const pageQuery = {
  limit: z.string().optional().meta({
    type: "integer",
    description: `Rows per page. Default: ${DEFAULT_LIMIT}, at most ${MAX_LIMIT}.`,
  }),
  offset: z.string().optional().meta({ type: "integer", description: "Rows to skip." }),
};

/** Which rows a list shall give. */
export type Page = { limit: number; offset: number };

/** Returns the page a query asks for. Values that are no numbers are ignored, too large limits are lowered silently. */
export function pageOf(query: { limit?: string | undefined; offset?: string | undefined }): Page {
  const read = (text: string | undefined) =>
    text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
  const limit = read(query.limit) ?? DEFAULT_LIMIT;
  return {
    limit: limit === 0 ? DEFAULT_LIMIT : Math.min(limit, MAX_LIMIT),
    offset: Math.min(read(query.offset) ?? 0, MAX_OFFSET),
  };
}

const link = z.string().nullable().meta({ examples: [null] });

/** Returns the schema of a page; it is called after its items where they have a name. */
export function pageOfSchema<S extends z.ZodType>(item: S) {
  const id = item.meta()?.id;
  return z.object({
    count: z.int().describe("Rows of all pages."),
    next: link.describe("The address of the next page."),
    previous: link.describe("The address of the page before."),
    results: z.array(item),
  }).meta(id === undefined ? {} : { id: `${id}Page` });
}

/** A page in the form of the API's answer. */
export type PageAnswer<T> = { count: number; next: string | null; previous: string | null; results: T[] };

/** Returns the envelope around a page; `next` and `previous` are absolute and keep the filters. */
export function paginated<T>(
  { runtime, by, search }: { runtime: Runtime; by: Caller; search: string },
  page: Page,
  found: { count: number; rows: T[] },
): PageAnswer<T> {
  const link = (offset: number): string => {
    const url = new URL(`${by.request.path}${search}`, runtime.config.BASE_URL);
    url.searchParams.set("limit", String(page.limit));
    if (offset > 0) url.searchParams.set("offset", String(offset));
    else url.searchParams.delete("offset");
    return url.href;
  };
  return {
    count: found.count,
    next: page.offset + page.limit < found.count ? link(page.offset + page.limit) : null,
    previous: page.offset > 0 ? link(Math.max(0, page.offset - page.limit)) : null,
    results: found.rows,
  };
}

/** An order: which column, and whether it falls. The store adds the key, so that the order is total. */
export type Order<Column extends string> = { column: Column; descending: boolean };

/**
 * Returns the `ordering` parameter over an allow-list of columns; several may be given by comma, the first known one
 * counts, unknown ones are ignored.
 */
export function orderingQuery<const Columns extends readonly [string, ...string[]]>(
  columns: Columns,
  fallback: Order<Columns[number]>,
) {
  return z.string().optional().transform((text): Order<Columns[number]> => {
    for (const part of (text ?? "").split(",")) {
      const descending = part.trim().startsWith("-");
      const column = columns.find((name) => name === part.trim().replace(/^-/, ""));
      if (column !== undefined) return { column, descending };
    }
    return fallback;
  }).meta({ description: `One of ${columns.join(", ")}. A minus sign in front reverses the order.` });
}
