/**
 * Effects: the consequences of a command's result for the server's records.
 *
 * Promise: plain data without decisions; `service.ts` applies them in one transaction with the command's completion.
 *
 * @module
 */

import type { JsonObject } from "../protocol/plist_json.ts";
import type { Platform } from "../protocol/platform.ts";
import type { ReportedError } from "../protocol/report.ts";

/** The facts from DeviceInformation. An absent key was not reported: keep the stored value. */
export type DeviceFacts = {
  /** Null if the model does not determine it. */
  platform: Platform | null;
  awaitingConfiguration?: boolean;
  udid?: string;
  serialNumber?: string;
  name?: string;
  /** The hardware identifier: ProductName, else Model. */
  model?: string;
  modelName?: string;
  osVersion?: string;
  /** Such as "(a)"; "" when the version was reported without one. */
  osVersionExtra?: string;
  buildVersion?: string;
  /** The build of a rapid security response; "" when it is the build itself or was not reported beside it. */
  buildVersionExtra?: string;
  appleSilicon?: boolean;
  supervised?: boolean;
  sharedIpad?: boolean;
  lostMode?: boolean;
  imei?: string;
  meid?: string;
  softwareUpdateDeviceId?: string;
  /**
   * The accounts that Setup Assistant created; an empty list means that the escrowed password belongs to no account.
   */
  autoSetupAdminAccounts?: { guid?: string; shortName?: string }[];
};

/** The facts from SecurityInfo. An absent key was not reported: keep the stored value. */
export type SecurityFacts = {
  depEnrollment?: boolean;
  userEnrollment?: boolean;
  userApproved?: boolean;
  activationLockManageable?: boolean;
  bootstrapTokenAllowedForAuthentication?: boolean;
  bootstrapTokenRequiredForSoftwareUpdate?: boolean;
  bootstrapTokenRequiredForKextApproval?: boolean;
  fileVaultEnabled?: boolean;
  hasPersonalRecoveryKey?: boolean;
  firmwarePassword?: { exists: boolean; changePending: boolean };
  recoveryLockEnabled?: boolean;
};

/** An app on a device. Sizes are bytes. */
export type InstalledApp = {
  identifier: string | null;
  name: string | null;
  version: string | null;
  shortVersion: string | null;
  bundleSize: number | null;
  dynamicSize: number | null;
  externalVersionIdentifier: string | null;
  /** Apple's further booleans by their own names, such as IsValidated. */
  flags: Record<string, boolean>;
  source: string | null;
};

/** An app that is listed but not installed (yet). */
export type PendingApp = {
  identifier: string | null;
  version: string | null;
  shortVersion: string | null;
  state: "waiting" | "paused" | "installing" | "cancelled" | "failed";
};

/** An app as the list of managed apps has it. `externalVersion` is Apple's identifier of its version, "" if not said. */
export type ManagedApp = { identifier: string; status: string; externalVersion: string };

/** An identity certificate, in DER. */
export type ReportedIdentity = { commonName: string | null; der: Uint8Array };

/** A profile on a device. `signers` are certificates in DER, the signer first. */
export type InstalledProfile = {
  uuid: string;
  identifier: string;
  displayName: string | null;
  description: string | null;
  organization: string | null;
  removalDisallowed: boolean;
  hasRemovalPasscode: boolean;
  /** Null if not reported: supervised devices and Macs do not report it. */
  managed: boolean | null;
  encrypted: boolean;
  source: string | null;
  payloads: { identifier: string; type: string; uuid: string | null; displayName: string | null }[];
  signers: Uint8Array[];
};

/** The kinds of escrowed secrets that are passwords set by command. */
export type PasswordKind = "recovery_lock_password" | "firmware_password" | "admin_password";

/** Whether a person has asked for a list: it is the inventory if it is the list that the blueprint collects. */
export type ByHand = { byHand?: true };

