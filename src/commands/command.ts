/**
 * The type of every MDM command.
 *
 * Promise: a command is an object without state. It defines when it may be sent, its arguments, its wire form and the
 * effects of its answer, all with pure functions of their arguments; and its endpoint and its form, as data. Arguments
 * are JSON (bytes as base64), because they are stored in a table until the device connects.
 *
 * @module
 */

import type { z } from "zod";
import type { Json, JsonObject } from "../protocol/plist_json.ts";
import type { PlistDict } from "../protocol/plist.ts";
import type { Platform } from "../protocol/platform.ts";
import type { Report } from "../protocol/report.ts";
import type { Random } from "../runtime.ts";
import type { Aftermath, CommandEndpoint, CommandForm, PublishedPart } from "./by_hand.ts";
import type { Effect } from "./effect.ts";

export type * from "./effect.ts";

/** The known facts of the device or user that a command is for; null is unknown. */
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
  /** Whether an iPad is shared by several users; absent is unknown, here and below. */
  sharedIpad?: boolean | null;
  /** Whether the token that clears its passcode is known. */
  unlockTokenEscrowed?: boolean | null;
  /** Whether it is in lost mode. */
  lostMode?: boolean | null;
  /** Whether the FileVault recovery key of this very Mac is escrowed; absent is unknown. */
  recoveryKeyEscrowed?: boolean;
  /** Whether it has the FileVault profile, by which it escrows a new recovery key; absent is unknown. */
  escrowsRecoveryKey?: boolean;
};

/** The context for building a command's wire form, which happens when the device fetches it. */
export type CommandContext = { target: CommandTarget; commandUuid: string };

/** A command. `A` is its arguments after parsing. */
export type CommandDefinition<A> = {
  /** The stable name, in the database and in the API. */
  readonly name: string;
  /** Apple's request type; "" when the arguments name it (`requestTypeOf`). */
  readonly requestType: string;
  /** The schema of stored arguments: the loosest form, for any target. */
  readonly args: z.ZodType<A>;
  /** Arguments that are sealed at rest and never shown. */
  readonly secretArgs: readonly string[];
  /** Whether the raw result is kept with the command. */
  readonly keepsResult: boolean;
  /** Seconds after which an unfinished command is dropped; null keeps it until it is cancelled. */
  readonly expiresAfter: number | null;
  /** Why the command is not for this target, as a sentence; null when it is. */
  invalidFor(target: CommandTarget): string | null;
  /** The arguments that an operator gives for this target; `args` when absent. */
  argsFor?(target: CommandTarget): z.ZodType<A>;
  /** Adds what the server chooses where nothing was given, before the command is stored. */
  complete?(args: A, random: Random): A;
  /** The command's dictionary without RequestType. */
  build(args: A, context: CommandContext): PlistDict;
  requestTypeOf?(args: A): string;
  onAcknowledged?(report: Report, args: A, target: CommandTarget): Effect[];
  /** Called for Error and CommandFormatError. */
  onError?(report: Report, args: A, target: CommandTarget): Effect[];
  /**
   * Returns the own arguments of a question that a person has asked with Apple's keys, where its answer says what this
   * command's would; null where it does not. The answer then has the same effects.
   */
  fromApple?(args: JsonObject, target: CommandTarget): A | null;
  /** The arguments as the audit log may show them. */
  describe(args: A): JsonObject;
  /** Its endpoint; absent if the API has none for it. */
  readonly endpoint?: CommandEndpoint;
  /** Its form on the page of a device; absent if the page has none for it. */
  readonly form?: CommandForm;
  /** Present if its arguments are Apple's own keys: its form and its checks follow from the published schema. */
  readonly published?: PublishedPart;
  /** The note on the page of a device while the command's effect lasts. */
  readonly aftermath?: Aftermath;
};

/** Returns the whole dictionary of a command, for `commandPayload`. */
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
