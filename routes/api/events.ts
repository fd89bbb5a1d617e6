/**
 * `/api/events/`: the event log, newest first.
 *
 * @module
 */

import { decodeBase64Url, encodeBase64Url } from "@std/encoding";
import { z } from "zod";
import { type EventRow, pageOfEvents } from "../../db/events/events.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import { endpoint } from "./endpoint.ts";
import { textFilter, timeFilter, timeOut } from "./fields.ts";
import { pageOf, pageQuery } from "./paging.ts";

const eventSchema = z.object({
  id: z.string().describe("Shared by events of the same occasion."),
  index: z.int(),
  type: z.string(),
  created_at: timeOut,
  tags: z.array(z.string()),
  serial_number: z.string().nullable(),
  request: z.unknown().describe("The user and address of the request; null for actions of the server itself."),
  objects: z.record(z.string(), z.array(z.string())).describe("Keys of the related objects, by kind."),
  payload: z.unknown(),
}).meta({ id: "Event" });

type Cursor = { createdAt: Date; id: string; index: number };

const cursorSchema = z.tuple([z.int(), z.string().regex(/^[0-9a-f-]{36}$/), z.int().min(0)]);

const writeCursor = ({ createdAt, id, index }: EventRow): string =>
  encodeBase64Url(JSON.stringify([createdAt.getTime(), id, index]));

const cursorParam = z.string().transform((text, context): Cursor => {
  try {
    const [time, id, index] = cursorSchema.parse(JSON.parse(new TextDecoder().decode(decodeBase64Url(text))));
    const createdAt = new Date(time);
    if (!Number.isNaN(createdAt.getTime())) return { createdAt, id, index };
  } catch {
    // Below: whatever is wrong with it, it is not a cursor of ours.
  }
  context.addIssue({ code: "custom", message: "Invalid cursor" });
  return z.NEVER;
}).optional().meta({ type: "string", description: "From `next`." });

/** The endpoints of events. */
export const EVENT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/events/",
    permission: "events.view_event",
    tag: "Events",
    summary: "List events, newest first",
    description: "Follow `next` for older events. New events do not shift the pages.",
    query: z.object({
      type: textFilter,
      serial_number: textFilter,
      since: timeFilter,
      cursor: cursorParam,
      limit: pageQuery.limit,
    }),
    response: {
      status: 200,
      schema: z.object({ next: z.string().nullable(), results: z.array(eventSchema) }).meta({ id: "EventPage" }),
    },
    async handle({ runtime, by, query, search }) {
      const { limit } = pageOf({ limit: query.limit });
      const { rows, more } = await pageOfEvents(runtime.sql, {
        ...(query.type === undefined ? {} : { type: query.type }),
        ...(query.serial_number === undefined ? {} : { serialNumber: query.serial_number }),
        ...(query.since === undefined ? {} : { since: query.since }),
        ...(query.cursor === undefined ? {} : { before: query.cursor }),
        only: limitOf(by.actor, "events.view_event"),
        limit,
      });
      const last = more ? rows.at(-1) : undefined;
      const url = new URL(`${by.request.path}${search}`, runtime.config.BASE_URL);
      if (last !== undefined) url.searchParams.set("cursor", writeCursor(last));
      return {
        next: last === undefined ? null : url.href,
        results: rows.map((event) => ({
          id: event.id,
          index: event.index,
          type: event.type,
          created_at: naiveUtc(event.createdAt),
          tags: event.tags,
          serial_number: event.serialNumber,
          request: event.request,
          objects: event.objects,
          payload: event.payload,
        })),
      };
    },
  }),
];
