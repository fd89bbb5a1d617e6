/**
 * The channels of a device: its own and those of its users, each with its state and its declarations.
 *
 * @module
 */

import { appHabitsOf } from "./app_habits.ts";
import { declaredAppsOf } from "./declared_apps.ts";
import type { DeviceState } from "./device_state.ts";
import { type ChannelState, emptyChannel } from "./channel_state.ts";
import { Declarative } from "../declarative/declarative.ts";
import type { DeviceLink } from "./device_link.ts";
import type { DeviceOptions } from "./device_options.ts";
import type { PlistDict } from "../../src/protocol/plist.ts";
import { statusItemOf, targetOf } from "../declarative/status_items.ts";

/** One channel. */
export type DeviceChannel = { state: ChannelState; declarative: Declarative };

/** The device's connection to the server. */
export type Around = {
  state: DeviceState;
  link: DeviceLink;
  options: DeviceOptions;
  checkIn(message: PlistDict): Promise<Response>;
};

/** The channels of a device, by user id; the device's own is "". */
export class DeviceChannels {
  readonly #channels = new Map<string, DeviceChannel>();

  constructor(private readonly around: Around) {}

  /** A channel; a new one has nothing. */
  of(userId: string): DeviceChannel {
    const known = this.#channels.get(userId);
    if (known !== undefined) return known;
    const { state: device, link, options, checkIn } = this.around;
    const state = userId === "" ? device : emptyChannel();
    const apps = declaredAppsOf(device, appHabitsOf(options, link));
    const declarative = new Declarative({
      apps,
      channel: state,
      mischief: options.declarationMischief,
      target: () => targetOf(device, userId),
      checkIn: (message) => checkIn(userId === "" ? message : { UserID: userId, ...message }),
      download: (url, as) => link.get(url, as),
      certify: (scep) => link.request(scep),
      statusItem: (name, active) => statusItemOf(name, device, { userId, channel: state, active, apps }),
    });
    const channel = { state, declarative };
    this.#channels.set(userId, channel);
    return channel;
  }

  /** The state that a device loses with its enrollment: everything from the server. */
  forget(): void {
    this.#channels.clear();
    Object.assign(this.around.state, emptyChannel());
  }
}
