import assert from "node:assert/strict";
import { looksSecret, SECRET_WORDS } from "../../../src/variables/secret_names.ts";

Deno.test("a name looks like a secret by one of its words, whatever number follows the word", () => {
  for (const word of SECRET_WORDS) {
    for (const name of [word, `${word}2`, `WIFI_${word}`, `WIFI_${word}10`, `${word}_OF_WIFI`, `A_${word}3_B`]) {
      assert.equal(looksSecret(name), true, name);
    }
  }
  for (const name of ["ROOM", "MONKEY", "PASSAGE", "KEYBOARD_LAYOUT", "PINE", "TOKENS9X", "A", "OWNER_2", "COMPASS"]) {
    assert.equal(looksSecret(name), false, name);
  }
});
