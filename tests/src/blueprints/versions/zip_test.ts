/** Which bytes are taken for a ZIP archive. */

import assert from "node:assert/strict";
import { isZip } from "../../../../src/blueprints/versions/zip.ts";
import { inFolder, installed, run } from "../../pki/helpers.ts";
import { zipOf } from "../../../../fuzz/builders/zips.ts";

const put32 = (bytes: Uint8Array, at: number, value: number) => {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
};

Deno.test("archives are accepted: empty, with entries, with a comment, with large sizes stored elsewhere", () => {
  assert.equal(isZip(zipOf([])), true);
  assert.equal(isZip(zipOf([["a.conf", "one"], ["folder/", ""], ["folder/b.conf", "two"]])), true);
  assert.equal(isZip(zipOf([["a.conf", "one"]], { comment: "PK\u0005\u0006 inside of a comment" })), true);
  assert.equal(isZip(zipOf([["a.conf", "one"], ["b.conf", "two"]], { zip64: true })), true);
});

Deno.test("truncated, prefixed, moved or inconsistent archives are not", () => {
  for (const zip64 of [false, true]) {
    const whole = zipOf([["a.conf", "one"], ["b.conf", "two"]], { zip64 });
    for (let length = 0; length < whole.length; length++) assert.equal(isZip(whole.subarray(0, length)), false);
    assert.equal(isZip(new Uint8Array([0, ...whole])), false);
    assert.equal(isZip(new Uint8Array([...whole, 0])), false);
  }
  const whole = zipOf([["a.conf", "one"], ["b.conf", "two"]]);
  const end = whole.length - 22;
  assert.equal(isZip(put32(whole, end + 16, 0)), false, "the directory is elsewhere");
  assert.equal(isZip(put32(whole, end + 8, 0x00030003)), false, "there are three entries");
  assert.equal(isZip(put32(whole, 0, 0)), false, "an entry has no header");
  assert.equal(isZip(new TextEncoder().encode("no archive")), false);
  assert.equal(isZip(new Uint8Array()), false);
});

Deno.test("a change of one byte never causes another failure than a refusal", () => {
  const whole = zipOf([["a.conf", "one"], ["b.conf", "two"]], { zip64: true, comment: "x" });
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 0x7f, 0xff]) {
      const copy = whole.slice();
      copy[at] = value;
      assert.equal(typeof isZip(copy), "boolean");
    }
  }
});

Deno.test("entries that share bytes, or leave the folder, are refused: they are how archives attack", () => {
  assert.equal(isZip(zipOf([["a.conf", "one"], ["b.conf", "two"]], { overlap: true })), false);
  for (const name of ["../a", "/a", "a/../../b", "..", "\\a", "a\\..\\b", "", "a\0b"]) {
    assert.equal(isZip(zipOf([[name, "x"]])), false, JSON.stringify(name));
  }
  for (const name of ["..a", "a..b/c", "a/.b"]) assert.equal(isZip(zipOf([[name, "x"]])), true, name);
});

Deno.test({
  name: "archives that Python writes are taken",
  ignore: !installed("python3"),
  async fn() {
    await inFolder(async (folder) => {
      const script = `
import zipfile
with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("etc/sudoers.d/x", "x" * 100000)
    with z.open("large", "w", force_zip64=True) as f: f.write(b"y" * 1000)
class Pipe:
    def __init__(self, f): self.f = f
    def write(self, b): return self.f.write(b)
    def flush(self): self.f.flush()
with zipfile.ZipFile(Pipe(open("b.zip", "wb")), "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("streamed", "x" * 100000)
`;
      const { success, errors } = await run(folder, "python3", "-c", script);
      assert.ok(success, errors);
      for (const name of ["a.zip", "b.zip"]) assert.equal(isZip(await Deno.readFile(`${folder}/${name}`)), true, name);
    });
  },
});
