import { binaryPlist, objects } from "../../../fuzz/builders/binary_plists.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import * as library from "plist";
import {
  array,
  asDict,
  bool,
  buildPlist,
  data,
  dict,
  dicts,
  get,
  int,
  parsePlist,
  type Plist,
  PlistError,
  str,
} from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { buildBinaryPlist } from "../../../simulators/device/binary_plist.ts";

const textOf = (value: Plist) => new TextDecoder().decode(buildPlist(value));

const encode = (text: string) => new TextEncoder().encode(text);
const wrapped = (inner: string) => encode(`<plist version="1.0">${inner}</plist>`);
const refused = (inner: string, sentence: RegExp) =>
  assert.throws(
    () => parsePlist(wrapped(inner)),
    (error) => error instanceof PlistError && sentence.test(error.message),
  );

/** Text that both XML and JSON carry. */
const text = fc.string({ unit: "binary" }).map((s) =>
  // deno-lint-ignore no-control-regex
  s.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "?")
);
const scalar: fc.Arbitrary<Plist> = fc.oneof(
  text,
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.bigInt(2n ** 53n, 2n ** 64n - 1n),
  fc.bigInt(-(2n ** 63n), -(2n ** 53n)),
  fc.uint8Array(),
  fc.integer({ min: -62_000_000_000, max: 253_000_000_000 }).map((seconds) => new Date(seconds * 1000)),
);
const anyPlist: fc.Arbitrary<Plist> = fc.letrec<{ value: Plist }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("value")),
    fc.dictionary(text.filter((key) => key !== "__proto__"), tie("value"), { noNullPrototype: true }),
  ),
})).value;

Deno.test("a value written in XML is read back unchanged", () => {
  fc.assert(fc.property(anyPlist, (value) => assert.deepEqual(parsePlist(buildPlist(value)), value)));
});

Deno.test("a value written in binary is read back unchanged", () => {
  fc.assert(fc.property(anyPlist, (value) => assert.deepEqual(parsePlist(buildBinaryPlist(value)), value)));
});

Deno.test("random bytes throw PlistError and nothing else", () => {
  const harmless = (bytes: Uint8Array) => {
    try {
      parsePlist(bytes);
    } catch (error) {
      assert.ok(error instanceof PlistError, `threw ${error}`);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), harmless));
  const samples = [
    wire("report-idle"),
    wire("report-device-information-mac"),
    wire("report-device-information-iphone"),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(),
      (sample, changes, cut) => {
        const bytes = sample.slice(0, cut % 3 === 0 ? cut % sample.length : sample.length);
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        harmless(bytes);
      },
    ),
    { numRuns: 2000 },
  );
});

/** A value that the library has too. */
type Shared = string | number | boolean | Date | Uint8Array | Shared[] | { [key: string]: Shared };

Deno.test("the plist library reads our XML and our binary, and we read its", () => {
  // Where the library differs from the format: it rounds big integers and turns line ends over.
  const shared: fc.Arbitrary<Shared> = fc.letrec<{ value: Shared }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string().map((s) => s.replace(/\r/g, "")),
      fc.boolean(),
      fc.nat(0x7fff_ffff),
      fc.uint8Array({ minLength: 1 }),
      fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000)),
      fc.array(tie("value"), { minLength: 1 }),
      fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,10}$/), tie("value"), {
        noNullPrototype: true,
        minKeys: 1,
      }),
    ),
  })).value;
  const plain = (value: unknown): unknown =>
    value instanceof Uint8Array
      ? Array.from(value)
      : value instanceof Date
      ? value.getTime()
      : Array.isArray(value)
      ? value.map(plain)
      : typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
      : value;
  fc.assert(fc.property(shared, (value) => {
    assert.deepEqual(plain(library.parse(textOf(value))), plain(value));
    assert.deepEqual(plain(library.parseBinary(buildBinaryPlist(value))), plain(value));
    assert.deepEqual(parsePlist(encode(library.build(value))), value);
    assert.deepEqual(parsePlist(Uint8Array.from(library.buildBinary(value))), value);
  }));
});

