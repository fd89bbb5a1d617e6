import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

async function* sources(folder: string): AsyncGenerator<{ path: string; text: string }> {
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* sources(`${path}/`);
    else if (/\.tsx?$/.test(entry.name)) yield { path, text: await Deno.readTextFile(new URL(path, ROOT)) };
  }
}

/** What each room may not import. Arrows go one way: main → routes, jobs → src → db. */
const FORBIDDEN: Record<string, RegExp> = {
  "db/": /from "(\.\.\/)+(src|routes|jobs|simulators|bench|fuzz|tests)\//,
  "src/": /from "(\.\.\/)+(routes|jobs|simulators|bench|fuzz|tests)\//,
  // docs/decisions/0001: rooms that know nothing of what is declared.
  "src/files/": /from "(\.\.\/)+(blueprints|planner|declarations|commands)\//,
  "src/variables/": /from "(\.\.\/)+(blueprints|planner|declarations|commands)\//,
  "src/downloads/": /from "(\.\.\/)+(blueprints|planner|commands)\//,
  "routes/": /from "(\.\.\/)+(jobs|simulators|bench|fuzz|tests)\//,
  "jobs/": /from "(\.\.\/)+(simulators|bench|fuzz|tests)\//,
  "simulators/": /from "(\.\.\/)+(bench|tests)\//,
  // The table of readers stands in fuzz/, so that the tests lean on it and not it on them.
  "fuzz/": /from "(\.\.\/)+tests\//,
};

Deno.test("nothing imports against the arrows", async () => {
  let seen = 0;
  for (const [folder, forbidden] of Object.entries(FORBIDDEN)) {
    for await (const { path, text } of sources(folder)) {
      seen++;
      assert.equal(forbidden.exec(text)?.[0], undefined, path);
    }
  }
  assert.ok(seen > 100, `only ${seen} files were looked at`);
});

Deno.test("SQL stands in db/ alone", async () => {
  for (const folder of ["src/", "routes/", "jobs/", "simulators/", "fuzz/"]) {
    for await (const { path, text } of sources(folder)) {
      assert.equal(/\b(sql|tx|db)(<[^`]*>)?`/.exec(text)?.[0], undefined, path);
    }
  }
});
