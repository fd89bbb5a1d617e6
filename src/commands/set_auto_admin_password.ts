/**
 * SetAutoAdminPassword: changes the password of the administrator that Setup Assistant created for the server.
 *
 * Promise: the Mac gets the hash of the password, never the password; the password is escrowed when it is sent, and current
 * when the Mac has acknowledged it.
 *
 * Source: Apple, "Set Auto Admin Password"
 * (developer.apple.com/documentation/devicemanagement/set-auto-admin-password-command).
 *
 * @module
 */

import { z } from "zod";
import { adminPassword, MOST_COMPLEX } from "./admin_password.ts";
import { bytes, text, textUpTo } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { passwordEffects } from "./recovery_passwords.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "SetAutoAdminPassword";
const args = z.object({
  /** Absent: the server chooses one. */
  password: textUpTo(256).min(1, "Enter a password, or leave the field out.").optional(),
  /** Of the account; known when it is sent. */
  guid: text().optional(),
  /** The property list of the hash; made when it is sent. */
  password_hash: bytes().optional(),
});
type Args = z.infer<typeof args>;

const { taken, refused } = passwordEffects("admin_password");

export const setAutoAdminPassword: CommandDefinition<Args> = {
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
    ),
  argsFor: (): z.ZodType<Args> => args.pick({ password: true }),
  complete: (given, random) => ({ ...given, password: given.password ?? adminPassword(random, MOST_COMPLEX) }),
  build: ({ guid = "", password_hash: hash = "" }) => ({ GUID: guid, passwordHash: Uint8Array.fromBase64(hash) }),
  onAcknowledged: () => [taken(false)],
  onError: () => [refused(false)],
  describe: (args) => redact(args, ["guid"], ["password", "password_hash"]),
  endpoint: {
    path: "set_auto_admin_password",
    permission: "mdm.add_devicecommand",
    summary: "Change the password of the managed administrator of a Mac",
    order: 24,
  },
  form: {
    path: "set-auto-admin-password",
    permission: "mdm.add_devicecommand",
    label: "Managed administrator's password",
    button: "Change password",
    fields: {
      password: { label: "New password", help: "If empty, the server generates a password." },
    },
    order: 24,
    among: "all",
  },
};
