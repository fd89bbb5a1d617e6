/**
 * ScheduleOSUpdate: downloads or installs an update, for supervised devices without declarations for updates.
 *
 * Promise: expires after a day, because an unexpected late restart can cost a user's work. The answer, with what the device
 * will do, is kept as it is. Apple's systems of version 27 do not know the command any more.
 *
 * Source: Apple, "Schedule OS Update" (developer.apple.com/documentation/devicemanagement/schedule-os-update-command).
 *
 * @module
 */

import { z } from "zod";
import { REQUIRED } from "../errors.ts";
import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import type { Platform } from "../protocol/platform.ts";
import { array } from "../protocol/plist.ts";
import { choice, textLike, textUpTo, wholeUpTo } from "./arguments.ts";
import { type CommandDefinition, type CommandTarget, redact } from "./command.ts";
import { osUpdatesInvalidFor } from "./os_updates.ts";

const NAME = "ScheduleOSUpdate";
const ACTIONS = [
  "Default",
  "DownloadOnly",
  "InstallASAP",
  "NotifyOnly",
  "InstallLater",
  "InstallForceRestart",
] as const;
/** iPhones, iPads and Apple TVs know only these. */
const MOBILE_ACTIONS = ["Default", "DownloadOnly", "InstallASAP"] as const;

const args = z.object({
  product_key: textUpTo(256).optional(),
  product_version: textLike(/^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$/).meta({ examples: ["16.7.12"] }).optional(),
  install_action: choice(ACTIONS),
  max_user_deferrals: wholeUpTo(365).optional(),
  priority: choice(["Low", "High"]).optional(),
});
type Args = z.infer<typeof args>;

const mobileArgs = args.omit({ max_user_deferrals: true, priority: true })
  .extend({ install_action: choice(MOBILE_ACTIONS) });
const byKey = { product_version: true } as const;

const mobile = (namedSince: string) => [["0", mobileArgs.omit(byKey)], [namedSince, mobileArgs]] as const;
/** By platform, the arguments since a version, the newest last; an unknown version is a new one. */
const KNOWN: Readonly<Record<Platform, readonly (readonly [since: string, z.ZodType<Args>])[]>> = {
  macOS: [
    ["0", args.omit({ ...byKey, max_user_deferrals: true, priority: true })],
    ["12", args.omit({ priority: true })],
    ["12.3", args],
  ],
  iOS: mobile("11.3"),
  iPadOS: mobile("11.3"),
  tvOS: mobile("12.2"),
};

function argsFor({ platform, osVersion }: CommandTarget): z.ZodType<Args> {
  const known = platform === null ? [["0", args] as const] : KNOWN[platform];
  const reached = known.filter(([since]) => !isKnownOsVersion(osVersion) || compareOsVersions(osVersion, since) >= 0);
  const [since, fields] = reached.at(-1) ?? ["0", args];
  return fields.superRefine((given, { addIssue }) => {
    if (!given.product_key && !given.product_version) {
      const message = since === "0" ? REQUIRED : "A product key or a version is required.";
      addIssue({ code: "custom", path: ["product_key"], message });
    }
    if (given.max_user_deferrals !== undefined && given.install_action !== "InstallLater") {
      addIssue({ code: "custom", path: ["max_user_deferrals"], message: "Only for the action InstallLater." });
    }
  });
}

export const scheduleOsUpdate: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: true,
  expiresAfter: 86_400,
  invalidFor: (target) => osUpdatesInvalidFor(NAME, target),
  argsFor,
  build: (args) => ({
    Updates: [{
      ...(args.product_key ? { ProductKey: args.product_key } : {}),
      ...(args.product_version ? { ProductVersion: args.product_version } : {}),
      InstallAction: args.install_action,
      ...(args.max_user_deferrals === undefined ? {} : { MaxUserDeferrals: args.max_user_deferrals }),
      ...(args.priority === undefined ? {} : { Priority: args.priority }),
    }],
  }),
  onAcknowledged: ({ body }) =>
    array(body, "UpdateResults") === undefined
      ? [{ kind: "unreadable", reason: 'The result has no "UpdateResults"' }]
      : [],
  describe: (args) =>
    redact(args, ["product_key", "product_version", "install_action", "max_user_deferrals", "priority"], []),
  endpoint: {
    path: "schedule_os_update",
    permission: "mdm.add_devicecommand",
    summary: "Schedule an update on a device without declarations for updates",
    order: 5,
  },
  form: {
    path: "schedule-os-update",
    permission: "mdm.add_devicecommand",
    label: "Schedule update",
    button: "Schedule update",
    warning: "An update restarts the device. With a forced restart, the user may lose unsaved work.",
    fields: {
      product_key: { label: "Product key", help: "From the answer about available updates." },
      product_version: { label: "Version", help: "Such as 16.7.12. It is enough without a product key." },
      install_action: {
        label: "Action",
        options: {
          Default: "Default: download or install, whichever is next",
          DownloadOnly: "Download only",
          InstallASAP: "Install as soon as possible",
          NotifyOnly: "Download and notify the user",
          InstallLater: "Download and install later",
          InstallForceRestart: "Install and force a restart",
        },
      },
      max_user_deferrals: { label: "Times the user may defer", help: "For an update that is installed later." },
      priority: { label: "Priority" },
    },
    order: 6,
    onlyWhereValid: true,
  },
};
