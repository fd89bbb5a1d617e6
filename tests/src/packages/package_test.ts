import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { chunksOf } from "../../../src/packages/chunks.ts";
import { readPackage } from "../../../src/packages/keep_package.ts";
import type { ByteSource } from "../../../src/packages/byte_source.ts";
import { PackageError } from "../../../src/packages/package_error.ts";
import { distribution, ipaOf, pkgOf, provisioningProfileOf, xarOf } from "../../support/packages.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** Access to bytes, which counts what is read. */
function sourceOf(bytes: Uint8Array): ByteSource & { count: number } {
  return {
    size: bytes.length,
    count: 0,
    read(start, length) {
      if (start < 0 || start + length > bytes.length) throw new PackageError("beyond the end");
      this.count += length;
      return Promise.resolve(bytes.slice(start, start + length));
    },
  };
}

/** Bytes that cannot be compressed. */
function noise(size: number): Bytes {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

const read = (bytes: Uint8Array) => readPackage(sourceOf(bytes));
const refused = (bytes: Uint8Array, message: RegExp) =>
  assert.rejects(read(bytes), (error) => error instanceof PackageError && message.test(error.message));

async function hasTool(name: string): Promise<boolean> {
  try {
    return (await new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

Deno.test("a signed product archive says who it is, and which app a Mac will list", async () => {
  assert.deepEqual(await read(pkgOf()), {
    type: "PKG",
    title: "Editor",
    productId: "com.example.editor.pkg",
    productVersion: "1.0",
    bundles: [{ id: "com.example.editor", version_str: "1.0", version: "1.0", path: "Editor.app" }],
    platforms: ["macOS"],
    signature: "signed",
    signer: "Developer ID Installer: Example (A1B2C3D4E5)",
    profile: null,
    warnings: [],
  });
});

Deno.test("updaters, frameworks and extensions inside of an app are no apps", async () => {
  const apps = [
    {
      id: "com.example.updater",
      version: "9",
      path: "Editor.app/Contents/Frameworks/Sparkle.framework/Autoupdate.app",
    },
    { id: "com.example.editor", version: "3.1", build: "310", path: "./Applications/Editor.app" },
    { id: "com.example.lib", version: "1", path: "Library/Lib.framework" },
    { id: "com.example.helper", version: "1", path: "Library/Helper.bundle/Helper.app" },
    { id: "com.example.viewer", version: "3.1", path: "Applications/Utilities/Viewer.app" },
  ];
  const { bundles } = await read(
    xarOf([{ path: "Distribution", content: utf8(distribution({ id: "p", version: "3.1" }, apps)) }]),
  );
  assert.deepEqual(bundles.map(({ id }) => id), ["com.example.editor", "com.example.viewer"]);
});

Deno.test("a package that no Mac installs by MDM is kept, with the reason", async () => {
  const warnings = async (bytes: Bytes) => (await read(bytes)).warnings.join(" ");
  assert.match(await warnings(pkgOf({ signed: "unsigned" })), /is not signed: a Mac does not install it by MDM/);
  assert.match(await warnings(pkgOf({ signed: "forged" })), /not valid: it does not match its certificate/);
  const component = utf8(
    '<pkg-info identifier="com.example.tool" version="2.0"><bundle path="./Tool.app" id="com.example.tool.app" ' +
      'CFBundleShortVersionString="2.0" CFBundleVersion="20"/></pkg-info>',
  );
  const facts = await read(xarOf([{ path: "PackageInfo", content: component }]));
  assert.deepEqual([facts.productId, facts.productVersion, facts.title], ["com.example.tool", "2.0", "Tool"]);
  assert.match(facts.warnings.join(), /is a component/);
  const tool = xarOf([{ path: "Distribution", content: utf8(distribution({ id: "p", version: "1" }, [])) }]);
  assert.match(await warnings(tool), /has no app/);
});

Deno.test("apps of a product whose Distribution names none are those of its components", async () => {
  const bare =
    '<installer-script><title>EDITOR_TITLE</title><pkg-ref id="a"/><pkg-ref id="com.example.first" version="4"/></installer-script>';
  const info = (id: string) =>
    `<pkg-info identifier="${id}" version="4"><bundle path="./${id}.app" id="${id}" CFBundleShortVersionString="4"/></pkg-info>`;
  const facts = await read(xarOf([
    { path: "Distribution", content: utf8(bare) },
    { path: "One.pkg/PackageInfo", content: utf8(info("one")) },
    { path: "Two.pkg/PackageInfo", content: utf8(info("two")), packed: false },
  ]));
  assert.deepEqual([facts.productId, facts.productVersion, facts.title], ["com.example.first", "4", "one"]);
  assert.deepEqual(facts.bundles.map(({ id }) => id), ["one", "two"]);
});

Deno.test("an app is the one in Payload: not its extensions, frameworks and privacy bundles", async () => {
  const expires = new Date("2027-05-01T10:00:00Z");
  const profile = provisioningProfileOf({ app: "A1B2C3D4E5.com.example.inspect", expires });
  assert.deepEqual(await read(await ipaOf({ profile })), {
    type: "IPA",
    title: "Inspect",
    productId: "com.example.inspect",
    productVersion: "2.0",
    bundles: [{ id: "com.example.inspect", version_str: "2.0", version: "77", path: "Payload/Inspect.app" }],
    platforms: ["iOS", "iPadOS"],
    signature: "signed",
    signer: "",
    profile: {
      name: "Example",
      uuid: "0B1C2D3E-0000-4000-8000-000000000001",
      applicationIdentifier: "A1B2C3D4E5.com.example.inspect",
      expiresAt: expires.toISOString(),
    },
    warnings: [],
  });
  assert.deepEqual((await read(await ipaOf({ families: [3] }))).platforms, ["tvOS"]);
  assert.match((await read(await ipaOf())).warnings.join(), /has no provisioning profile/);
});

Deno.test("two apps in one file, none, and a broken file are refused", async () => {
  const info = utf8("<plist><dict/></plist>");
  await refused(await ipaOf({ files: { "Payload/Second.app/Info.plist": info } }), /more than one app/);
  await refused(await ipaOf({ files: { "Payload/Inspect.app/Info.plist": utf8("nothing") } }), /not a property list/);
  const whole = await ipaOf();
  await refused(whole.slice(0, whole.length - 30), /not a complete ZIP archive/);
  await refused(utf8("PK\x03\x04"), /not a complete ZIP/);
  await refused(new Uint8Array(3), /should be an installer package/);
  await refused(utf8("MZ and so on"), /should be an installer package/);
});

Deno.test("bombs cost as much as they weigh", async () => {
  const bomb = deflateSync(new Uint8Array(200_000_000), { level: 9 });
  const header = new Uint8Array(28 + bomb.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x78617221);
  view.setUint16(4, 28);
  view.setBigUint64(8, BigInt(bomb.length));
  view.setBigUint64(16, 16_000_000n);
  header.set(bomb, 28);
  await refused(header, /unpacks to too many bytes/);
  view.setBigUint64(16, 200_000_000n);
  await refused(header, /table of contents is damaged/);
  view.setBigUint64(8, 1n << 60n);
  await refused(header, /table of contents is damaged/);
  const large = new Uint8Array(30_000_000);
  await refused(await ipaOf({ files: { "Payload/Inspect.app/Info.plist": large } }), /too long/);
  const packed = xarOf([{ path: "Distribution", content: large }]);
  await refused(packed, /description in it is too long/);
  // It says that it is small.
  const liar = xarOf([{ path: "Distribution", content: large }], {
    toc: (toc) => toc.replace("<size>30000000</size>", "<size>100</size>"),
  });
  await refused(liar, /unpacks to too many bytes/);
});

Deno.test("hostile tables are refused: deep, wide, endless, with entities, outside of the file", async () => {
  const toc = (change: (toc: string) => string) =>
    xarOf([{ path: "Distribution", content: utf8(distribution({ id: "p", version: "1" }, [])) }], { toc: change });
  const into = (text: string) => toc((table) => table.replace("</toc>", `${text}</toc>`));
  await refused(into("<a>".repeat(100_000)), /nested too deep/);
  await refused(into(`<a ${Array.from({ length: 100_000 }, (_, n) => `b${n}=""`).join(" ")}/>`), /too complex/);
  await refused(into("<file><name>x</name></file>".repeat(30_000)), /too many files/);
  await refused(into(`<file><name>${"x".repeat(70_000)}</name></file>`), /damaged/);
  await refused(toc((table) => table.replace("<xar>", '<!DOCTYPE xar [<!ENTITY a "aaaa">]><xar>')), /document type/);
  await refused(into("<a>&b;</a>"), /not valid/);
  await refused(into("<a></b>"), /not valid/);
  await refused(
    toc((table) => table.replaceAll(/<offset>\d+<\/offset>/g, "<offset>999999999</offset>")),
    /beyond the end/,
  );
  await refused(toc((table) => table.replaceAll(/<offset>\d+<\/offset>/g, "<offset>-5</offset>")), /damaged/);
});

Deno.test("little is read of a large package, wherever its tables are", async () => {
  const pkg = sourceOf(pkgOf({ size: 3_000_000 }));
  await readPackage(pkg);
  assert.ok(pkg.count < 100_000, `${pkg.count}`);
  const ipa = sourceOf(await ipaOf({ files: { "Payload/Inspect.app/Assets.car": noise(1_000_000) } }));
  await readPackage(ipa);
  assert.ok(ipa.count < 100_000, `${ipa.count}`);
});

Deno.test("the digests of chunks are those of their bytes, however the bytes arrive", async () => {
  const content = Uint8Array.from({ length: 9 * 1024 * 1024 }, (_, n) => n % 251);
  async function* pieces(size: number) {
    for (let at = 0; at < content.length; at += size) yield await Promise.resolve(content.subarray(at, at + size));
  }
  const expected = [0, 1, 2].map((n) => content.subarray(n * 4_194_304, (n + 1) * 4_194_304));
  for (const size of [65_536, 4_194_304, 5_000_001, content.length]) {
    const { size: chunk, sha256s, md5s } = await chunksOf(ReadableStream.from(pieces(size)));
    assert.equal(chunk, 4_194_304);
    assert.deepEqual(sha256s, expected.map((part) => createHash("sha256").update(part).digest("hex")));
    assert.deepEqual(md5s, expected.map((part) => createHash("md5").update(part).digest("hex")));
  }
  assert.equal((await chunksOf(ReadableStream.from([content.subarray(0, 100)]))).size, 100);
});

Deno.test({
  name: "a package that bsdtar has made is read, with and without compression",
  ignore: !await hasTool("bsdtar"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const text = distribution({ id: "com.example.real", version: "5.0" }, [{
        id: "com.example.real.app",
        version: "5.0",
      }]);
      await Deno.writeTextFile(`${folder}/Distribution`, text);
      await Deno.mkdir(`${folder}/Real.pkg`);
      await Deno.writeTextFile(`${folder}/Real.pkg/PackageInfo`, '<pkg-info identifier="x" version="1"/>');
      await Deno.writeFile(`${folder}/Real.pkg/Payload`, crypto.getRandomValues(new Uint8Array(60_000)));
      for (
        const options of [[], ["--options", "compression=none"], ["--options", "toc-checksum=sha1,compression=gzip"]]
      ) {
        const { success, stderr } = await new Deno.Command("bsdtar", {
          args: ["--format", "xar", ...options, "-cf", "real.pkg", "Distribution", "Real.pkg"],
          cwd: folder,
          stderr: "piped",
        }).output();
        assert.ok(success, new TextDecoder().decode(stderr));
        const facts = await read(await Deno.readFile(`${folder}/real.pkg`));
        assert.deepEqual([facts.productId, facts.productVersion, facts.bundles.length, facts.signature], [
          "com.example.real",
          "5.0",
          1,
          "unsigned",
        ]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("whatever is changed in a package, it is read or refused, and nothing else", async () => {
  const originals = [pkgOf(), await ipaOf(), pkgOf({ signed: "unsigned" })];
  let seed = 12_345;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  let accepted = 0;
  for (let n = 0; n < 1500; n++) {
    const bytes = Uint8Array.from(originals[n % 3] ?? []);
    for (let change = random(6); change >= 0; change--) bytes[random(bytes.length)] = random(256);
    const cut = random(4) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
    try {
      await read(cut);
      accepted++;
    } catch (error) {
      assert.ok(error instanceof PackageError, `${n}: ${error}`);
    }
  }
  assert.ok(accepted > 0);
});

Deno.test("thousands of files in folders with long names cost no more than their names", async () => {
  const folder = `<file><name>${"n".repeat(60_000)}</name>`;
  const file = "<file><name>x</name><data><offset>1</offset><length>1</length><size>1</size></data></file>";
  const bytes = xarOf([], {
    signed: "unsigned",
    toc: (toc) => toc.replace("</toc>", `${folder.repeat(50)}${file.repeat(15_000)}${"</file>".repeat(50)}</toc>`),
  });
  const started = performance.now();
  await assert.rejects(read(bytes), /neither a Distribution nor a PackageInfo/);
  assert.ok(performance.now() - started < 5000);
});
