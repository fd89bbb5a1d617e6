/**
 * Lists that clients read as a whole: a bare array, or a page when they ask for one.
 *
 * @module
 */

import { z } from "zod";
import type { Caller } from "../../src/events/by.ts";
import type { Runtime } from "../../src/runtime.ts";
import { MAX_LIMIT, type Page, type PageAnswer, pageOf, pageOfSchema, paginated } from "./paging.ts";

/** Rows that are read again with the next batch: so many may be deleted while a list is on its way. */
const OVERLAP = 50;

/** An array that is too long to be built at once: its rows come in batches. */
export class RowStream {
  constructor(private readonly batches: AsyncIterator<readonly unknown[]>) {}

  /** The array as JSON text, read as fast as the client takes it. */
  body(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const encoder = new TextEncoder();
    let begun = false;
    return new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await this.batches.next();
        const text = done === true ? "" : value.map((row) => JSON.stringify(row)).join(",");
        if (text !== "") controller.enqueue(encoder.encode((begun ? "," : "[") + text));
        begun ||= text !== "";
        if (done !== true) return;
        controller.enqueue(encoder.encode(begun ? "]" : "[]"));
        controller.close();
      },
      cancel: async () => {
        await this.batches.return?.();
      },
    });
  }
}

/** The schema of such a list. */
export const listOf = <S extends z.ZodType>(item: S) => z.union([z.array(item), pageOfSchema(item)]);

/** Returns the results of `read` for all keys, a batch at a time. */
export async function* inBatches<Key, T>(
  keys: readonly Key[],
  read: (keys: readonly Key[]) => Promise<T[]>,
): AsyncGenerator<T[]> {
  for (let start = 0; start < keys.length; start += MAX_LIMIT) yield await read(keys.slice(start, start + MAX_LIMIT));
}

type Keyed = { id: number | string };

async function* batchesOf<Row extends Keyed, T>(
  first: readonly Row[],
  find: (page: Page) => Promise<{ rows: Row[] }>,
  shape: (row: Row) => T | Promise<T>,
): AsyncGenerator<T[]> {
  const sent = new Set<Keyed["id"]>();
  let rows: readonly Row[] = first;
  let offset = 0;
  while (true) {
    const fresh = rows.filter(({ id }) => !sent.has(id));
    // Nothing known in it: more was deleted than is read again, so rows may be missing between. No list is better than
    // one that silently lacks something: the client sees that it ended early.
    if (offset > 0 && fresh.length > 0 && fresh.length === rows.length) {
      throw new Error("Cannot continue the list: too many of its rows were deleted in the meantime");
    }
    for (const { id } of fresh) sent.add(id);
    yield await Promise.all(fresh.map(shape));
    if (rows.length < MAX_LIMIT) return;
    offset += MAX_LIMIT - OVERLAP;
    ({ rows } = await find({ limit: MAX_LIMIT, offset }));
  }
}

/**
 * Returns a list as clients of both kinds read it: with `limit` or `offset` a page, else a bare array of everything,
 * streamed when it is long. `find` reads a page; its order is total.
 */
export async function listed<Row extends Keyed, T>(
  input: {
    runtime: Runtime;
    by: Caller;
    search: string;
    query: { limit?: string | undefined; offset?: string | undefined };
  },
  find: (page: Page) => Promise<{ count: number; rows: Row[] }>,
  shape: (row: Row) => T | Promise<T>,
): Promise<T[] | PageAnswer<T> | RowStream> {
  const { limit, offset } = input.query;
  if (limit !== undefined || offset !== undefined) {
    const page = pageOf({ limit, offset });
    const { count, rows } = await find(page);
    return paginated(input, page, { count, rows: await Promise.all(rows.map(shape)) });
  }
  const { rows } = await find({ limit: MAX_LIMIT, offset: 0 });
  if (rows.length < MAX_LIMIT) return await Promise.all(rows.map(shape));
  return new RowStream(batchesOf(rows, find, shape));
}
