/**
 * The traces of routine contacts of devices: the last check-in of a channel, and the events of check-ins and answers.
 * They are written for many contacts at once, shortly after. A process that is killed loses the last second of them,
 * and nothing that was acknowledged: everything that a device must be able to rely on is written before it is answered.
 * While the database does not answer, entries wait up to a limit (`MOST`), and the rest is lost, too.
 *
 * @module
 */

import { type ContactMade, recordContacts } from "../../db/enrollment/contacts.ts";
import { type EventRow, insertEventsOnce } from "../../db/events/events.ts";
import type { ChannelId } from "../../db/ids.ts";
import { isRefusedValue, type Sql } from "../../db/open.ts";
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
  #following: Promise<void> | undefined;

  constructor(private readonly given: Given, private readonly schedule: Schedule = systemSchedule) {}

  /** A channel was heard. `idle`: a conversation began. */
  heard(channelId: ChannelId, ip: string, idle: boolean, now: Date): void {
    const before = this.#contacts.get(channelId);
    if (before === undefined && this.#contacts.size >= MOST) return;
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
    // One after the other, also behind one that failed; what waits for that one is one more, however many ask for it.
    this.#following ??= this.#writing.then(() => {
      this.#following = undefined;
      const work = this.#write();
      this.#writing = work.catch(() => {});
      return work;
    });
    return this.#following;
  }

  #later(): void {
    if (this.#cancel !== undefined) return;
    this.#cancel = this.schedule(() => {
      this.#cancel = undefined;
      this.flush().catch((error) =>
        this.given.log.warn("Cannot record check-ins and events of devices. Retrying", { error })
      );
    }, DELAY);
  }

  #dropped(row: EventRow, error: unknown): void {
    this.given.log.warn("Cannot record an event of a device", { type: row.type, error });
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
        await insertEventsOnce(sql, rows).catch(async (error) => {
          if (!isRefusedValue(error)) {
            this.#events.unshift(...rows);
            throw error;
          }
          // One that cannot be written holds up no other.
          for (const row of rows) await insertEventsOnce(sql, [row]).catch((reason) => this.#dropped(row, reason));
        });
      }
    } finally {
      if (this.#contacts.size > 0 || this.#events.length > 0) this.#later();
    }
  }
}

const batches = <Row>(rows: readonly Row[]): Row[][] =>
  Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, n) => rows.slice(n * BATCH, (n + 1) * BATCH));
