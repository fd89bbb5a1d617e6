/**
 * A time as the API writes it (docs/compatibility.md).
 *
 * @module
 */

/** UTC without zone, `2024-02-17T20:31:34.848000`; the fraction only when it is not zero. */
export function naiveUtc(time: Date): string;
export function naiveUtc(time: Date | null): string | null;
export function naiveUtc(time: Date | null): string | null {
  if (time === null) return null;
  const text = time.toISOString();
  return text.endsWith(".000Z") ? text.slice(0, 19) : `${text.slice(0, 23)}000`;
}
