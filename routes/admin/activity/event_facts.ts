/**
 * The parts of an event's sentence.
 *
 * @module
 */

import type { FoundName } from "../../../db/events/event_name_views.ts";
import type { EventRow } from "../../../db/events/events.ts";

/** A part of a sentence: words, or the name of an object with the page that it has. */
export type Piece = string | { text: string; href: string | null };

/** The pages of objects. */
const PAGES = {
  artifact: (id: string) => `/artifacts/${id}/`,
  blueprint: (id: string) => `/blueprints/${id}/`,
  enrollment: (id: string) => `/enrollments/${id}/`,
  depenrollment: (id: string) => `/enrollments/automated/${id}/`,
  locationasset: (id: string) => `/apps-and-books/${id}/`,
  customview: (id: string) => `/custom-views/${id}/`,
  device: (id: string) => `/devices/${id}/`,
  person: () => "/users/",
} as const;

/** Kinds of objects with a page. */
export type PageKind = keyof typeof PAGES;

/** Names by kind and key. */
export type Names = ReadonlyMap<string, FoundName>;

/** Puts names in order. */
export const namesBy = (found: readonly FoundName[]): Names =>
  new Map(found.map((one) => [`${one.kind}:${one.key}`, one]));

/** Returns a value inside JSON; undefined where there is none. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => typeof at === "object" && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined,
    value,
  );
}

/** Returns a text or number inside JSON as text; "" where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean" ? String(found) : "";
}

/** An event, read for its sentence. */
export class EventFacts {
  constructor(readonly event: EventRow, readonly names: Names) {}

  /** A text of the payload. */
  at(...path: readonly string[]): string {
    return textAt(this.event.payload, ...path);
  }

  /** An object: by its name now, or else as the event calls it, without a page. */
  object(kind: PageKind, key: string, called: string): Piece {
    const found = this.names.get(`${kind}:${key}`);
    return found === undefined ? called : { text: found.name || called, href: PAGES[kind](found.id) };
  }

  /** The author: a person, or the server. */
  get actor(): Piece {
    const { request, userId } = this.event;
    const username = textAt(request, "user", "username");
    return username === "" ? "The server" : this.object("person", String(userId ?? ""), username);
  }

  /** The device, or "A device" where the event does not know it. */
  get device(): Piece {
    const { serialNumber } = this.event;
    return serialNumber === null ? "A device" : this.object("device", serialNumber, serialNumber);
  }

  /** The UUID of the command that a device answers, as we write it; "" for other events. */
  get command(): string {
    return this.at("command_uuid").toLowerCase();
  }

  /** The name of a command; "a command" if it is no longer stored. */
  commandName(uuid: string): string {
    return this.names.get(`command:${uuid.toLowerCase()}`)?.name ?? "a command";
  }

  get failed(): boolean {
    return this.at("status") === "failure";
  }

  get reason(): string {
    return this.at("reason") || "no reason was recorded";
  }

  /** The current audited object, or the one before it was deleted. */
  audited(key: string): string {
    return textAt(this.event.payload, "object", "new_value", key) ||
      textAt(this.event.payload, "object", "prev_value", key);
  }

  artifact(id: string, called = "an artifact"): Piece {
    return this.object("artifact", id, called || "an artifact");
  }

  blueprint(id: string): Piece {
    return this.object("blueprint", id, "a blueprint");
  }
}

const unique = (values: readonly string[]) => [...new Set(values.filter((value) => value !== ""))];

/** Returns the objects to look up for the sentences of events. */
export function namesWanted(events: readonly EventRow[]) {
  const facts = events.map((event) => new EventFacts(event, new Map()));
  return {
    serialNumbers: unique(events.map(({ serialNumber }) => serialNumber ?? "")),
    person: unique(events.map(({ userId }) => userId === null ? "" : String(userId))),
    artifact: unique([
      ...facts.map((one) => one.audited("artifact")),
      ...facts.map((one) => one.audited("reinstall")),
      ...events.flatMap(({ objects }) => [...objects.artifact ?? [], ...objects.mdm_artifact ?? []]),
      ...facts.flatMap((one) => [
        one.at("target_artifact", "artifact_version", "artifact", "pk"),
        one.at("artifact_version", "artifact", "pk"),
      ]),
    ]),
    blueprint: unique([
      ...facts.flatMap((one) => ["prev_value", "new_value"].map((side) => one.at("object", side, "blueprint"))),
      ...events.flatMap(({ objects }) => objects.mdm_blueprint ?? []),
    ]),
    command: unique(facts.flatMap((one) => [one.command, one.at("object", "pk")])),
    enrollment: unique(
      events.flatMap(({ objects }) => [...objects.ota_enrollment ?? [], ...objects.mdm_otaenrollment ?? []]),
    ),
    depenrollment: unique([
      ...facts.map((one) => one.audited("dep_enrollment")),
      ...facts.map((one) => one.at("object", "new_value", "enrollment")),
      ...events.flatMap(({ objects }) => [...objects.dep_enrollment ?? [], ...objects.mdm_depenrollment ?? []]),
    ]),
    locationasset: unique(events.flatMap(({ objects }) => objects.mdm_locationasset ?? [])),
    customview: unique([
      ...facts.map((one) => one.audited("custom_view")),
      ...events.flatMap(({ objects }) => objects.mdm_enrollmentcustomview ?? []),
    ]),
  };
}
