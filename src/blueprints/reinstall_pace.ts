/**
 * How fast a version may be installed by command again, when nothing has changed but what the device says of itself.
 *
 * The attack: a device that reports a profile missing, two profiles missing by turns, or another system each time, so that
 * the server installs without end. The first repetition is made at once, each further one after twice the time, up to a day.
 * An operator's action and a new content start over, and so does a day in which nothing was asked for.
 *
 * @module
 */

const FIRST_SECONDS = 600;
const DAY_SECONDS = 86_400;

/** Seconds before the next attempt, by the number of repetitions that were made: 0, 10 minutes, 20, …, a day. */
export const REPEAT_WAITS: readonly number[] = [
  0,
  ...Array.from({ length: 20 }, (_, n) => FIRST_SECONDS * 2 ** n).filter((seconds) => seconds < DAY_SECONDS),
  DAY_SECONDS,
];

/** What is known of the attempts to install a version on a channel. */
export type ReinstallPace = {
  /** Which content of the version. */
  contentRevision: number;
  /** Attempts that followed another one without a day between. */
  repeats: number;
  /** When the next attempt may be. */
  notBefore: Date;
};

/** When this content may be installed again; null when nothing is against it now. */
export const heldUntil = (pace: ReinstallPace | undefined, contentRevision: number, now: Date): Date | null =>
  pace !== undefined && pace.contentRevision === contentRevision && pace.notBefore > now ? pace.notBefore : null;
