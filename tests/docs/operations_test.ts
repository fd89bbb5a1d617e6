import assert from "node:assert/strict";
import { describeSettings } from "../../src/config.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

Deno.test("the table of settings is the schema's", async () => {
  const text = await read("docs/operations.md");
  const told = [...text.matchAll(/^\| `([A-Z0-9_]+)` /gm)].map(([, name]) => name);
  assert.deepEqual(told, describeSettings().map(({ name }) => name));
});

Deno.test("every linked page exists, and so does every task of the README", async () => {
  const readme = await read("README.md");
  for (const [, path] of readme.matchAll(/\]\(((?:docs\/)?[A-Za-z.-]+\.md)\)/g)) await read(path ?? "");
  const { tasks } = JSON.parse(await read("deno.json"));
  for (const [, cell = ""] of readme.matchAll(/^\| (`[a-z:`, ]+) \|/gm)) {
    for (const [, name = ""] of cell.matchAll(/`([a-z:]+)`/g)) assert.ok(name in tasks, name);
  }
});
