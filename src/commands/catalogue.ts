/**
 * The catalogue: for each request type of Apple's the command that people send.
 *
 * @module
 */

import { REQUEST_TYPES, wordsOf } from "../apple_schema/commands.ts";
import { type AnyCommand, COMMANDS, PUBLISHED } from "./registry.ts";

/** A command that people can send. */
export type CatalogueEntry = {
  requestType: string;
  /** Apple's words. */
  title: string;
  description: string;
  command: AnyCommand;
  /** Whether it destroys something. */
  danger: boolean;
};

const byHand = [...COMMANDS, ...PUBLISHED].filter(({ form, published }) =>
  form !== undefined || published !== undefined
);
const byType = new Map(byHand.map((command) => [command.requestType, command]));

/** Every request type, in order. */
export const CATALOGUE: readonly CatalogueEntry[] = REQUEST_TYPES.flatMap((requestType): CatalogueEntry[] => {
  const command = byType.get(requestType);
  if (command === undefined) return [];
  const { title, description } = wordsOf(requestType);
  return [{
    requestType,
    title,
    description,
    command,
    danger: command.form?.danger === true || command.published?.danger === true,
  }];
});

const found: ReadonlyMap<string, CatalogueEntry> = new Map(
  CATALOGUE.flatMap((entry) => [[entry.command.name, entry], [entry.requestType, entry]]),
);

/** Returns the entry of a request type, or of the name of its command; undefined for any other. */
export const catalogueEntry = (name: string): CatalogueEntry | undefined => found.get(name);
