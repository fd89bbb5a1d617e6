import assert from "node:assert/strict";
import { hashPassword, isOutdatedHash, PASSWORD_COST, verifyPassword } from "../../../src/access/passwords.ts";
import { systemRandom } from "../../../src/runtime.ts";
import { CHEAP, PASSWORD } from "./person.ts";

const cheap = { random: systemRandom, passwordCost: CHEAP };

Deno.test("a password is known again, in any Unicode form, and no other is", async () => {
  const hash = await hashPassword("Schlüssel zum Garten", cheap);
  const known = (password: string, stored?: string) => verifyPassword(password, stored, PASSWORD_COST);
  assert.ok(await known("Schlüssel zum Garten", hash));
  assert.ok(await known("Schlu\u0308ssel zum Garten", hash));
  assert.equal(await known("schlüssel zum garten", hash), false);
  assert.equal(await known("", hash), false);
  assert.equal(await known("x".repeat(2000), hash), false);
  assert.equal(await known("anything", undefined), false);
  assert.ok(isOutdatedHash(hash, PASSWORD_COST));
  assert.notEqual(hash, await hashPassword("Schlüssel zum Garten", cheap));
  await assert.rejects(known("x", "md5$abc"));
});

Deno.test("a server's own hashes have the recommended cost, and are recognized at that cost", async () => {
  // OWASP's for scrypt with p = 3: less would help an attacker with a copy of the database.
  assert.deepEqual(PASSWORD_COST, { logN: 15, r: 8, p: 3 });
  const hash = await hashPassword(PASSWORD, { random: systemRandom, passwordCost: PASSWORD_COST });
  assert.match(hash, /^scrypt\$15\$8\$3\$/);
  assert.equal(isOutdatedHash(hash, PASSWORD_COST), false);
  assert.ok(await verifyPassword(PASSWORD, hash, PASSWORD_COST));
});
