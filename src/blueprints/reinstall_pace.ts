/**
 * Limits how often a version is installed by command again when only the device's own reports have changed.
 *
 * The attack: a device that reports a profile missing, two profiles missing by turns, or another system each time, so
 * that the server installs without end. The first repetition is immediate, each further one waits twice as long, up to
 * a day. An operator's action or new content restarts the count, and so does a day in which no attempt was due.
 *
 * @module
 */

const FIRST_SECONDS = 600;
const DAY_SECONDS = 86_400;

/** Seconds before the next attempt, by the number of previous repetitions: 0, 10 minutes, 20, …, a day. */
export const REPEAT_WAITS: readonly number[] = [
  0,
  ...Array.from({ length: 20 }, (_, n) => FIRST_SECONDS * 2 ** n).filter((seconds) => seconds < DAY_SECONDS),
  DAY_SECONDS,
];

/** The attempts to install a version on a channel. */
export type ReinstallPace = {
  /** Which content of the version. */
  contentRevision: number;
  /** Attempts that followed another one without a day between. */
  repeats: number;
  /** When the next attempt may be. */
  notBefore: Date;
};

/** Returns when this content may be installed again; null when nothing is against it now. */
export const heldUntil = (pace: ReinstallPace | undefined, contentRevision: number, now: Date): Date | null =>
  pace !== undefined && pace.contentRevision === contentRevision && pace.notBefore > now ? pace.notBefore : null;
