/**
 * Declarations: notifies the device when its desired declarations differ from the announced ones, and reports the state
 * of each.
 *
 * @module
 */

import { artifactType } from "../../blueprints/artifact_types.ts";
import { isPausing, type ObservedArtifact } from "../../blueprints/observed_artifact.ts";
import type { InScope } from "../../blueprints/resolve.ts";
import { nextInterval } from "../../declarations/server_token.ts";
import { declarativeManagementMissing, type Delivery } from "../delivery.ts";
import type { PlanFacts } from "../facts.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { certificatesDue, type Situation } from "../situation.ts";
import { isPending } from "./queued_commands.ts";

const NAME = "declarations";
const COMMAND = "DeclarativeManagement";
/** Seconds before a sync that the device refused is tried again. */
const RETRY_SECONDS = 3600;

function sync(facts: PlanFacts, now: Date, situation: Situation): Decision {
  const about = { scheduler: NAME, subject: COMMAND };
  const { declarative } = facts.artifacts;
  const { token } = situation.declarations;
  if (facts.blueprint === null && !declarative.enabled) {
    return { ...about, outcome: "off", evidence: "the device has no blueprint" };
  }
  const missing = declarativeManagementMissing(facts.target);
  if (missing !== null) return { ...about, outcome: "not for this target", evidence: missing };
  if (declarative.enabled && declarative.token === token) {
    return { ...about, outcome: "not due", evidence: `the device has been notified of ${token.slice(0, 12)}` };
  }
  if (isPending(facts, COMMAND, now)) {
    return { ...about, outcome: "waits", evidence: "already notified, not answered yet" };
  }
  const began = facts.conversationStartedAt;
  if (declarative.refusedAt !== null && began !== null && declarative.refusedAt >= began) {
    // Whatever the token is now: another one of the same conversation would be refused for the same reason.
    return { ...about, outcome: "waits", evidence: "the device refused it in this conversation", until: now };
  }
  if (declarative.refusedAt !== null && declarative.refusedToken === token) {
    const until = new Date(declarative.refusedAt.getTime() + RETRY_SECONDS * 1000);
    const evidence = `the device refused it at ${declarative.refusedAt.toISOString()}`;
    if (until > now) return { ...about, outcome: "waits", evidence, until };
  }
  const evidence = declarative.enabled
    ? `the device was last notified of ${declarative.token?.slice(0, 12) ?? "nothing"}, its declarations are ${
      token.slice(0, 12)
    } now`
    : "declarative management is not active on the device yet";
  if (facts.status === "NotNow") {
    return { ...about, outcome: "waits", evidence: "the device answered NotNow", until: now };
  }
  // The second of the timestamp is Apple's form.
  const timestamp = `${now.toISOString().slice(0, 19)}Z`;
  return {
    ...about,
    outcome: "chosen",
    evidence,
    step: { kind: "command", name: COMMAND, arguments: { token, timestamp } },
  };
}

/** How a declaration is doing on the device, in words. */
function health(row: ObservedArtifact | undefined): { outcome: "not due" | "waits"; evidence: string } {
  switch (row?.via === "declaration" ? row.status : undefined) {
    case "Installed":
      return { outcome: "not due", evidence: "active and valid on the device" };
    case "Uninstalled":
      return { outcome: "not due", evidence: "valid on the device, but no activation uses it" };
    case "Failed":
      return { outcome: "waits", evidence: `the device reports that it failed: ${JSON.stringify(row?.extraInfo)}` };
    case "AwaitingConfirmation":
      return { outcome: "waits", evidence: "the device has it, processing is in progress" };
    default:
      return { outcome: "waits", evidence: "declared, the device has not reported it yet" };
  }
}

/** Adds that a newer version was passed over. */
function noting({ version, passedOver }: InScope, answer: ReturnType<typeof health>): ReturnType<typeof health> {
  return passedOver === null ? answer : {
    ...answer,
    evidence:
      `version ${version.version} ${answer.evidence}; version ${passedOver.version.version}: ${passedOver.reason}`,
  };
}

function each({ resolution, waits }: Delivery, facts: PlanFacts, now: Date, situation: Situation): Decision {
  const { artifact, version } = resolution;
  const days = artifact.reinstallInterval;
  const { enrolledAt, certificateEnds } = facts.artifacts;
  const row = situation.observed.get(version.id);
  // The time of the next notification without another change.
  const next = [
    ...(days === 0 ? [] : [nextInterval(enrolledAt, days, now)]),
    ...(row !== undefined && isPausing(row, now) && row.retryAt !== null ? [row.retryAt] : []),
    ...certificatesDue(certificateEnds.get(version.id) ?? [], facts.settings.renewBeforeDays).filter((at) => at > now),
  ].map((at) => at.getTime());
  return {
    scheduler: NAME,
    subject: artifact.name,
    artifact: { id: artifact.id, versionId: version.id },
    ...noting(
      resolution,
      waits === null ? health(row) : { outcome: "waits" as const, evidence: `${resolution.evidence}; ${waits}` },
    ),
    ...(next.length === 0 ? {} : { until: new Date(Math.min(...next)) }),
  };
}

export const declarations: Scheduler = {
  name: NAME,
  consider(facts, now, situation) {
    const declared = situation.deliveries.filter(({ via, impossible, resolution }) =>
      via === "declaration" || (impossible !== null && artifactType(resolution.artifact.type).section !== null)
    );
    return [
      sync(facts, now, situation),
      ...declared.map((delivery): Decision =>
        delivery.impossible === null ? each(delivery, facts, now, situation) : {
          scheduler: NAME,
          subject: delivery.resolution.artifact.name,
          artifact: { id: delivery.resolution.artifact.id, versionId: delivery.resolution.version.id },
          outcome: "not for this target",
          evidence: delivery.impossible,
        }
      ),
    ];
  },
};
