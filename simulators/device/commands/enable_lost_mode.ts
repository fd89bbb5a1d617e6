/**
 * EnableLostMode: the device is locked with the message of the server.
 *
 * @module
 */

import { str } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const enableLostMode: SimulatedCommand = {
  name: "EnableLostMode",
  answer({ state, command }) {
    const message = str(command, "Message") ?? "";
    const phoneNumber = str(command, "PhoneNumber") ?? "";
    if (message === "" && phoneNumber === "") {
      return failed(12_001, "MCMDMErrorDomain", "A message or a phone number is required.");
    }
    state.lostMode = { message, phoneNumber, sounds: 0 };
    return acknowledged();
  },
};
