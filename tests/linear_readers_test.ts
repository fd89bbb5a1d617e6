/**
 * The work of every reader of outside text grows with its input and no faster. No time is asserted: the clock only compares
 * a reader with a linear twin.
 */

import assert from "node:assert/strict";
import { growth, LARGEST } from "../fuzz/growth.ts";
import { type Bytes, READERS } from "../fuzz/readers.ts";

Deno.test("a reader that looks back once for each byte is found out, as is a pattern that tries again", async () => {
  const backwards = (input: Bytes) => {
    let sum = 0;
    for (let at = 0; at < input.length; at++) for (let back = 0; back < at; back++) sum += input[back] ?? 0;
    return sum;
  };
  const text = (size: number) => new TextEncoder().encode("1".repeat(size) + "x");
  const decoder = new TextDecoder();
  // Some thousands of bytes are enough for this one.
  assert.ok(await growth(backwards, text, 128 * 1024) !== undefined);
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
