/**
 * RemoveFileVault: removes the FileVault profile of a Mac. The disk stays encrypted, and its recovery key escrowed.
 *
 * Source: Apple, "Remove Profile" (developer.apple.com/documentation/devicemanagement/remove-profile-command).
 *
 * @module
 */

import { z } from "zod";
import { text } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, mac, userEnrollment } from "./validity.ts";

const NAME = "RemoveFileVault";
const args = z.object({ identifier: text().min(1) });
type Args = z.infer<typeof args>;

export const removeFileVault: CommandDefinition<Args> = {
  name: NAME,
  requestType: "RemoveProfile",
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) => firstOf(channel(NAME, target), mac(NAME, target), userEnrollment(NAME, target)),
  build: ({ identifier }) => ({ Identifier: identifier }),
  onAcknowledged: () => [{ kind: "filevaultRemoved" }],
  onError: () => [{ kind: "filevaultRefused" }],
  describe: (args) => redact(args, ["identifier"], []),
};
