import assert from "node:assert/strict";
import fc from "fast-check";
import { FAULTS } from "../../../simulators/chaos/faults.ts";
import { planFaults } from "../../../simulators/chaos/schedule.ts";

const anyRun = fc.record({
  seed: fc.nat(),
  seconds: fc.integer({ min: 10, max: 4000 }),
  servers: fc.integer({ min: 1, max: 5 }),
});

Deno.test("the same seed plans the same faults, another one others", () => {
  const of = (seed: number) => planFaults(FAULTS, { seed, seconds: 600, servers: 2 });
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1), of(2));
});

Deno.test("faults follow each other with time to recover, inside of the run, on servers that there are", () => {
  fc.assert(fc.property(anyRun, (run) => {
    let free = 0;
    for (const { at, name, victim, lasts } of planFaults(FAULTS, run)) {
      const [least, most] = FAULTS[name].lasts;
      assert.ok(at >= free, "not before the one before it is over");
      assert.ok(lasts >= least && lasts <= most, name);
      assert.ok(at + lasts <= run.seconds, "over before the end");
      assert.ok(victim >= 0 && victim < run.servers);
      free = at + lasts + 2.5;
    }
  }));
});

Deno.test("each round of the plan has every fault as often as its weight", () => {
  const weights = Object.values(FAULTS).reduce((sum, { weight }) => sum + weight, 0);
  fc.assert(fc.property(fc.nat(), (seed) => {
    const plan = planFaults(FAULTS, { seed, seconds: 1800, servers: 2 });
    const round = plan.slice(0, weights);
    for (const [name, { weight }] of Object.entries(FAULTS)) {
      assert.equal(round.filter((one) => one.name === name).length, weight, name);
    }
  }));
});

Deno.test("half an hour has at least 200 faults", () => {
  fc.assert(fc.property(fc.nat(), (seed) => {
    assert.ok(planFaults(FAULTS, { seed, seconds: 1800, servers: 2 }).length >= 200);
  }));
});

Deno.test("without kinds of faults, or without time, nothing is planned", () => {
  assert.deepEqual(planFaults({}, { seed: 1, seconds: 100, servers: 2 }), []);
  assert.deepEqual(planFaults(FAULTS, { seed: 1, seconds: 1, servers: 2 }), []);
});
