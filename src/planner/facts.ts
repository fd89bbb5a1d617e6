/**
 * What the planner looks at: a channel as it is (target, inventory, queue) and as it should be (blueprint).
 *
 * @module
 */

import type { CommandTarget } from "../commands/command.ts";
import type { ReportStatus } from "../protocol/report.ts";

/** How much of an inventory list is collected: not at all, what we manage, everything. */
export type Collect = "no" | "managed" | "all";

/** A command of the live queue. */
export type QueuedCommand = {
  id: number;
  uuid: string;
  name: string;
  state: "queued" | "sent" | "notNow";
  notBefore: Date | null;
  expiresAt: Date | null;
  sentAt: Date | null;
  notNowAt: Date | null;
  createdAt: Date;
};

/** The facts of one channel. Times are null when the thing never happened. */
export type PlanFacts = {
  target: CommandTarget;
  /** What the device said; undefined when the plan is only explained. */
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
  blueprint: {
    inventoryIntervalSeconds: number;
    collectApps: Collect;
    collectCertificates: Collect;
    collectProfiles: Collect;
  } | null;
  identity: {
    /** The end of the newest identity in use. */
    notAfter: Date | null;
    /** When the last renewal was begun. */
    renewalStartedAt: Date | null;
  };
  settings: { resendAfterSeconds: number; renewBeforeDays: number };
};
