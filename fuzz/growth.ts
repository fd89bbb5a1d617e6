/**
 * Whether work grows with its input alone.
 *
 * The input is doubled, and what it costs is set against a twin that is linear for certain: one that looks at each byte of
 * the same input. Where a reader costs ever more of its twin, its work grows faster than the input. The clock only compares
 * the two.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;
type Read = (input: Bytes) => unknown;

const SMALLEST = 2 * 1024;
/** Bytes up to which inputs are doubled. */
export const LARGEST = 256 * 1024;
/** Over all doublings the ratio of linear work stays; of quadratic work it grows by 2 with each. */
const GROWTH = 6;
/** A cost of fewer looks at each byte is not judged: the clock's noise is as large. It is about half a microsecond. */
const FLOOR = 400;
const TRIES = 3;
const MOST_ROUNDS = 2000;

let sink = 0;
function twin(input: Uint8Array): void {
  let sum = 0;
  // In whole numbers: a product that may be too large for one is calculated in another way once it was, at another speed.
  for (let at = 0; at < input.length; at++) sum = (Math.imul(sum, 31) + (input[at] ?? 0)) | 0;
  sink ^= sum;
}

/** The minimum time of several runs, at least `runs`: disturbances only ever add time. */
async function cost(read: Read, input: Bytes, runs: number): Promise<number> {
  let least = Infinity;
  let spent = 0;
  for (let run = 0; run < runs || (run < 12 && spent < 4); run++) {
    const start = performance.now();
    try {
      await read(input);
    } catch {
      // Accepted or refused, it was read.
    }
    const time = performance.now() - start;
    least = Math.min(least, time);
    spent += time;
    // The first slow one is sufficient.
    if (time > 500) break;
  }
  return least;
}

/**
 * A look of the twin at a byte. It is fast, so it reads the input many times: for about as long as the reader, which takes `as`
 * long. On a busy machine what is short is not interrupted, what is long always is: only equally long work is slowed down
 * equally.
 */
function lookCost(input: Uint8Array, as = 0): number {
  const length = Math.max(1, input.length);
  const usual = Math.ceil(500_000 / length);
  const once = as === 0 ? 0 : lookCost(input) * length;
  const rounds = once === 0 ? usual : Math.max(usual, Math.min(MOST_ROUNDS, Math.ceil(as / once)));
  let least = Infinity;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    for (let round = 0; round < rounds; round++) twin(input);
    least = Math.min(least, (performance.now() - start) / rounds);
  }
  return least / length;
}

/** How a reader's cost grows, in looks at each byte; undefined when it grows with its input alone. */
async function superlinear(
  read: Read,
  make: (size: number) => Bytes,
  largest: number,
  runs: number,
): Promise<string | undefined> {
  const seen: string[] = [];
  let least = Infinity;
  // For a first suspicion the twin is measured once: it takes longer than most readers.
  const look = runs === 1 ? lookCost(new Uint8Array(SMALLEST)) : undefined;
  for (let size = SMALLEST; size <= largest; size *= 2) {
    const input = make(size);
    const time = await cost(read, input, runs);
    const looks = time / Math.max(1, input.length) / (look ?? lookCost(input, time));
    seen.push(`${input.length} bytes: ${Math.round(looks)}`);
    if (looks > GROWTH * Math.max(least, FLOOR)) return seen.join(", ");
    least = Math.min(least, looks);
  }
  return undefined;
}

/**
 * Describes how a reader's cost grows with inputs of about a size; undefined if it is linear. A suspicious growth is
 * measured more than once: another process may have used the processor during all of the runs.
 */
export async function growth(
  read: Read,
  make: (size: number) => Bytes,
  largest = LARGEST,
): Promise<string | undefined> {
  let found: string | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    // A disturbance of one run only raises suspicion, and that is looked into with more runs, and longer ones of the twin.
    found = await superlinear(read, make, largest, attempt === 0 ? 1 : 3);
    if (found === undefined) return undefined;
  }
  return found;
}
