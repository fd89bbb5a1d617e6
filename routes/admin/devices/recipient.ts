/**
 * Whom a person sends a command to: a device, or a user of one. The pages for both differ in nothing else.
 *
 * @module
 */

import { mayCommand, type SendPermission } from "../../../src/access/command_rights.ts";
import type { Json } from "../../../src/protocol/plist_json.ts";
import { type DeviceUserView, findDeviceUser } from "../../../db/devices/device_user_views.ts";
import { type DeviceView, findDevice } from "../../../db/devices/device_views.ts";
import { channelIdOf } from "../../../db/ids.ts";
import type { Permission } from "../../../src/access/actor.ts";
import type { CommandTarget } from "../../../src/commands/command.ts";
import type { SendOptions } from "../../../src/commands/queue.ts";
import {
  sendCommand,
  sendUserCommand,
  targetOf,
  targetOfUser,
  whyNotSent,
  whyNotSentToUser,
} from "../../../src/devices/actions.ts";
import { problem } from "../../../src/errors.ts";
import { type Crumb, underDevice } from "../parts/crumbs.ts";
import type { PageContext } from "../parts/page.tsx";

/** A device or a user. */
export type Recipient = {
  /** The address of its page. */
  href: string;
  name: string;
  device: DeviceView;
  /** Absent for the device itself. */
  user?: DeviceUserView;
  parents: readonly Crumb[];
  target: CommandTarget;
  /** Why it does not take a command, as a sentence; null if it does. */
  why(command: string): string | null;
  send(command: string, args: Readonly<Record<string, Json>>, options: SendOptions): Promise<unknown>;
};

/** A kind of recipient: the addresses of its pages, and the permissions that they need. */
export type RecipientKind = {
  /** As a route: "/devices/:id/". */
  path: string;
  view: Permission;
  add: Permission;
  remove: Permission;
  find(context: PageContext): Promise<Recipient>;
};

async function deviceOf({ runtime, deviceId }: PageContext): Promise<DeviceView> {
  const device = await findDevice(runtime.sql, deviceId());
  if (device === undefined) throw problem("not-found");
  return device;
}

const sentence = (reason: string | null): string | null => reason === null ? null : `${reason}.`;

/** Why a person may not send a command, or null if they may. */
const denied = ({ by }: PageContext, command: string, permission: SendPermission): string | null =>
  mayCommand(by.actor, command, permission) ? null : "You do not have permission to use this command.";

/** Returns the name of a user. */
export const nameOfUser = (user: { longName: string; shortName: string; userKey: string }): string =>
  user.longName || user.shortName || user.userKey;

export const DEVICE_ITSELF: RecipientKind = {
  path: "/devices/:id/",
  view: "mdm.view_devicecommand",
  add: "mdm.add_devicecommand",
  remove: "mdm.delete_devicecommand",
  async find(context) {
    const device = await deviceOf(context);
    return {
      href: `/devices/${device.id}/`,
      name: device.name || device.serialNumber,
      device,
      parents: underDevice(device),
      target: targetOf(device),
      why: (command) => denied(context, command, "mdm.add_devicecommand") ?? sentence(whyNotSent(device, command)),
      send: (command, args, options) => sendCommand(context.runtime, context.by, device.id, command, args, options),
    };
  },
};

export const USER_OF_DEVICE: RecipientKind = {
  path: "/devices/:id/users/:user/",
  view: "mdm.view_usercommand",
  add: "mdm.add_usercommand",
  remove: "mdm.delete_usercommand",
  async find(context) {
    const device = await deviceOf(context);
    const user = await findDeviceUser(context.runtime.sql, channelIdOf(context.id("user")));
    if (user?.deviceId !== device.id) throw problem("not-found");
    const href = `/devices/${device.id}/users/${user.id}/`;
    const name = nameOfUser(user);
    return {
      href,
      name,
      device,
      user,
      parents: [...underDevice(device), { href, label: name, needs: "mdm.view_enrolleduser" }],
      target: targetOfUser(device),
      why: (command) => denied(context, command, "mdm.add_usercommand") ?? sentence(whyNotSentToUser(device, command)),
      send: (command, args, options) => sendUserCommand(context.runtime, context.by, user.id, command, args, options),
    };
  },
};
