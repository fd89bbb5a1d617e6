/**
 * Whether Apple's list of software updates arrives. Pure.
 *
 * @module
 */

/** What is known of the last fetches. */
type Fetches = { readonly fetchedAt: Date | null; readonly refusal: string | null };

const STALE_MS = 2 * 86_400_000;

/**
 * Returns what is wrong with the list, as a sentence: the last one was not taken, or there was none for two days. Null if nothing
 * is wrong, or if the list was never asked for.
 */
export function feedTrouble({ fetchedAt, refusal }: Fetches, now: Date): string | null {
  const since = fetchedAt === null
    ? ""
    : ` The last one that was taken is from ${fetchedAt.toISOString().slice(0, 10)}.`;
  if (refusal !== null) return `Apple's list of software updates was not taken: ${refusal}.${since}`;
  return fetchedAt !== null && now.getTime() - fetchedAt.getTime() > STALE_MS
    ? `Apple's list of software updates was not fetched for two days.${since}`
    : null;
}
