import assert from "node:assert/strict";
import { withoutSecret } from "../../../../routes/admin/artifacts/version_lines.ts";
import { countedLines, plistLines } from "../../../../src/protocol/plist_lines.ts";

Deno.test("a property list is a line for each value, whatever the order of its keys", () => {
  const value = {
    Zebra: true,
    Array: ["one", { Key: 1, Empty: {} }, []],
    Date: new Date("2026-01-02T03:04:05Z"),
    Big: 2n ** 60n,
    Data: new Uint8Array([1, 2, 3]),
    Text: 'two\n"lines"',
  };
  const lines = [
    "Array:",
    '  - "one"',
    "  -",
    "    Empty: {}",
    "    Key: 1",
    "  - []",
    `Big: ${2n ** 60n}`,
    "Data: data AQID",
    "Date: 2026-01-02T03:04:05.000Z",
    'Text: "two\\n\\"lines\\""',
    "Zebra: true",
  ];
  assert.deepEqual(plistLines(value), lines);
  assert.deepEqual(plistLines(Object.fromEntries(Object.entries(value).reverse())), lines);
  assert.deepEqual(plistLines("alone"), ['"alone"']);
  assert.match(plistLines({ Data: new Uint8Array(1000) }).join(), /^Data: data of 1000 bytes, SHA-256 [0-9a-f]{64}$/);
});

Deno.test("a text is distinguished from the number that it looks like", () => {
  assert.notDeepEqual(plistLines({ Key: "1" }), plistLines({ Key: 1 }));
  assert.notDeepEqual(plistLines({ Key: "true" }), plistLines({ Key: true }));
});

Deno.test("values of keys that name a secret are not shown, numbers and other keys are", () => {
  const hidden = [
    '    Password: "geheim"',
    '  - WiFiPassword: "a \\"quoted\\" one"',
    'SharedSecret: "x"',
    'Challenge: "one time"',
    '  "Password": "geheim",',
    "PayloadCertificatePassword: data AQID",
    "EncryptionPSK: data of 99 bytes, SHA-256 0123",
    ...plistLines({ Password: "geheim".repeat(1000) }),
  ];
  for (const line of hidden) {
    const shown = withoutSecret(line);
    assert.match(shown, /•••••/, line);
    assert.doesNotMatch(shown, /geheim|quoted|"x"|one time|AQID|0123/, line);
  }
  const open = ["minPasswordLength: 12", 'SSID: "Password: \\"no\\""', "allowPasswordSharing: false", "Passwords:"];
  for (const line of open) assert.equal(withoutSecret(line), line);
});

Deno.test("values that a device can make long are truncated, and still distinguished", () => {
  const long = (end: string) => '"'.repeat(1_000_000) + end;
  const [line = ""] = plistLines({ Text: long("a") });
  assert.ok(line.length < 3000, `${line.length}`);
  assert.match(line, /"… of 1000001 characters, SHA-256 [0-9a-f]{64}$/);
  assert.notDeepEqual(plistLines({ Text: long("a") }), plistLines({ Text: long("b") }));
  const [key = ""] = plistLines({ [long("a")]: true });
  assert.ok(key.length < 3000, `${key.length}`);
});

Deno.test("of a deep value, no more lines are created than are shown", () => {
  const items: boolean[] = Array.from({ length: 1000 }, () => true);
  let deep: Parameters<typeof countedLines>[0] = items;
  for (let level = 0; level < 100; level++) deep = [deep];
  const { lines, count } = countedLines(deep, 10);
  assert.deepEqual([lines.length, count], [10, 1100]);
  assert.equal(plistLines(deep).length, 1100);
});
