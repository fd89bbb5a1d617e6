import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { FLOORS } from "./support/floors.ts";
import {
  allImports,
  arrowFaults,
  type Arrows,
  fileFaults,
  findCircle,
  importsOf,
  packagesOf,
  readTree,
  roomFaults,
  roomOf,
} from "./support/import_graph.ts";

/** Arrows go one way: main → routes, jobs → src → db. */
const ARROWS: Arrows = {
  "main.ts": { all: ["routes/", "jobs/", "src/", "db/"] },
  "routes/": { all: ["src/", "db/"] },
  "jobs/": { all: ["src/", "db/"] },
  "src/": { all: ["db/"] },
  // Wire types are Apple's: a row that holds one need not spell it again.
  "db/": { all: [], types: ["src/protocol/"] },
  // The demo starts a whole server.
  "simulators/": { all: ["routes/", "jobs/", "src/", "db/", "fuzz/", "deno.json"] },
  // The table of readers is in fuzz/, so that the tests depend on it and not vice versa.
  "fuzz/": { all: ["bench/", "simulators/", "routes/", "jobs/", "src/", "db/"] },
};

const TREE = await readTree(["main.ts", "routes", "jobs", "src", "db", "simulators", "fuzz"]);
const IMPORTS = allImports(TREE);

/**
 * The packages of the server that the server does not import: a client compiles with the first outside of this tree,
 * where no scope reaches.
 */
const NOT_OF_THE_SERVER = ["openapi-fetch"];

/** Which entry of an import map a package is found by: "hono/" for "hono/cookie". */
const entryOf = (name: string, map: object): string | undefined =>
  Object.keys(map).filter((entry) => entry === name || (entry.endsWith("/") && name.startsWith(entry)))
    .sort((one, other) => other.length - one.length)[0];

Deno.test("nothing imports against the arrows", () => {
  assert.deepEqual(arrowFaults(IMPORTS, ARROWS), []);
  assert.ok(IMPORTS.length > 1000, `only ${IMPORTS.length} imports were seen`);
});

Deno.test("rooms of src/ use only those of their rows, and none in a circle", () => {
  assert.deepEqual(roomFaults(IMPORTS, FLOORS), []);
});

Deno.test("rooms for hosted content do not depend on the declared state, not even on its types (docs/decisions/0001)", () => {
  const hosting = ["files", "variables", "downloads"];
  const declaring = ["blueprints", "declarations", "planner", "commands", "conversation"];
  const crossing = IMPORTS.filter(({ from, to }) =>
    hosting.includes(roomOf(from) ?? "") && declaring.includes(roomOf(to) ?? "")
  );
  assert.deepEqual(crossing, []);
});

Deno.test("no files import each other in a circle at run time", () => {
  assert.deepEqual(fileFaults(IMPORTS), []);
});

Deno.test("the server imports all of its packages, and none that only tests use", () => {
  const used = new Set<string | undefined>();
  for (const [path, source] of TREE) {
    if (!/^(?:main\.ts|routes\/|jobs\/|src\/|db\/|simulators\/)/.test(path)) continue;
    for (const name of packagesOf(path, source)) {
      const entry = entryOf(name, config.imports);
      assert.ok(entry !== undefined, `${path} imports ${name}, which is not among the imports of deno.json`);
      if (!path.startsWith("simulators/")) used.add(entry);
    }
  }
  // JSX imports it, without a line in any file.
  assert.ok(config.compilerOptions.jsxImportSource.startsWith("hono/"));
  assert.deepEqual(Object.keys(config.imports).filter((entry) => !used.has(entry)), NOT_OF_THE_SERVER);
});

Deno.test("packages only for tests and fuzzing are in their scopes, in one version, and are used there", async () => {
  const scopes: Readonly<Record<string, Readonly<Record<string, string>>>> = config.scopes;
  assert.deepEqual(Object.keys(scopes), ["./fuzz/", "./tests/"]);
  const versions = new Map<string, string>(Object.entries(config.imports));
  for (const [scope, packages] of Object.entries(scopes)) {
    const tree = await readTree([scope.slice(2, -1)]);
    const names = [...tree].flatMap(([path, source]) => packagesOf(path, source));
    const used = new Set(names.map((name) => entryOf(name, packages)));
    assert.deepEqual(Object.keys(packages).filter((entry) => !used.has(entry)), [], scope);
    for (const [entry, version] of Object.entries(packages)) {
      assert.equal(entry in config.imports, false, entry);
      assert.equal(versions.get(entry) ?? version, version, entry);
      versions.set(entry, version);
    }
  }
});

Deno.test("packages are found as written; files and the platform's own modules are not packages", () => {
  const source =
    'import { z } from "zod"; import type { A } from "plist"; import "./a.ts"; import "node:fs"; await import("hono/x");';
  assert.deepEqual(packagesOf("src/a.ts", source), ["zod", "plist", "hono/x"]);
  assert.equal(entryOf("hono/x", config.imports), "hono/");
  assert.equal(entryOf("plist", config.imports), undefined);
});

