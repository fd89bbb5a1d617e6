/**
 * DeviceLock: locks a device at once, a Mac with a PIN.
 *
 * Promise: a Mac never gets the command without a PIN of exactly six digits, since it could not be unlocked again; the
 * PIN is escrowed when it is sent, and proven when the Mac has acknowledged.
 *
 * Source: Apple, "Device Lock" (developer.apple.com/documentation/devicemanagement/device-lock-command).
 *
 * @module
 */

import { z } from "zod";
import { textLike, textUpTo } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, knownPlatform, userEnrollment } from "./validity.ts";

const NAME = "DeviceLock";
const pin = () => textLike(/^[0-9]{6}$/);
const note = { message: textUpTo(255).optional(), phone_number: textUpTo(15).optional() };
const args = z.object({ ...note, pin: pin().optional() });
const macArgs = z.object({ ...note, pin: pin() });
const otherArgs = z.object(note);
type Args = z.infer<typeof args>;

export const deviceLock: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["pin"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target),
      knownPlatform(NAME, target),
      target.platform === "tvOS" ? `Cannot send ${NAME} to an Apple TV: tvOS does not support it` : null,
      userEnrollment(NAME, target, ["iOS", "iPadOS"]),
    ),
  argsFor: (target) => target.platform === "macOS" ? macArgs : otherArgs,
  build: (args) => ({
    ...(args.message ? { Message: args.message } : {}),
    ...(args.phone_number ? { PhoneNumber: args.phone_number } : {}),
    ...(args.pin === undefined ? {} : { PIN: args.pin }),
  }),
  onAcknowledged: (_report, args) => args.pin === undefined ? [] : [{ kind: "lockPin", pin: args.pin }],
  describe: (args) => redact(args, ["message", "phone_number"], ["pin"]),
  endpoint: { path: "lock", permission: "mdm.add_devicecommand", summary: "Lock a device", order: 1 },
  form: {
    path: "lock",
    permission: "mdm.add_devicecommand",
    label: "Lock",
    button: "Lock device",
    danger: true,
    fields: {
      pin: { label: "PIN", help: "Six digits. The PIN unlocks the Mac. The server stores it." },
      message: { label: "Message" },
      phone_number: { label: "Phone number" },
    },
    order: 1,
  },
  aftermath: {
    order: 2,
    says: ({ platform }) => ({
      word: "Locked",
      tone: "warn",
      text: platform === "macOS"
        ? "The Mac was locked {time}. It checks in again after its PIN is entered."
        : "The screen was locked {time}. The passcode unlocks it.",
    }),
  },
};