/** The inputs for the external judges: each shape whose encoding has a case of its own. */
const JUDGED: Plist = {
  text: "ü <&> \u{1f34f}",
  long: "x".repeat(70_000),
  numbers: [0, -1, 255, 256, 65_536, 2 ** 32, -(2 ** 40), 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n), 0.5, -1e300],
  many: Array.from({ length: 300 }, (_, i) => ({ i, key: `item ${i}` })),
  data: new Uint8Array([0, 1, 255]),
  date: new Date("2024-02-29T12:34:56Z"),
  empty: [[], {}, "", new Uint8Array(0)],
  flags: [true, false],
};

Deno.test({
  name: "Python's plistlib reads both our forms to the same values, and we read both of its",
  ignore: !installed("python3"),
  async fn() {
    const script = "import plistlib as p,sys;sys.stdout.buffer.write(p.dumps(p.loads(sys.stdin.buffer.read())," +
      "fmt=p.FMT_BINARY if sys.argv[1]=='binary' else p.FMT_XML))";
    for (const form of ["xml", "binary"]) {
      for (const bytes of [buildPlist(JUDGED), buildBinaryPlist(JUDGED)]) {
        assert.deepEqual(parsePlist(await pipe("python3", ["-c", script, form], bytes)), JUDGED);
      }
    }
  },
});

Deno.test({
  name: "plistutil turns our XML into binary that reads the same",
  ignore: !installed("plistutil"),
  async fn() {
    assert.deepEqual(parsePlist(await pipe("plistutil", ["-i", "-", "-f", "bin"], buildPlist(JUDGED))), JUDGED);
  },
});

