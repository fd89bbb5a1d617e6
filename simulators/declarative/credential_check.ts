/**
 * The JSON documents behind credential assets, by Apple's published schema.
 *
 * @module
 */

import { credentials } from "../../src/apple_schema/generated/credentials.ts";
import type { SchemaIssue } from "../../src/apple_schema/types.ts";
import { validatePayload } from "../../src/apple_schema/validate.ts";

/** Returns the issues of a credential document. Empty for an unknown type. */
export function validateCredential(type: string, document: unknown): SchemaIssue[] {
  const facts = Object.hasOwn(credentials, type) ? credentials[type] : undefined;
  return facts === undefined ? [] : validatePayload(facts, document);
}
