import assert from "node:assert/strict";
import { makeMemoryFolder } from "./support/memory_folder.ts";

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("a folder in memory is made for its owner alone and removed with all in it, or there is none", async () => {
  const folder = await makeMemoryFolder(undefined);
  // Other systems have no such memory, and containers little of it.
  if (folder === undefined) return;
  try {
    const { mode, isDirectory } = await Deno.stat(folder.path);
    assert.deepEqual([isDirectory, (mode ?? 0) & 0o777], [true, 0o700]);
    await Deno.writeTextFile(`${folder.path}/file`, "x");
  } finally {
    await folder.remove();
  }
  assert.equal(await exists(folder.path), false);
});

Deno.test("a user who cannot be given the folder leaves none behind, and no other place stands in for memory", async () => {
  const folder = await makeMemoryFolder(undefined);
  if (folder === undefined) return;
  try {
    assert.equal(await makeMemoryFolder(-1, folder.path), undefined);
    assert.deepEqual([...Deno.readDirSync(folder.path)], []);
    await (await makeMemoryFolder(undefined, folder.path))?.remove();
    assert.equal(await makeMemoryFolder(undefined, `${folder.path}/none`), undefined);
    assert.equal(await makeMemoryFolder(undefined, new URL(".", import.meta.url).pathname), undefined);
  } finally {
    await folder.remove();
  }
});
