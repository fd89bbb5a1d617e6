import assert from "node:assert/strict";
import { slugOf } from "../../../src/tags/slug.ts";

Deno.test("a slug is valid in an address", () => {
  assert.equal(slugOf("Ring 1 / Früh"), "ring-1-fruh");
  assert.equal(slugOf("a_b"), "a_b");
  assert.equal(slugOf("  --x--  "), "x");
  assert.equal(slugOf("日本"), "tag");
});
