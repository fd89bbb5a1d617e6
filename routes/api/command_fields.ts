/**
 * Commands in answers, of devices and of users; and what queues one of the catalogue.
 *
 * @module
 */

import type { Json } from "../../src/protocol/plist_json.ts";
import { z } from "zod";
import type { CommandView } from "../../db/work/commands.ts";
import { removesArtifacts } from "../../src/blueprints/artifact_types.ts";
import { type CatalogueEntry, catalogueEntry } from "../../src/commands/catalogue.ts";
import type { SendOptions } from "../../src/commands/queue.ts";
import { openResult } from "../../src/commands/result.ts";
import { shownResult } from "../../src/commands/secrets_of_results.ts";
import { invalid, Problem, REQUIRED } from "../../src/errors.ts";
import { timeField } from "../../src/input_fields.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import type { Runtime } from "../../src/runtime.ts";
import { textFault } from "../../src/writable.ts";
import { commandWord } from "../state_words.ts";
import { timeOut } from "./fields.ts";

/** Apple's keys. */
const errorChainSchema = z.array(z.object({
  ErrorCode: z.int(),
  ErrorDomain: z.string(),
  LocalizedDescription: z.string().exactOptional(),
  USEnglishDescription: z.string().exactOptional(),
}));

/** The states of a command. */
const COMMAND_STATES = [
  "queued",
  "sent",
  "not_now",
  "acknowledged",
  "error",
  "format_error",
  "expired",
  "cancelled",
] as const;

const stateOf = (state: string): typeof COMMAND_STATES[number] =>
  COMMAND_STATES.find((one) => one === state.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) ?? "queued";

/** The fields that commands of devices and of users share. */
export const commandFields = {
  name: z.string(),
  artifact_version: z.string().nullable(),
  artifact_operation: z.enum(["Installation", "Removal"]).nullable(),
  not_before: timeOut.nullable(),
  time: timeOut.nullable(),
  result: z.string().nullable().describe(
    "The device's answer, a property list in base64. Secrets, such as unlock tokens, are `<redacted>`.",
  ),
  result_time: timeOut.nullable(),
  status: z.string().nullable(),
  state: z.enum(COMMAND_STATES).describe("State of the command. `status` is null until the device answers."),
  error_chain: errorChainSchema.nullable().describe("The device's error chain, outermost error first."),
  created_at: timeOut,
  updated_at: timeOut,
};

const fieldsSchema = z.object(commandFields);

/** Returns the shared fields of a command. */
export async function commandFieldsOf(
  { keys }: Pick<Runtime, "keys">,
  command: CommandView,
): Promise<z.input<typeof fieldsSchema>> {
  const result = await openResult(keys, command);
  const time = (date: Date | null) => (date === null ? null : naiveUtc(date));
  return {
    name: command.name,
    artifact_version: command.artifactVersion,
    artifact_operation: command.artifactVersion === null
      ? null
      : removesArtifacts(command.name)
      ? "Removal"
      : "Installation",
    not_before: time(command.notBefore),
    time: time(command.sentAt),
    result: result === null ? null : shownResult(result).bytes.toBase64(),
    result_time: time(command.resultAt),
    status: commandWord(command.state).status ?? null,
    state: stateOf(command.state),
    error_chain: errorChainSchema.nullable().catch(null).parse(command.errorChain),
    created_at: naiveUtc(command.createdAt),
    updated_at: naiveUtc(command.updatedAt),
  };
}

/** The longest name of an order group. */
const LONGEST_GROUP = 64;

const storable = (text: string, context: z.RefinementCtx<string>): void => {
  const message = textFault(text);
  if (message !== undefined) context.addIssue({ code: "custom", message });
};

const commandName = z.string().superRefine(storable);

/** Bytes of a command that is to be queued: a wallpaper in base64 has some megabytes. */
export const COMMAND_BYTES = 12_000_000;

/** A command of the catalogue that is to be queued. */
export const newCommandSchema = z.object({
  name: commandName.optional().describe("The command's name in the catalogue."),
  request_type: commandName.optional().describe("Apple's request type, instead of the name."),
  arguments: z.record(z.string(), z.json()).optional().describe(
    "Its arguments, as the catalogue describes them: data in base64, dates in ISO 8601.",
  ),
  not_before: timeField.nullable().optional().describe("The command is not sent before this time."),
  expires_at: timeField.nullable().optional().describe("If it has not ended by then, it expires."),
  order_group: z.string().min(1, "This field may not be blank.").max(
    LONGEST_GROUP,
    `Ensure this field has no more than ${LONGEST_GROUP} characters.`,
  ).superRefine(storable).nullable().optional().describe(
    "Commands of one group are sent to a device in their order, each when the one before it has ended.",
  ),
}).superRefine(({ name, request_type: type }, context) => {
  if (name === undefined && type === undefined) {
    context.addIssue({ code: "custom", path: ["name"], message: REQUIRED });
  }
}).meta({ id: "NewCommand", examples: [{ name: "UserList" }] });

/** Returns what a request asks for. Throws `invalid` for a command that the catalogue does not have. */
export function commandAsked(body: z.output<typeof newCommandSchema>): {
  entry: CatalogueEntry;
  args: Readonly<Record<string, Json>>;
  options: SendOptions;
} {
  const field = body.name === undefined ? "request_type" : "name";
  const given = body.name ?? body.request_type ?? "";
  const entry = catalogueEntry(given);
  if (entry === undefined) {
    throw invalid({ [field]: [`The catalogue has no command "${given.slice(0, 100)}". See /api/mdm/commands/.`] });
  }
  const { not_before: notBefore = null, expires_at: expiresAt = null, order_group: orderGroup = null } = body;
  return {
    entry,
    args: body.arguments ?? {},
    options: {
      ...(notBefore === null ? {} : { notBefore }),
      ...(expiresAt === null ? {} : { expiresAt }),
      ...(orderGroup === null ? {} : { orderGroup }),
    },
  };
}

const OWN_FIELDS: ReadonlySet<string> = new Set(["not_before", "expires_at", "order_group"]);

/** Runs `send`, and names the arguments that it refuses by their place in the body: `arguments.PIN`. */
export async function sending<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { fields, reason } = error.details;
    // Clients of the catalogue learn why; "Invalid target." alone is the answer of the older endpoints.
    if (error.code === "refused" && reason !== undefined) throw new Problem("refused", `${reason}.`, {}, error);
    if (error.code !== "invalid" || fields === undefined) throw error;
    throw invalid(
      Object.fromEntries(
        Object.entries(fields).map(([name, messages]) => [
          OWN_FIELDS.has(name) ? name : name === "non_field_errors" ? "arguments" : `arguments.${name}`,
          messages,
        ]),
      ),
    );
  }
}
