/**
 * Commands that follow from Apple's published schema: their arguments are Apple's keys.
 *
 * Promise: the arguments are checked against the schema and for the target when they are given, and again when the
 * command is built, since the device may have changed; every refusal names the argument by its path. Secrets are sealed
 * and never shown.
 *
 * @module
 */

import { z } from "zod";
import { argumentIssues, commandFacts, requestTypeUnsupported, validateArguments } from "../apple_schema/commands.ts";
import { plistOf } from "../apple_schema/from_json.ts";
import { keyNamed, keysBelow } from "../apple_schema/keys.ts";
import type { KeyFacts, PayloadFacts, SchemaIssue, Shapes } from "../apple_schema/types.ts";
import type { Json, JsonObject } from "../protocol/plist_json.ts";
import { buildPlist, PlistError } from "../protocol/plist.ts";
import type { CommandDefinition, CommandTarget } from "./command.ts";
import { isSecretKey, secretArgumentsOf } from "./secret_keys.ts";
import { firstOf, knownPlatform } from "./validity.ts";

/** A command whose arguments are Apple's keys. */
export type PublishedCommand = CommandDefinition<JsonObject>;

/** What a command has of its own. */
export type OwnBehaviour = Partial<
  & Pick<PublishedCommand, "name" | "keepsResult" | "expiresAfter" | "onAcknowledged" | "onError" | "aftermath">
  & Pick<NonNullable<PublishedCommand["published"]>, "danger" | "warning" | "given">
  & {
    /** Why it is not for a target for which Apple has it. */
    invalidFor(target: CommandTarget): string | null;
    /** What Apple's schema does not say of the arguments, as in "you must provide one of both". */
    issues(args: JsonObject): SchemaIssue[];
  }
>;

const loose = z.record(z.string(), z.json());

/** Returns the command of a request type of the schema. Throws for any other. */
export function publishedCommand(requestType: string, own: OwnBehaviour = {}): PublishedCommand {
  const facts = commandFacts(requestType);
  if (facts === null) throw new Error(`Cannot derive ${requestType}: the schema does not have it`);
  const { danger, warning, given = [] } = own;
  const name = own.name ?? requestType;

  function issuesOf(args: JsonObject, target: CommandTarget): SchemaIssue[] {
    const isGiven = ({ path }: SchemaIssue) => given.includes(path);
    const written = given.find((key) => Object.hasOwn(args, key));
    if (written !== undefined) {
      return [{ path: written, message: `"${written}" is written by the server, it should be absent` }];
    }
    const issues = validateArguments(requestType, args).filter((issue) => !isGiven(issue));
    if (issues.length > 0) return issues;
    const refused = argumentIssues(requestType, args, target).filter((issue) => !isGiven(issue));
    return refused.length > 0 ? refused : [...own.issues?.(args) ?? [], ...unwritable(facts ?? { keys: [] }, args)];
  }

  return {
    name,
    requestType,
    args: loose,
    secretArgs: secretArgumentsOf(facts),
    keepsResult: own.keepsResult ?? true,
    expiresAfter: own.expiresAfter ?? null,
    invalidFor: (target) =>
      firstOf(
        knownPlatform(requestType, target),
        unsupported(requestType, target),
        own.invalidFor?.(target) ?? null,
      ),
    argsFor: (target) =>
      loose.superRefine((args, context) => {
        for (const { path, message } of issuesOf(args, target)) {
          context.addIssue({ code: "custom", path: path === "" ? [] : [path], message });
        }
      }),
    build: (args) => plistOf(facts, args),
    ...(own.onAcknowledged === undefined ? {} : { onAcknowledged: own.onAcknowledged }),
    ...(own.onError === undefined ? {} : { onError: own.onError }),
    ...(own.aftermath === undefined ? {} : { aftermath: own.aftermath }),
    describe: (args) => described(args, facts.keys, facts.shapes),
    published: {
      given,
      ...(danger === undefined ? {} : { danger }),
      ...(warning === undefined ? {} : { warning }),
    },
  };
}

function unsupported(requestType: string, target: CommandTarget): string | null {
  const reason = requestTypeUnsupported(requestType, target);
  return reason === null ? null : `Cannot send ${requestType} to this device: ${reason}`;
}

/** A text that XML cannot hold is refused now, not when the device asks. */
function unwritable(facts: Pick<PayloadFacts, "keys" | "shapes">, args: JsonObject): SchemaIssue[] {
  try {
    buildPlist(plistOf(facts, args));
    return [];
  } catch (error) {
    if (error instanceof PlistError) return [{ path: "", message: error.message }];
    throw error;
  }
}

/** Texts that a record of an action may show in full. */
const MAX_SHOWN = 400;

/** Arguments as the audit log shows them: no secrets, no bytes, and nothing of what the schema does not know. */
function described(args: JsonObject, keys: readonly KeyFacts[], shapes: Shapes | undefined): JsonObject {
  const shown: JsonObject = {};
  for (const [name, value] of Object.entries(args)) {
    const facts = keyNamed(keys, name);
    if (name === "__proto__") continue;
    shown[name] = isSecretKey(name) ? "<redacted>" : facts === undefined ? "<omitted>" : one(value, facts, shapes);
  }
  return shown;
}

function one(value: Json, facts: KeyFacts, shapes: Shapes | undefined): Json {
  const below = facts.type === "string" ? undefined : keysBelow(facts, shapes);
  if (facts.type === "data" || facts.type === "any") return "<omitted>";
  if (Array.isArray(value)) {
    const kinds = below ?? [];
    return value.map((item) => {
      if (typeof item === "object" && item !== null && !Array.isArray(item)) {
        return described(item, kinds.flatMap((kind) => keysBelow(kind, shapes) ?? []), shapes);
      }
      return kinds[0] === undefined ? "<omitted>" : one(item, kinds[0], shapes);
    });
  }
  if (typeof value === "object" && value !== null) return described(value, below ?? [], shapes);
  return typeof value === "string" && value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
}
