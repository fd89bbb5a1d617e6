/**
 * Numbers that look random and are the same for the same seed.
 *
 * @module
 */

/** A source of numbers. */
export type Random = {
  /** 32 bits. */
  next(): number;
  /** An integer from 0 up to and without `end`. */
  below(end: number): number;
  /** Whether something happens that happens so often, from 0 to 1. */
  chance(of: number): boolean;
  /** One of these. Throws for an empty list. */
  pick<T>(from: readonly T[]): T;
};

/** A source for a seed and a name: FNV-1a computes the state, mulberry32 the numbers. */
export function randomOf(seed: number, name: string): Random {
  let state = 0x811c9dc5 ^ seed;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (end: number) => end <= 0 ? 0 : next() % end;
  return {
    next,
    below,
    chance: (of) => next() < of * 2 ** 32,
    pick(from) {
      const picked = from[below(from.length)];
      if (picked === undefined && from.length === 0) throw new RangeError("There is nothing to pick from");
      // The index is below the length, so what is undefined here is an element.
      return picked as (typeof from)[number];
    },
  };
}
