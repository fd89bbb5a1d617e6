import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { exportGraph } from "./support/export_graph.ts";
import { readTree } from "./support/import_graph.ts";

const SERVER = ["main.ts", "routes/", "jobs/", "src/", "db/"];
const BESIDE = ["simulators/", "fuzz/", "bench/", "tests/"];
const FOLDERS = [...SERVER, ...BESIDE].map((folder) => folder.replace(/\/$/, ""));

/** Exports that the server never reaches, and the reasons for their place. */
const UNREACHED: Readonly<Record<string, string>> = {
  "db/embedded.ts keepEmbeddedPostgres": "never called: its import makes Deno fetch the binaries of the platform",
  "src/apple_schema/generated/credentials.ts credentials":
    "the generator writes every table of the schema; simulated devices read this one",
  "src/pki/certificate_cache.ts rememberedCertificates": "the bound of the cache is asserted by what it holds",
};

/** SQL is in db/ only, including that of chaos runs and of fuzzing. The server never uses it. */
const TOOLS = "db/tools/";

const TREE = await readTree(FOLDERS);
const ALIASES = { "@std/encoding": "src/std/encoding.ts" };
const GRAPH = exportGraph(TREE, ALIASES);
const nameOf = ({ file, name }: { file: string; name: string }) => `${file} ${name}`;
const governed = ({ file }: { file: string }) => !file.endsWith(".d.ts");

/** The files that `deno task` starts, of the server's own tasks. */
const ENTRIES = [...new Set(Object.values(config.tasks).flatMap((line) => line.match(/[\w/]+\.ts\b/g) ?? []))]
  .filter((file) => SERVER.some((folder) => file.startsWith(folder)));

Deno.test("every export of the server is reached by the server: code only for tests and simulators belongs with them", () => {
  const isReached = GRAPH.reachedFrom(ENTRIES);
  const unreached = GRAPH.exportsOf(SERVER).filter((one) => governed(one) && !isReached(one));
  assert.deepEqual(unreached.filter(({ file }) => file.startsWith(TOOLS)), GRAPH.exportsOf([TOOLS]));
  assert.deepEqual(unreached.filter(({ file }) => !file.startsWith(TOOLS)).map(nameOf), Object.keys(UNREACHED));
  assert.ok(GRAPH.exportsOf(SERVER).length > 1000, "too few exports were seen");
});

Deno.test("every export is imported by another file, or is a type that such an export needs", () => {
  const unused = GRAPH.exportsOf([...SERVER, ...BESIDE])
    .filter((one) => governed(one) && !GRAPH.isImported(one) && !GRAPH.isTypeOfExport(one)).map(nameOf)
    .filter((name) => !Object.hasOwn(UNREACHED, name));
  assert.deepEqual(unused, []);
});

Deno.test("uses are found in every form of import and export, and through files that export again", () => {
  const graph = exportGraph(
    new Map([
      [
        "main.ts",
        `
        import one, { two as other, type Three } from "./a.ts";
        import * as all from "./b.ts";
        import { again } from "./door.ts";
        import { named } from "@named";
        const { lazy } = await import("./lazy.ts");
        one(other, all, again, named, lazy as Three);`,
      ],
      [
        "a.ts",
        `
        export default function first() { return helper(); }
        export const two = 2;
        export type Three = Part[];
        export interface Part { own: "own" }
        export const helper = () => inner;
        const inner = 1;
        export const alone = () => Dead;
        export class Dead {}
        export const [left, { right = two }] = [1, { right: 2 }];
        export { inner as shown };`,
      ],
      ["b.ts", "export const every = 1;"],
      ["door.ts", 'export * from "./c.ts"; export { gone } from "./c.ts";'],
      ["c.ts", "export const again = 1; export const gone = 2; export const lost = 3;"],
      ["lazy.ts", "export const lazy = 1;"],
      ["named.ts", "export const named = 1; export const unnamed = 2;"],
      ["loose.ts", "export const loose = 1;"],
    ]),
    { "@named": "named.ts" },
  );
  const isReached = graph.reachedFrom(["main.ts"]);
  const all = graph.exportsOf([""]);
  assert.deepEqual(all.filter((one) => !isReached(one)).map(nameOf), [
    "a.ts alone",
    "a.ts Dead",
    "a.ts left",
    "a.ts right",
    "a.ts shown",
    "door.ts gone",
    "c.ts gone",
    "c.ts lost",
    "named.ts unnamed",
    "loose.ts loose",
  ]);
  const unimported = all.filter((one) => !graph.isImported(one));
  assert.deepEqual(unimported.filter(({ file }) => file === "a.ts").map(({ name }) => name), [
    "Part",
    "helper",
    "alone",
    "Dead",
    "left",
    "right",
    "shown",
  ]);
  assert.deepEqual(unimported.filter(graph.isTypeOfExport).map(nameOf), ["a.ts Part"]);
});
