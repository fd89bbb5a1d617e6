/**
 * When the licences of an asset will run out, if they are used as they were. Pure.
 *
 * @module
 */

/** How many licences were given at the end of a day. */
export type LicenceDay = { day: string; assigned: number; total: number };

/** The forecast: licences given a day, and the day on which none is left. */
export type Forecast = { perDay: number; emptyOn: string };

const DAY_MS = 86_400_000;
/** Days that are looked at, and the fewest that say anything. */
const WINDOW = 30;
const FEWEST = 3;
/** Later days are not said: nothing is used evenly for so long. */
const FARTHEST = 90;

/**
 * Returns the forecast; undefined when licences are not used up, or the days are too few to say. The use is the slope of a line
 * through the days (least squares), so that one busy day does not decide.
 *
 * @example
 * forecast([{ day: "2026-06-01", assigned: 10, total: 100 }, …], 40, now)?.emptyOn; // "2026-06-21"
 */
export function forecast(days: readonly LicenceDay[], available: number, now: Date): Forecast | undefined {
  const today = Math.floor(now.getTime() / DAY_MS);
  const points = days.map(({ day, assigned }) => ({ x: Date.parse(`${day}T00:00:00Z`) / DAY_MS - today, y: assigned }))
    .filter(({ x }) => x > -WINDOW);
  if (points.length < FEWEST) return undefined;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x0, y0] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = points.reduce((sum, { x }) => sum + (x - x0) ** 2, 0);
  if (spread === 0) return undefined;
  const perDay = points.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0) / spread;
  if (perDay <= 0) return undefined;
  const left = Math.floor(Math.max(0, available) / perDay);
  if (left > FARTHEST) return undefined;
  return { perDay, emptyOn: new Date((today + left) * DAY_MS).toISOString().slice(0, 10) };
}
