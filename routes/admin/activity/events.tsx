/**
 * The event log as an audit: authors, actions and objects, with filters; and the feed of a device.
 *
 * @module
 */

import type { Hono } from "hono";
import { listUsers } from "../../../db/access/users.ts";
import { findEventNames, findObjectsNamed, type NamedObject } from "../../../db/events/event_name_views.ts";
import { type EventQuery, type EventRow, eventTypes } from "../../../db/events/events.ts";
import type { AppEnv } from "../../context.ts";
import { Field, Select } from "../parts/components.tsx";
import { page, type PageContext } from "../parts/page.tsx";
import { EventTable, readEvents } from "./event_list.tsx";
import { eventLabel } from "./event_words/event_words.ts";

const LIMIT = 50;
const DAY_MS = 86_400_000;
const MANY = { limit: 500, offset: 0 } as const;

/** The names of objects in events: for events of an object, and for changes by people. */
const KEYS = {
  artifact: ["artifact", "mdm_artifact"],
  blueprint: ["mdm_blueprint"],
  enrollment: ["ota_enrollment", "mdm_otaenrollment"],
  depenrollment: ["dep_enrollment", "mdm_depenrollment"],
  customview: ["mdm_enrollmentcustomview"],
} as const;

/** Kinds whose word is not their own. */
const WORDS: Readonly<Record<string, string>> = { depenrollment: "automated enrollment", customview: "custom view" };

const isKept = (kind: string): kind is keyof typeof KEYS => Object.hasOwn(KEYS, kind);

/** Where events about objects are: under their ids, or for devices under the serial number. */
function aboutOf(objects: readonly NamedObject[]): NonNullable<EventQuery["about"]> {
  return {
    objects: objects.flatMap(({ kind, id }) => kind === "device" ? [] : KEYS[kind].map((key) => ({ key, value: id }))),
    serialNumbers: objects.flatMap(({ kind, id }) => kind === "device" ? [id] : []),
  };
}

/** The cursor after an event: its time, id and index. */
const cursorOf = ({ createdAt, id, index }: EventRow) => `${createdAt.getTime()}_${id}_${index}`;

/** The search in an address of the log. */
export function beforeOf(text: string | null): Pick<EventQuery, "before"> {
  const match = /^(\d{1,15})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(\d{1,5})$/.exec(text ?? "");
  const [, time, id, index] = match ?? [];
  return time === undefined || id === undefined
    ? {}
    : { before: { createdAt: new Date(Number(time)), id, index: Number(index) } };
}

/** The link to older events. */
export function Older({ rows, more, url }: { rows: readonly EventRow[]; more: boolean; url: URL }) {
  const last = rows.at(-1);
  if (!more || last === undefined) return null;
  const older = new URL(url);
  older.searchParams.set("before", cursorOf(last));
  return (
    <nav class="pager" aria-label="Pages">
      <a href={older.pathname + older.search}>Older →</a>
    </nav>
  );
}

/** A day of the form, in UTC; undefined for an invalid one. */
function dayOf(text: string): Date | undefined {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return day === undefined || Number.isNaN(day.getTime()) ? undefined : day;
}

/** An object of the address, `blueprint:12`. */
function objectOf(text: string): NamedObject | undefined {
  const [, kind = "", id = ""] = /^([a-z]+):([0-9a-f-]{1,36})$/.exec(text) ?? [];
  return isKept(kind) ? { kind, id } : undefined;
}

async function queryOf({ runtime: { sql }, url, only }: PageContext): Promise<EventQuery> {
  const given = (name: string) => url.searchParams.get(name)?.trim().slice(0, 200) ?? "";
  const [type, serialNumber, person, name] = [given("type"), given("serial_number"), given("person"), given("name")];
  const [since, until] = [dayOf(given("from")), dayOf(given("to"))];
  const object = objectOf(given("about"));
  const objects = name !== "" ? await findObjectsNamed(sql, name) : object === undefined ? undefined : [object];
  return {
    ...(type === "" ? {} : { type }),
    ...(serialNumber === "" ? {} : { serialNumber }),
    ...(/^[0-9]{1,9}$/.test(person) ? { userId: Number(person) } : {}),
    ...(objects === undefined ? {} : { about: aboutOf(objects) }),
    ...(since === undefined ? {} : { since }),
    // The last day is included.
    ...(until === undefined ? {} : { until: new Date(until.getTime() + DAY_MS) }),
    ...beforeOf(url.searchParams.get("before")),
    only: only("events.view_event"),
    limit: LIMIT,
  };
}

/** The subject of the page, if the address names an object. */
async function About({ context }: { context: PageContext }) {
  const object = objectOf(context.url.searchParams.get("about") ?? "");
  if (object === undefined || object.kind === "device") return null;
  const none = {
    artifact: [],
    blueprint: [],
    enrollment: [],
    depenrollment: [],
    customview: [],
    locationasset: [],
    person: [],
    command: [],
    serialNumbers: [],
  };
  const [found] = await findEventNames(context.runtime.sql, { ...none, [object.kind]: [object.id] });
  return (
    <p>
      {`Events about ${found?.name ?? `a deleted ${WORDS[object.kind] ?? object.kind}`}. `}
      <a href="/events/">Show all events</a>
    </p>
  );
}

/** Mounts the page. */
export function mountEvents(app: Hono<AppEnv>): void {
  page(app, "/events/", "events.view_event", async (context) => {
    const { runtime: { sql, clock }, url } = context;
    const [types, people, { rows, more, names }] = await Promise.all([
      eventTypes(sql),
      context.may("accounts.view_user") ? listUsers(sql, MANY) : { rows: [] },
      readEvents(sql, await queryOf(context)),
    ]);
    const given = (name: string) => url.searchParams.get(name) ?? "";
    return {
      title: "Events",
      body: (
        <>
          {await About({ context })}
          <form class="row" method="get" action="/events/" data-live role="search">
            <Select
              name="type"
              label="Type"
              value={given("type")}
              options={[
                ["", "All"],
                ...types.map((one) => [one, eventLabel(one)] as const)
                  .sort(([, one], [, other]) => one.localeCompare(other)),
              ]}
            />
            {people.rows.length === 0 ? null : (
              <Select
                name="person"
                label="Person"
                value={given("person")}
                options={[
                  ["", "Anyone"],
                  ...people.rows.map((one) => [String(one.id), one.fullName || one.username] as const),
                ]}
              />
            )}
            <Field name="name" label="Name of the object" value={given("name")} type="search" maxlength={200} />
            <Field name="serial_number" label="Serial number" value={given("serial_number")} type="search" />
            <Field name="from" label="From (UTC)" value={given("from")} type="date" />
            <Field name="to" label="To (UTC)" value={given("to")} type="date" />
            {objectOf(given("about")) === undefined
              ? null
              : <input type="hidden" name="about" value={given("about")} />}
            <button type="submit" class="plain">Filter</button>
          </form>
          <EventTable
            rows={rows}
            names={names}
            now={clock.now()}
            caption="Newest first"
            empty="No event matches."
          />
          <Older rows={rows} more={more} url={url} />
        </>
      ),
    };
  });
}
