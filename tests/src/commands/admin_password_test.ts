import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { adminPassword, adminPasswordHash } from "../../../src/commands/admin_password.ts";
import { asDict, data, dict, int, parsePlist } from "../../../src/protocol/plist.ts";
import { systemRandom } from "../../../src/runtime.ts";

Deno.test("a password has two to four groups of six characters, none of which looks like another", () => {
  for (const [complexity, groups] of [[1, 2], [2, 3], [3, 4]] as const) {
    const password = adminPassword(systemRandom, complexity);
    assert.match(password, /^[A-HJ-NP-Z2-9]{6}(-[A-HJ-NP-Z2-9]{6})*$/);
    assert.equal(password.split("-").length, groups);
  }
  const many = new Set(Array.from({ length: 500 }, () => adminPassword(systemRandom, 1)));
  assert.equal(many.size, 500);
});

Deno.test("the hash is the salted PBKDF2 of SHA-512 that macOS reads", async () => {
  const list = asDict(parsePlist(await adminPasswordHash(systemRandom, "ABCDEF-234567")));
  const hash = dict(list, "SALTED-SHA512-PBKDF2");
  assert.ok(hash);
  const [entropy, salt, iterations] = [data(hash, "entropy"), data(hash, "salt"), int(hash, "iterations")];
  assert.ok(entropy && salt);
  assert.deepEqual([entropy.length, salt.length, iterations], [128, 32, 39_999]);
  assert.deepEqual(new Uint8Array(pbkdf2Sync("ABCDEF-234567", salt, 39_999, 128, "sha512")), new Uint8Array(entropy));
});
