/**
 * When a device has to have an update: a local time without a zone, moved out of the times when nothing may be enforced. Pure.
 *
 * Days and times are texts, so that no zone of this server gets into them: the device reads them in its own.
 *
 * @module
 */

/**
 * A time when no deadline may be: from one day to another, both included ("2026-12-20" to "2027-01-02"), or on days of each week
 * (1 is Monday) from one time to another ("22:00" to "06:00" ends on the day after).
 */
export type Blackout =
  | { readonly kind: "days"; readonly from: string; readonly until: string }
  | { readonly kind: "weekly"; readonly days: readonly number[]; readonly from: string; readonly until: string };

/** A local date and time: "2026-02-28" and "09:30:00". */
export type LocalDateTime = { readonly day: string; readonly time: string };

const DAY_MS = 86_400_000;
/** More windows in a row than this are one that never ends. */
const MOST_MOVES = 1500;

/** Returns the day so many days later. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** 1 for Monday to 7 for Sunday. */
const weekday = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7 + 1;

const withSeconds = (time: string): string => time.length === 5 ? `${time}:00` : time;

/** Apple's form: `2026-02-28T09:30:00`. */
export const localText = ({ day, time }: LocalDateTime): string => `${day}T${withSeconds(time)}`;

/** Returns the end of a window that a time is in, or undefined. `time` is the one that is meant on a free day. */
function endOf(window: Blackout, at: LocalDateTime, time: string): LocalDateTime | undefined {
  if (window.kind === "days") {
    return at.day >= window.from && at.day <= window.until ? { day: addDays(window.until, 1), time } : undefined;
  }
  const [from, until, now] = [withSeconds(window.from), withSeconds(window.until), withSeconds(at.time)];
  const overnight = until <= from;
  if (window.days.includes(weekday(at.day)) && now >= from && (overnight || now < until)) {
    return { day: overnight ? addDays(at.day, 1) : at.day, time: until };
  }
  // The night that began on the day before.
  const before = addDays(at.day, -1);
  if (overnight && window.days.includes(weekday(before)) && now < until) return { day: at.day, time: until };
  return undefined;
}

/**
 * Returns the first time from `at` on that is in none of the windows; undefined if there is none.
 *
 * @example
 * // Not in the last week of the year: the deadline is at its usual time after it.
 * nextAllowed({ day: "2026-12-28", time: "09:30:00" }, [{ kind: "days", from: "2026-12-24", until: "2026-12-31" }]);
 * // { day: "2027-01-01", time: "09:30:00" }
 */
export function nextAllowed(at: LocalDateTime, windows: readonly Blackout[]): LocalDateTime | undefined {
  let moved = at;
  for (let move = 0; move < MOST_MOVES; move++) {
    const end = windows.map((window) => endOf(window, moved, at.time)).find((found) => found !== undefined);
    if (end === undefined) return moved;
    moved = end;
  }
  return undefined;
}

/** The deadline of a release: so many days after it was posted, at a local time, moved out of the windows. */
export function deadlineOf(
  postedOn: string,
  { delayDays, localTime, blackouts }: { delayDays: number; localTime: string; blackouts: readonly Blackout[] },
): { readonly at: LocalDateTime; readonly movedFrom: LocalDateTime | null } {
  const computed: LocalDateTime = { day: addDays(postedOn, delayDays), time: withSeconds(localTime) };
  const at = nextAllowed(computed, blackouts) ?? computed;
  return { at, movedFrom: localText(at) === localText(computed) ? null : computed };
}