function installed(command: string): boolean {
  try {
    return new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

async function pipe(command: string, args: string[], input: Uint8Array): Promise<Uint8Array> {
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  const writer = child.stdin.getWriter();
  const [output] = await Promise.all([child.output(), writer.write(input).then(() => writer.close())]);
  return output.stdout;
}

Deno.test("every wire sample reads, and reads the same after a round through both forms", () => {
  let count = 0;
  for (const entry of Deno.readDirSync(new URL("../../fixtures/wire/", import.meta.url))) {
    if (!entry.name.endsWith(".plist")) continue;
    const value = parsePlist(wire(entry.name.slice(0, -6)));
    assert.deepEqual(parsePlist(buildPlist(value)), value);
    assert.deepEqual(parsePlist(buildBinaryPlist(value)), value);
    count++;
  }
  assert.ok(count > 40);
});

Deno.test("XML is written with Apple's document type, tabs and a last line end", () => {
  assert.equal(
    textOf({ Key: ["a & b", 1, 1.5, true] }),
    `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>Key</key>
\t<array>
\t\t<string>a &amp; b</string>
\t\t<integer>1</integer>
\t\t<real>1.5</real>
\t\t<true/>
\t</array>
</dict>
</plist>
`,
  );
});

Deno.test("the forms of XML that Apple does not write but XML allows are read", () => {
  const document = `\ufeff<?xml version='1.0' encoding='utf-8'?>\r\n<!-- a --><!DOCTYPE plist SYSTEM "x">\r\n` +
    `<plist version='1.0'><!-- b --><dict >\r\n<key >a</key ><string >x<![CDATA[<&]]>y<!-- c -->z&#65;&#x1F34F;</string>` +
    `<key>b</key><true></true><key>c</key><false /><key>d</key><integer> +0x10 </integer><key>e</key><array />` +
    `<key>f</key><string>1\r\n2\r3</string><key>g</key><real>-.5E2</real></dict></plist>\n<!-- d -->\n`;
  assert.deepEqual(parsePlist(encode(document)), {
    a: "x<&yzA\u{1f34f}",
    b: true,
    c: false,
    d: 16,
    e: [],
    f: "1\n2\n3",
    g: -50,
  });
});

Deno.test("integers are exact at every size, and numbers that are not finite are read", () => {
  const read = (inner: string) => parsePlist(wrapped(inner));
  assert.equal(read("<integer>9007199254740991</integer>"), 9007199254740991);
  assert.equal(read("<integer>9007199254740992</integer>"), 9007199254740992n);
  assert.equal(read("<integer>-9223372036854775808</integer>"), -(2n ** 63n));
  assert.equal(read("<integer>18446744073709551615</integer>"), 2n ** 64n - 1n);
  assert.equal(read("<integer>0000000000000000000000001</integer>"), 1);
  assert.ok(Number.isNaN(read("<real>nan</real>")));
  assert.equal(read("<real>-infinity</real>"), -Infinity);
});

Deno.test("a text that is not a value of its element is refused", () => {
  for (const bad of ["", " ", "1.5", "1e3", "0x", "--1", "1 2", "١", "abc", "9".repeat(30), "18446744073709551616"]) {
    refused(`<integer>${bad}</integer>`, /integer/);
  }
  for (const bad of ["", "1,5", "0x10", "1e", ".", "infinit"]) refused(`<real>${bad}</real>`, /not a number/);
  for (
    const bad of ["", "2024-01-01", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00+01:00", "now"]
  ) refused(`<date>${bad}</date>`, /date|day and time/);
  for (const bad of ["=", "a", "a*bc", "&#65;"]) refused(`<data>${bad}</data>`, /base64/);
  for (const bad of ["&x;", "&", "&amp", "&#0;", "&#xD800;", "&#x110000;", "&#;", "&constructor;"]) {
    refused(`<string>${bad}</string>`, /character reference/);
  }
});

Deno.test("input that is not a property list is refused", () => {
  refused("<dict><key>a</key></dict>", /"a" has no value/);
  refused("<dict><key>a</key><true/><key>a</key><true/></dict>", /twice/);
  refused("<dict><string>a</string></dict>", /where "<key>" should be/);
  refused("<dict><key/><true/></dict>", /empty key/);
  refused("<true/><true/>", /should stand/);
  refused("", /<\/plist>|not an element/);
  refused("text", /text where an element/);
  refused("<nothing/>", /not an element/);
  refused('<string lang="en">a</string>', /not an element/);
  refused("<string>a<b/></string>", /should stand/);
  refused("<array><true/></dict>", /should stand/);
  refused("<array>".repeat(20_000), /128 levels/);
  refused("<dict><key>a</key>".repeat(200), /128 levels/);
  for (
    const [document, sentence] of [
      ["", /empty/],
      ["<dict/>", /should be "plist"/],
      ["<plist><true/></plist>trailing", /after its end/],
      ["<plist><true/></plist><plist/>", /after its end/],
      ["<plist><true/>", /too early/],
      ["<plist", /inside a tag/],
      ["<!-- ", /comment/],
      ['<?xml version="1.0" encoding="latin1"?><plist><true/></plist>', /should be UTF-8/],
      ["<!DOCTYPE html><plist><true/></plist>", /document type is not plist/],
      ["{ a = 1; }", /text where an element/],
      ["\ufffe", /element/],
    ] as const
  ) assert.throws(() => parsePlist(encode(document)), (e) => e instanceof PlistError && sentence.test(e.message));
  assert.throws(() => parsePlist(new Uint8Array([0xff, 0xfe, 0x3c, 0])), /UTF-16/);
  assert.throws(() => parsePlist(new Uint8Array([0x3c, 0x80])), /neither binary nor text/);
});

Deno.test("entities cannot be declared, however they are hidden", () => {
  for (
    const document of [
      `<!DOCTYPE plist [<!ENTITY x "y">]><plist><string>&x;</string></plist>`,
      `<!DOCTYPE plist SYSTEM "a>b" [<!ENTITY x "y">]><plist><string>&x;</string></plist>`,
      `<!-- > --><!DOCTYPE plist SYSTEM "x"\n[<!ENTITY x SYSTEM "file:///etc/passwd">]><plist><string>&x;</string></plist>`,
      `<plist><string><!ENTITY x "y">&x;</string></plist>`,
    ]
  ) assert.throws(() => parsePlist(encode(document)), PlistError);
});

Deno.test("a key named __proto__ is an ordinary key and changes no prototype", () => {
  const inner = `<dict><key>__proto__</key><dict><key>UDID</key><string>forged</string></dict></dict>`;
  const value = asDict(parsePlist(wrapped(inner)));
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(str(value, "UDID"), undefined);
  assert.deepEqual(Object.keys(value), ["__proto__"]);
  assert.deepEqual(parsePlist(buildBinaryPlist(value)), value);
});

Deno.test("the getters see own keys of the right type and nothing else", () => {
  const bytes = new Uint8Array([1]);
  const now = new Date(0);
  const value = { s: "", b: false, i: 0, big: 2n ** 60n, r: 0.5, d: bytes, t: now, m: { x: 1 }, a: [{}, 1, {}] };
  assert.equal(str(value, "s"), "");
  assert.equal(bool(value, "b"), false);
  assert.equal(int(value, "i"), 0);
  assert.equal(data(value, "d"), bytes);
  assert.equal(get(value, "t"), now);
  assert.equal(dict(value, "m"), value.m);
  assert.equal(array(value, "a"), value.a);
  assert.equal(dicts(value, "a").length, 2);
  for (const key of ["big", "r", "s", "absent"]) assert.equal(int(value, key), undefined);
  for (const key of ["d", "t", "a", "s", "absent", "__proto__"]) assert.equal(dict(value, key), undefined);
  for (const key of ["toString", "constructor", "i"]) assert.equal(str(value, key), undefined);
  assert.equal(array(value, "d"), undefined);
  assert.throws(() => asDict([]), /Not a dictionary: the property list is an array/);
});

Deno.test("text that XML cannot contain is refused rather than dropped", () => {
  for (const bad of ["\0", "\x1b", "\ud800", "\uffff"]) assert.throws(() => buildPlist([bad]), PlistError);
  assert.throws(() => buildPlist({ "\x01": 1 }), PlistError);
  for (const bad of [2n ** 64n, -(2n ** 63n) - 1n, new Date(NaN), new Date(253_402_300_800_000)]) {
    assert.throws(() => buildPlist(bad), PlistError);
  }
  assert.throws(() => buildBinaryPlist(2n ** 64n), PlistError);
  assert.throws(() => buildBinaryPlist(new Date(NaN)), PlistError);
  let deep: Plist = [];
  for (let i = 0; i < 200; i++) deep = [deep];
  assert.throws(() => buildPlist(deep), PlistError);
  assert.throws(() => buildBinaryPlist(deep), PlistError);
});

Deno.test("a binary list that shares its objects may expand with its own length and no further", () => {
  const bomb = binaryPlist([
    ...Array.from({ length: 5 }, (_, level) => objects.array(Array(18).fill(level + 1))),
    objects.yes,
  ]);
  assert.throws(() => parsePlist(bomb), new RegExp(`expands to more than ${1024 + 4 * bomb.length} values`));
  const keys = Array.from({ length: 1000 }, (_, index) => index + 2);
  const dicts = binaryPlist([
    objects.array(Array(990).fill(1)),
    objects.dict(keys, keys),
    ...keys.map((key) => objects.text(`k${key}`)),
  ]);
  assert.throws(() => parsePlist(dicts), new RegExp(`expands to more than ${1024 + 4 * dicts.length} values`));
  const data = binaryPlist([objects.array(Array(9000).fill(1)), objects.data(new Uint8Array(32_000))]);
  assert.throws(() => parsePlist(data), /expands to more than \d+ bytes/);
  const names = binaryPlist([objects.array(Array(1000).fill(1)), objects.text("com.apple.configuration")]);
  assert.deepEqual(parsePlist(names), Array(1000).fill("com.apple.configuration"));
});

Deno.test("numbers and dates that are too long to be any are refused by their length", () => {
  const of = (inner: string) => () => parsePlist(new TextEncoder().encode(`<plist version="1.0">${inner}</plist>`));
  assert.throws(of(`<integer>${"1".repeat(41)}</integer>`), /an integer has 41 characters, 40 are accepted/);
  assert.throws(of(`<real>${"1".repeat(401)}</real>`), /a number has 401 characters, 400 are accepted/);
  assert.throws(of(`<date>${"1".repeat(41)}</date>`), /a date has 41 characters, 40 are accepted/);
  assert.equal(of(`<real>${"0".repeat(399)}1</real>`)(), 1);
  assert.throws(of(`<array>${"<true/>".repeat(2_000_000)}</array>`), /more than 2000000 values/);
});

Deno.test("a mark of byte order that a text begins with is part of the text, in both formats", () => {
  for (const text of ["\ufeffabc", "\ufeff", "\ufeffÜ𝄞", "a\ufeff"]) {
    const value = { [text]: text };
    assert.deepEqual(parsePlist(buildBinaryPlist(value)), value);
    assert.deepEqual(parsePlist(buildPlist(value)), value);
  }
});

Deno.test("a date of a binary list is the millisecond that it was written for, before 2001 too", () => {
  for (const time of [-7742410662060, -1, 0, 1, 978307199999, 1_780_000_000_123]) {
    const value = { at: new Date(time) };
    assert.deepEqual(parsePlist(buildBinaryPlist(value)), value);
  }
});

Deno.test("a value that is read to be written again keeps its types: 2.0 stays a real, in XML and binary", () => {
  const texts = ["0.0", "2.0", "3600", "604800.0", "-1", "0.5", "1e3", "-0.0", "+infinity"];
  const xml = new TextEncoder().encode(
    `<plist><array>${texts.map((text) => `<real>${text}</real>`).join("")}<integer>2</integer></array></plist>`,
  );
  const read = parsePlist(xml, { keepReals: true });
  const types = (bytes: Uint8Array) => new TextDecoder().decode(bytes).match(/<(real|integer)>/g);
  const expected = [...texts.map(() => "<real>"), "<integer>"];
  assert.deepEqual(types(buildPlist(read)), expected);
  const binary = parsePlist(buildBinaryPlist(read), { keepReals: true });
  assert.deepEqual(binary, read);
  assert.deepEqual(types(buildPlist(binary)), expected);
  // Code that reads values sees numbers.
  assert.deepEqual(parsePlist(xml), [0, 2, 3600, 604800, -1, 0.5, 1000, -0, Infinity, 2]);
  assert.deepEqual(parsePlist(buildBinaryPlist(read)), parsePlist(xml));
});

Deno.test("every costly step is counted: values, references, comments, sections of CDATA, instructions", () => {
  const read = (inner: string) => () => parsePlist(wrapped(inner), { maxValues: 100 });
  const shapes: Record<string, (count: number) => string> = {
    values: (count) => `<array>${"<true/>".repeat(count)}</array>`,
    keys: (count) => `<dict>${Array.from({ length: count }, (_, at) => `<key>${at}</key><true/>`).join("")}</dict>`,
    references: (count) => `<string>${"&lt;".repeat(count)}</string>`,
    "references in keys": (count) => `<dict><key>${"&#9;".repeat(count)}</key><true/></dict>`,
    comments: (count) => `${"<!---->".repeat(count)}<true/>`,
    "comments in text": (count) => `<string>${"<!---->".repeat(count)}</string>`,
    CDATA: (count) => `<string>${"<![CDATA[]]>".repeat(count)}</string>`,
    instructions: (count) => `${"<?a?>".repeat(count)}<true/>`,
  };
  for (const [name, shape] of Object.entries(shapes)) {
    assert.throws(read(shape(101)), /it has more than 100 values/, name);
    read(shape(90))();
  }
  const list = binaryPlist([objects.array(Array(101).fill(1)), objects.yes]);
  assert.throws(() => parsePlist(list, { maxValues: 100 }), /expands to more than 100 values/);
  assert.deepEqual(parsePlist(list), Array(101).fill(true));
});

Deno.test("some thousand NULs become U+FFFD in both forms, more are refused", () => {
  for (const build of [(text: string) => xmlWith(text), (text: string) => buildBinaryPlist([text, `a${text}`])]) {
    assert.match(JSON.stringify(parsePlist(build("\0".repeat(2000)))), /^(\["?)?["\ufffda,\]]+$/);
    assert.throws(() => parsePlist(build("\0".repeat(4097))), /more than 4096 NUL characters/);
  }
});
const xmlWith = (text: string) => wrapped(`<array><string>${text}</string></array>`);

Deno.test("line ends are one LF each, however they are written, and a NUL beside them stays a character", () => {
  const text = (inner: string) => parsePlist(wrapped(`<string>${inner}</string>`));
  assert.equal(text("a\rb\r\nc\n\rd\r\r\ne"), "a\nb\nc\n\nd\n\ne");
  assert.equal(text("\r\0\r\n\0é\r"), "\n\ufffd\n\ufffdé\n");
  assert.equal(text("&#13;&#x41;"), "\rA");
  assert.throws(() => parsePlist(wrapped("\r\n\r\r<x/>")), /\(line 4\)/);
  assert.throws(() => parsePlist(wrapped("\n".repeat(200_000) + "<x/>")), /\(line after 100000\)/);
});
