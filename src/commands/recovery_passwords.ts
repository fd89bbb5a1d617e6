/**
 * The common part of the commands that set the password of recoveryOS or of the firmware.
 *
 * Promise: a password is 8 to 32 printable ASCII characters, which every keyboard layout of the sign-in screen can enter.
 *
 * @module
 */

import { z } from "zod";
import { type Random, randomText } from "../runtime.ts";
import { choice, flag, text } from "./arguments.ts";
import type { Effect, PasswordKind } from "./effect.ts";

const PATTERN = /^[\x20-\x7e]{8,32}$/;

/** Characters of a password that the server chooses. */
const GENERATED_LENGTH = 12;

/** A password that a person chooses. */
const recoveryPassword = () =>
  text().regex(PATTERN, "Must be 8 to 32 printable ASCII characters: letters, digits, spaces and punctuation.")
    .meta({ examples: ["correct horse"] });

/** Why a password is set: by a person, or by the settings of the blueprint. */
const ORIGINS = ["manual", "static", "dynamic"] as const;
export type PasswordOrigin = (typeof ORIGINS)[number];

/** The arguments of a command that sets a password or removes it. `current_password` is added when it is sent. */
export const setPasswordArgs = z.object({
  /** Absent: the server chooses one. */
  new_password: recoveryPassword().optional(),
  clear: flag().optional(),
  /** Absent: a person. */
  origin: choice(ORIGINS).optional(),
  current_password: text().optional(),
});
export type SetPasswordArgs = z.infer<typeof setPasswordArgs>;

/** The arguments that a person may give. */
export const setPasswordByHand: z.ZodType<SetPasswordArgs> = setPasswordArgs
  .pick({ new_password: true, clear: true })
  .superRefine(({ new_password, clear }, context) => {
    if (clear !== true || new_password === undefined) return;
    context.addIssue({ code: "custom", path: ["clear"], message: "Cannot be set with a new password." });
  });

/** Returns a password of the server. */
export const generatedPassword = (random: Random): string => randomText(random, GENERATED_LENGTH);

/** Returns the arguments with a password, where one is to be set and none is given. */
export const withPassword = (args: SetPasswordArgs, random: Random): SetPasswordArgs =>
  args.clear === true || args.new_password !== undefined ? args : { ...args, new_password: generatedPassword(random) };

/** Returns Apple's keys of the arguments: an empty password removes the present one. */
export const passwordKeys = ({ new_password, clear, current_password }: SetPasswordArgs) => ({
  NewPassword: clear === true ? "" : new_password ?? "",
  ...(current_password === undefined ? {} : { CurrentPassword: current_password }),
});

/** The words of the form. */
export const PASSWORD_FIELDS = {
  new_password: {
    label: "New password",
    help: "8 to 32 printable ASCII characters. If empty, the server generates a password.",
  },
  clear: { label: "Remove the password" },
} as const;

/** Returns the effects of an answer to a command that sets a password of this kind. */
export const passwordEffects = (secret: PasswordKind) => ({
  taken: (clear: boolean): Effect => ({ kind: "passwordTaken", secret, clear }),
  refused: (clear: boolean): Effect => ({ kind: "passwordRefused", secret, clear }),
});
