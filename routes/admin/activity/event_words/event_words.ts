/**
 * Events in words: one table of their types, a file for each family.
 *
 * @module
 */

import type { EventFacts, Piece } from "../event_facts.ts";
import { APPS_EVENTS } from "./apps.ts";
import { DEVICE_EVENTS } from "./devices.ts";
import { ENROLLMENT_EVENTS } from "./enrollment.ts";
import { PEOPLE_EVENTS } from "./people.ts";
import { SECRETS_EVENTS } from "./secrets.ts";
import { SERVER_EVENTS } from "./server.ts";
import type { EventFamily } from "./words.ts";

/** By type. */
export const EVENT_WORDS: EventFamily = {
  ...PEOPLE_EVENTS,
  ...DEVICE_EVENTS,
  ...ENROLLMENT_EVENTS,
  ...APPS_EVENTS,
  ...SECRETS_EVENTS,
  ...SERVER_EVENTS,
};

/** Returns the name of a type in the filter. */
export const eventLabel = (type: string): string =>
  Object.hasOwn(EVENT_WORDS, type) ? EVENT_WORDS[type]?.label ?? type : type;

/** Returns the sentence of an event; one of an unknown type is called that. */
export function eventSentence(facts: EventFacts): Piece[] {
  const { type } = facts.event;
  // A count of refusals of an address, which were not recorded one by one.
  const suppressed = facts.at("suppressed");
  if (suppressed !== "") return [`${eventLabel(type)}: ${suppressed} more were refused within a minute`];
  const words = Object.hasOwn(EVENT_WORDS, type) ? EVENT_WORDS[type] : undefined;
  return words === undefined ? [type] : words.say(facts);
}
