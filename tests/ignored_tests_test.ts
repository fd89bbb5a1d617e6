import assert from "node:assert/strict";
import { IgnoredTests } from "./support/ignored_tests.ts";

/** Runs a file of tests as `deno task test` does, and reads what it prints in pieces of `size` characters. */
async function run(source: string, size: number): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/some_test.ts`, source);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--no-config", "--parallel", "some_test.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const ignored = new IgnoredTests();
    const text = new TextDecoder().decode(stdout);
    for (let at = 0; at < text.length; at += size) ignored.read(text.slice(at, at + size));
    return ignored.lines();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ignored tests and steps are named with their file, whatever the others print", async () => {
  const source = `
    Deno.test("loud", () => console.log("a line ... ignored (0ms)"));
    Deno.test({ name: "without python3", ignore: true, fn() {} });
    Deno.test("steps", async (t) => {
      await t.step({ name: "inner", ignore: true, fn() {} });
    });
    Deno.test("fine ... ignored (0ms) not", () => {});`;
  for (const size of [7, 100_000]) {
    assert.deepEqual(await run(source, size), [
      "2 ignored:",
      "./some_test.ts => steps ... inner",
      "./some_test.ts => without python3",
    ]);
  }
});

Deno.test("a run that ignores nothing reports that", async () => {
  assert.deepEqual(await run('Deno.test("fine", () => {});', 50), ["0 ignored"]);
});
