/**
 * EraseDevice: deletes everything on a device.
 *
 * Promise: the operator's choices depend on the hardware and are requested exactly: two choices on a phone or tablet, a
 * PIN of six letters or digits on a Mac without a Secure Enclave, nothing elsewhere. Where the system has Return to Service,
 * the device may be told to enroll again by itself.
 *
 * Source: Apple, "Erase Device" (developer.apple.com/documentation/devicemanagement/erase-device-command).
 *
 * @module
 */

import { z } from "zod";
import { macChip } from "../protocol/platform.ts";
import { compareOsVersions } from "../protocol/os_version.ts";
import type { PlistDict } from "../protocol/plist.ts";
import { bytes, flag, textLike, uuid } from "./arguments.ts";
import { type CommandDefinition, type CommandTarget, redact } from "./command.ts";
import { channel, firstOf, knownPlatform, userEnrollment } from "./validity.ts";

const NAME = "EraseDevice";
const pin = () => textLike(/^[a-zA-Z0-9]{6}$/);
const returning = {
  return_to_service: flag().optional(),
  /** The profile artifact whose Wi-Fi the device uses until it is enrolled. */
  wifi_profile: uuid().optional(),
};
const args = z.object({
  disallow_proximity_setup: flag().optional(),
  preserve_data_plan: flag().optional(),
  pin: pin().optional(),
  ...returning,
  // Written when the device fetches the command: they hold secrets that are good for one enrollment.
  mdm_profile_data: bytes().optional(),
  wifi_profile_data: bytes().optional(),
});
const mobileArgs = z.object({ disallow_proximity_setup: flag(), preserve_data_plan: flag() });
const returningMobileArgs = mobileArgs.extend(returning).superRefine(wifiNeedsReturn);
const returningArgs = z.object(returning).superRefine(wifiNeedsReturn);
const pinArgs = z.object({ pin: pin() });
const noArgs = z.object({});
type Args = z.infer<typeof args>;

export const eraseDevice: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["pin"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) => firstOf(channel(NAME, target), knownPlatform(NAME, target), userEnrollment(NAME, target)),
  argsFor(target): z.ZodType<Args> {
    if (hasEraseChoices(target)) return hasReturnToService(target) ? returningMobileArgs : mobileArgs;
    if (hasReturnToService(target)) return returningArgs;
    return needsErasePin(target) ? pinArgs : noArgs;
  },
  build: (args) => ({
    ...(args.disallow_proximity_setup === undefined ? {} : { DisallowProximitySetup: args.disallow_proximity_setup }),
    ...(args.preserve_data_plan === undefined ? {} : { PreserveDataPlan: args.preserve_data_plan }),
    ...(args.pin === undefined ? {} : { PIN: args.pin }),
    ...(args.return_to_service === true ? { ReturnToService: returnToService(args) } : {}),
  }),
  describe: (args) =>
    redact(args, ["disallow_proximity_setup", "preserve_data_plan", "return_to_service", "wifi_profile"], ["pin"]),
  endpoint: { path: "erase", permission: "mdm.add_devicecommand", summary: "Erase a device", order: 2 },
  form: {
    path: "erase",
    permission: "mdm.add_devicecommand",
    label: "Erase",
    button: "Erase device",
    warning: "Everything on the device is deleted. This cannot be undone.",
    danger: true,
    fields: {
      preserve_data_plan: { label: "Keep the cellular data plan" },
      disallow_proximity_setup: { label: "Do not offer Quick Start from a nearby device" },
      return_to_service: {
        label: "Return to Service: enroll again without a person",
        help: "The device needs a network after it is erased, and no Activation Lock.",
      },
      wifi_profile: {
        label: "Wi-Fi for Return to Service",
        help: "The id of a profile artifact with the Wi-Fi that the device joins. Leave it empty for Ethernet.",
      },
      pin: {
        label: "PIN",
        help: "Six digits. The Mac asks for this PIN after it is erased.",
        // The API accepts letters, too.
        pattern: "[0-9]{6}",
      },
    },
    order: 4,
  },
  aftermath: {
    order: 1,
    says: () => ({
      word: "Erased",
      tone: "bad",
      text:
        "The device confirmed the erase command {time}. Enroll it again to manage it. If the enrollment waits for " +
        "confirmation, confirm it under {claims}.",
    }),
  },
};

function wifiNeedsReturn(
  given: { return_to_service?: boolean | undefined; wifi_profile?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (given.wifi_profile === undefined || given.return_to_service === true) return;
  context.addIssue({
    code: "custom",
    path: ["wifi_profile"],
    message: "This field can only be set together with return_to_service.",
  });
}

/** Always with our own profile: then a device that another service's web page would enroll comes back, too. */
const returnToService = ({ mdm_profile_data: mdm, wifi_profile_data: wifi }: Args): PlistDict => ({
  Enabled: true,
  ...(mdm === undefined ? {} : { MDMProfileData: Uint8Array.fromBase64(mdm) }),
  ...(wifi === undefined ? {} : { WiFiProfileData: Uint8Array.fromBase64(wifi) }),
});

/** Whether the system has Return to Service: from iOS and iPadOS 17 and tvOS 18. */
function hasReturnToService({ platform, osVersion, userEnrollment }: CommandTarget): boolean {
  if (userEnrollment === true) return false;
  if (platform === "tvOS") return compareOsVersions(osVersion, "18") >= 0;
  return (platform === "iOS" || platform === "iPadOS") && compareOsVersions(osVersion, "17") >= 0;
}

/** Whether erasing has the two choices of iPhones and iPads. */
const hasEraseChoices = ({ platform }: CommandTarget): boolean => platform === "iOS" || platform === "iPadOS";

/**
 * Whether an erased Mac asks for a PIN: Intel without T2. Only a Secure Enclave makes Activation Lock manageable, so
 * that flag identifies T2 models; until the device has reported its chip, its model decides.
 */
function needsErasePin(target: CommandTarget): boolean {
  if (target.platform !== "macOS") return false;
  const appleSilicon = target.appleSilicon ?? (macChip(target.model) === "appleSilicon");
  return !appleSilicon && target.activationLockManageable !== true;
}
