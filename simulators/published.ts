/**
 * The content of Apple's published schema: for devices that support all of it, and for tests of all of it.
 *
 * @module
 */

import { declarations } from "../src/apple_schema/generated/declarations.ts";
import { profiles } from "../src/apple_schema/generated/profiles.ts";
import { status } from "../src/apple_schema/generated/status.ts";
import { obstacle, supportFor } from "../src/apple_schema/support.ts";
import type { SchemaTarget } from "../src/apple_schema/target.ts";

/** The types of declarations, in order. */
export const DECLARATION_TYPES: readonly string[] = Object.keys(declarations);

/** The payload types of profiles, in order. Two of the files are about no payload of their own. */
export const PAYLOAD_TYPES: readonly string[] = Object.keys(profiles)
  .filter((type) => type !== "TopLevel" && type !== "CommonPayloadKeys");

/** Returns the items that the target can report, as far as known: the items to subscribe to. */
export function statusItemsFor(target: SchemaTarget): string[] {
  return Object.entries(status)
    .filter(([name, { systems }]) => obstacle(name, supportFor(systems, target), target) === null)
    .map(([name]) => name);
}
