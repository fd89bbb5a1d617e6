/**
 * Events as sentences, with the changes and the record itself.
 *
 * @module
 */

import { findEventNames, type NamedKind } from "../../../db/events/event_name_views.ts";
import { type EventRow, pageOfEvents } from "../../../db/events/events.ts";
import type { Db } from "../../../db/open.ts";
import { Table, Time } from "../parts/components.tsx";
import { fieldChanges } from "./audit_words.ts";
import { EventFacts, type Names, namesBy, namesWanted, type Piece, textAt, valueAt } from "./event_facts.ts";
import { eventSentence } from "./event_words/event_words.ts";

const NONE = <span class="faint">none</span>;
/** Characters of a value that are shown; the record has all. */
const LONGEST = 300;

const cut = (text: string) => text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;

function Sentence({ pieces }: { pieces: readonly Piece[] }) {
  return (
    <>
      {pieces.map((piece) =>
        typeof piece === "string" ? piece : piece.href === null ? piece.text : <a href={piece.href}>{piece.text}</a>
      )}
    </>
  );
}

/** Fields that hold the id of an object with a name. */
const NAMED: Readonly<Record<string, NamedKind>> = { blueprint: "blueprint", artifact: "artifact" };

function Changes({ event, names }: { event: EventRow; names: Names }) {
  if (event.type !== "zentral_audit" || textAt(event.payload, "action") !== "updated") return null;
  const values = ["prev_value", "new_value"].map((side) => valueAt(event.payload, "object", side));
  const changes = fieldChanges(values[0], values[1]);
  if (changes.length === 0) return null;
  const shown = (field: string, value: string | null) =>
    value === null ? NONE : cut(names.get(`${NAMED[field] ?? ""}:${value}`)?.name ?? value);
  return (
    <dl class="changes small">
      {changes.map(({ field, before, after }) => (
        <>
          <dt>{field}</dt>
          <dd>
            <del>{shown(field, before)}</del> → <ins>{shown(field, after)}</ins>
          </dd>
        </>
      ))}
    </dl>
  );
}

/** A row of the list. */
function Row({ event, names, now }: { event: EventRow; names: Names; now: Date }) {
  const ip = textAt(event.request, "ip");
  return (
    <tr>
      <td>
        <Time at={event.createdAt} now={now} />
      </td>
      <td class="sentence">
        <Sentence pieces={eventSentence(new EventFacts(event, names))} />
        <Changes event={event} names={names} />
        <details class="small">
          <summary>Details</summary>
          <pre>{JSON.stringify({ type: event.type, payload: event.payload, request: event.request, objects: event.objects }, null, 2)}</pre>
        </details>
      </td>
      <td class="mono small">{ip}</td>
    </tr>
  );
}

/** A page of events with the names of their objects. */
export async function readEvents(db: Db, query: Parameters<typeof pageOfEvents>[1]) {
  const { rows, more } = await pageOfEvents(db, query);
  const names = namesBy(rows.length === 0 ? [] : await findEventNames(db, namesWanted(rows)));
  return { rows, more, names };
}

/** A table of events. */
export function EventTable(
  { rows, names, now, caption, empty }: {
    rows: readonly EventRow[];
    names: Names;
    now: Date;
    caption: string;
    empty: string;
  },
) {
  return (
    <Table
      stacked
      caption={caption}
      head={["When", "What", "From"]}
      empty={empty}
      rows={rows.map((event) => <Row event={event} names={names} now={now} />)}
    />
  );
}
