/**
 * Profiles against Apple's published schema.
 *
 * Promise: pure functions that never throw, whatever the profile is; their work grows with the profile, and they stop at
 * limits of depth, size and number of sentences. A payload type that is not published is not judged.
 *
 * @example
 * ```ts
 * checkProfile(profile, { channel: "Device", platforms: ["macOS"] });
 * // [{ path: "PayloadContent.0.tilesize", message: '"PayloadContent.0.tilesize" is 4, it should be at least 16' }]
 * ```
 *
 * @module
 */

import type { Platform } from "../protocol/platform.ts";
import { isDictionary, joinPath, own } from "./keys.ts";
import { availability } from "./profile_availability.ts";
import { formsOf, PAYLOAD_KEYS, payloadForms, PROFILE_KEYS } from "./profiles.ts";
import { kindOf } from "./scalars.ts";
import type { PayloadFacts, SchemaIssue } from "./types.ts";
import { MAX_ISSUES, validatePayload } from "./validate.ts";

/** Whom a profile is for. */
export type ProfileAudience = {
  channel: "Device" | "User";
  /** The platforms that get it. */
  platforms: readonly Platform[];
  /** Whether a text is unknown until a device gets it. */
  isOpen?: (text: string) => boolean;
};

/** Written by many editors into profiles and payloads, and never published. Devices pass it over. */
const UNPUBLISHED = "PayloadEnabled";

const COMMON: readonly string[] = [...PAYLOAD_KEYS.keys.map(({ key }) => key), UNPUBLISHED];

const payloadPath = (index: number): string => joinPath("PayloadContent", index);

/** Returns the payloads of a profile; none where there is no list of them. */
function payloadsOf(profile: unknown): readonly unknown[] {
  const content = own(profile, "PayloadContent");
  return Array.isArray(content) ? content : [];
}

/**
 * Returns why every device is certain to refuse the profile, as sentences; none when it may take it: each payload is a
 * dictionary with a type.
 */
export function profileRefusals(profile: unknown): string[] {
  const sentences: string[] = [];
  for (const [index, payload] of payloadsOf(profile).entries()) {
    if (sentences.length >= MAX_ISSUES) break;
    const path = payloadPath(index);
    if (!isDictionary(payload)) {
      sentences.push(`"${path}" is ${kindOf(payload)}, it should be a dictionary with a PayloadType`);
      continue;
    }
    const type = own(payload, "PayloadType");
    if (type === undefined) sentences.push(`"${path}.PayloadType" is missing, it should be a string`);
    else if (typeof type !== "string") {
      sentences.push(`"${path}.PayloadType" is ${kindOf(type)}, it should be a string`);
    } else if (type === "") sentences.push(`"${path}.PayloadType" is empty, it should be the type of the payload`);
  }
  return sentences;
}

/**
 * Returns the deviations of a profile from Apple's schema, for its recipients. None of them is certain to be refused.
 */
export function checkProfile(profile: unknown, audience: ProfileAudience): SchemaIssue[] {
  const issues = aroundPayloads(profile, audience);
  const types = new Map<string, number>();
  const seen = new Map<string, number>();
  for (const [index, payload] of payloadsOf(profile).entries()) {
    if (issues.length >= MAX_ISSUES) break;
    if (!isDictionary(payload)) continue;
    const path = payloadPath(index);
    issues.push(...common(payload, path, audience), ...repeated(payload, index, seen));
    const type = own(payload, "PayloadType");
    if (typeof type !== "string") continue;
    const times = (types.get(type) ?? 0) + 1;
    types.set(type, times);
    if (times === 2) issues.push(...repeatedType(type, path, audience));
    issues.push(...known(type, payload, path, audience));
  }
  return issues.slice(0, MAX_ISSUES);
}

function aroundPayloads(profile: unknown, { isOpen }: ProfileAudience): SchemaIssue[] {
  const issues = validatePayload(PROFILE_KEYS, profile, "plist", {
    passed: ["PayloadContent", UNPUBLISHED],
    ...(isOpen === undefined ? {} : { isOpen }),
  });
  const content = own(profile, "PayloadContent");
  if (content !== undefined && !Array.isArray(content)) {
    const message = `"PayloadContent" is ${kindOf(content)}, it should be an array`;
    return [...issues, { path: "PayloadContent", message }];
  }
  if (own(profile, "IsEncrypted") !== true) return issues;
  // Encrypted content is in EncryptedPayloadContent.
  return issues.filter(({ path }) => path !== "PayloadContent");
}

/** The keys that every payload has. A missing PayloadType is certain to be refused, and reported there. */
function common(payload: { readonly [key: string]: unknown }, path: string, { isOpen }: ProfileAudience) {
  const keys = Object.fromEntries(
    PAYLOAD_KEYS.keys.flatMap(({ key }) => Object.hasOwn(payload, key) ? [[key, payload[key]]] : []),
  );
  return validatePayload(PAYLOAD_KEYS, keys, "plist", { path, ...(isOpen === undefined ? {} : { isOpen }) });
}

/** Keys of which no two payloads have the same value. iOS refuses such a profile (MCProfileErrorDomain 1007 and 1008), a Mac may take it. */
const UNIQUE = ["PayloadUUID", "PayloadIdentifier"] as const;

function repeated(payload: unknown, index: number, seen: Map<string, number>): SchemaIssue[] {
  return UNIQUE.flatMap((key): SchemaIssue[] => {
    const value = own(payload, key);
    if (typeof value !== "string") return [];
    const first = seen.get(`${key} ${value}`);
    if (first === undefined) {
      seen.set(`${key} ${value}`, index);
      return [];
    }
    const path = joinPath(payloadPath(index), key);
    return [{
      path,
      message: `"${path}" is that of "${payloadPath(first)}" too, each payload should have one of its own`,
    }];
  });
}

/** Returns the issues of second payloads of types of which a device accepts only one. */
function repeatedType(type: string, path: string, { platforms }: ProfileAudience): SchemaIssue[] {
  const forms = payloadForms(type);
  const single = platforms.filter((platform) => {
    const system = platform === "iPadOS" ? "iOS" : platform;
    return forms.length > 0 && forms.every(({ systems }) => {
      const support = systems[system];
      return support !== undefined && support !== false && support.multiple === false;
    });
  });
  if (single.length === 0) return [];
  return [{
    path,
    message: `"${path}" is the second payload of type ${type}, ${or(single)} takes one`,
  }];
}

const or = (names: readonly string[]): string => new Intl.ListFormat("en", { type: "disjunction" }).format(names);

/** Returns the issues of a payload by the forms of its type. */
function known(type: string, payload: unknown, path: string, audience: ProfileAudience): SchemaIssue[] {
  const forms = formsOf(type, payload);
  const [first] = forms;
  if (first === undefined) return [];
  const facts: PayloadFacts = forms.length === 1 ? first : { systems: {}, keys: forms.flatMap(({ keys }) => keys) };
  const { isOpen } = audience;
  const issues = validatePayload(facts, payload, "plist", {
    path,
    passed: COMMON,
    ...(isOpen === undefined ? {} : { isOpen }),
  });
  const told = new Set(issues.map((issue) => issue.path));
  const found = forms.flatMap((form) => availability(type, form, payload, path, audience));
  // A key is missing once, and forms of one type agree about most systems.
  const once = new Map(found.filter((issue) => !told.has(issue.path)).map((issue) => [issue.message, issue]));
  return [...issues, ...once.values()];
}
