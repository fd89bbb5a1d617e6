/**
 * Asks a device whether the installations that it has accepted are done: an answer to the command only means that the
 * device begins. `src/blueprints/confirm_apps.ts` decides when it is asked again.
 *
 * @module
 */

import type { ObservedArtifact } from "../../blueprints/observed_artifact.ts";
import { commandNamed } from "../../commands/registry.ts";
import type { PlanFacts } from "../facts.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { isPending } from "./queued_commands.ts";

const NAME = "confirm-installations";
const ALL_APPS = "InstalledApplicationList";
const MANAGED_APPS = "ManagedApplicationList";
/** Apps that one question names. */
const MOST_APPS = 1000;

type Awaited = ObservedArtifact & { checkAt: Date; bundleIds: string[] };

const isAwaited = (row: ObservedArtifact): row is Awaited =>
  row.via === "command" && row.status === "AwaitingConfirmation" && row.checkAt !== null && row.bundleIds !== null;

/**
 * Returns the list that says of an app whether it is there: that of managed apps for apps of the App Store, and for all on
 * devices that are no Macs, if there is one. Only it says that a person has declined an app.
 */
const listFor = ({ locationAssetId }: Awaited, { target }: PlanFacts): string =>
  (locationAssetId !== null || target.platform !== "macOS") && commandNamed(MANAGED_APPS)?.invalidFor(target) === null
    ? MANAGED_APPS
    : ALL_APPS;

function decide(
  command: string,
  rows: readonly Awaited[],
  facts: PlanFacts,
  now: Date,
): Omit<Decision, "scheduler" | "subject"> {
  const names = rows.map(({ name }) => `"${name}"`).join(", ");
  const invalid = commandNamed(command)?.invalidFor(facts.target) ?? null;
  if (invalid !== null) return { outcome: "not for this target", evidence: invalid };
  if (isPending(facts, command, now)) return { outcome: "waits", evidence: `${command} is already queued` };
  const first = new Date(Math.min(...rows.map(({ checkAt }) => checkAt.getTime())));
  if (first > now) return { outcome: "waits", evidence: `${names} accepted, asked again soon`, until: first };
  if (facts.status === "NotNow") {
    return { outcome: "waits", evidence: "the device answered NotNow", until: now };
  }
  const identifiers = [...new Set(rows.flatMap(({ bundleIds }) => bundleIds))].slice(0, MOST_APPS);
  return {
    outcome: "chosen",
    evidence: `${names} accepted, not confirmed yet`,
    step: { kind: "command", name: command, arguments: { identifiers }, singleton: `${command} of installations` },
  };
}

export const confirmInstallations: Scheduler = {
  name: NAME,
  consider(facts, now) {
    const rows = facts.artifacts.observed.filter(isAwaited);
    return [...Map.groupBy(rows, (row) => listFor(row, facts))].map(([command, some]) => ({
      scheduler: NAME,
      subject: command,
      ...decide(command, some, facts, now),
    }));
  },
};
