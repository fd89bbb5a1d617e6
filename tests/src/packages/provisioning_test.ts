import assert from "node:assert/strict";
import { permits, provisioningOf, stateOfExpiry } from "../../../src/packages/provisioning.ts";

const NOW = new Date("2026-06-01T12:00:00Z");
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

Deno.test("a profile permits the apps of its team that it names, or whose beginning it names", () => {
  const permitted = (profile: string, bundleId: string, embedded = "") =>
    permits({ applicationIdentifier: profile }, { bundleId, embedded });
  assert.ok(permitted("TEAM.com.example.app", "com.example.app"));
  assert.ok(permitted("TEAM.com.example.*", "com.example.app", "TEAM.com.example.app"));
  assert.ok(permitted("TEAM.*", "com.example.app"));
  assert.ok(!permitted("TEAM.com.example.app", "com.example.app2"));
  assert.ok(!permitted("TEAM.com.example.*", "com.examples.app"));
  assert.ok(!permitted("OTHER.*", "com.example.app", "TEAM.com.example.app"));
  assert.ok(!permitted("", "com.example.app"));
  assert.ok(!permitted("TEAM", "TEAM"));
});

Deno.test("a profile is renewed from 30 days before its end", () => {
  assert.deepEqual([31, 30, 1, 0, -1].map((days) => stateOfExpiry(inDays(days), NOW)), [
    "ok",
    "expiring",
    "expiring",
    "expired",
    "expired",
  ]);
  assert.equal(stateOfExpiry(null, NOW), "ok");
});

const profile = (name: string, days: number, applicationIdentifier = "TEAM.com.example.app") => ({
  name,
  uuid: name,
  applicationIdentifier,
  expiresAt: inDays(days),
});

Deno.test("in each blueprint the profile that lasts longest counts, and the first of these to end decides", () => {
  const app = (blueprintIds: number[], embedded: number | null) => ({
    bundleId: "com.example.app",
    blueprintIds,
    profile: embedded === null ? null : profile("embedded", embedded),
  });
  const held = (name: string, days: number, blueprintIds: number[], id?: string) => ({
    ...profile(name, days, id),
    blueprintIds,
  });
  const decided = (...args: Parameters<typeof provisioningOf>) => {
    const { state, decides } = provisioningOf(...args);
    return [state, decides?.name];
  };
  assert.deepEqual(decided(app([1], 10), [], NOW), ["expiring", "embedded"]);
  assert.deepEqual(decided(app([1], 10), [held("a", 300, [1])], NOW), ["ok", "a"]);
  // Devices of the second blueprint have only the one in the app.
  assert.deepEqual(decided(app([1, 2], 10), [held("a", 300, [1])], NOW), ["expiring", "embedded"]);
  assert.deepEqual(decided(app([1, 2], -1), [held("a", 300, [1]), held("b", 20, [2])], NOW), ["expiring", "b"]);
  assert.deepEqual(decided(app([1], null), [held("a", 300, [2])], NOW), ["missing", undefined]);
  assert.deepEqual(decided(app([], null), [held("a", 300, [2])], NOW), ["ok", "a"]);
  assert.deepEqual(decided(app([1], null), [held("other", 300, [1], "TEAM.com.other")], NOW), ["missing", undefined]);
  assert.deepEqual(decided(app([1], -5), [], NOW), ["expired", "embedded"]);
});
