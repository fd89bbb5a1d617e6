/**
 * The work of every reader of outside text grows with its input and no faster.
 *
 * The input of each is doubled, and what it costs is set against a twin that is linear for certain: one that looks at each
 * byte of the same input. Where the reader costs ever more of its twin, its work grows faster than the input. The clock
 * only compares the two; no time is asserted.
 */

import assert from "node:assert/strict";
import { type Bytes, READERS } from "../fuzz/readers.ts";

const SMALLEST = 2 * 1024;
const LARGEST = 256 * 1024;
/** Over all doublings the ratio of linear work stays; of quadratic work it grows by 2 with each. */
const GROWTH = 6;
/** What costs less than this many looks at each byte is not judged: the clock's noise is as large. */
const FLOOR = 100;
const TRIES = 3;

let sink = 0;
function twin(input: Uint8Array): void {
  let sum = 0;
  for (let at = 0; at < input.length; at++) sum = (sum * 31 + (input[at] ?? 0)) | 0;
  sink ^= sum;
}

type Read = (input: Bytes) => unknown;

/** The least time of some runs: what disturbs a run only ever adds. */
async function cost(read: Read, input: Bytes): Promise<number> {
  let least = Infinity;
  let spent = 0;
  for (let run = 0; run < 3 || (run < 12 && spent < 4); run++) {
    const start = performance.now();
    try {
      await read(input);
    } catch {
      // Whether it is taken or refused, it was read.
    }
    const time = performance.now() - start;
    least = Math.min(least, time);
    spent += time;
    // The first of the slow ones says enough.
    if (time > 500) break;
  }
  return least;
}

/** The twin on so many bytes; it is fast, so it goes over them often. */
function twinCost(input: Uint8Array): number {
  const rounds = Math.max(1, Math.ceil(500_000 / input.length));
  let least = Infinity;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    for (let round = 0; round < rounds; round++) twin(input);
    least = Math.min(least, (performance.now() - start) / rounds);
  }
  return least;
}

/** How a reader's cost grows, in looks at each byte; undefined when it grows with its input alone. */
async function superlinear(read: Read, make: (size: number) => Bytes, largest = LARGEST): Promise<string | undefined> {
  const seen: string[] = [];
  let least = Infinity;
  for (let size = SMALLEST; size <= largest; size *= 2) {
    const input = make(size);
    const looks = (await cost(read, input)) / twinCost(input);
    seen.push(`${input.length} bytes: ${Math.round(looks)}`);
    if (looks > GROWTH * Math.max(least, FLOOR)) return seen.join(", ");
    least = Math.min(least, looks);
  }
  return undefined;
}

/** The same, more than once where it seems so: another process may have taken the processor for all of the runs. */
async function growth(read: Read, make: (size: number) => Bytes, largest?: number): Promise<string | undefined> {
  let found: string | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    found = await superlinear(read, make, largest);
    if (found === undefined) return undefined;
  }
  return found;
}

Deno.test("a reader that looks back once for each byte is found out, as is a pattern that tries again", async () => {
  const backwards = (input: Bytes) => {
    let sum = 0;
    for (let at = 0; at < input.length; at++) for (let back = 0; back < at; back++) sum += input[back] ?? 0;
    return sum;
  };
  const text = (size: number) => new TextEncoder().encode("1".repeat(size) + "x");
  const decoder = new TextDecoder();
  assert.ok(await growth(backwards, text) !== undefined);
  assert.ok(await growth((input) => /^[0-9]+\.?[0-9]*$/.test(decoder.decode(input)), text) !== undefined);
  assert.equal(await growth((input) => /^[0-9]+(?:\.[0-9]*)?$/.test(decoder.decode(input)), text), undefined);
});

for (const { name, read, shapes, largest } of READERS) {
  Deno.test(`the work of reading grows with the input alone: ${name}`, async () => {
    const faults: string[] = [];
    for (const [shape, make] of Object.entries(shapes)) {
      const found = await growth(read, make, Math.min(LARGEST, largest));
      if (found !== undefined) faults.push(`${shape}: looks at each byte by size: ${found}`);
    }
    assert.deepEqual(faults, []);
  });
}

for (const { name, read, refuses, shapes, seeds } of READERS) {
  Deno.test(`what is not taken is refused, and never with another error: ${name}`, async () => {
    for (const input of [...seeds(), ...Object.values(shapes).map((make) => make(5000))]) {
      for (
        const tried of [
          input,
          input.slice(0, input.length >> 1),
          input.map((byte, at) => at % 97 === 0 ? 0 : byte),
        ]
      ) {
        try {
          await read(tried);
        } catch (error) {
          assert.ok(refuses(error), `${String(error)}: ${new TextDecoder().decode(tried.slice(0, 200))}`);
        }
      }
    }
  });
}

for (const { name, read, seeds } of READERS) {
  Deno.test(`the seeds are inputs that it takes: ${name}`, async () => {
    for (const seed of seeds()) await read(seed);
  });
}
