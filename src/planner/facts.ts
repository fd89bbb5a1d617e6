/**
 * The facts that the planner uses: the actual state of a channel (target, inventory, queue, artifacts) and the desired
 * one (blueprint).
 *
 * @module
 */

import type { Json } from "../../db/open.ts";
import type { LicenceState } from "../apps/licences.ts";
import type { BlueprintContent, Collect } from "../blueprints/content.ts";
import type { ObservedArtifact } from "../blueprints/observed_artifact.ts";
import type { ReinstallPace } from "../blueprints/reinstall_pace.ts";
import type { CommandTarget } from "../commands/command.ts";
import type { PasswordKind } from "../commands/effect.ts";
import type { PasswordOrigin } from "../commands/recovery_passwords.ts";
import type { ReportStatus } from "../protocol/report.ts";

export type { Collect };

/** A command of the live queue. */
export type QueuedCommand = {
  id: number;
  uuid: string;
  name: string;
  /** The artifact version that it installs or removes. */
  artifactVersion: string | null;
  state: "queued" | "sent" | "notNow";
  notBefore: Date | null;
  expiresAt: Date | null;
  sentAt: Date | null;
  sentCount: number;
  notNowAt: Date | null;
  createdAt: Date;
  /** Commands of one group are sent one after the other; null, and absent, is none. */
  orderGroup?: string | null;
};

/** Whose licences a channel uses; or why that is not known. */
export type LicenceHolder = { kind: "device"; serialNumber: string } | { kind: "user"; managedAppleId: string } | {
  kind: "nobody";
  reason: string;
};

/** A licence of the holder. */
export type HeldLicence = {
  state: LicenceState;
  sentence: string;
  /** Whether an app may be installed with it now. */
  usable: boolean;
  origin: "device" | "operator" | null;
  /** Apple's name of its user; "" for devices. */
  holder: string;
  /** Whether this channel is noted as one that needs it, and whether another one is. */
  mine: boolean;
  elsewhere: boolean;
  /** The newest version in the App Store: Apple's identifier, and as people know it; "" if not known. */
  storeVersion: string;
  displayVersion: string;
};

/** The facts that decide the artifacts of a channel, and the known state of those that it has. */
export type ArtifactFacts = {
  serialNumber: string;
  tags: ReadonlySet<number>;
  /** The names of the variables that have a value, such as `CUSTOM.ROOM`. */
  values: ReadonlySet<string>;
  /** When the enrollment began. */
  enrolledAt: Date;
  observed: readonly ObservedArtifact[];
  licenceHolder: LicenceHolder;
  /** By the id of the asset of the location. */
  licences: ReadonlyMap<number, HeldLicence>;
  /** Ends of the certificates that the channel got for certificate assets, by version id. */
  certificateEnds: ReadonlyMap<string, readonly Date[]>;
  /** How fast versions may be installed again, by version id; versions without an attempt are not in it. */
  paces: ReadonlyMap<string, ReinstallPace>;
  declarative: {
    /** Whether the device follows declarations. */
    enabled: boolean;
    /** The token that was last announced to it. */
    token: string | null;
    /** The token that it refused last, and when. */
    refusedToken: string | null;
    refusedAt: Date | null;
    clientCapabilities: Json;
  };
  /** What decides about updates: the build, and the id by which Apple lists the device. */
  update: { build: string; softwareUpdateDeviceId: string };
};

/** The facts of a device that waits in Setup Assistant. Times are null when the thing never happened. */
export type SetupFacts = {
  since: Date | null;
  /** When the device is released, whatever it still lacks. */
  dueAt: Date | null;
  /** Whether the server sets up an administrator, and how far that is. */
  account: { wanted: boolean; configuredAt: Date | null; refusedAt: Date | null };
};

/** An escrowed password that commands set and check. */
export type EscrowedPassword = {
  id: number;
  kind: PasswordKind;
  createdAt: Date;
  /** Whether the device is known to have it. */
  proven: boolean;
  origin: PasswordOrigin;
  /** When the device last confirmed it, and when it last denied or refused it. */
  checkedAt: Date | null;
  deniedAt: Date | null;
  endedAt: Date | null;
  /** When it is to be replaced, since it was revealed. */
  rotateAt: Date | null;
  /** How often the device was sent its removal. */
  removalsTried: number;
};

/** What is known of the passwords of a Mac. */
export type RecoveryFacts = {
  /** Whether the enrollment is known to be this hardware: otherwise it gets no secret of it. */
  hardwareProven: boolean;
  /** The newest first; some that have ended too. */
  passwords: readonly EscrowedPassword[];
  /** What SecurityInfo says: whether a recovery lock or a firmware password is set; null if it does not say. */
  reported: { at: Date | null; set: boolean | null; changePending: boolean };
};

/** The facts of one channel. Times are null when the thing never happened. */
export type PlanFacts = {
  target: CommandTarget;
  /** The device's message; undefined if the plan is only explained. */
  status: ReportStatus | undefined;
  /** When the current conversation began. */
  conversationStartedAt: Date | null;
  /** The live queue, oldest first. */
  queue: readonly QueuedCommand[];
  inventory: {
    deviceInformationAt: Date | null;
    securityInfoAt: Date | null;
    appsAt: Date | null;
    certificatesAt: Date | null;
    profilesAt: Date | null;
    /** When each command was last asked, by name. */
    askedAt: ReadonlyMap<string, Date>;
  };
  blueprint: BlueprintContent | null;
  artifacts: ArtifactFacts;
  identity: {
    /** The end of the newest identity in use. */
    notAfter: Date | null;
    /** When the last renewal was begun. */
    renewalStartedAt: Date | null;
  };
  /** The wait in Setup Assistant; null for a device that does not wait. */
  setup: SetupFacts | null;
  recovery: RecoveryFacts;
  /** When the device stated its Activation Lock bypass code. */
  bypassCodeAt: Date | null;
  /** FileVault on a Mac; null for everything else. */
  filevault: {
    /** The digest of the settings that it has. */
    installed: string | null;
    /** When it refused them, or their removal. */
    failedAt: Date | null;
    /** When it last answered a rotation of its key. */
    rotationAt: Date | null;
    /** Since when its own recovery key is escrowed. */
    prkAt: Date | null;
  } | null;
  settings: {
    resendAfterSeconds: number;
    renewBeforeDays: number;
    /** The prefix of this server's identifiers. */
    identifierPrefix: string;
  };
};
