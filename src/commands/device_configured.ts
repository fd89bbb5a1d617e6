/**
 * DeviceConfigured: releases a device that waits in Setup Assistant.
 *
 * Source: Apple, "Device Configured" (developer.apple.com/documentation/devicemanagement/device-configured-command).
 *
 * @module
 */

import { z } from "zod";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, settingUp, userEnrollment } from "./validity.ts";

const NAME = "DeviceConfigured";
/** Whether it had everything, or its time was over. */
const args = z.object({ because: z.enum(["ready", "deadline"]) });
type Args = z.infer<typeof args>;

export const deviceConfigured: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) => firstOf(channel(NAME, target), userEnrollment(NAME, target), settingUp(NAME, target)),
  build: () => ({}),
  onAcknowledged: (_report, { because }) => [{ kind: "released", because }],
  describe: (args) => redact(args, ["because"], []),
};
