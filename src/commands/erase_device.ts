/**
 * EraseDevice: deletes everything on a device.
 *
 * Promise: the operator's choices depend on the hardware and are requested exactly: two choices on a phone or tablet, a
 * PIN of six letters or digits on a Mac without a Secure Enclave, nothing elsewhere.
 *
 * Source: Apple, "Erase Device" (developer.apple.com/documentation/devicemanagement/erase-device-command).
 *
 * @module
 */

import { z } from "zod";
import { macChip } from "../protocol/platform.ts";
import { flag, textLike } from "./arguments.ts";
import { type CommandDefinition, type CommandTarget, redact } from "./command.ts";
import { channel, firstOf, knownPlatform, userEnrollment } from "./validity.ts";

const NAME = "EraseDevice";
const pin = () => textLike(/^[a-zA-Z0-9]{6}$/);
const args = z.object({
  disallow_proximity_setup: flag().optional(),
  preserve_data_plan: flag().optional(),
  pin: pin().optional(),
});
const mobileArgs = z.object({ disallow_proximity_setup: flag(), preserve_data_plan: flag() });
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
    if (hasEraseChoices(target)) return mobileArgs;
    return needsErasePin(target) ? pinArgs : noArgs;
  },
  build: (args) => ({
    ...(args.disallow_proximity_setup === undefined ? {} : { DisallowProximitySetup: args.disallow_proximity_setup }),
    ...(args.preserve_data_plan === undefined ? {} : { PreserveDataPlan: args.preserve_data_plan }),
    ...(args.pin === undefined ? {} : { PIN: args.pin }),
  }),
  describe: (args) => redact(args, ["disallow_proximity_setup", "preserve_data_plan"], ["pin"]),
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
