/**
 * The hardware and the state of a simulated device.
 *
 * @module
 */

import type { Certificate } from "../../src/pki/certificate.ts";
import type { ChannelState } from "./channel_state.ts";
import type { FileVault } from "./file_vault.ts";
import type { Model } from "./models.ts";
import type { RecoveryPassword } from "./recovery_password.ts";
import type { ScheduledUpdate } from "./scheduled_update.ts";

/** An account that Setup Assistant created for the server. */
export type AdminAccount = {
  guid: string;
  shortName: string;
  fullName: string;
  hidden: boolean;
  /** The property list with the hash of the password. */
  passwordHash: Uint8Array | undefined;
  /** Whether Setup Assistant creates no account for its user. */
  alone: boolean;
};

/** The hardware and the state of a device; commands and declarations change it. */
export type DeviceState = ChannelState & {
  /** An OS update changes the model. */
  model: Model;
  readonly udid: string;
  readonly serialNumber: string;
  name: string;
  readonly identity: Certificate | undefined;
  /** The PIN that opens it; "" when a phone is locked with its own passcode. */
  lockedWith: string | undefined;
  erased: boolean;
  /** The profiles that it enrolls again with by itself, if it was erased for that. */
  returnsWith?: { mdm: Uint8Array; wifi?: Uint8Array } | undefined;
  /** Whether Apple gave it its enrollment. */
  automated: boolean;
  /** Whether it waits in Setup Assistant for the server. */
  awaitingConfiguration: boolean;
  /** The administrator that the server had Setup Assistant create. */
  adminAccount: AdminAccount | undefined;
  /** FileVault, on a Mac. */
  fileVault: FileVault;
  /** The recovery lock of a Mac with Apple silicon, the firmware password of one with an Intel processor. */
  recoveryPassword: RecoveryPassword;
  /** Whether it acknowledges a recovery lock without setting it, as Macs may in Setup Assistant. */
  ignoresRecoveryLock: boolean;
  /** The code that removes its Activation Lock; "" if it has none. */
  bypassCode: string;
  restarts: number;
  /** Attempts at the update that is enforced, which failed; `at` is the last one's time in RFC 3339. */
  updateFailures: { count: number; reason: string; at: string };
  /** The update that a command has scheduled. */
  scheduledUpdate: ScheduledUpdate | undefined;
};
