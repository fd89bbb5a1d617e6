/**
 * RotateFileVaultKey: replaces the recovery key of a Mac's disk.
 *
 * Promise: the current key is read from escrow when the Mac fetches the command, so that the queue never holds it, and
 * a command that waited long unlocks with the key of its day. The Mac encrypts the new key to a certificate that the
 * server has stored before it sent the command.
 *
 * Source: Apple, "Rotate FileVault Key"
 * (developer.apple.com/documentation/devicemanagement/rotate-filevault-key-command).
 *
 * @module
 */

import { z } from "zod";
import { data, dict } from "../protocol/plist.ts";
import { bytes, text } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, mac, userEnrollment } from "./validity.ts";

const NAME = "RotateFileVaultKey";
/** Both are rendered when the Mac fetches the command. */
const args = z.object({ recovery_key: text().optional(), reply_certificate: bytes().optional() });
type Args = z.infer<typeof args>;

export const rotateFileVaultKey: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["recovery_key"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target),
      mac(NAME, target),
      userEnrollment(NAME, target),
      target.recoveryKeyEscrowed === false
        ? `Cannot send ${NAME} to this Mac: no FileVault recovery key of it is escrowed`
        : null,
      // The answer would be the only way to the new key, and answers get lost.
      target.escrowsRecoveryKey === false
        ? `Cannot send ${NAME} to this Mac: it does not have the FileVault profile, which escrows the new recovery key`
        : null,
    ),
  // Whatever an operator sends: the keys are the server's.
  argsFor: () => z.object({}),
  build: (args) => ({
    KeyType: "personal",
    FileVaultUnlock: { Password: args.recovery_key ?? "" },
    ReplyEncryptionCertificate: Uint8Array.fromBase64(args.reply_certificate ?? ""),
  }),
  onAcknowledged(report) {
    const cms = data(dict(report.body, "RotateResult") ?? {}, "EncryptedNewRecoveryKey");
    return [{ kind: "prkRotated", cms: cms === undefined || cms.length === 0 ? null : cms }];
  },
  onError: () => [{ kind: "prkRotationRefused" }],
  describe: (args) => redact(args, [], ["recovery_key", "reply_certificate"]),
  endpoint: {
    path: "rotate_filevault_key",
    permission: "mdm.add_devicecommand",
    summary: "Rotate the FileVault recovery key of a Mac",
    order: 40,
  },
  form: {
    path: "rotate-filevault-key",
    permission: "mdm.add_devicecommand",
    label: "Rotate FileVault key",
    button: "Rotate FileVault key",
    warning: "The Mac gets a new recovery key, which is escrowed. The current one no longer unlocks it.",
    fields: {},
    onlyWhereValid: true,
    order: 40,
  },
};
