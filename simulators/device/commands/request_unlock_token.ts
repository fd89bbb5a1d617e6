/**
 * RequestUnlockToken: the token that the device gave the server, too.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const requestUnlockToken: SimulatedCommand = {
  name: "RequestUnlockToken",
  answer: ({ device }) => acknowledged({ UnlockToken: device?.unlockToken() ?? new Uint8Array(64) }),
};
