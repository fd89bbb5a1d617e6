import assert from "node:assert/strict";
import { ByteCache } from "../../../src/downloads/byte_cache.ts";

const at = (seconds: number) => new Date(seconds * 1000);
const bytes = (length: number) => new Uint8Array(length);

Deno.test("the most recently used entries stay, up to the size", () => {
  const cache = new ByteCache({ bytes: 10, seconds: 60 });
  cache.set("a", bytes(4), at(0));
  cache.set("b", bytes(4), at(0));
  assert.equal(cache.get("a", at(1))?.length, 4);
  cache.set("c", bytes(4), at(1));
  assert.deepEqual(["a", "b", "c"].map((key) => cache.get(key, at(1)) !== undefined), [true, false, true]);
  cache.set("big", bytes(11), at(1));
  assert.equal(cache.get("big", at(1)), undefined);
  assert.equal(cache.get("a", at(1))?.length, 4);
  cache.set("a", bytes(10), at(1));
  assert.equal(cache.get("c", at(1)), undefined);
  assert.equal(cache.get("a", at(1))?.length, 10);
});

Deno.test("an entry that is too old is dropped, however often it was used", () => {
  const cache = new ByteCache({ bytes: 10, seconds: 60 });
  cache.set("a", bytes(1), at(0));
  assert.ok(cache.get("a", at(59)));
  assert.equal(cache.get("a", at(60)), undefined);
});
