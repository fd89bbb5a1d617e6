/**
 * AvailableOSUpdates: the updates that a device could install, for systems without declarations for them.
 *
 * The answer is kept as it is. Apple's systems of version 27 do not know the command any more.
 *
 * Source: Apple, "Available OS Updates" (developer.apple.com/documentation/devicemanagement/available-os-updates-command).
 *
 * @module
 */

import { array } from "../protocol/plist.ts";
import { nothing } from "./arguments.ts";
import type { CommandDefinition } from "./command.ts";
import { osUpdatesInvalidFor } from "./os_updates.ts";

const NAME = "AvailableOSUpdates";

export const availableOsUpdates: CommandDefinition<Record<string, never>> = {
  name: NAME,
  requestType: NAME,
  args: nothing(),
  secretArgs: [],
  keepsResult: true,
  expiresAfter: 86_400,
  invalidFor: (target) => osUpdatesInvalidFor(NAME, target),
  build: () => ({}),
  onAcknowledged: ({ body }) =>
    array(body, NAME) === undefined ? [{ kind: "unreadable", reason: `The result has no "${NAME}"` }] : [],
  describe: () => ({}),
  endpoint: {
    path: "available_os_updates",
    permission: "mdm.add_devicecommand",
    summary: "Ask a device which updates it could install",
    order: 4,
  },
  form: {
    path: "available-os-updates",
    permission: "mdm.add_devicecommand",
    label: "Available updates",
    button: "Ask for available updates",
    fields: {},
    order: 5,
    onlyWhereValid: true,
  },
};
