/**
 * ProvisioningProfileList: the provisioning profiles on a device.
 *
 * Promise: a profile without its UUID is left out, since nothing could refer to it.
 *
 * Source: Apple, "Provisioning Profile List"
 * (developer.apple.com/documentation/devicemanagement/provisioning-profile-list-command).
 *
 * @module
 */

import { z } from "zod";
import { requestTypeUnsupported } from "../apple_schema/commands.ts";
import { array, dicts, text } from "../protocol/plist.ts";
import type { CommandDefinition } from "./command.ts";
import { channel, firstOf } from "./validity.ts";

const NAME = "ProvisioningProfileList";
/** Profiles of one list that are read: a device has some dozens. */
const MOST_PROFILES = 5000;

const args = z.object({});
type Args = z.infer<typeof args>;

export const provisioningProfileList: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) => firstOf(channel(NAME, target), requestTypeUnsupported(NAME, target)),
  build: () => ({}),
  onAcknowledged(report) {
    if (array(report.body, NAME) === undefined) {
      return [{ kind: "unreadable", reason: `The result has no "${NAME}"` }];
    }
    const listed = dicts(report.body, NAME);
    // What the rest of a longer list has is not known: it proves nothing.
    if (listed.length > MOST_PROFILES) {
      return [{ kind: "unreadable", reason: `The list has more than ${MOST_PROFILES} profiles` }];
    }
    return [{ kind: "provisioningProfiles", uuids: listed.flatMap((item) => text(item, "UUID") || []) }];
  },
  // The managed ones only are not all of them.
  fromApple: ({ ManagedOnly: managed }) => managed === true ? null : {},
  describe: () => ({}),
};
