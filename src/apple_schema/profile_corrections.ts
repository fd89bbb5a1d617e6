/**
 * Corrections where the published files describe fewer payloads than devices accept.
 *
 * Source: the errata of Apple's device management schema (its `docs/errata.md`), and the payload pages of its
 * documentation.
 *
 * @module
 */

import type { KeyFacts, ProfileFacts } from "./types.ts";

/** The correction of one key; `path` leads to it from the payload. */
type Correction = { path: readonly string[]; to: (key: KeyFacts) => KeyFacts };

const anything = ({ key, systems }: KeyFacts): KeyFacts => ({
  key,
  type: "any",
  ...(systems === undefined ? {} : { systems }),
});
const optional = ({ required: _, ...key }: KeyFacts): KeyFacts => key;

/** One name, or a list of names: the schema has no word for that. */
const altNames = (path: readonly string[]): Correction[] =>
  ["rfc822Name", "dNSName", "uniformResourceIdentifier"].map((name) => ({
    path: [...path, "SubjectAltName", name],
    to: anything,
  }));

const CORRECTIONS: Readonly<Record<string, readonly Correction[]>> = {
  // Settings of any software, under any name, beside keys of the format itself such as mcx_data_timestamp.
  "com.apple.ManagedClient.preferences": [{
    path: ["PayloadContent"],
    to: ({ keys: _, ...key }) => key,
  }],
  "com.apple.security.scep": [
    ...altNames(["PayloadContent"]),
    // The server fills it in where Name is that of one of its issuers.
    { path: ["PayloadContent", "URL"], to: optional },
  ],
  "com.apple.security.acme": altNames([]),
};

function changed(keys: readonly KeyFacts[], { path: [name, ...rest], to }: Correction): readonly KeyFacts[] {
  return keys.map((key) => {
    if (key.key !== name) return key;
    if (rest.length === 0) return to(key);
    return key.keys === undefined ? key : { ...key, keys: changed(key.keys, { path: rest, to }) };
  });
}

/** Returns the facts as they should be. */
export function corrected(type: string, facts: ProfileFacts): ProfileFacts {
  const corrections = Object.hasOwn(CORRECTIONS, type) ? CORRECTIONS[type] ?? [] : [];
  return corrections.reduce((before, one) => ({ ...before, keys: changed(before.keys, one) }), facts);
}
