/**
 * The smallest input that still does the same.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

function without(input: Bytes, start: number, length: number): Bytes {
  const rest = input.subarray(start + length);
  const whole = new Uint8Array(start + rest.length);
  whole.set(input.subarray(0, start));
  whole.set(rest, start);
  return whole;
}

/**
 * Takes pieces out of `input`, large ones first, as long as `same` holds of what is left. Ends after `tries` looks; the
 * answer is never longer than the input.
 */
export async function minimise(input: Bytes, same: (input: Bytes) => Promise<boolean>, tries = 2000): Promise<Bytes> {
  let [least, left] = [input, tries];
  for (let length = Math.max(1, input.length >> 1); left > 0; length = length >> 1) {
    for (let start = 0; start < least.length && left > 0;) {
      left--;
      const shorter = without(least, start, length);
      if (shorter.length < least.length && await same(shorter)) least = shorter;
      else start += length;
    }
    if (length <= 1) break;
  }
  return least;
}
