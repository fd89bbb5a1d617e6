/**
 * The type of a simulated device's answer to a command.
 *
 * @module
 */

import type { PlistDict } from "../../../src/protocol/plist.ts";
import type { ChannelState } from "../channel_state.ts";
import type { DeviceState } from "../device_state.ts";
import type { AppHabits } from "../installed_apps.ts";
import type { OpenedProfile } from "../installed_profile.ts";

/** The answer's status, and its keys beside that. */
export type CommandAnswer = { status: "Acknowledged" | "Error" | "CommandFormatError"; body: PlistDict };

/** The actions that only the device itself can do. */
export type DeviceActs = {
  /** Gets a new identity by an enrollment profile. */
  renew(profile: OpenedProfile): Promise<CommandAnswer>;
  /** Learns of new declarations. */
  told(data: Uint8Array | undefined): void;
  /** The token that clears its passcode. */
  unlockToken(): Uint8Array;
  /** Its ways with apps. */
  apps: AppHabits;
};

/** A command that arrived, for the device itself or the `channel` of a user. */
export type Asked = {
  command: PlistDict;
  state: DeviceState;
  channel: ChannelState;
  /** The user of the channel; "", and absent, is the device itself. */
  userId?: string;
  /** Absent where there is a state and no device. */
  device?: DeviceActs;
};

/** The answer to one request type. What it changes of the state, the command did. */
export type SimulatedCommand = {
  /** Apple's request type. */
  readonly name: string;
  answer(asked: Asked): CommandAnswer | Promise<CommandAnswer>;
};

/** Returns an answer that it is done, with these keys. */
export const acknowledged = (body: PlistDict = {}): CommandAnswer => ({ status: "Acknowledged", body });

/** Returns an error with its reason, in Apple's form. */
export const failed = (code: number, domain: string, text: string): CommandAnswer => ({
  status: "Error",
  body: {
    ErrorChain: [{ ErrorCode: code, ErrorDomain: domain, USEnglishDescription: text, LocalizedDescription: text }],
  },
});
