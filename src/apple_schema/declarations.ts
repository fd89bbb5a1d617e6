/**
 * Declarations by Apple's published schema: their types, the validity of a payload, and the devices that support it.
 *
 * Promise: pure functions that never throw; a type that is not published is unknown, and nothing forbids it here.
 *
 * @example
 * ```ts
 * validateDeclaration("com.apple.configuration.passcode.settings", { MinimumLength: 20 });
 * // [{ path: "MinimumLength", message: '"MinimumLength" is 20, it should be at most 16' }]
 * ```
 *
 * @module
 */

import { declarations } from "./generated/declarations.ts";
import { ignoredKeys, keyRemarks, refusedKey } from "./key_remarks.ts";
import { announcedEnd, obstacle, supportFor } from "./support.ts";
import type { SchemaTarget } from "./target.ts";
import type { DeclarationFacts, SchemaIssue } from "./types.ts";
import { validatePayload } from "./validate.ts";

export { type Reference, referencesIn } from "./references.ts";

/** Returns the facts of a declaration type, or null when it is not published. */
export function declarationFacts(type: string): DeclarationFacts | null {
  return Object.hasOwn(declarations, type) ? declarations[type] ?? null : null;
}

/** Whether Apple publishes the type. */
export function isKnownDeclaration(type: string): boolean {
  return declarationFacts(type) !== null;
}

/** Returns the issues of a declaration's payload, for any target. Empty for an unknown type. */
export function validateDeclaration(type: string, payload: unknown): SchemaIssue[] {
  const facts = declarationFacts(type);
  return facts === null ? [] : validatePayload(facts, payload);
}

/**
 * Returns the reason why the target cannot have this declaration, as a sentence; null if it can. Checks its system,
 * version, channel and enrollment, and the keys that its version does not support yet: with those it would refuse the
 * whole declaration.
 */
export function declarationUnsupported(type: string, payload: unknown, target: SchemaTarget): string | null {
  const facts = declarationFacts(type);
  if (facts === null) return null;
  return obstacle(type, supportFor(facts.systems, target), target)?.message ??
    refusedKey(keyRemarks(facts, payload, target));
}

/** Returns the keys of a declaration that the target can have and will not use, each with the reason. */
export function declarationIgnored(type: string, payload: unknown, target: SchemaTarget): SchemaIssue[] {
  const facts = declarationFacts(type);
  if (facts === null) return [];
  return ignoredKeys(keyRemarks(facts, payload, target)).map(({ path, message }) => ({ path, message }));
}

/**
 * Returns a sentence when the declaration, or a key of the payload, is deprecated or removed on the target's system;
 * null when it is not. Without a target, all systems count and keys do not.
 */
export function declarationDeprecated(type: string, target: SchemaTarget | null, payload?: unknown): string | null {
  const facts = declarationFacts(type);
  if (facts === null) return null;
  const whole = announcedEnd(type, facts.systems, target);
  if (whole !== null || target === null) return whole;
  const key = keyRemarks(facts, payload, target).find(({ cause }) => cause === "ending" || cause === "removed");
  return key?.message ?? null;
}
