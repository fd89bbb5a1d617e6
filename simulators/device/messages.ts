/**
 * The check-in messages of a simulated device.
 *
 * @module
 */

import type { PlistDict } from "../../src/protocol/plist.ts";
import type { DeviceState } from "./device_state.ts";

/** How to push to a device or to a user of it. */
export type PushTarget = { pushToken: Uint8Array<ArrayBuffer>; pushMagic: string };

/** A user of a Mac with a channel of its own. */
export type DeviceUser = PushTarget & { userId: string; shortName: string; longName: string };

/** Returns the model facts that current devices report; old clients omit them. */
export const describeModel = ({ model }: DeviceState): PlistDict => ({
  Model: model.product,
  ModelName: model.modelName,
  ProductName: model.product,
  OSVersion: model.osVersion,
  BuildVersion: model.build,
});

/** Authenticate, the first message of an enrollment. */
export const authenticateMessage = (state: DeviceState, topic: string, extra: PlistDict): PlistDict => ({
  MessageType: "Authenticate",
  Topic: topic,
  SerialNumber: state.serialNumber,
  DeviceName: state.name,
  ...extra,
});

/** Returns a device's TokenUpdate. Phones and tablets give their unlock token along. */
export const tokenUpdateMessage = (
  { model, awaitingConfiguration }: DeviceState,
  topic: string,
  target: PushTarget & { unlockToken: Uint8Array },
): PlistDict => ({
  MessageType: "TokenUpdate",
  Topic: topic,
  Token: target.pushToken,
  PushMagic: target.pushMagic,
  AwaitingConfiguration: awaitingConfiguration,
  ...(model.platform === "iOS" || model.platform === "iPadOS" ? { UnlockToken: target.unlockToken } : {}),
});

/** Returns a user's TokenUpdate. */
export const userTokenUpdateMessage = (topic: string, user: DeviceUser): PlistDict => ({
  MessageType: "TokenUpdate",
  Topic: topic,
  UserID: user.userId,
  UserShortName: user.shortName,
  UserLongName: user.longName,
  Token: user.pushToken,
  PushMagic: user.pushMagic,
});
