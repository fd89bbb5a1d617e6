/**
 * Loads the facts of a channel.
 *
 * @module
 */

import { targetOf } from "../../db/devices/devices.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import { findPlanQueue, findPlanRow, type PlanCommandRow, type PlanRow } from "../../db/work/plan_facts.ts";
import { findTargetArtifacts, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import { isUsable, licenceSentence, licenceState } from "../apps/licences.ts";
import { ARTIFACT_TYPES } from "../blueprints/artifact_types.ts";
import type { BlueprintContent } from "../blueprints/content.ts";
import { loadContent } from "../blueprints/load.ts";
import type { ObservedArtifact } from "../blueprints/observed_artifact.ts";
import type { CommandTarget } from "../commands/command.ts";
import { identifierPrefix } from "../downloads/profile_identifier.ts";
import type { ReportStatus } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import type { LicenceHolder, PlanFacts } from "./facts.ts";

/** Rows of known types as the planner reads them. */
function observedOf(rows: readonly TargetArtifactRow[]): ObservedArtifact[] {
  return rows.flatMap((row) => {
    const type = ARTIFACT_TYPES.find((one) => one === row.type);
    return type === undefined ? [] : [{ ...row, type }];
  });
}

/** Returns the target that a row describes. */
function targetOfRow(row: PlanRow): CommandTarget {
  return {
    ...targetOf(row, row.channel),
    ...(row.filevault === null ? {} : {
      recoveryKeyEscrowed: row.filevault.prkAt !== null,
      escrowsRecoveryKey: row.filevault.installed !== null,
    }),
  };
}

function setupOf({ setup }: PlanRow): PlanFacts["setup"] {
  if (setup === null) return null;
  const at = (text: string | null) => (text === null ? null : new Date(text));
  return {
    since: at(setup.since),
    dueAt: at(setup.dueAt),
    account: {
      wanted: setup.account,
      configuredAt: at(setup.accountConfiguredAt),
      refusedAt: at(setup.accountRefusedAt),
    },
  };
}

/** What SecurityInfo says of the password of a Mac. */
function reportedOf({ recoveryReported, securityInfoAt, appleSilicon }: PlanRow): PlanFacts["recovery"]["reported"] {
  const set = appleSilicon === true ? recoveryReported?.lock : recoveryReported?.exists;
  return {
    at: securityInfoAt,
    set: typeof set === "boolean" ? set : null,
    changePending: recoveryReported?.pending === true,
  };
}

function recoveryOf(row: PlanRow): PlanFacts["recovery"] {
  const at = (text: string | null) => (text === null ? null : new Date(text));
  return {
    hardwareProven: row.hardwareProven,
    reported: reportedOf(row),
    passwords: (row.passwords ?? []).map((password) => ({
      ...password,
      origin: password.origin ?? "dynamic",
      createdAt: new Date(password.createdAt),
      checkedAt: at(password.checkedAt),
      deniedAt: at(password.deniedAt),
      endedAt: at(password.endedAt),
      rotateAt: at(password.rotateAt),
    })),
  };
}

function filevaultOf({ filevault }: PlanRow): PlanFacts["filevault"] {
  if (filevault === null) return null;
  const at = (text: string | null) => (text === null ? null : new Date(text));
  return {
    installed: filevault.installed,
    failedAt: at(filevault.failedAt),
    rotationAt: at(filevault.rotationAt),
    prkAt: at(filevault.prkAt),
  };
}

const NOBODY = {
  person: "the Managed Apple Account of its person is not known: a user enrollment uses the licences of its person",
  serial: "its serial number is not known, which licences are assigned to",
} as const;

function licenceHolderOf({ userEnrollment, managedAppleId, serialNumber }: PlanRow): LicenceHolder {
  if (userEnrollment === true) {
    return managedAppleId === "" ? { kind: "nobody", reason: NOBODY.person } : { kind: "user", managedAppleId };
  }
  return serialNumber === "" ? { kind: "nobody", reason: NOBODY.serial } : { kind: "device", serialNumber };
}

function licencesOf({ licences }: PlanRow): PlanFacts["artifacts"]["licences"] {
  return new Map((licences ?? []).map((row) => {
    const state = licenceState({ ...row, committedAt: row.committedAt === null ? null : new Date(row.committedAt) });
    const { asset, holder, origin, mine, elsewhere, storeVersion, displayVersion, error } = row;
    const sentence = licenceSentence(state, error);
    return [
      asset,
      { state, sentence, usable: isUsable(state), origin, holder, mine, elsewhere, storeVersion, displayVersion },
    ];
  }));
}

/** The facts of a channel, and the other data needed to act on them. */
export type LoadedFacts = PlanFacts & {
  lockPinEscrowed: boolean;
  desiredDigest: string | null;
  ended: boolean;
};

/** The facts of a channel, with the commands of its queue as they are sent, and the revision of the desired state. */
export type ConversationFacts = Omit<LoadedFacts, "queue"> & {
  queue: readonly PlanCommandRow[];
  revision: number;
  blocked: boolean;
  preparedToken: string | null;
};

/**
 * Returns the facts of a channel, with the device's current message. A transaction that acts on them has locked the
 * channel, or locks it at the same time: the statements are sent together. A queue that is known already is not read.
 */
export async function loadFacts(
  db: Db,
  runtime: Pick<Runtime, "config" | "sql">,
  channelId: ChannelId,
  options: { status?: ReportStatus; queue?: readonly PlanCommandRow[] } = {},
): Promise<ConversationFacts> {
  const [row, queue, observed] = await Promise.all([
    findPlanRow(db, channelId),
    options.queue ?? findPlanQueue(db, channelId),
    findTargetArtifacts(db, channelId),
  ]);
  const content = row.blueprintId === null ? null : await loadContent(runtime.sql, db, row.blueprintId, row.revision);
  return {
    ...factsOf(row, { queue, observed, content, status: options.status }, runtime),
    queue,
    revision: row.revision,
    blocked: row.blocked,
    preparedToken: row.preparedToken,
  };
}

/** Returns the facts of a row and its related rows. */
export function factsOf(
  row: PlanRow,
  found: {
    queue: PlanFacts["queue"];
    observed: readonly TargetArtifactRow[];
    content: BlueprintContent | null;
    status: ReportStatus | undefined;
  },
  runtime: Pick<Runtime, "config">,
): LoadedFacts {
  return {
    target: targetOfRow(row),
    status: found.status,
    conversationStartedAt: row.sessionStartedAt,
    queue: found.queue,
    inventory: {
      deviceInformationAt: row.deviceInformationAt,
      securityInfoAt: row.securityInfoAt,
      appsAt: row.appsAt,
      certificatesAt: row.certificatesAt,
      profilesAt: row.profilesAt,
      askedAt: new Map(Object.entries(row.inventoryAsked).map(([name, at]) => [name, new Date(at)])),
    },
    blueprint: found.content,
    artifacts: {
      serialNumber: row.serialNumber,
      tags: new Set(row.tags),
      values: new Set(row.valuesNamed),
      enrolledAt: row.enrolledAt,
      observed: observedOf(found.observed),
      licenceHolder: licenceHolderOf(row),
      licences: licencesOf(row),
      certificateEnds: new Map(
        Object.entries(row.certificateEnds ?? {}).map(([id, ends]) => [id, ends.map((end) => new Date(end))]),
      ),
      paces: new Map(
        Object.entries(row.reinstallPaces ?? {}).map(([id, pace]) => [
          id,
          { ...pace, notBefore: new Date(pace.notBefore) },
        ]),
      ),
      declarative: {
        enabled: row.declarativeManagement,
        token: row.declarationsToken,
        refusedToken: row.syncFailedToken,
        refusedAt: row.syncFailedAt,
        clientCapabilities: row.clientCapabilities,
      },
      update: {
        build: row.buildVersionExtra || row.buildVersion,
        // iPhones, iPads and Apple TVs are listed by their models, which they state from the beginning.
        softwareUpdateDeviceId: row.softwareUpdateDeviceId || row.model,
      },
    },
    identity: { notAfter: row.identityNotAfter, renewalStartedAt: row.renewalStartedAt },
    setup: setupOf(row),
    recovery: recoveryOf(row),
    bypassCodeAt: row.bypassCodeAt,
    filevault: filevaultOf(row),
    settings: {
      resendAfterSeconds: runtime.config.COMMAND_RESEND_AFTER,
      renewBeforeDays: runtime.config.IDENTITY_RENEW_DAYS,
      identifierPrefix: identifierPrefix(runtime.config),
    },
    lockPinEscrowed: row.lockPinEscrowed,
    desiredDigest: row.desiredDigest,
    ended: row.ended,
  };
}
