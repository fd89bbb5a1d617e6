/**
 * VerifyFirmwarePassword: asks a Mac whether a stored password is the firmware password of an Intel Mac.
 *
 * Promise: the password is not in the queue: it is read from the escrowed secrets when the command is sent.
 *
 * Source: Apple (developer.apple.com/documentation/devicemanagement/verify-firmware-password-command).
 *
 * @module
 */

import { z } from "zod";
import { bool, dict } from "../protocol/plist.ts";
import { text, wholeUpTo } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { firmwarePasswordInvalidFor } from "./set_firmware_password.ts";

const NAME = "VerifyFirmwarePassword";
const args = z.object({
  /** The escrowed secret; absent: the current one. */
  secret_id: wholeUpTo(Number.MAX_SAFE_INTEGER).optional(),
  password: text().optional(),
});
type Args = z.infer<typeof args>;

export const verifyFirmwarePassword: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["password"],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) => firmwarePasswordInvalidFor(NAME, target),
  argsFor: (): z.ZodType<Args> => args.pick({}),
  build: ({ password = "" }) => ({ Password: password }),
  onAcknowledged: ({ body }, { secret_id: id = null }) => [
    {
      kind: "passwordChecked",
      secret: "firmware_password",
      id,
      verified: bool(dict(body, NAME) ?? {}, "PasswordVerified") === true,
    },
  ],
  // Macs without a password answer with an error.
  onError: (_report, { secret_id: id = null }) => [
    { kind: "passwordChecked", secret: "firmware_password", id, verified: false },
  ],
  describe: (args) => redact(args, ["secret_id"], ["password"]),
  endpoint: {
    path: "verify_firmware_password",
    permission: "mdm.add_devicecommand",
    summary: "Check the stored password: the firmware password of an Intel Mac",
    order: 23,
  },
  form: {
    path: "verify-firmware-password",
    permission: "mdm.add_devicecommand",
    label: "Check firmware password",
    button: "Check the stored password",
    fields: {},
    order: 23,
    among: "all",
  },
};
