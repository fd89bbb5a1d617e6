/**
 * VerifyRecoveryLock: asks a Mac whether a stored password is the recovery lock password of a Mac with Apple silicon.
 *
 * Promise: the password is not in the queue: it is read from the escrowed secrets when the command is sent.
 *
 * Source: Apple (developer.apple.com/documentation/devicemanagement/verify-recovery-lock-command).
 *
 * @module
 */

import { z } from "zod";
import { bool } from "../protocol/plist.ts";
import { text, wholeUpTo } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { recoveryLockInvalidFor } from "./set_recovery_lock.ts";

const NAME = "VerifyRecoveryLock";
const args = z.object({
  /** The escrowed secret; absent: the current one. */
  secret_id: wholeUpTo(Number.MAX_SAFE_INTEGER).optional(),
  password: text().optional(),
});
type Args = z.infer<typeof args>;

export const verifyRecoveryLock: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["password"],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) => recoveryLockInvalidFor(NAME, target),
  argsFor: (): z.ZodType<Args> => args.pick({}),
  build: ({ password = "" }) => ({ Password: password }),
  onAcknowledged: ({ body }, { secret_id: id = null }) => [
    {
      kind: "passwordChecked",
      secret: "recovery_lock_password",
      id,
      verified: bool(body, "PasswordVerified") === true,
    },
  ],
  // Macs without a password answer with an error.
  onError: (_report, { secret_id: id = null }) => [
    { kind: "passwordChecked", secret: "recovery_lock_password", id, verified: false },
  ],
  describe: (args) => redact(args, ["secret_id"], ["password"]),
  endpoint: {
    path: "verify_recovery_lock",
    permission: "mdm.add_devicecommand",
    summary: "Check the stored password: the recovery lock password of a Mac with Apple silicon",
    order: 22,
  },
  form: {
    path: "verify-recovery-lock",
    permission: "mdm.add_devicecommand",
    label: "Check recovery lock",
    button: "Check the stored password",
    fields: {},
    order: 22,
    among: "all",
  },
};
