/**
 * The input for a FileVault configuration, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { revealDelayField, rotationDaysField } from "../input_fields.ts";
import { textField } from "../input_text.ts";

/** The fields of a FileVault configuration. */
export const filevaultConfigFields = z.object({
  name: textField(256),
  escrow_location_display_name: textField(256).describe("Shown to the user: where the recovery key is kept."),
  at_login_only: z.boolean().default(false).describe("Whether the user is asked at login only, and not at logout."),
  bypass_attempts: z.int().min(-1).max(9999).default(-1).describe(
    "How often the user can postpone at login. -1 exactly if at_login_only is false.",
  ),
  show_recovery_key: z.boolean().default(false),
  destroy_key_on_standby: z.boolean().default(false),
  prk_rotation_interval_days: rotationDaysField.default(0).describe("0: never."),
  prk_reveal_rotation_delay: revealDelayField.exactOptional().describe(
    "Minutes; 0: never. Default: 60. If it is omitted in an update, it is unchanged.",
  ),
});

/** A FileVault configuration as an operator sends it. */
export const filevaultConfigInput = filevaultConfigFields.superRefine((given, context) => {
  const fault = (message: string) => context.addIssue({ code: "custom", message, path: ["bypass_attempts"] });
  if (given.at_login_only && given.bypass_attempts < 0) fault("Must be >= 0 when at_login_only is True");
  if (!given.at_login_only && given.bypass_attempts !== -1) fault("Must be -1 when at_login_only is False");
}).transform((given) => ({
  name: given.name,
  escrowLocationDisplayName: given.escrow_location_display_name,
  atLoginOnly: given.at_login_only,
  bypassAttempts: given.bypass_attempts,
  showRecoveryKey: given.show_recovery_key,
  destroyKeyOnStandby: given.destroy_key_on_standby,
  prkRotationIntervalDays: given.prk_rotation_interval_days,
  prkRevealRotationDelay: given.prk_reveal_rotation_delay,
}));

/** The parsed input. */
export type FilevaultConfigInput = z.output<typeof filevaultConfigInput>;
