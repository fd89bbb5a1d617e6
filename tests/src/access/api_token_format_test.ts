import assert from "node:assert/strict";
import { hashApiToken, isApiToken, newApiToken } from "../../../src/access/api_token_format.ts";
import { systemRandom } from "../../../src/runtime.ts";

Deno.test("a token has its form and checksum, and one changed character is noticed", () => {
  const token = newApiToken(systemRandom, "user");
  assert.match(token, /^ztlu_[0-9A-Za-z]{36}$/);
  assert.match(newApiToken(systemRandom, "service"), /^ztls_/);
  assert.ok(isApiToken(token));
  const flipped = token[10] === "a" ? "b" : "a";
  for (const bad of ["", "x", token + "a", token.slice(1), `${token.slice(0, 10)}${flipped}${token.slice(11)}`]) {
    assert.equal(isApiToken(bad), false, bad);
  }
});

Deno.test("a token's hash is BLAKE2b-256", () => {
  // RFC 7693's function with 32 bytes of output, computed with Python's hashlib.blake2b(digest_size=32).
  assert.equal(hashApiToken("").toHex(), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
});
