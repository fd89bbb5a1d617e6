/**
 * Secrets in the answers of devices, such as an unlock token: shown only with the permission for their kind.
 *
 * @module
 */

import type { Permission } from "../access/actor.ts";
import { buildPlist, isDict, parsePlist, type Plist, type PlistDict, PlistError } from "../protocol/plist.ts";
import { setKey } from "../protocol/plist/value.ts";
import { SECRETS_OF_ANSWERS } from "./secret_keys.ts";

/** The value that stands for a secret. */
const REDACTED = "<redacted>";

const isSecret = (key: string): boolean => Object.hasOwn(SECRETS_OF_ANSWERS, key);

/** Returns a copy of an answer without its secrets, and their keys. */
function redactedAnswer(answer: PlistDict): { answer: PlistDict; secrets: string[] } {
  const secrets = new Set<string>();
  const walk = (value: Plist): Plist => {
    if (Array.isArray(value)) return value.map(walk);
    return isDict(value) ? walkDict(value) : value;
  };
  const walkDict = (from: PlistDict): PlistDict => {
    const copy: PlistDict = {};
    for (const [key, value] of Object.entries(from)) {
      if (isSecret(key)) secrets.add(key);
      setKey(copy, key, isSecret(key) ? REDACTED : walk(value));
    }
    return copy;
  };
  return { answer: walkDict(answer), secrets: [...secrets].sort() };
}

/** The bytes of an answer without secrets; the bytes themselves where there are none. */
export type ShownResult = {
  bytes: Uint8Array<ArrayBuffer>;
  /** The keys of the secrets that were left out. */
  secrets: string[];
};

/** Returns an answer as those may see it who may read commands. One that cannot be read and names a secret is left out. */
export function shownResult(bytes: Uint8Array<ArrayBuffer>): ShownResult {
  // As a rule an answer has none, and is not worth reading.
  const named = secretsNamedIn(bytes);
  if (named.length === 0) return { bytes, secrets: [] };
  try {
    const read = parsePlist(bytes, { keepReals: true });
    if (!isDict(read)) return { bytes, secrets: [] };
    const { answer, secrets } = redactedAnswer(read);
    return secrets.length === 0 ? { bytes, secrets } : { bytes: buildPlist(answer), secrets };
  } catch (error) {
    if (error instanceof PlistError) return { bytes: new Uint8Array(), secrets: named };
    throw error;
  }
}

/** Returns the permissions that show the secrets with these keys. */
export const permissionsFor = (secrets: readonly string[]): Permission[] => [
  ...new Set(secrets.flatMap((key) => SECRETS_OF_ANSWERS[key] ?? [])),
];

/** The names as XML and binary property lists have them: ASCII in both, but binary ones may be UTF-16 for other texts. */
function secretsNamedIn(bytes: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(bytes);
  return Object.keys(SECRETS_OF_ANSWERS).filter((key) => text.includes(key));
}
