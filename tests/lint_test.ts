import assert from "node:assert/strict";
import plugin, { patternFault } from "./support/linear_patterns.ts";
import { commands } from "../src/apple_schema/generated/commands.ts";
import * as credentials from "../src/apple_schema/generated/credentials.ts";
import { declarations } from "../src/apple_schema/generated/declarations.ts";
import { status } from "../src/apple_schema/generated/status.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const messages = (source: string, path = "src/planted.ts") =>
  Deno.lint.runPlugin(plugin, `${ROOT}${path}`, source).map(({ message }) => message);

Deno.test("the lint finds planted patterns that are exponential or polynomial, and such that it cannot judge", () => {
  const planted: [string, RegExp][] = [
    ["/^(a+)+$/", /exponential/],
    ["/^(a|a)*$/", /exponential/],
    ["/^[0-9]+\\.?[0-9]*$/", /polynomial/],
    ["/\\s+$/", /polynomial/],
    ["/-----BEGIN [A-Z ]*KEY-----[\\s\\S]*?-----END/g", /polynomial/],
    ["/(a)\\1*b/", /cannot be judged/],
    ["new RegExp(text)", /put together at run time/],
    ["RegExp(text)", /put together at run time/],
  ];
  for (const [pattern, fault] of planted) {
    const [message = "", ...others] = messages(`export const found = (text: string) => ${pattern};`);
    assert.match(message, fault, pattern);
    assert.deepEqual(others, []);
  }
});

Deno.test("the lint accepts linear patterns, and checks only the server", () => {
  for (const pattern of ["/^[0-9]{1,9}$/", "/^[0-9]+(?:\\.[0-9]*)?$/", "/[^a-z]+/g"]) {
    assert.deepEqual(messages(`export const found = ${pattern};`), [], pattern);
  }
  for (const path of ["routes/a.tsx", "db/a.ts", "jobs/a.ts", "main.ts"]) {
    assert.equal(messages("export const found = /^(a+)+$/;", path).length, 1, path);
  }
  for (const path of ["simulators/a.ts", "tests/src/a.ts", "bench/a.ts"]) {
    assert.deepEqual(messages("export const found = /^(a+)+$/;", path), [], path);
  }
});

Deno.test("the lint is in the gate", async () => {
  const { lint, tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  assert.ok(lint.plugins.includes("./tests/support/linear_patterns.ts"));
  assert.match(tasks.ok, /deno lint/);
});

// The facts of today hold none; those of a later schema may.
Deno.test("a pattern of Apple's schema that is not linear would be found", () => {
  const formats = new Set<string>();
  JSON.stringify([commands, credentials, declarations, status], (key, value) => {
    if (key === "format" && typeof value === "string") formats.add(value);
    return value;
  });
  for (const format of formats) assert.equal(patternFault(format, "u"), null, format);
});
