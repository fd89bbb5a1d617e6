import assert from "node:assert/strict";
import fc from "fast-check";
import { decidePush, type PushFacts } from "../../../src/push/decision.ts";

const SETTINGS = {
  PUSH_MIN_TARGET_AGE: 5,
  PUSH_MAX_COMMAND_WAIT: 30,
  COMMAND_RESEND_AFTER: 60,
  CONNECT_DEFAULT_PERIOD: 14_400,
  CONNECT_RETRY_DELAY: 86_400,
  CONNECT_ENROLL_RETRY_DELAY: 30,
};
const START = Date.parse("2026-06-01T12:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000);
const facts = (given: Partial<PushFacts> = {}): PushFacts => ({
  createdAt: at(-100_000),
  lastSeenAt: at(-100),
  lastNotifiedAt: at(-200),
  forced: false,
  nextCommandAt: null,
  unansweredSince: null,
  ...given,
});
const decide = (given: Partial<PushFacts> = {}, now = at(0)) => decidePush(facts(given), SETTINGS, now);

Deno.test("a new device is pushed once it has settled, and again soon until it connects", () => {
  const fresh = { createdAt: at(-1), lastSeenAt: null, lastNotifiedAt: null };
  assert.deepEqual(decide(fresh), { push: false, at: at(4) });
  assert.deepEqual(decide(fresh, at(4)), { push: true, reason: "never seen" });
  assert.deepEqual(decide({ ...fresh, lastNotifiedAt: at(4) }, at(10)), { push: false, at: at(34) });
  assert.deepEqual(decide({ ...fresh, lastNotifiedAt: at(4) }, at(34)), { push: true, reason: "never seen" });
});

Deno.test("a device that was seen lately and has nothing to fetch is left alone until it counts as silent", () => {
  assert.deepEqual(decide(), { push: false, at: at(14_300) });
  assert.deepEqual(decide({}, at(14_300)), { push: true, reason: "silent" });
});

Deno.test("a waiting command pushes at once, one for later at its time", () => {
  assert.deepEqual(decide({ nextCommandAt: at(0) }), { push: true, reason: "command waits" });
  assert.deepEqual(decide({ nextCommandAt: at(50) }), { push: false, at: at(50) });
});

Deno.test("one push is outstanding at most while nothing waits: a silent device is pushed again a day later", () => {
  const away = { lastSeenAt: at(-20_000), lastNotifiedAt: at(-10) };
  assert.deepEqual(decide(away), { push: false, at: at(86_390) });
  assert.deepEqual(decide(away, at(86_390)), { push: true, reason: "silent" });
});

Deno.test("while commands wait, a push that nothing followed is repeated after minutes, then less and less", () => {
  let lastNotifiedAt = at(-10);
  const pauses: number[] = [];
  for (let now = at(0); pauses.length < 14;) {
    const decision = decide({ lastSeenAt: at(-100), lastNotifiedAt, nextCommandAt: at(-20) }, now);
    if (!decision.push) {
      now = decision.at;
      continue;
    }
    assert.equal(decision.reason, "command waits");
    pauses.push((now.getTime() - lastNotifiedAt.getTime()) / 1000);
    lastNotifiedAt = now;
  }
  assert.deepEqual(pauses.slice(0, 4), [120, 210, 420, 840]);
  assert.ok(pauses.every((pause, index) => index === 0 || pause >= (pauses[index - 1] ?? 0)));
  assert.equal(pauses.at(-1), 86_400);
});

Deno.test("an unanswered command causes a push when it can be offered again, also if the device connected in between", () => {
  const sent = { lastSeenAt: at(-20), unansweredSince: at(-20) };
  assert.deepEqual(decide(sent), { push: false, at: at(40) });
  assert.deepEqual(decide(sent, at(40)), { push: true, reason: "command unanswered" });
  const came = { lastSeenAt: at(-5), unansweredSince: at(-20) };
  assert.deepEqual(decide(came, at(40)), { push: true, reason: "command unanswered" });
  assert.deepEqual(decide({ ...came, unansweredCount: 3 }, at(40)), { push: false, at: at(220) });
});

Deno.test("an operator's push goes out whatever is outstanding, but not before the device has settled", () => {
  assert.deepEqual(decide({ forced: true, lastNotifiedAt: at(-1) }), { push: true, reason: "forced" });
  assert.deepEqual(decide({ forced: true, createdAt: at(-2) }), { push: false, at: at(3) });
});

Deno.test("a negative decision becomes positive at the time that it names, and never names the past", () => {
  const moment = fc.integer({ min: -200_000, max: 200_000 }).map(at);
  const maybe = fc.option(moment, { nil: null });
  fc.assert(fc.property(
    fc.record({
      createdAt: moment,
      lastSeenAt: maybe,
      lastNotifiedAt: maybe,
      forced: fc.boolean(),
      nextCommandAt: maybe,
      unansweredSince: maybe,
    }),
    (given) => {
      const decision = decidePush(given, SETTINGS, at(0));
      if (decision.push) return;
      assert.ok(decision.at > at(0));
      assert.equal(decidePush(given, SETTINGS, decision.at).push, true);
    },
  ));
});
