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
const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;

/** Returns the day so many days later. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** 0 for Monday to 6 for Sunday. */
const weekday = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

const withSeconds = (time: string): string => time.length === 5 ? `${time}:00` : time;

const secondsOf = (time: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  return hours * 3600 + minutes * 60 + seconds;
};

/** Apple's form: `2026-02-28T09:30:00`. */
export const localText = ({ day, time }: LocalDateTime): string => `${day}T${withSeconds(time)}`;

/** A time span: from `from` on, before `until`. */
type Span<T> = { from: T; until: T };

/** Joins spans that overlap or touch. */
function joined<T extends string | number>(spans: readonly Span<T>[]): Span<T>[] {
  const found: Span<T>[] = [];
  for (const span of [...spans].sort((one, other) => one.from < other.from ? -1 : one.from > other.from ? 1 : 0)) {
    const last = found.at(-1);
    if (last === undefined || last.until < span.from) found.push({ ...span });
    else if (last.until < span.until) last.until = span.until;
  }
  return found;
}

/** Windows as spans of days, and of the seconds of two weeks, so that one that goes over the end of a week is whole. */
type Spans = { days: Span<string>[]; weekly: Span<number>[] };

/** Plans of a whole fleet ask about the same few lists. */
const known = new WeakMap<readonly Blackout[], Spans>();

function spansOf(windows: readonly Blackout[]): Spans {
  const found = known.get(windows);
  if (found !== undefined) return found;
  const days: Span<string>[] = [];
  const weekly: Span<number>[] = [];
  for (const window of windows) {
    if (window.kind === "days") {
      days.push({ from: window.from, until: addDays(window.until, 1) });
      continue;
    }
    const [from, until] = [secondsOf(window.from), secondsOf(window.until)];
    for (const day of window.days) {
      const start = (day - 1) * DAY_SECONDS;
      const span = { from: start + from, until: start + until + (until <= from ? DAY_SECONDS : 0) };
      weekly.push(span, { from: span.from + WEEK_SECONDS, until: span.until + WEEK_SECONDS });
    }
  }
  const spans = { days: joined(days), weekly: joined(weekly) };
  known.set(windows, spans);
  return spans;
}

const within = <T extends string | number>(spans: readonly Span<T>[], at: T): Span<T> | undefined =>
  spans.find(({ from, until }) => at >= from && at < until);

const neverEnds = ({ weekly }: Spans): boolean => weekly.some(({ from, until }) => until - from >= WEEK_SECONDS);

/** Whether windows leave any time at all. */
export const leavesTime = (windows: readonly Blackout[]): boolean => !neverEnds(spansOf(windows));

/** Returns the end of the weekly windows that a time is in, or undefined. */
function endOfWeekly(weekly: Spans["weekly"], { day, time }: LocalDateTime): LocalDateTime | undefined {
  // In the second week, where what began in the week before is whole.
  const start = WEEK_SECONDS + weekday(day) * DAY_SECONDS;
  const span = within(weekly, start + secondsOf(time));
  if (span === undefined) return undefined;
  const end = span.until - start;
  const clock = new Date((end % DAY_SECONDS) * 1000).toISOString().slice(11, 19);
  return { day: addDays(day, Math.floor(end / DAY_SECONDS)), time: clock };
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
  const spans = spansOf(windows);
  if (neverEnds(spans)) return undefined;
  // Each turn but the last leaves a span of days, or is followed by one that does.
  for (let moved = at;;) {
    const off = within(spans.days, moved.day);
    const end = off === undefined ? endOfWeekly(spans.weekly, moved) : { day: off.until, time: at.time };
    if (end === undefined) return moved;
    moved = end;
  }
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
