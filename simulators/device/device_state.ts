/**
 * What a simulated device is and has.
 *
 * @module
 */

import type { Certificate } from "../../src/pki/certificate.ts";
import type { ChannelState } from "./channel_state.ts";
import type { Model } from "./models.ts";

/** What a device is and has; commands and declarations change it. */
export type DeviceState = ChannelState & {
  /** An update of its system makes another model of it. */
  model: Model;
  readonly udid: string;
  readonly serialNumber: string;
  name: string;
  readonly identity: Certificate | undefined;
  /** The PIN that opens it; "" when a phone is locked with its own passcode. */
  lockedWith: string | undefined;
  erased: boolean;
  restarts: number;
};
