import assert from "node:assert/strict";
import fc from "fast-check";
import { applyFilter } from "../../../src/blueprints/filter.ts";
import { resolve } from "../../../src/blueprints/resolve.ts";
import type { BlueprintContent } from "../../../src/blueprints/content.ts";
import { plan } from "../../../src/planner/plan.ts";
import { situate } from "../../../src/planner/situation.ts";
import { contents, converge, factsOf, filters, freshMemory, installed, NOW, type World, worlds } from "./worlds.ts";

const RUNS = { numRuns: 200 };
const shuffled = <T>(items: readonly T[], seed: number): T[] =>
  items.map((item, index) => ({ item, key: (index * 7919 + seed * 104_729) % 997 })).sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

/** The same blueprint, written down in another order. */
const reordered = (content: BlueprintContent, seed: number): BlueprintContent => ({
  ...content,
  artifacts: new Map(
    shuffled([...content.artifacts.values()], seed).map((artifact) => [artifact.id, {
      ...artifact,
      requires: shuffled(artifact.requires, seed + 1),
      versions: shuffled(artifact.versions, seed + 2),
    }]),
  ),
});

const scope = (content: BlueprintContent, { target, tags, serialNumber }: World) =>
  resolve(content, { ...target, tags, serialNumber }, new Map());

/** The same question, asked without any of the code: by the words of the rules. */
function naive(content: BlueprintContent, { target, tags, serialNumber }: World): Map<string, string> {
  const passes = (filter: Parameters<typeof applyFilter>[0], id: string) =>
    applyFilter(filter, id, { ...target, tags, serialNumber }).in;
  const versionOf = (id: string) => {
    const artifact = content.artifacts.get(id)!;
    const open = artifact.versions.filter((one) => one.state === "active" && passes(one.filter, one.id));
    return open.sort((one, other) => other.version - one.version)[0];
  };
  const complete = (id: string): boolean =>
    versionOf(id) !== undefined && content.artifacts.get(id)!.requires.every((needed) => complete(needed));
  const wanted = new Set<string>();
  const pull = (id: string) => {
    wanted.add(id);
    for (const needed of content.artifacts.get(id)!.requires) pull(needed);
  };
  for (const artifact of content.artifacts.values()) {
    if (artifact.link !== null && passes(artifact.link, artifact.id)) pull(artifact.id);
  }
  return new Map([...wanted].filter(complete).map((id) => [id, versionOf(id)!.id]));
}

Deno.test("the scope follows the rules, whatever the order of the input", () => {
  fc.assert(
    fc.property(contents, worlds, fc.nat(), (content, world, seed) => {
      const expected = naive(content, world);
      for (const one of [content, reordered(content, seed)]) {
        const found = scope(one, world).flatMap(({ artifact, version }) =>
          version === null ? [] : [[artifact.id, version.id]]
        );
        assert.deepEqual(new Map(found as [string, string][]), expected);
      }
    }),
    RUNS,
  );
});

Deno.test("a plan does not depend on the order in which a blueprint was written down", () => {
  fc.assert(
    fc.property(contents, worlds, fc.nat(), (content, world, seed) => {
      const [one, other] = [content, reordered(content, seed)].map((each) =>
        plan(factsOf(each, world, freshMemory()), NOW)
      );
      assert.deepEqual(one?.decisions, other?.decisions);
      assert.equal(one?.situation.declarations.token, other?.situation.declarations.token);
    }),
    RUNS,
  );
});

Deno.test("a wider shard loses no device", () => {
  fc.assert(
    fc.property(filters, worlds, fc.nat({ max: 100 }), (filter, { target, tags, serialNumber }, more) => {
      const asked = { ...target, tags, serialNumber };
      const wider = { ...filter, defaultShard: Math.min(filter.shardModulo, filter.defaultShard + more) };
      if (applyFilter(filter, "0000000a-0000-4000-8000-000000000001", asked).in) {
        assert.ok(applyFilter(wider, "0000000a-0000-4000-8000-000000000001", asked).in);
      }
    }),
    RUNS,
  );
});

Deno.test("a compliant device settles with exactly what it should have and supports", () => {
  fc.assert(
    fc.property(contents, worlds, (content, world) => {
      const memory = freshMemory();
      converge(content, world, memory);
      const { deliveries } = situate(factsOf(content, world, memory), NOW);
      const expected = deliveries.filter(({ via }) => via !== null);
      assert.ok(expected.every(({ waits }) => waits === null), "nothing waits any more");
      assert.deepEqual(
        installed(memory),
        new Map(expected.map(({ resolution: { artifact, version } }) => [artifact.id, version.id])),
      );
      assert.deepEqual(converge(content, world, memory), []);
    }),
    RUNS,
  );
});

Deno.test("nothing is installed before its requirements", () => {
  fc.assert(
    fc.property(contents, worlds, (content, world) => {
      for (const { before, after } of converge(content, world, freshMemory())) {
        for (const id of after) {
          if (before.has(id)) continue;
          const { requires, name } = content.artifacts.get(id)!;
          assert.ok(requires.every((needed) => before.has(needed)), `${name} came before its requirement`);
        }
      }
    }),
    RUNS,
  );
});

Deno.test("from one blueprint to another: undeclared artifacts are removed, new ones are installed, and it ends", () => {
  fc.assert(
    fc.property(contents, contents, worlds, (one, two, world) => {
      const memory = freshMemory();
      converge(one, world, memory);
      const known = new Map([...one.artifacts].map(([id, artifact]) => [id, artifact]));
      converge(two, world, memory, known);
      const { deliveries } = situate(factsOf(two, world, memory), NOW);
      assert.deepEqual(
        new Set(installed(memory).keys()),
        new Set(deliveries.filter(({ via }) => via !== null).map(({ resolution }) => resolution.artifact.id)),
      );
      converge(null, world, memory, new Map([...known, ...two.artifacts]));
      assert.deepEqual(installed(memory), new Map());
    }),
    RUNS,
  );
});

Deno.test("no plan installs and removes the same thing", () => {
  fc.assert(
    fc.property(contents, contents, worlds, (one, two, world) => {
      const memory = freshMemory();
      converge(one, world, memory);
      const { decisions } = plan(factsOf(two, world, memory), NOW);
      const chosen = (scheduler: string) =>
        decisions.filter((decision) => decision.scheduler === scheduler && decision.outcome === "chosen")
          .map(({ artifact }) => artifact?.id);
      const installs = new Set(chosen("install-artifacts"));
      assert.ok(chosen("remove-artifacts").every((id) => !installs.has(id)));
    }),
    RUNS,
  );
});
