import assert from "node:assert/strict";
import { FLOORS } from "../support/floors.ts";

const ROOT = new URL("../../", import.meta.url);
const TEXT = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));

async function documents(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
    // Facts about an old version stay as written.
    if (name.endsWith(".md") && name !== "CHANGELOG.md") found.push(`${folder}${name}`);
  }
  return found.sort();
}
const DOCUMENTS = [...await documents("./"), ...await documents("docs/"), ...await documents("docs/decisions/")];

const missing = (path: string) => Deno.stat(new URL(path, ROOT)).then(() => false, () => true);

Deno.test("every path that a document names or links exists", async () => {
  const gone: string[] = [];
  let seen = 0;
  for (const document of DOCUMENTS) {
    const text = await Deno.readTextFile(new URL(document, ROOT));
    const named = /`((?:\.ci|src|db|docs|routes|jobs|simulators|bench|fuzz|tests)\/[\w./-]*|main\.ts)`/g;
    const paths = [...text.matchAll(named)].map(([, path = ""]) => path);
    const links = [...text.matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g)]
      .map(([, path = ""]) => new URL(path, new URL(document, ROOT)).pathname.slice(ROOT.pathname.length));
    for (const path of [...paths, ...links]) {
      seen++;
      if (await missing(path)) gone.push(`${document}: ${path}`);
    }
  }
  assert.deepEqual(gone, []);
  assert.ok(seen > 150, `only ${seen} paths are named`);
});

Deno.test("docs/architecture.md names every room, those of src/ in the order of their floors", async () => {
  const rooms: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL("src/", ROOT))) if (isDirectory) rooms.push(name);
  const table = [...TEXT.matchAll(/^\| `src\/(\w+)\/` +\| \w/gm)].map(([, room = ""]) => room);
  assert.deepEqual(table.toSorted(), rooms.toSorted());
  for (const [at, room] of table.entries()) {
    for (const used of FLOORS[room] ?? []) {
      assert.ok(used.endsWith(".ts") || table.indexOf(used) > at, `${room} uses ${used}, which stands above it`);
    }
  }
});

Deno.test("the arrows of the picture are those of the table of floors", () => {
  const [, picture = ""] = /```mermaid\n([\s\S]*?)```/.exec(TEXT) ?? [];
  const arrows = [...picture.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from = "", to = ""]) => [from, to] as const);
  assert.equal(arrows.length, picture.trim().split("\n").length - 1);
  for (const [from, to] of arrows) assert.ok(FLOORS[from]?.includes(to), `${from} does not use ${to}`);
});
