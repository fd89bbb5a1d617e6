import assert from "node:assert/strict";
import {
  morePresent,
  type Observation,
  observe,
  type ObservedState,
  resends,
} from "../../../src/blueprints/observed_artifact.ts";

const START = Date.parse("2026-06-01T12:00:00Z");
const at = (minutes: number) => new Date(START + minutes * 60_000);
const seen = (
  status: Observation["status"],
  attempt: string,
  via: Observation["via"] = "declaration",
): Observation => ({
  status,
  via,
  contentRevision: 0,
  extraInfo: {},
  uniqueInstallIdentifier: attempt,
});

/** Observes one after another, a minute apart. */
function follow(observations: Observation[]): ObservedState[] {
  const states: ObservedState[] = [];
  for (const [minute, observation] of observations.entries()) {
    const before = states.at(-1);
    const after = observe(before, observation, "14.1", at(minute));
    assert.ok(after !== null || before !== undefined);
    if (after !== null) states.push(after);
  }
  return states;
}

Deno.test("an installation counts, with its time and OS version", () => {
  const [first, again] = follow([seen("Installed", "t1"), seen("Installed", "t2")]);
  assert.deepEqual(
    [first?.installCount, first?.installedAt, first?.osVersionAtInstallTime, first?.retryCount],
    [1, at(0), "14.1", 0],
  );
  assert.deepEqual([again?.installCount, again?.installedAt], [2, at(1)]);
});

Deno.test("a version that is confirmed later is installed then", () => {
  const [, confirmed] = follow([seen("AwaitingConfirmation", "t1"), seen("Installed", "t1")]);
  assert.deepEqual([confirmed?.installCount, confirmed?.installedAt], [1, at(1)]);
});

Deno.test("the same report twice is no news", () => {
  const [state] = follow([seen("Failed", "t")]);
  assert.equal(observe(state, seen("Failed", "t"), "14.1", at(1)), null);
});

Deno.test("a declaration is sent again at most twice, and a working one is not sent again", () => {
  const states = follow([seen("Failed", "t"), seen("Failed", "t.rc-1"), seen("Failed", "t.rc-2")]);
  assert.deepEqual(states.map(({ retryCount }) => retryCount), [1, 2, 2]);
  assert.ok(states.every(({ retryAt }) => retryAt === null));
  const well = observe(states.at(-1), seen("Installed", "t.rc-2"), "14.1", at(5));
  assert.deepEqual([well?.retryCount, well?.maxRetryCount], [2, 4]);
  const ill = observe(well ?? undefined, seen("Failed", "t.rc-2x"), "14.1", at(6));
  assert.equal(ill?.retryCount, 3);
});

Deno.test("a command is retried after ten minutes, then an hour, then no longer", () => {
  const states = follow([
    seen("Failed", "c1", "command"),
    seen("Failed", "c2", "command"),
    seen("Failed", "c3", "command"),
  ]);
  assert.deepEqual(states.map(({ retryAt }) => retryAt), [at(10), at(61), null]);
});

Deno.test("of two states of one version the more present one counts", () => {
  assert.equal(morePresent("Failed", "Uninstalled"), "Uninstalled");
  assert.equal(morePresent("Installed", "Acknowledged"), "Installed");
  assert.equal(morePresent("RemovalFailed", "AwaitingConfirmation"), "AwaitingConfirmation");
});

Deno.test("a declared app that failed is sent again after the pauses of commands", () => {
  const fails = (attempt: string): Observation => ({ ...seen("Failed", attempt), paused: true });
  const step = (before: ObservedState | undefined, one: Observation, minute: number): ObservedState =>
    observe(before, one, "14.1", at(minute)) ?? before ?? assert.fail();
  const sent = (state: ObservedState, minute: number) => [resends(state, at(minute)), state.retryAt];

  let state = step(undefined, fails("t"), 0);
  assert.deepEqual([sent(state, 9), sent(state, 10)], [[0, at(10)], [1, at(10)]]);
  // Whatever the device reports meanwhile, short of success, neither ends the pause nor begins another one.
  for (const minute of [1, 3, 5]) {
    state = step(state, seen("AwaitingConfirmation", "t"), minute);
    state = step(state, fails("t"), minute + 1);
    assert.deepEqual(sent(state, minute + 1), [0, at(10)]);
  }
  state = step(state, fails("t.rc-1"), 11);
  assert.deepEqual([sent(state, 70), sent(state, 71)], [[1, at(71)], [2, at(71)]]);
  state = step(state, fails("t.rc-2"), 72);
  assert.deepEqual(sent(state, 72), [2, null]);

  const first = step(undefined, fails("t"), 0);
  // Success, or a failure for good, leaves the token as it is.
  assert.deepEqual(sent(step(first, seen("Installed", "t"), 1), 20), [0, null]);
  assert.deepEqual(sent(step(first, { ...seen("Failed", "t"), extraInfo: { declined: true }, final: true }, 1), 20), [
    0,
    null,
  ]);
});
