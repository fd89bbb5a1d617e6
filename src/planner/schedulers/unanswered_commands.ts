/**
 * Commands that were sent and not answered: offered again, the one that was sent longest ago first.
 *
 * The last concern of all, so that a command that a device never answers delays nothing else. Each is offered again after a
 * wait that doubles with every attempt, and that ends with the conversation at the latest. A command ends by its lifetime,
 * never by a count of attempts: a device that was away answers in the end.
 *
 * @module
 */

import type { PlanFacts, QueuedCommand } from "../facts.ts";
import type { Decision, Scheduler } from "../plan.ts";

/** The longest wait of a device that is in contact, in seconds, unless the setting asks for a longer one. */
const LONGEST_WAIT = 300;

/** Seconds from an attempt to the next one. */
const waitAfter = (attempts: number, first: number) =>
  Math.min(first * 2 ** Math.max(0, attempts - 1), Math.max(first, LONGEST_WAIT));

const sentAtOf = ({ sentAt, createdAt }: QueuedCommand): Date => sentAt ?? createdAt;

function consider(command: QueuedCommand, { status, settings }: PlanFacts, now: Date): Decision {
  const about = { scheduler: "unanswered-commands", subject: `${command.name} ${command.uuid}` };
  const sentAt = sentAtOf(command);
  if (command.expiresAt !== null && command.expiresAt <= now) {
    return { ...about, outcome: "not due", evidence: `expired ${command.expiresAt.toISOString()}` };
  }
  const wait = waitAfter(command.sentCount, settings.resendAfterSeconds);
  const again = new Date(sentAt.getTime() + wait * 1000);
  const waits = (evidence: string, until: Date): Decision => ({ ...about, outcome: "waits", evidence, until });
  if (status === "NotNow") return waits("the device answered NotNow", again > now ? again : now);
  if (again > now) return waits(`sent ${sentAt.toISOString()}, not answered yet`, again);
  return {
    ...about,
    outcome: "chosen",
    evidence: `sent ${sentAt.toISOString()} and not answered for ${wait} s`,
    step: { kind: "queued", commandId: command.id },
  };
}

export const unansweredCommands: Scheduler = {
  name: "unanswered-commands",
  consider: (facts, now) =>
    facts.queue.filter(({ state }) => state === "sent")
      .sort((a, b) => sentAtOf(a).getTime() - sentAtOf(b).getTime() || a.id - b.id)
      .map((command) => consider(command, facts, now)),
};
