/** Circles among artifacts. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { circleSentence, type Dependency } from "../../../src/blueprints/dependencies.ts";

const named = (id: string) => ({ id, name: id.toUpperCase() });
const dependency = (from: string, to: string, kind: Dependency["kind"] = "requires"): Dependency => ({
  from,
  fromName: from.toUpperCase(),
  to,
  toName: to.toUpperCase(),
  kind,
});

Deno.test("a circle is reported by its shortest path", () => {
  const dependencies = [
    dependency("b", "c"),
    dependency("c", "d"),
    dependency("d", "a"),
    dependency("c", "a", "refers to"),
  ];
  assert.equal(
    circleSentence("require", named("a"), named("b"), dependencies),
    'Cannot require "B": "B" requires "C", which refers to "A"',
  );
  assert.equal(
    circleSentence("refer to", named("a"), named("d"), dependencies),
    'Cannot refer to "D": "D" requires "A"',
  );
  assert.equal(
    circleSentence("refer to", named("a"), named("a"), dependencies),
    'Cannot refer to "A": an artifact cannot refer to itself',
  );
  assert.equal(circleSentence("require", named("b"), named("a"), dependencies), undefined);
});

Deno.test("dependencies that are added only if there is no objection never form a circle", () => {
  const id = fc.constantFrom(..."abcdefgh");
  fc.assert(fc.property(fc.array(fc.tuple(id, id), { maxLength: 40 }), (pairs) => {
    const accepted: Dependency[] = [];
    for (const [from, to] of pairs) {
      if (circleSentence("require", named(from), named(to), accepted) === undefined) {
        accepted.push(dependency(from, to));
      }
    }
    // Nodes without predecessors can be removed, until none is left.
    let left = accepted;
    while (left.length > 0) {
      const rest = left.filter(({ from }) => left.some(({ to }) => to === from));
      assert.ok(rest.length < left.length, "there is a circle");
      left = rest;
    }
  }));
});

Deno.test("an objection is always a circle that would be", () => {
  const id = fc.constantFrom(..."abcde");
  fc.assert(fc.property(fc.array(fc.tuple(id, id), { maxLength: 12 }), id, id, (pairs, from, to) => {
    const dependencies = pairs.map(([one, other]) => dependency(one, other));
    const reachable = new Set([to]);
    for (const place of reachable) {
      for (const next of dependencies) if (next.from === place) reachable.add(next.to);
    }
    const refused = circleSentence("require", named(from), named(to), dependencies) !== undefined;
    assert.equal(refused, reachable.has(from));
  }));
});
