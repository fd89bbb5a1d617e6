/**
 * The event log.
 *
 * @module
 */

import type { Hono } from "hono";
import { type EventRow, eventTypes, pageOfEvents } from "../../db/events.ts";
import type { AppEnv } from "../context.ts";
import { Field, Select, Table, Time } from "./components.tsx";
import { page } from "./page.tsx";

const LIMIT = 50;

/** Who did it, from the stored request. */
function who({ request }: EventRow): string {
  if (typeof request !== "object" || request === null) return "the server";
  const user: unknown = Reflect.get(request, "user");
  const ip: unknown = Reflect.get(request, "ip");
  const name: unknown = typeof user === "object" && user !== null ? Reflect.get(user, "username") : undefined;
  return typeof name === "string" ? name : typeof ip === "string" ? ip : "";
}

function summary({ payload }: EventRow): string {
  if (typeof payload !== "object" || payload === null) return "";
  return ["status", "message_type", "request_status", "action", "reason", "cause", "phase"].flatMap((key) => {
    const value: unknown = Reflect.get(payload, key);
    return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
  }).join(" · ");
}

/** The cursor after an event: its time, id and index. */
const cursorOf = ({ createdAt, id, index }: EventRow) => `${createdAt.getTime()}_${id}_${index}`;

function beforeOf(text: string | null) {
  const match = /^(\d{1,15})_([0-9a-f-]{36})_(\d{1,5})$/.exec(text ?? "");
  const [, time, id, index] = match ?? [];
  return time === undefined || id === undefined
    ? {}
    : { before: { createdAt: new Date(Number(time)), id, index: Number(index) } };
}

/** Mounts the page. */
export function mountEvents(app: Hono<AppEnv>): void {
  page(app, "/events/", "events.view_event", async ({ runtime, url }) => {
    const type = url.searchParams.get("type") ?? "";
    const serialNumber = url.searchParams.get("serial_number")?.trim().replaceAll("\0", "") ?? "";
    const [types, { rows, more }] = await Promise.all([
      eventTypes(runtime.sql),
      pageOfEvents(runtime.sql, {
        ...(type === "" ? {} : { type: type.replaceAll("\0", "") }),
        ...(serialNumber === "" ? {} : { serialNumber }),
        ...beforeOf(url.searchParams.get("before")),
        limit: LIMIT,
      }),
    ]);
    const last = rows.at(-1);
    const older = new URL(url);
    if (last !== undefined) older.searchParams.set("before", cursorOf(last));
    const now = runtime.clock.now();
    return {
      title: "Events",
      body: (
        <>
          <form class="row" method="get" action="/events/" data-live>
            <Select
              name="type"
              label="Type"
              value={type}
              options={[["", "All"], ...types.map((one) => [one, one] as const)]}
            />
            <Field name="serial_number" label="Serial number" value={serialNumber} type="search" />
            <button type="submit" class="plain">Filter</button>
          </form>
          <Table
            caption="The newest first"
            head={["When", "Type", "Device", "By", "What"]}
            empty="No event matches."
            rows={rows.map((event) => (
              <tr>
                <td>
                  <Time at={event.createdAt} now={now} />
                </td>
                <td class="mono">{event.type}</td>
                <td class="mono">{event.serialNumber ?? ""}</td>
                <td>{who(event)}</td>
                <td>
                  <details>
                    <summary>{summary(event) || "Details"}</summary>
                    <pre>{JSON.stringify({ payload: event.payload, request: event.request, objects: event.objects }, null, 2)}</pre>
                  </details>
                </td>
              </tr>
            ))}
          />
          {more
            ? (
              <nav class="pager" aria-label="Pages">
                <a href={older.pathname + older.search}>Older →</a>
              </nav>
            )
            : null}
        </>
      ),
    };
  });
}
