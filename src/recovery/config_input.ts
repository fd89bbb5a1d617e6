/**
 * The input for a recovery password configuration, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { revealDelayField, rotationDaysField } from "../input_fields.ts";

import { textField } from "../input_text.ts";

/** What a Mac takes as Recovery Lock and firmware password, and a person can type before the keyboard layout is known. */
const STATIC_PASSWORD = /^[\x20-\x7e]{8,32}$/;

/** The fields of a recovery password configuration. */
export const recoveryPasswordConfigFields = z.object({
  name: textField(256),
  dynamic_password: z.boolean().default(true).describe("Whether each Mac has a random password of its own."),
  static_password: z.string().refine((text) => text === "" || STATIC_PASSWORD.test(text), {
    error: "Must be 8 to 32 printable ASCII characters.",
  }).nullable().optional().meta({ examples: [null] }).describe(
    "The password of all Macs, if it is not dynamic. If it is omitted in an update, it is unchanged.",
  ),
  rotation_interval_days: rotationDaysField.default(0).describe("0: never. Only of dynamic passwords."),
  reveal_rotation_delay: revealDelayField.exactOptional().describe(
    "Minutes; 0: never. Only of dynamic passwords; default: 60.",
  ),
  rotate_firmware_password: z.boolean().default(false).describe(
    "Whether firmware passwords of Intel Macs are rotated too: each rotation restarts the Mac.",
  ),
});

const WITH_STATIC = "Cannot be set with a static password";

/** A recovery password configuration as an operator sends it. */
export const recoveryPasswordConfigInput = recoveryPasswordConfigFields.superRefine((given, context) => {
  const fault = (field: string, message: string) => context.addIssue({ code: "custom", message, path: [field] });
  const password = given.static_password ?? "";
  if (given.dynamic_password) {
    if (password !== "") fault("static_password", "Cannot be set when dynamic_password is true");
    return;
  }
  if (given.rotation_interval_days !== 0) fault("rotation_interval_days", WITH_STATIC);
  if ((given.reveal_rotation_delay ?? 0) !== 0) fault("reveal_rotation_delay", WITH_STATIC);
  if (given.rotate_firmware_password) fault("rotate_firmware_password", WITH_STATIC);
}).transform((given) => ({
  name: given.name,
  dynamicPassword: given.dynamic_password,
  /** Undefined: unchanged, if there is one. */
  staticPassword: given.static_password === "" ? undefined : given.static_password ?? undefined,
  rotationIntervalDays: given.rotation_interval_days,
  /** Undefined: unchanged, or the default. */
  revealRotationDelay: given.reveal_rotation_delay,
  rotateFirmwarePassword: given.rotate_firmware_password,
}));

/** The parsed input. */
export type RecoveryPasswordConfigInput = z.output<typeof recoveryPasswordConfigInput>;
