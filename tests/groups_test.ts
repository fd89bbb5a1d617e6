import assert from "node:assert/strict";
import { groupsOf, testFiles, writeGroups } from "./support/groups.ts";

const TESTS = new URL(".", import.meta.url);

Deno.test("every test file is in one group, those that measure are alone and first, and no group is long", async () => {
  const files = await testFiles(TESTS.pathname);
  assert.ok(files.includes("groups_test.ts") && files.includes("e2e/device_test.ts"));
  const groups = groupsOf(files);
  assert.deepEqual(groups.flatMap((group) => group.files).toSorted(), files.toSorted());
  assert.equal(groups[0]?.name, "./tests/jobs/killed_jobs_test.ts");
  assert.ok(groups.length < files.length / 5, `${groups.length} groups of ${files.length} files`);
  assert.deepEqual(groupsOf(["b_test.ts", "c/d_test.tsx", "a_test.ts", "c/large_files_test.ts"]), [
    { name: "./tests/c/large_files_test.ts", files: ["c/large_files_test.ts"] },
    { name: "./tests/{a…c/d}_test.ts", files: ["a_test.ts", "b_test.ts", "c/d_test.tsx"] },
  ]);
  // Files that take twice as long fill a group with half as many.
  const many = (folder: string) => Array.from({ length: 50 }, (_, at) => `${folder}/${at}_test.ts`);
  assert.deepEqual(groupsOf([...many("e2e"), ...many("src")]).map((group) => group.files.length), [20, 20, 30, 30]);
});

Deno.test("a group is a module that loads its files, and has a name that is one word", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const groups = await writeGroups(folder, TESTS);
    for (const [module, name] of groups) {
      assert.match(name, /^\.\/tests\/\S+_test\.tsx?$/);
      for (const line of (await Deno.readTextFile(module)).trimEnd().split("\n")) {
        const [, url = ""] = /^import "(file:\S+_test\.tsx?)";$/.exec(line) ?? [];
        assert.ok((await Deno.stat(new URL(url))).isFile, line);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
