/**
 * AccountConfiguration: has a Mac in Setup Assistant create an administrator for the server.
 *
 * Promise: the password is returned for escrow only when the Mac has acknowledged the account. The Mac gets its hash,
 * never the password.
 *
 * Source: Apple, "Account Configuration"
 * (developer.apple.com/documentation/devicemanagement/account-configuration-command).
 *
 * @module
 */

import { z } from "zod";
import { bytes, flag, text } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, settingUp, userEnrollment } from "./validity.ts";

const NAME = "AccountConfiguration";
const args = z.object({
  full_name: text(),
  short_name: text(),
  hidden: flag(),
  /** Whether Setup Assistant creates no account for its user. */
  skip_primary_account: flag(),
  password: text(),
  /** The property list of the hash. */
  password_hash: bytes(),
});
type Args = z.infer<typeof args>;

export const accountConfiguration: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["password", "password_hash"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target),
      target.platform === "macOS" ? null : `Cannot send ${NAME} to this device: it is for Macs`,
      userEnrollment(NAME, target),
      settingUp(NAME, target),
    ),
  build: (args) => ({
    SkipPrimarySetupAccountCreation: args.skip_primary_account,
    DontAutoPopulatePrimaryAccountInfo: true,
    AutoSetupAdminAccounts: [{
      shortName: args.short_name,
      fullName: args.full_name,
      hidden: args.hidden,
      passwordHash: Uint8Array.fromBase64(args.password_hash),
    }],
  }),
  onAcknowledged: (_report, { password }) => [{ kind: "adminAccount", password }],
  onError: () => [{ kind: "adminAccountRefused" }],
  describe: (args) =>
    redact(args, ["full_name", "short_name", "hidden", "skip_primary_account"], ["password", "password_hash"]),
};
