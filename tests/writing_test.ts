import assert from "node:assert/strict";
import { type Export, exportGraph, type StatementParts } from "./support/export_graph.ts";
import { readTree, type Tree } from "./support/import_graph.ts";

/** Statements that change rows, take a unique number, or make others wait. */
const WRITES =
  /\b(?:insert|update|delete|merge|truncate|lock|nextval|setval|notify|create|alter|drop|for (?:key )?share|pg_(?:try_)?advisory\w*)\b/i;
/** postgres.js runs a raw text with `unsafe`: its effect is unknown. */
const writes = ({ names, templates }: StatementParts) =>
  templates.some((text) => WRITES.test(text)) || names.has("unsafe");

const TRANSACTION = /\b(?:begin|savepoint)\s*[(<]|\.(?:begin|savepoint)\b/g;

/** Returns the errors in the writes of routes/, in sentences. */
function faultsOf(tree: Tree): string[] {
  const graph = exportGraph(tree);
  const isWriter = graph.leadsTo("db/", writes);
  const nameOf = ({ file, name }: Export) => `${name} of ${file}`;
  const transactions = [...tree].filter(([path]) => path.startsWith("routes/")).flatMap(([path, source]) =>
    [...source.matchAll(TRANSACTION)].map(([text]) => `${path} begins a transaction: ${text}`)
  );
  const imports = graph.importsOf("routes/", "db/").filter(({ of }) => isWriter(of));
  return [...transactions, ...imports.map(({ by, of }) => `${by} imports ${nameOf(of)}, which writes`)];
}

const TREE = await readTree(["routes", "db"]);

Deno.test("routes read, and leave writing and its transactions to src/", () => {
  assert.deepEqual(faultsOf(TREE), []);
});

Deno.test("one write in routes is found, wherever it is added", () => {
  const db = [...TREE].filter(([path]) => path.startsWith("db/"));
  const importing = (path: string, imported: string) => `import ${imported} from "../../db/${path}";`;
  const planted = {
    "routes/api/inserts.ts": importing("tags/tags.ts", "{ insertTag as other }"),
    "routes/api/locks.ts": importing("tags/tags.ts", "{ lockTag }"),
    "routes/api/numbers.ts": importing("next_id.ts", "{ nextId }"),
    "routes/api/waits.ts": importing("artifacts/stored_files.ts", "{ lockFile }"),
    "routes/api/reads.ts": importing("tags/tags.ts", "{ findTags, type TagValues }"),
    "routes/api/all.ts": importing("access/known_browsers.ts", "* as browsers"),
    // Through functions whose names do not show it, in their own file and in another one.
    "routes/api/hides.ts": importing("tags/hidden.ts", "{ hidden }"),
    "db/tags/hidden.ts": `
      import { insertTag } from "./tags.ts";
      const inner = (db, tag) => insertTag(db, tag, new Date(0));
      export const hidden = (db, tag) => inner(db, tag);`,
    "routes/api/begins.ts": "export const f = (sql) => sql.begin((tx) => tx);",
    "routes/api/saves.ts": "export const f = (tx) => tx.savepoint(({ sql }) => sql);",
  };
  const faults = faultsOf(new Map([...db, ...Object.entries(planted)]));
  assert.deepEqual(faults.filter((fault) => !fault.startsWith("routes/api/all.ts")), [
    "routes/api/begins.ts begins a transaction: .begin",
    "routes/api/saves.ts begins a transaction: .savepoint",
    "routes/api/inserts.ts imports insertTag of db/tags/tags.ts, which writes",
    "routes/api/locks.ts imports lockTag of db/tags/tags.ts, which writes",
    "routes/api/numbers.ts imports nextId of db/next_id.ts, which writes",
    "routes/api/waits.ts imports lockFile of db/artifacts/stored_files.ts, which writes",
    "routes/api/hides.ts imports hidden of db/tags/hidden.ts, which writes",
  ]);
  assert.ok(faults.length > 7, "an import of everything hides what writes");
});

Deno.test("db functions that only read, and only for routes, are called views", () => {
  const graph = exportGraph(TREE);
  const isWriter = graph.leadsTo("db/", writes);
  const files = new Set(graph.importsOf("routes/", "db/").map(({ of }) => of.file));
  const asks = graph.leadsTo("db/", ({ templates }) => templates.length > 0);
  const readers = [...files].filter((file) =>
    graph.exportsOf([file]).some(asks) && !graph.exportsOf([file]).some(isWriter)
  );
  assert.deepEqual(readers.filter((file) => !/_views\.ts$/.test(file)), []);
});
