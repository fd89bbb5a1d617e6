import assert from "node:assert/strict";
import fc from "fast-check";
import { compareOsVersions, isKnownOsVersion, parseOsVersion } from "../../../src/protocol/os_version.ts";

Deno.test("versions are padded to three numbers and keep their extra", () => {
  assert.deepEqual(parseOsVersion("14"), { numbers: [14, 0, 0], extra: "" });
  assert.deepEqual(parseOsVersion("14.1"), { numbers: [14, 1, 0], extra: "" });
  assert.deepEqual(parseOsVersion("13.3.1 (a)"), { numbers: [13, 3, 1], extra: "(a)" });
});

Deno.test("a text that is not a version is 0.0.0", () => {
  for (const bad of [null, undefined, "", " ", "abc", "14.x", "14..1", "14.1.", "-1", "14 (a) (b)", "9".repeat(10)]) {
    assert.deepEqual(parseOsVersion(bad), { numbers: [0, 0, 0], extra: "" }, String(bad));
    assert.equal(isKnownOsVersion(bad), false);
  }
});

Deno.test("versions compare by number, not by text, and an extra sorts after none", () => {
  const ascending = ["", "9.3.5", "10.0", "10.15.7", "13.3", "13.3.1", "13.3.1 (a)", "13.3.1 (b)", "13.3.2", "14"];
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) {
      assert.equal(Math.sign(compareOsVersions(a, b)), Math.sign(i - j), `${a} and ${b}`);
    }
  }
  assert.equal(compareOsVersions("14", "14.0.0"), 0);
});

Deno.test("the order is antisymmetric and transitive for any text", () => {
  const version = fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{1,2}(\.[0-9]{1,2}){0,3}( \([a-c]\))?$/));
  fc.assert(fc.property(version, version, version, (a, b, c) => {
    assert.equal(compareOsVersions(a, b) + compareOsVersions(b, a), 0);
    if (compareOsVersions(a, b) <= 0 && compareOsVersions(b, c) <= 0) assert.ok(compareOsVersions(a, c) <= 0);
  }));
});
