import assert from "node:assert/strict";
import { createLogger, redact } from "../../src/log.ts";

const KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";

Deno.test("secrets are removed from texts by their shape", () => {
  const cases: [string, string][] = [
    [`before ${KEY} after`, "before <redacted> after"],
    [KEY.replaceAll("PRIVATE", "RSA PRIVATE"), "<redacted>"],
    [`${KEY}${KEY}x`, "<redacted><redacted>x"],
    [
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ],
    [
      `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----${KEY}`,
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----<redacted>",
    ],
    ["a -----BEGIN PRIVATE KEY-----\nAAAA", "a <redacted>"],
    [`ztlu_${"a".repeat(36)}`, "<redacted>"],
    ["Authorization: Token abcdefgh", "Authorization: <redacted>"],
    ["Token abc", "Token abc"],
    [`MDM$OTA$${"A".repeat(16)}`, "<redacted>"],
    [`OTA$${"A".repeat(15)}`, `OTA$${"A".repeat(15)}`],
    ["postgres://user:word@host/db", "postgres<redacted>host/db"],
  ];
  for (const [text, shown] of cases) assert.equal(redact(text), shown, text);
});

Deno.test("a long text is cut, and no secret hides where it is cut", () => {
  const token = `ztlu_${"a".repeat(36)}`;
  for (let before = 8192 - 45; before <= 8192; before++) {
    const shown = String(redact(`${"x".repeat(before - 1)} ${token}${" y".repeat(10_000)}`));
    assert.ok(shown.length <= 8193 && shown.endsWith("…"));
    assert.doesNotMatch(shown, /aaaa/, `${before}`);
  }
  assert.equal(
    String(redact(`${"x".repeat(8000)}${KEY.replace("AAAA", "A".repeat(5000))}`)),
    `${"x".repeat(8000)}<redacted>…`,
  );
});

Deno.test("a line has no more than a thousand items of a list", () => {
  const shown = redact(Array.from({ length: 5000 }, (_, index) => index));
  assert.ok(Array.isArray(shown) && shown.length === 1001 && shown.at(-1) === "…");
});

Deno.test("a line that cannot be written fails no work", () => {
  const { stderr } = Deno;
  const { writeSync } = stderr;
  let tried = 0;
  stderr.writeSync = () => {
    tried++;
    throw new Error("No space left on device");
  };
  try {
    createLogger("info", () => new Date(0)).error("x");
  } finally {
    stderr.writeSync = writeSync;
  }
  assert.equal(tried, 1);
});
