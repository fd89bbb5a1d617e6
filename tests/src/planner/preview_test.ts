import assert from "node:assert/strict";
import fc from "fast-check";
import type { PlanRow } from "../../../db/work/plan_facts.ts";
import type { BlueprintContent } from "../../../src/blueprints/content.ts";
import { desiredDigest } from "../../../src/planner/digest.ts";
import type { Looked } from "../../../src/planner/look_through.ts";
import { compare, PreviewSum } from "../../../src/planner/preview.ts";
import { situate } from "../../../src/planner/situation.ts";
import { contents, converge, factsOf, freshMemory, installed, type Memory, NOW, type World, worlds } from "./worlds.ts";

function looked(content: BlueprintContent, world: World, memory: Memory): Looked {
  const facts = { ...factsOf(content, world, memory), lockPinEscrowed: false, desiredDigest: null, ended: false };
  const situation = situate(facts, NOW);
  const row = { deviceId: 1, serialNumber: world.serialNumber, userKey: "" } as unknown as PlanRow;
  return { row, facts, situation, digest: desiredDigest(content, situation) };
}

Deno.test("for any fleet and any change, the preview's numbers match the outcome", () => {
  fc.assert(
    fc.property(contents, contents, fc.array(worlds, { minLength: 1, maxLength: 8 }), (before, after, fleet) => {
      const sum = new PreviewSum();
      const happened = { woken: 0, gaining: 0, losing: 0, updating: 0 };
      for (const world of fleet) {
        const memory = freshMemory();
        converge(before, world, memory);
        const change = compare(looked(before, world, memory), looked(after, world, memory));
        sum.add(change);
        const had = installed(memory);
        const steps = converge(after, world, memory, before.artifacts);
        const has = installed(memory);
        const gains = [...has.keys()].filter((id) => !had.has(id)).sort();
        const loses = [...had.keys()].filter((id) => !has.has(id)).sort();
        const updates = [...has].filter(([id, version]) => had.has(id) && had.get(id) !== version).map(([id]) => id)
          .sort();
        const ids = (items: readonly { id: string }[] | undefined) => (items ?? []).map(({ id }) => id).sort();
        assert.deepEqual([ids(change?.gains), ids(change?.loses), ids(change?.updates)], [gains, loses, updates]);
        if (steps.length > 0) assert.ok(change?.woken, "a device with something to do is woken");
        if (gains.length > 0) happened.gaining++;
        if (loses.length > 0) happened.losing++;
        if (updates.length > 0) happened.updating++;
      }
      const { devices } = sum.result();
      assert.equal(devices.examined, fleet.length);
      assert.deepEqual(
        [devices.gaining, devices.losing, devices.updating],
        [happened.gaining, happened.losing, happened.updating],
      );
    }),
    { numRuns: 200 },
  );
});

Deno.test("a change without effect wakes no device", () => {
  fc.assert(
    fc.property(contents, worlds, (content, world) => {
      const memory = freshMemory();
      converge(content, world, memory);
      assert.equal(compare(looked(content, world, memory), looked(content, world, memory)), null);
    }),
    { numRuns: 200 },
  );
});
