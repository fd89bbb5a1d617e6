/**
 * The JSON documents behind credential assets, by Apple's published schema.
 *
 * @module
 */

import { credentials } from "./generated/credentials.ts";
import type { CredentialFacts, SchemaIssue } from "./types.ts";
import { validatePayload } from "./validate.ts";

/** The types that Apple publishes, such as "com.apple.credential.scep", in order. */
export const CREDENTIAL_TYPES: readonly string[] = Object.keys(credentials);

/** The facts of a credential type, or null when it is not published. */
export function credentialFacts(type: string): CredentialFacts | null {
  return Object.hasOwn(credentials, type) ? credentials[type] ?? null : null;
}

/** What is wrong with a credential document. Empty for an unknown type. */
export function validateCredential(type: string, document: unknown): SchemaIssue[] {
  const facts = credentialFacts(type);
  return facts === null ? [] : validatePayload(facts, document);
}
