/**
 * The hardware and the state of a simulated device.
 *
 * @module
 */

import type { Certificate } from "../../src/pki/certificate.ts";
import type { ChannelState } from "./channel_state.ts";
import type { AppHere } from "./installed_apps.ts";
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

/** An account of a Mac, or of a Shared iPad. */
export type Account = {
  userName: string;
  fullName: string;
  uid: number;
  loggedIn: boolean;
  /** Whether it has data that is not in iCloud yet. */
  unsynced: boolean;
  /** Whether it takes no password any more, after too many wrong ones. */
  locked: boolean;
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
  /** The recovery lock of a Mac with Apple silicon, the firmware password of one with an Intel processor. */
  recoveryPassword: RecoveryPassword;
  /** Whether it acknowledges a recovery lock without setting it, as Macs may in Setup Assistant. */
  ignoresRecoveryLock: boolean;
  /** The code that removes its Activation Lock; "" if it has none. */
  bypassCode: string;
  /** FileVault, on a Mac. */
  fileVault: FileVault;
  restarts: number;
  /** Attempts at the update that is enforced, which failed; `at` is the last one's time in RFC 3339. */
  updateFailures: { count: number; reason: string; at: string };
  /** The update that a command has scheduled. */
  scheduledUpdate: ScheduledUpdate | undefined;
  /** What a device in lost mode shows, and how often it has played its sound. */
  lostMode?: { message: string; phoneNumber: string; sounds: number } | undefined;
  /** Whether it has a passcode; absent is one. */
  passcode?: boolean;
  /** Whether its user has a Screen Time passcode. */
  restrictionsPasscode?: boolean;
  /** Whether a Mac lets administrators in by remote desktop. */
  remoteDesktop?: boolean;
  /** The apps that it was sent; absent is none. */
  apps?: readonly AppHere[];
  hostName?: string | undefined;
  accounts?: readonly Account[];
};
