import assert from "node:assert/strict";
import { parseKeyRing } from "../../../src/secrets/key_ring.ts";
import { systemRandom } from "../../../src/runtime.ts";

Deno.test("an encrypted text opens unchanged, whatever its beginning", async () => {
  const ring = await parseKeyRing("test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", systemRandom);
  const context = { table: "t", column: "c", id: 1 };
  for (const text of ["", "\ufeffsecret", "Ü𝄞", "\0"]) {
    assert.equal(await ring.openText(await ring.seal(text, context), context), text);
  }
});
