/**
 * When a channel is pushed: the notifier's rules, pure.
 *
 * A push is needed when there is something to fetch or the device has been silent for long; it is allowed when none is
 * outstanding, since Apple stores the last one for a device that is offline; it is possible when the device has
 * settled. While something waits, an outstanding one is repeated all the same, at first after minutes: the device may
 * have come and found a server that failed.
 *
 * @module
 */

/** The facts of a channel. */
export type PushFacts = {
  /** When the channel was created. */
  createdAt: Date;
  lastSeenAt: Date | null;
  /** When the last push left that Apple took. */
  lastNotifiedAt: Date | null;
  /** An operator asked for it, or the device must be notified immediately. */
  forced: boolean;
  /** When the soonest waiting command may be offered. */
  nextCommandAt: Date | null;
  /** When the last unanswered command was sent, and how often. */
  unansweredSince: Date | null;
  unansweredCount?: number;
};

/** The notifier's settings, in seconds. */
export type PushSettings = {
  PUSH_MIN_TARGET_AGE: number;
  PUSH_MAX_COMMAND_WAIT: number;
  COMMAND_RESEND_AFTER: number;
  CONNECT_DEFAULT_PERIOD: number;
  CONNECT_RETRY_DELAY: number;
  CONNECT_ENROLL_RETRY_DELAY: number;
};

/** Why a channel is pushed. */
export type PushReason = "forced" | "never seen" | "silent" | "command waits" | "command unanswered";

/** To push now, and why; or when to look again. */
export type PushDecision = { push: true; reason: PushReason } | { push: false; at: Date };

const later = (date: Date, seconds: number) => new Date(date.getTime() + seconds * 1000);
const soonest = (dates: Date[]) => new Date(Math.min(...dates.map((date) => date.getTime())));
const latest = (dates: Date[]) => new Date(Math.max(...dates.map((date) => date.getTime())));

/** Seconds before a push that nothing followed is repeated while something waits; twice as long after each. */
const FIRST_REPEAT = 120;

/**
 * Seconds after which an outstanding push is repeated. The time from the last contact to the last push grows with each one,
 * and the next waits as long again.
 */
function repeatAfter(
  { lastSeenAt, nextCommandAt, unansweredSince }: PushFacts,
  last: Date,
  settings: PushSettings,
): number {
  if (lastSeenAt === null) return settings.CONNECT_ENROLL_RETRY_DELAY;
  if (nextCommandAt === null && unansweredSince === null) return settings.CONNECT_RETRY_DELAY;
  const gone = (last.getTime() - lastSeenAt.getTime()) / 1000;
  return Math.min(Math.max(FIRST_REPEAT, gone), settings.CONNECT_RETRY_DELAY);
}

/** Whether a channel is pushed at `now`. */
export function decidePush(facts: PushFacts, settings: PushSettings, now: Date): PushDecision {
  const { lastSeenAt, lastNotifiedAt } = facts;
  const wishes: [PushReason, Date][] = [
    lastSeenAt === null
      ? ["never seen", facts.createdAt]
      : ["silent", later(lastSeenAt, settings.CONNECT_DEFAULT_PERIOD)],
  ];
  if (facts.nextCommandAt !== null) wishes.unshift(["command waits", facts.nextCommandAt]);
  if (facts.unansweredSince !== null) {
    // A device that connects before the command is offered again would connect for nothing.
    const wait = Math.max(settings.PUSH_MAX_COMMAND_WAIT, settings.COMMAND_RESEND_AFTER);
    // A command that is never answered causes fewer and fewer pushes.
    const patience = Math.min(
      wait * 2 ** Math.max(0, (facts.unansweredCount ?? 1) - 1),
      settings.CONNECT_DEFAULT_PERIOD,
    );
    wishes.unshift(["command unanswered", later(facts.unansweredSince, Math.max(wait, patience))]);
  }
  if (facts.forced) wishes.unshift(["forced", facts.createdAt]);

  const allowed = facts.forced || lastNotifiedAt === null || (lastSeenAt !== null && lastSeenAt > lastNotifiedAt)
    ? facts.createdAt
    : later(lastNotifiedAt, repeatAfter(facts, lastNotifiedAt, settings));
  const settled = later(facts.createdAt, settings.PUSH_MIN_TARGET_AGE);

  const [reason] = wishes.find(([, at]) => at <= now) ?? [];
  const at = latest([soonest(wishes.map(([, date]) => date)), allowed, settled]);
  return at <= now && reason !== undefined ? { push: true, reason } : { push: false, at };
}
