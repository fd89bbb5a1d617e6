/**
 * Records events: they are written in the transaction of their change, and never contain a secret.
 *
 * @module
 */

import { type EventRow, insertEvents } from "../../db/events/events.ts";
import type { Db } from "../../db/open.ts";
import { foreignText } from "../foreign_text.ts";
import type { Runtime } from "../runtime.ts";
import type { By } from "./by.ts";
import { eventJson } from "./event_json.ts";

/** An event to record. `objects` names its objects by kind, e.g. `{device: ["27"]}`. */
export type NewEvent = {
  type: string;
  serialNumber?: string | undefined;
  objects?: Record<string, (string | number)[]>;
  payload?: Record<string, unknown>;
  tags?: string[];
};

/** The size limit of one event. Texts of devices were truncated at the edge; operators' texts may be longer. */
const PAYLOAD = { bytes: 64 * 1024, text: 4096 };
const REQUEST = { bytes: 8 * 1024 };

/** Events that belong together, and are recorded bit by bit: their common id, and the number of the next one. */
export type EventSeries = { readonly id: string; next: number };

/** Events that belong together, as they are stored: they share an id and are numbered. */
export function eventRows(
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  events: readonly NewEvent[],
  series: EventSeries = { id: runtime.random.uuid(), next: 0 },
): EventRow[] {
  const { who, request } = by;
  const { id, next } = series;
  series.next += events.length;
  const createdAt = runtime.clock.now();
  return events.map((event, index): EventRow => ({
    id,
    index: next + index,
    type: event.type,
    createdAt,
    tags: event.tags ?? [],
    serialNumber: event.serialNumber ?? null,
    userId: who.kind === "user" ? who.userId : null,
    request: request === undefined ? null : eventJson(
      {
        id: request.id,
        ip: request.ip,
        user_agent: foreignText(request.userAgent, 400),
        method: request.method,
        path: request.path,
        ...(who.kind !== "user" ? {} : {
          user: {
            id: who.userId,
            username: who.username,
            is_service_account: who.isServiceAccount,
            ...(who.tokenId === undefined ? {} : { api_key: who.tokenId }),
          },
        }),
      },
      REQUEST,
    ),
    objects: Object.fromEntries(
      Object.entries(event.objects ?? {}).map(([kind, keys]) => [kind, keys.map((key) => foreignText(String(key)))]),
    ),
    payload: eventJson(event.payload ?? {}, PAYLOAD),
  }));
}

/** Records events that belong together, with those of the series if one is given. */
export async function recordEvents(
  db: Db,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  events: readonly NewEvent[],
  series?: EventSeries,
): Promise<void> {
  await insertEvents(db, eventRows(runtime, by, events, series));
}

/** An operator's action on an object. `before` and `after` are its representations, without secrets. */
export type AuditEntry = {
  action: "created" | "updated" | "deleted";
  /** `mdm.<model>`, e.g. `mdm.otaenrollment`. */
  model: string;
  pk: string | number;
  before?: unknown;
  after?: unknown;
  serialNumber?: string | undefined;
};

/** Fields of representations that name another object, which the event is about, too. */
const RELATED: Readonly<Record<string, string>> = { blueprint: "mdm_blueprint", artifact: "mdm_artifact" };

function relatedTo(value: unknown): Record<string, string[]> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(RELATED).flatMap(([field, kind]) => {
      const id: unknown = Object.hasOwn(value, field) ? Reflect.get(value, field) : undefined;
      return typeof id === "string" || typeof id === "number" ? [[kind, [String(id)]]] : [];
    }),
  );
}

/** Records an audit entry (`zentral_audit`): the change with the values before and after. */
export async function recordAudit(
  db: Db,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  entry: AuditEntry,
): Promise<void> {
  await recordEvents(db, runtime, by, [{
    type: "zentral_audit",
    tags: ["zentral", entry.model.split(".")[0] ?? "mdm"],
    serialNumber: entry.serialNumber,
    objects: { ...relatedTo(entry.after ?? entry.before), [entry.model.replace(".", "_")]: [entry.pk] },
    payload: {
      action: entry.action,
      object: {
        model: entry.model,
        pk: entry.pk,
        ...(entry.before === undefined ? {} : { prev_value: entry.before }),
        ...(entry.after === undefined ? {} : { new_value: entry.after }),
      },
    },
  }]);
}
