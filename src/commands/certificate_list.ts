/**
 * CertificateList: the identities on a device.
 *
 * Promise: only certificates that the device has the key of, in DER as reported; code that needs their content parses
 * it.
 *
 * Source: Apple, "Certificate List" (developer.apple.com/documentation/devicemanagement/certificate-list-command).
 *
 * @module
 */

import { z } from "zod";
import { array, bool, data, dicts, text } from "../protocol/plist.ts";
import { flag } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "CertificateList";
/** The size limit of a certificate in bytes; devices use no larger ones. */
const LARGEST = 64 * 1024;
const args = z.object({ managed_only: flag().optional() });
type Args = z.infer<typeof args>;

export const certificateList: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) => firstOf(channel(NAME, target), userEnrollment(NAME, target, ["iOS", "iPadOS", "macOS"])),
  build: (args) => ({ ManagedOnly: args.managed_only ?? false }),
  onAcknowledged(report, args) {
    if (array(report.body, NAME) === undefined) {
      return [{ kind: "unreadable", reason: `The result has no "${NAME}"` }];
    }
    const certificates = dicts(report.body, NAME).flatMap((item) => {
      const der = data(item, "Data");
      if (bool(item, "IsIdentity") !== true || der === undefined || der.length === 0 || der.length > LARGEST) return [];
      return [{ commonName: text(item, "CommonName") ?? null, der }];
    });
    return [{ kind: "certificates", certificates, managedOnly: args.managed_only ?? false }];
  },
  fromApple: ({ ManagedOnly: managed }, { channel }) => channel === "User" ? null : { managed_only: managed === true },
  describe: (args) => redact(args, ["managed_only"], []),
};
