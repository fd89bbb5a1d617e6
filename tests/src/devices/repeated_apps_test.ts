import assert from "node:assert/strict";
import fc from "fast-check";
import { withRepeats } from "../../../src/devices/repeated_apps.ts";

const row = (identifier: string, shortVersion: string, name = "App", version = shortVersion) => ({
  identifier,
  name,
  version,
  shortVersion,
});

Deno.test("a device counts once for an app, by its latest version, and once for each version", () => {
  const marks = withRepeats([
    row("com.example.editor", "1.9"),
    row("com.example.editor", "1.10"),
    row("com.example.editor", "1.10", "Editor copy"),
    row("com.example.other", "1.0"),
    row("", "1.0", "Tool"),
    row("", "1.0", "Other tool"),
  ]).map(({ repeats }) => repeats);
  assert.deepEqual(marks, [1, 0, 2, 0, 0, 0]);
});

Deno.test("whatever a device lists, each app has one row that counts, and each version one at most", () => {
  const rows = fc.array(
    fc.record({
      identifier: fc.constantFrom("", "a", "b"),
      name: fc.constantFrom("", "x", "y"),
      version: fc.constantFrom("1", "2", "2b1"),
      shortVersion: fc.constantFrom("", "1", "1.0", "2"),
    }),
    { maxLength: 12 },
  );
  fc.assert(fc.property(rows, (list) => {
    const marked = withRepeats(list);
    const app = (one: typeof list[number]) => one.identifier || ` ${one.name}`;
    for (const same of Map.groupBy(marked, app).values()) {
      assert.equal(same.filter(({ repeats }) => repeats === 0).length, 1);
      const versions = new Set(same.map(({ shortVersion, version }) => `${shortVersion} ${version}`));
      assert.equal(same.filter(({ repeats }) => repeats < 2).length, versions.size);
    }
  }));
});
