/**
 * The traces of routine contacts of devices: the last check-in of a channel, and the events of check-ins and answers.
 * They are written for many contacts at once, shortly after. A process that is killed loses the last second of them,
 * and nothing that was acknowledged: everything that a device must be able to rely on is written before it is answered.
 * While the database does not answer, entries wait up to a limit (`MOST`), and the rest is lost, too.
 *
 * @module
 */

import { type ContactMade, recordContacts } from "../../db/enrollment/contacts.ts";
import { type EventRow, insertEvents } from "../../db/events/events.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Sql } from "../../db/open.ts";
import type { By } from "./by.ts";
import { eventRows, type NewEvent } from "./record.ts";
import type { Logger } from "../log.ts";
import type { Clock, Random } from "../runtime.ts";

/** Milliseconds between a contact and its writing. */
const DELAY = 1000;
/** Rows that are written in one statement. */
const BATCH = 500;
/** Rows that wait at most. The attack, or the misfortune: a database that does not answer while devices come. */
const MOST = 20_000;

/** The part of the runtime that the routine needs. */
type Given = { sql: Sql; clock: Clock; random: Random; log: Logger };

/** Runs `work` after that many milliseconds, unless the returned function is called. */
type Schedule = (work: () => void, milliseconds: number) => () => void;

/** The timer of the process. It keeps no process alive. */
const systemSchedule: Schedule = (work, milliseconds) => {
  const timer = setTimeout(work, milliseconds);
  Deno.unrefTimer(timer);
  return () => clearTimeout(timer);
};

/** The rows that wait to be written. */
export class Routine {
  readonly #contacts = new Map<ChannelId, ContactMade>();
  #events: EventRow[] = [];
  #cancel: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly given: Given, private readonly schedule: Schedule = systemSchedule) {}

  /** A channel was heard. `idle`: a conversation began. */
  heard(channelId: ChannelId, ip: string, idle: boolean, now: Date): void {
    const before = this.#contacts.get(channelId);
    this.#contacts.set(channelId, { channelId, at: now, ip, sessionAt: idle ? now : before?.sessionAt ?? null });
    this.#later();
  }

  /** Something happened that is no change: a check-in, an answer. */
  record(by: By, event: NewEvent): void {
    if (this.#events.length < MOST) this.#events.push(...eventRows(this.given, by, [event]));
    this.#later();
  }

  /** Writes the pending entries. Entries that cannot be written stay pending. */
  flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const work = this.#writing.then(() => this.#write());
    // One after the other, also behind one that failed.
    this.#writing = work.catch(() => {});
    return work;
  }

  #later(): void {
    if (this.#contacts.size >= MOST) this.#contacts.clear();
    if (this.#cancel !== undefined) return;
    this.#cancel = this.schedule(() => {
      this.#cancel = undefined;
      this.flush().catch((error) =>
        this.given.log.warn("Cannot record check-ins and events of devices. Retrying", { error })
      );
    }, DELAY);
  }

  async #write(): Promise<void> {
    const { sql } = this.given;
    try {
      for (const contacts of batches([...this.#contacts.values()])) {
        // A channel that is in a conversation is left for the next time.
        for (const id of await recordContacts(sql, contacts)) {
          const written = contacts.find(({ channelId }) => channelId === id);
          if (this.#contacts.get(id) === written) this.#contacts.delete(id);
        }
      }
      while (this.#events.length > 0) {
        const rows = this.#events.splice(0, BATCH);
        await insertEvents(sql, rows).catch((error) => {
          this.#events.unshift(...rows);
          throw error;
        });
      }
    } finally {
      if (this.#contacts.size > 0 || this.#events.length > 0) this.#later();
    }
  }
}

const batches = <Row>(rows: readonly Row[]): Row[][] =>
  Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, n) => rows.slice(n * BATCH, (n + 1) * BATCH));
