import assert from "node:assert/strict";
import { z } from "zod";
import { limitsOf } from "../../../../routes/admin/parts/limits.ts";
import { pkField } from "../../../../src/input_fields.ts";
import { blankableField, textField } from "../../../../src/input_text.ts";

Deno.test("a browser gets the limits of the schema, whatever is around it, and no others", () => {
  assert.deepEqual(limitsOf(textField(256)), { maxlength: 256 });
  assert.deepEqual(limitsOf(blankableField(32).default("").describe("x")), { maxlength: 32 });
  assert.deepEqual(limitsOf(z.int().min(0).max(100).nullable().optional()), { min: 0, max: 100 });
  assert.deepEqual(limitsOf(z.int().min(1)), { min: 1 });
  for (const schema of [z.int(), pkField, z.string(), z.boolean()]) assert.deepEqual(limitsOf(schema), {});
});
