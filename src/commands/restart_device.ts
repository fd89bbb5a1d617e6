/**
 * RestartDevice: restarts a supervised device or a Mac.
 *
 * Promise: expires after a day, because an unexpected late restart can cost a user's work.
 *
 * Source: Apple, "Restart Device" (developer.apple.com/documentation/devicemanagement/restart-device-command).
 *
 * @module
 */

import { z } from "zod";
import { compareOsVersions } from "../protocol/os_version.ts";
import { flag } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "RestartDevice";
const args = z.object({ notify_user: flag().optional() });
const noArgs = z.object({});
type Args = z.infer<typeof args>;

export const restartDevice: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target),
      userEnrollment(NAME, target),
      target.platform === "macOS" || target.supervised === true
        ? null
        : `Cannot send ${NAME} to this device: it requires a Mac or a supervised device`,
    ),
  argsFor: (target): z.ZodType<Args> =>
    target.platform === "macOS" && compareOsVersions(target.osVersion, "11.3") >= 0 ? args : noArgs,
  build: (args) => (args.notify_user === undefined ? {} : { NotifyUser: args.notify_user }),
  describe: (args) => redact(args, ["notify_user"], []),
  form: {
    path: "restart",
    permission: "mdm.add_devicecommand",
    label: "Restart",
    button: "Restart device",
    warning: "The user may lose unsaved work.",
    fields: {},
    order: 2,
  },
};
