/**
 * Commands in the queue, oldest first. One of an order group waits until those before it in the group have ended; commands
 * without a group never wait for another. A command postponed with NotNow is never offered twice in one conversation. One
 * that was sent and not answered goes after everything else (`unanswered_commands.ts`).
 *
 * @module
 */

import { removesArtifacts } from "../../blueprints/artifact_types.ts";
import type { PlanFacts, QueuedCommand } from "../facts.ts";
import { valuesAwaited } from "../held.ts";
import type { Decision, Scheduler } from "../plan.ts";
import type { Situation } from "../situation.ts";

/** The commands that follow from the FileVault configuration of a blueprint, and whether they are for one. */
const FILEVAULT: ReadonlyMap<string, boolean> = new Map([["SetupFileVault", true], ["RemoveFileVault", false]]);

function uselessFilevault(name: string, { blueprint }: PlanFacts): string | null {
  const wanted = FILEVAULT.get(name);
  if (wanted === undefined || wanted === ((blueprint?.filevault ?? null) !== null)) return null;
  return wanted ? "the blueprint has no FileVault configuration any more" : "the blueprint has FileVault again";
}

/** Returns why a command for an artifact has lost its use; null when it has not. */
function uselessness(command: QueuedCommand, facts: PlanFacts, { deliveries }: Situation): string | null {
  const { artifactVersion: id } = command;
  if (id === null) return uselessFilevault(command.name, facts);
  const inScope = deliveries.find(({ via, resolution }) =>
    via === "command" && resolution.artifact.versions.some((version) => version.id === id)
  );
  if (removesArtifacts(command.name)) return inScope === undefined ? null : "the artifact is in scope again";
  if (inScope === undefined) return "the artifact is no longer in scope";
  const { artifact, version } = inScope.resolution;
  if (version.id !== id) return "another version is in scope now";
  return valuesAwaited(artifact, version, facts.artifacts.values);
}

type Waiting = QueuedCommand & { state: "queued" | "notNow" };
const isWaiting = (command: QueuedCommand): command is Waiting => command.state !== "sent";

const aboutOf = (command: Waiting) => ({ scheduler: "queued-commands", subject: `${command.name} ${command.uuid}` });

/** Returns the live command that must end before this one is sent; undefined if there is none. `queue` is oldest first. */
function predecessor<Command extends QueuedCommand>(
  { id, orderGroup }: QueuedCommand,
  queue: readonly Command[],
): Command | undefined {
  if (orderGroup === null || orderGroup === undefined) return undefined;
  return queue.find((one) => one.orderGroup === orderGroup && one.id < id);
}

function consider(command: Waiting, facts: PlanFacts, now: Date, situation: Situation): Decision {
  const useless = uselessness(command, facts, situation);
  const before = useless === null ? predecessor(command, facts.queue) : undefined;
  if (before !== undefined) {
    return {
      ...aboutOf(command),
      outcome: "waits",
      evidence: `${before.name} ${before.uuid} of the order group "${command.orderGroup}" is first`,
      // Nothing tells the channel that a lifetime is over.
      ...(before.expiresAt === null ? {} : { until: before.expiresAt }),
    };
  }
  return useless === null ? considerItself(command, facts, now) : {
    ...aboutOf(command),
    outcome: "chosen",
    evidence: useless,
    step: { kind: "cancel", commandId: command.id },
  };
}

/** The facts of a conversation that decide whether a useful command is sent now. */
export type Talk = Pick<PlanFacts, "status" | "conversationStartedAt">;

function considerItself(command: Waiting, talk: Talk, now: Date): Decision {
  const about = aboutOf(command);
  const waits = (evidence: string, until?: Date): Decision => ({
    ...about,
    outcome: "waits",
    evidence,
    ...(until === undefined ? {} : { until }),
  });
  if (command.expiresAt !== null && command.expiresAt <= now) {
    return { ...about, outcome: "not due", evidence: `expired ${command.expiresAt.toISOString()}` };
  }
  if (command.notBefore !== null && command.notBefore > now) {
    return waits(`not before ${command.notBefore.toISOString()}`, command.notBefore);
  }
  const chosen = (evidence: string): Decision => ({
    ...about,
    outcome: "chosen",
    evidence,
    step: { kind: "queued", commandId: command.id },
  });
  switch (command.state) {
    case "queued":
      return chosen(`queued ${command.createdAt.toISOString()}`);
    case "notNow": {
      const began = talk.conversationStartedAt;
      // These waits end with the conversation: the next one is to be planned, whenever it begins.
      if (talk.status === "NotNow") return waits("the device said NotNow in this conversation", now);
      if (began !== null && command.notNowAt !== null && command.notNowAt >= began) {
        return waits("deferred in this conversation", now);
      }
      return chosen("deferred in an earlier conversation");
    }
  }
}

/**
 * Returns the command that any plan of the channel would send next, whatever its other facts are; undefined if that
 * needs a plan. The queue is the first concern of a plan, and a command without an artifact is always useful.
 */
export function nextOfQueue<Command extends QueuedCommand>(
  queue: readonly Command[],
  talk: Talk,
  now: Date,
): Command | undefined {
  for (const command of queue) {
    if (!isWaiting(command)) continue;
    if (command.artifactVersion !== null || FILEVAULT.has(command.name)) return undefined;
    if (predecessor(command, queue) !== undefined) continue;
    if (considerItself(command, talk, now).outcome === "chosen") return command;
  }
  return undefined;
}

/** Whether a live command of that name is on its way; one that is queued for later is not. */
export function isPending(facts: PlanFacts, name: string, now: Date): boolean {
  return facts.queue.some((command) =>
    command.name === name && (command.state !== "queued" || command.notBefore === null || command.notBefore <= now)
  );
}

export const queuedCommands: Scheduler = {
  name: "queued-commands",
  consider: (facts, now, situation) =>
    facts.queue.filter(isWaiting).map((command) => consider(command, facts, now, situation)),
};
