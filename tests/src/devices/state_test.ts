import assert from "node:assert/strict";
import type { StateFacts } from "../../../db/devices/device_state_views.ts";
import { restorableUntil, stateOf } from "../../../src/devices/state.ts";

const NOW = new Date("2026-06-15T12:00:00Z");
const ago = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const facts = (given: Partial<StateFacts> = {}): StateFacts => ({
  deletedAt: null,
  purgeBeganAt: null,
  blockedAt: null,
  enrolled: true,
  heardAt: ago(1),
  ...given,
});

Deno.test("a device is active, silent after a week, released when blocked or not enrolled, deleted, and gone at last", () => {
  assert.equal(stateOf(facts(), NOW), "active");
  assert.equal(stateOf(facts({ heardAt: ago(7) }), NOW), "active");
  assert.equal(stateOf(facts({ heardAt: ago(7.01) }), NOW), "silent");
  assert.equal(stateOf(facts({ enrolled: false }), NOW), "released");
  assert.equal(stateOf(facts({ enrolled: false, heardAt: null }), NOW), "released");
  assert.equal(stateOf(facts({ blockedAt: ago(1) }), NOW), "released");
  assert.equal(stateOf(facts({ deletedAt: ago(1), blockedAt: ago(2), enrolled: false }), NOW), "deleted");
  assert.equal(stateOf(facts({ deletedAt: ago(31), purgeBeganAt: ago(1) }), NOW), "gone");
});

Deno.test("a deleted device can be restored for the configured number of days", () => {
  assert.deepEqual(restorableUntil(NOW, { DEVICE_DELETION_DAYS: 30 }), new Date("2026-07-15T12:00:00Z"));
});
