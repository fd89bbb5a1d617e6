/**
 * What the families of events share.
 *
 * @module
 */

import type { EventFacts, Piece } from "../event_facts.ts";

/** A type of events: its name in the filter, and the sentence of an event. */
export type EventWords = { label: string; say(facts: EventFacts): Piece[] };

/** A family of types. */
export type EventFamily = Readonly<Record<string, EventWords>>;

/** A refusal of something that a device asked for, or the sentence. */
export const unlessRefused = (what: string, say: (facts: EventFacts) => Piece[]) => (facts: EventFacts): Piece[] =>
  facts.failed ? [`${what} of `, lower(facts.device), ` was refused: ${facts.reason}`] : say(facts);

/** A device inside of a sentence. */
export const lower = (piece: Piece): Piece => piece === "A device" ? "a device" : piece;
