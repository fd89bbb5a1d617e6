/**
 * OSUpdateStatus: how far the updates are that were scheduled by command, for systems without declarations for them.
 *
 * The answer is kept as it is. Apple's systems of version 27 do not know the command any more.
 *
 * Source: Apple, "OS Update Status" (developer.apple.com/documentation/devicemanagement/os-update-status-command).
 *
 * @module
 */

import { array } from "../protocol/plist.ts";
import { nothing } from "./arguments.ts";
import type { CommandDefinition } from "./command.ts";
import { osUpdatesInvalidFor } from "./os_updates.ts";

const NAME = "OSUpdateStatus";

export const osUpdateStatus: CommandDefinition<Record<string, never>> = {
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
    path: "os_update_status",
    permission: "mdm.add_devicecommand",
    summary: "Ask a device how far its scheduled updates are",
    order: 6,
  },
  form: {
    path: "os-update-status",
    permission: "mdm.add_devicecommand",
    label: "Update status",
    button: "Ask for the status of updates",
    fields: {},
    order: 7,
    onlyWhereValid: true,
  },
};
