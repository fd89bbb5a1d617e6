import assert from "node:assert/strict";
import fc from "fast-check";
import { compareAppVersions, newerInCatalogue } from "../../src/app_version.ts";

Deno.test("versions of apps are compared part by part, as numbers", () => {
  const ascending = [
    "",
    "0.9",
    "1.0d2",
    "1.0a1",
    "1.0b2",
    "1.0b10",
    "1.0fc1",
    "1.0",
    "1.0.2",
    "1.0.2k",
    "1.0.3",
    "1.2.9",
    "1.9",
    "1.10",
    "2.0 beta",
    "2.0-rc.1",
    "2.0-rc.2",
    "2.0 (1200)",
    "2.0 (1201)",
    "10",
    "2026.11.1",
    "99999999999999999999.1",
    "100000000000000000000",
  ];
  for (const [n, one] of ascending.entries()) {
    for (const [m, other] of ascending.entries()) {
      assert.equal(compareAppVersions(one, other), Math.sign(n - m), `${one} and ${other}`);
    }
  }
});

Deno.test("what is written in another way is the same version", () => {
  const pairs = [["1", "1.0.0"], ["v1.2", "1.2"], ["Version 7", "7"], ["1.02", "1.2"], ["1,2", "1.2"], ["", "0.0"]];
  pairs.push(["1.0 RC 1", "1.0rc1"], ["1.0b1", "1 beta 1"], ["1.0fc2", "1.0-rc.2"]);
  for (const [one = "", other = ""] of pairs) assert.equal(compareAppVersions(one, other), 0, `${one} and ${other}`);
});

Deno.test("the order of versions is one order", () => {
  const version = fc.stringMatching(/^[0-9]{1,2}([.b]?[0-9a-c]{1,2}){0,3}$/);
  fc.assert(fc.property(version, version, version, (a, b, c) => {
    assert.equal(compareAppVersions(a, b), -compareAppVersions(b, a) + 0);
    if (compareAppVersions(a, b) <= 0 && compareAppVersions(b, c) <= 0) assert.ok(compareAppVersions(a, c) <= 0);
  }));
});

Deno.test("the catalogue has a later version only of what can be compared", () => {
  const newer = (shortVersion: string, version: string, latest: string) =>
    newerInCatalogue({ shortVersion, version }, latest);
  assert.equal(newer("1.9", "400", "1.10"), "1.10");
  assert.equal(newer("1.10", "400", "1.10.0"), "");
  assert.equal(newer("2.0", "1", "1.10"), "");
  assert.equal(newer("", "1.9", "1.10"), "1.10");
  assert.equal(newer("unknown", "", "1.10"), "");
  assert.equal(newer("1.0", "", ""), "");
});
