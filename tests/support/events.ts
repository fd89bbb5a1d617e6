/**
 * Events, as tests look for them.
 *
 * @module
 */

import { type EventQuery, type EventRow, pageOfEvents } from "../../db/events/events.ts";
import type { Db } from "../../db/open.ts";

/** Returns the matching events, newest first: the rows of one page. */
export async function findEvents(db: Db, query: EventQuery): Promise<EventRow[]> {
  return (await pageOfEvents(db, query)).rows;
}
