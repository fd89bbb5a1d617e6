/**
 * The one shape of every MDM command.
 *
 * Promise: a command is an object without state. It says when it may be sent, which arguments it takes, what goes on
 * the wire and what the answer means, all by pure functions over what is passed in; and what its endpoint and its form need, as data. Arguments are JSON (bytes as
 * base64), because they wait in a table until the device connects.
 *
 * @module
 */

import type { z } from "zod";
import type { Json, JsonObject } from "../protocol/plist_json.ts";
import type { PlistDict } from "../protocol/plist.ts";
import type { Platform } from "../protocol/platform.ts";
import type { Report } from "../protocol/report.ts";
import type { Aftermath, CommandEndpoint, CommandForm } from "./by_hand.ts";
import type { Effect } from "./effect.ts";

export type * from "./effect.ts";

/** What is known of the device or user that a command is for; null is unknown. */
export type CommandTarget = {
  channel: "Device" | "User";
  platform: Platform | null;
  /** With its extra, such as "13.3.1 (a)"; "" when unknown. */
  osVersion: string;
  /** The hardware identifier, such as "Mac14,2"; "" when unknown. */
  model: string;
  appleSilicon: boolean | null;
  supervised: boolean | null;
  userEnrollment: boolean | null;
  userApproved: boolean | null;
  activationLockManageable: boolean | null;
  awaitingConfiguration: boolean | null;
};

/** What a command may know when its wire form is built, which is when the device is there to take it. */
export type CommandContext = { target: CommandTarget; commandUuid: string };

/** A command. `A` is its arguments after parsing. */
export type CommandDefinition<A> = {
  /** The stable name, in the database and in the API. */
  readonly name: string;
  /** Apple's request type; "" when the arguments name it (`requestTypeOf`). */
  readonly requestType: string;
  /** What stored arguments look like: the loosest form, for any target. */
  readonly args: z.ZodType<A>;
  /** Arguments that are sealed at rest and never shown. */
  readonly secretArgs: readonly string[];
  /** Whether the raw result is kept with the command. */
  readonly keepsResult: boolean;
  /** Seconds after which an unfinished command is dropped; null keeps it until it is cancelled. */
  readonly expiresAfter: number | null;
  /** Why the command is not for this target, as a sentence; null when it is. */
  invalidFor(target: CommandTarget): string | null;
  /** The arguments that this target takes, with what an operator must give; `args` when absent. */
  argsFor?(target: CommandTarget): z.ZodType<A>;
  /** The command's dictionary without RequestType. */
  build(args: A, context: CommandContext): PlistDict;
  requestTypeOf?(args: A): string;
  onAcknowledged?(report: Report, args: A, target: CommandTarget): Effect[];
  /** Called for Error and CommandFormatError. */
  onError?(report: Report, args: A, target: CommandTarget): Effect[];
  /** The arguments as the audit log may show them. */
  describe(args: A): JsonObject;
  /** Its endpoint; absent for what the API does not offer by itself. */
  readonly endpoint?: CommandEndpoint;
  /** Its form on the page of a device; absent for what the page does not offer. */
  readonly form?: CommandForm;
  /** What the page of a device says while what it did lasts. */
  readonly aftermath?: Aftermath;
};

/** The whole dictionary of a command, as `commandPayload` takes it. */
export function commandDict<A>(definition: CommandDefinition<A>, args: A, context: CommandContext): PlistDict {
  return {
    RequestType: definition.requestTypeOf?.(args) ?? definition.requestType,
    ...definition.build(args, context),
  };
}

/**
 * Arguments for the audit log: the `shown` ones as they are, the `secret` ones as `<redacted>`, others as `<omitted>`.
 * Absent arguments stay absent.
 */
export function redact(
  args: Readonly<Record<string, Json | undefined>>,
  shown: readonly string[],
  secret: readonly string[],
): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(args)) {
    if (value === undefined) continue;
    result[key] = secret.includes(key) ? "<redacted>" : shown.includes(key) ? value : "<omitted>";
  }
  return result;
}