Deno.test("one forbidden import is found, wherever it is added", () => {
  const added = (path: string, source: string) => [...IMPORTS, ...importsOf(path, source)];
  const planner = added("src/files/store.ts", 'import { plan } from "../planner/plan.ts";');
  const [fault, round = "", ...others] = roomFaults(planner, FLOORS);
  assert.equal(fault, "src/files/store.ts imports src/planner/plan.ts: files may not use planner");
  assert.match(round, /^The rooms use each other in a circle: .*files → planner/);
  assert.deepEqual(others, []);
  const ground = added("src/errors.ts", 'import { recordEvents } from "./events/record.ts";');
  assert.ok(
    roomFaults(ground, FLOORS).includes("src/errors.ts imports src/events/record.ts: errors.ts may not use events"),
  );
  const upwards = added("src/errors.ts", 'import type { App } from "../routes/app.ts";');
  assert.deepEqual(arrowFaults(upwards, ARROWS), ["src/errors.ts imports routes/app.ts"]);
  const wire = added("db/open.ts", 'import { parsePlist } from "../src/protocol/plist.ts";');
  assert.deepEqual(arrowFaults(wire, ARROWS), ["db/open.ts imports src/protocol/plist.ts"]);
  const circle = added("src/protocol/present.ts", 'import "./checkin.ts";');
  assert.match(fileFaults(circle).join(), /in a circle: .*src\/protocol\/present.ts → src\/protocol\/checkin.ts/);
});

Deno.test("imports are parsed: type imports do not count at run time, texts and comments never count", () => {
  const source = `
    import type { A } from "./a.ts";
    import { type B, type C } from "./b.ts";
    import D, {
      type E,
    } from "./d.ts";
    import {} from "./effect.ts";
    import * as f from "../f.ts";
    import "./g.ts"; import { z } from "zod";
    export type { H } from "./h.ts";
    export { i } from "./i.ts";
    export * from "./j.ts";
    type K = typeof import("./k.ts");
    const l = await import("./l.ts");
    // import { m } from "./m.ts";
    const text = 'import { n } from "./n.ts"';
  `;
  const found = importsOf("src/room/file.ts", source);
  const named = (wanted: boolean) => found.filter(({ typeOnly }) => typeOnly === wanted).map(({ to }) => to);
  assert.deepEqual(named(true), ["src/room/a.ts", "src/room/b.ts", "src/room/h.ts"]);
  assert.deepEqual(named(false), [
    "src/room/d.ts",
    "src/room/effect.ts",
    "src/f.ts",
    "src/room/g.ts",
    "src/room/i.ts",
    "src/room/j.ts",
    "src/room/l.ts",
  ]);
});

Deno.test("a table of rooms is checked for its order and its use", () => {
  const tree = new Map([
    ["src/upper/a.ts", 'import "../middle/b.ts"; import "../ground.ts";'],
    ["src/middle/b.ts", 'import "../lower/c.ts";'],
    ["src/lower/c.ts", 'import type { A } from "../upper/a.ts";'],
    ["src/ground.ts", ""],
  ]);
  const floors = { upper: ["middle"], middle: ["lower"], lower: [] };
  assert.deepEqual(roomFaults(allImports(tree), floors), []);
  assert.deepEqual(roomFaults(allImports(tree), { ...floors, upper: ["middle", "lower"], lower: ["attic"] }), [
    "The row of lower names attic, which has no row",
    "The row of upper names lower, which it does not use",
    "The row of lower names attic, which it does not use",
  ]);
  assert.deepEqual(roomFaults(allImports(tree), { upper: ["middle"], middle: ["lower"] }), [
    "The row of middle names lower, which has no row",
  ]);
  // Through a third room, and with a row for each arrow.
  const round = allImports(new Map([...tree, ["src/lower/d.ts", 'export * from "../upper/a.ts";']]));
  assert.deepEqual(roomFaults(round, { ...floors, lower: ["upper"] }), [
    "The row of lower names upper, which is not on a lower floor",
    "The rooms use each other in a circle: upper → middle → lower → upper",
  ]);
  const nameless = allImports(new Map([["src/attic/e.ts", 'import "../lower/c.ts";']]));
  assert.deepEqual(roomFaults([...allImports(tree), ...nameless], floors), [
    "src/attic/e.ts: the room attic has no row",
  ]);
});

Deno.test("a circle is reported as its path", () => {
  assert.equal(findCircle([["a", "b"], ["b", "c"], ["a", "c"]]), undefined);
  assert.deepEqual(findCircle([["a", "b"], ["b", "c"], ["c", "b"]]), ["b", "c", "b"]);
  assert.deepEqual(findCircle([["a", "a"]]), ["a", "a"]);
});

Deno.test("SQL is in db/ only", () => {
  for (const [path, source] of TREE) {
    if (!path.startsWith("db/")) assert.equal(/\b(sql|tx|db)(<[^`]*>)?`/.exec(source)?.[0], undefined, path);
  }
});
