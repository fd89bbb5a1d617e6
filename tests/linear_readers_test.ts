/**
 * The work of every reader of outside text grows with its input and no faster. No time is asserted: the clock only compares
 * a reader with a linear twin.
 */

import assert from "node:assert/strict";
import { growth, LARGEST } from "../fuzz/growth.ts";
import { type Bytes, READERS } from "../fuzz/readers.ts";

Deno.test("a reader that looks back once for each byte is found out, as are a leap and a pattern that tries again", async () => {
  const backwards = (input: Bytes) => {
    let sum = 0;
    for (let at = 0; at < input.length; at++) for (let back = 0; back < at; back++) sum += input[back] ?? 0;
    return sum;
  };
  // At the smallest size both do just enough to be judged: with more they would take longer, and be found no sooner.
  const digits = (size: number) => new TextEncoder().encode("1".repeat(size) + "x");
  const fewer = (size: number) => new TextEncoder().encode("1".repeat(size * 2 / 3) + "x".repeat(size / 3));
  const decoder = new TextDecoder();
  const leap = (input: Bytes) => {
    let sum = 0;
    const rounds = input.length < 4096 ? 1 : 20_000;
    for (let round = 0; round < rounds; round++) for (let at = 0; at < 4096; at++) sum += input[at] ?? 0;
    return sum;
  };
  // First, and short: what all are compared with is then compiled. Otherwise one more doubling is tried, four times as long.
  assert.ok(await growth(leap, digits, 4096) !== undefined);
  for (const text of [digits, fewer]) {
    assert.equal(await growth((input) => /^[0-9]+(?:\.[0-9]*)?$/.test(decoder.decode(input)), text), undefined);
  }
  // Some thousands of bytes are enough for this one.
  assert.ok(await growth(backwards, digits, 128 * 1024) !== undefined);
  assert.ok(await growth((input) => /^[0-9]+\.?[0-9]*$/.test(decoder.decode(input)), fewer) !== undefined);
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
  Deno.test(`other input is refused, and never with another error: ${name}`, async () => {
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
  Deno.test(`the seeds are accepted inputs: ${name}`, async () => {
    for (const seed of seeds()) await read(seed);
  });
}
