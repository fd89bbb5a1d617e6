/**
 * Reenroll: installs the enrollment profile again, so that the device gets a new identity before the old one expires.
 *
 * Promise: the profile is sent as given. It contains a one-time secret that is valid for an hour, and so is the
 * command.
 *
 * @module
 */

import { z } from "zod";
import { bytes } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel } from "./validity.ts";

const NAME = "Reenroll";
const args = z.object({ profile: bytes() });
type Args = z.infer<typeof args>;

export const reenroll: CommandDefinition<Args> = {
  name: NAME,
  requestType: "InstallProfile",
  args,
  secretArgs: ["profile"],
  keepsResult: false,
  expiresAfter: 3_600,
  invalidFor: (target) => channel(NAME, target),
  build: (args) => ({ Payload: Uint8Array.fromBase64(args.profile) }),
  describe: (args) => redact(args, [], ["profile"]),
};
