import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

async function* testNames(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    if (entry.isDirectory) yield* testNames(`${folder}${entry.name}/`);
    else if (entry.name.endsWith("_test.ts")) {
      const text = await Deno.readTextFile(new URL(folder + entry.name, ROOT));
      for (const [, name] of text.matchAll(/Deno\.test\(\s*["`](.+?)["`],/g)) yield name ?? "";
    }
  }
}

Deno.test("every test that SECURITY.md names exists", async () => {
  const text = (await Deno.readTextFile(new URL("SECURITY.md", ROOT))).replace(/\s+/g, " ");
  // Quoted texts in parentheses: the name of a test, or its beginning.
  const named = [...text.matchAll(/\(([^()]*"[^()]*)\)/g)]
    .flatMap(([, inside]) => [...(inside ?? "").matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? ""));
  assert.ok(named.length >= 15, `only ${named.length} tests are named`);
  const names = await Array.fromAsync(testNames("tests/"));
  for (const name of named) {
    const start = name.replace(/ …$/, "");
    assert.ok(names.some((one) => name === start ? one === name : one.startsWith(start)), name);
  }
});
