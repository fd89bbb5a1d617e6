/**
 * Payloads of profiles by Apple's published schema: their types, and the published form that a payload has.
 *
 * Promise: pure functions that never throw; a payload type that is not published is unknown, and nothing forbids it.
 *
 * @module
 */

import { profiles } from "./generated/profiles.ts";
import { own } from "./keys.ts";
import { corrected } from "./profile_corrections.ts";
import type { KeyFacts, ProfileFacts, ProfileForms } from "./types.ts";

/** The files that are about no payload type of their own. */
const AROUND = ["TopLevel", "CommonPayloadKeys"];

const NOTHING: ProfileFacts = { systems: {}, keys: [] };

/** The keys of a profile around its payloads. */
export const PROFILE_KEYS: ProfileFacts = profiles.TopLevel?.[0] ?? NOTHING;

/** The keys that payloads of every type have. */
export const PAYLOAD_KEYS: ProfileFacts = profiles.CommonPayloadKeys?.[0] ?? NOTHING;

const table: ReadonlyMap<string, ProfileForms> = new Map(
  Object.entries(profiles).filter(([type]) => !AROUND.includes(type))
    .map(([type, forms]) => [type, forms.map((facts) => corrected(type, facts))]),
);

/** Returns the published forms of a payload type; none when it is not published. */
export function payloadForms(type: string): ProfileForms {
  return table.get(type) ?? [];
}

/** Returns the keys with one fixed value in this form, which distinguish it from other forms of its type. */
const marks = ({ keys }: ProfileFacts): readonly KeyFacts[] =>
  keys.filter(({ required, values }) => required === true && values?.length === 1);

/**
 * Returns the forms that a payload of this type has; none when the type is not published. The form that the payload
 * names by its values, as Kerberos does among the single sign-on extensions; else all that have a key of the payload,
 * since one payload of com.apple.MCX may hold the settings of several.
 */
export function formsOf(type: string, payload: unknown): ProfileForms {
  const forms = payloadForms(type);
  if (forms.length < 2) return forms;
  const marked = forms.filter((form) =>
    marks(form).length > 0 && marks(form).every(({ key, values }) => own(payload, key) === values?.[0])
  );
  if (marked.length > 0) return marked;
  const open = forms.filter((form) => marks(form).length === 0);
  const used = open.filter(({ keys }) => keys.some(({ key }) => own(payload, key) !== undefined));
  return used.length > 0 ? used : open;
}