export type Effect =
  /** `partial`: the answer to some queries only. */
  | { kind: "deviceInformation"; values: DeviceFacts; raw: JsonObject; partial: boolean }
  | { kind: "securityInfo"; values: SecurityFacts; raw: JsonObject }
  /** The personal recovery key, encrypted to the escrow certificate; never stored as part of SecurityInfo. */
  | { kind: "prkCms"; cms: Uint8Array; deviceKey: string | null }
  /** FileVault is off, and the device has no recovery key. */
  | { kind: "prkGone" }
  /** `identifiers` is the question when only some apps were asked for: the answer is then no inventory. */
  | ByHand & {
    kind: "apps";
    apps: InstalledApp[];
    pending: PendingApp[];
    managedOnly: boolean;
    identifiers: string[] | null;
  }
  /** `identifiers` as above. */
  | { kind: "managedApps"; apps: ManagedApp[]; identifiers: string[] | null }
  /** The answer to the installation of an App Store app: its state, or the reason for a refusal. */
  | {
    kind: "storeApp";
    artifactVersion: string;
    contentRevision: number;
    attempt: string;
    storeVersion: string;
    refused: boolean;
    state: string | null;
    rejection: string | null;
    errors: ReportedError[];
  }
  /** A device gave no list of the apps that it was asked for. */
  | { kind: "appsRefused" }
  | ByHand & { kind: "certificates"; certificates: ReportedIdentity[]; managedOnly: boolean }
  /** `inventory`: whether the list is stored, and not only compared with the profiles that were sent. */
  | ByHand & { kind: "profiles"; profiles: InstalledProfile[]; managedOnly: boolean; inventory: boolean }
  /** The device's own list is asked for soon: an answer alone proves nothing. */
  | { kind: "verifyProfiles" }
  /** The provisioning profiles that a device has. */
  | { kind: "provisioningProfiles"; uuids: string[] }
  /** As above. */
  | { kind: "verifyProvisioningProfiles" }
  | { kind: "lockPin"; pin: string }
  | { kind: "lostMode"; on: boolean }
  /** Where the device is, in Apple's keys: shown once, and no part of the answer that is kept. */
  | { kind: "location"; commandUuid: string; location: JsonObject }
  /** The device went on with Setup Assistant: it had everything, or its time was over. */
  | { kind: "released"; because: "ready" | "deadline" }
  /** The Mac created the administrator of the server. */
  | { kind: "adminAccount"; password: string }
  | { kind: "adminAccountRefused" }
  /** The code that removes the Activation Lock of a device. */
  | { kind: "bypassCode"; code: string }
  | { kind: "bypassCodeCleared" }
  /** The device took a new password, or its removal; whether it is in use is to be checked. */
  | { kind: "passwordTaken"; secret: PasswordKind; clear: boolean }
  | { kind: "passwordRefused"; secret: PasswordKind; clear: boolean }
  /** Whether an escrowed password is the device's; null: the one that it is supposed to have. */
  | { kind: "passwordChecked"; secret: PasswordKind; id: number | null; verified: boolean }
  | {
    kind: "artifact";
    artifactVersion: string;
    /** `begun`: the device has accepted it, and its list of apps says when it is done. */
    outcome: "accepted" | "begun" | "failed" | "removed" | "removalFailed";
    /** Which content of the version it was. */
    contentRevision: number;
    /** The command's UUID. */
    attempt: string;
    errors: ReportedError[];
    /** Why the device does not install the app, in Apple's word. */
    rejection?: string;
  }
  /** The device took a sync token of its declarations, or refused it. */
  | { kind: "declarationsTold"; token: string }
  | { kind: "declarationsRefused"; token: string }
  /** The Mac has the FileVault profile with these settings, has it no longer, or refused one of both. */
  | { kind: "filevaultSetUp"; configUuid: string }
  | { kind: "filevaultRemoved" }
  | { kind: "filevaultRefused" }
  /** The Mac has a new recovery key, encrypted to the certificate of the command; null where it did not say it. */
  | { kind: "prkRotated"; cms: Uint8Array | null }
  | { kind: "prkRotationRefused" }
  /** The device acknowledged, but the answer lacks the requested data. The raw bytes should be stored. */
  | { kind: "unreadable"; reason: string };
