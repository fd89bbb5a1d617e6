/**
 * Binary property lists of objects that are put together by hand: shared, repeated, in any order.
 *
 * @module
 */

/** Bytes of a reference, and of an offset. */
const SIZE = 4;

const big = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const head = (kind: number, count: number): number[] =>
  count < 15 ? [(kind << 4) | count] : [(kind << 4) | 15, 0x12, ...big(count)];
const concat = (...parts: readonly (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Objects; references are indices into the list that `binaryPlist` is given. */
export const objects = {
  yes: Uint8Array.of(0x09),
  text: (text: string) => concat(head(5, text.length), new TextEncoder().encode(text)),
  data: (data: Uint8Array) => concat(head(4, data.length), data),
  array: (items: readonly number[]) => concat(head(10, items.length), items.flatMap(big)),
  dict: (keys: readonly number[], values: readonly number[]) =>
    concat(head(13, keys.length), keys.flatMap(big), values.flatMap(big)),
};

/** The list of `all`, the first being the outermost; `again` are indices of objects that are repeated in the table. */
export function binaryPlist(all: readonly Uint8Array[], again: readonly number[] = []): Uint8Array<ArrayBuffer> {
  const offsets: number[] = [];
  let at = 8;
  for (const object of all) {
    offsets.push(at);
    at += object.length;
  }
  const places = [...offsets, ...again.map((index) => offsets[index] ?? 0)];
  const trailer = new Uint8Array(32);
  const view = new DataView(trailer.buffer);
  view.setUint8(6, SIZE);
  view.setUint8(7, SIZE);
  view.setBigUint64(8, BigInt(places.length));
  view.setBigUint64(24, BigInt(at));
  return concat(new TextEncoder().encode("bplist00"), ...all, places.flatMap(big), trailer);
}
