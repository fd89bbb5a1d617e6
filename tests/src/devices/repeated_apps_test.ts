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

Deno.test("a device counts by the latest version, and each is read a few times, however many a device makes up", () => {
  let reads = 0;
  const rows = Array.from({ length: 2000 }, (_, n) => {
    const version = `1.${(n * 7919) % 2003}`;
    return {
      identifier: "com.example.editor",
      name: "Editor",
      version: "1",
      get shortVersion() {
        reads++;
        return version;
      },
    };
  });
  const marked = withRepeats(rows);
  assert.deepEqual(marked.filter(({ repeats }) => repeats === 0).map(({ shortVersion }) => shortVersion), ["1.2002"]);
  assert.equal(marked.filter(({ repeats }) => repeats === 1).length, 1999);
  // A sorted list reads each some twenty times.
  assert.ok(reads <= 4 * rows.length, String(reads));
});
