import assert from "node:assert/strict";
import { commands } from "../../../src/apple_schema/generated/commands.ts";
import { credentials } from "../../../src/apple_schema/generated/credentials.ts";
import { declarations } from "../../../src/apple_schema/generated/declarations.ts";
import { profiles } from "../../../src/apple_schema/generated/profiles.ts";
import { status } from "../../../src/apple_schema/generated/status.ts";
import { keysBelow } from "../../../src/apple_schema/keys.ts";
import { hasType } from "../../../src/apple_schema/scalars.ts";
import { type FactTable, type KeyFacts, type PayloadFacts, SYSTEMS } from "../../../src/apple_schema/types.ts";

/** Every form of a profile's payload by a name of its own. */
const forms: FactTable<PayloadFacts> = Object.fromEntries(
  Object.entries(profiles).flatMap(([type, several]) =>
    several.map((facts, index) => [index === 0 ? type : `${type}#${index}`, facts] as const)
  ),
);

const TABLES = { commands, credentials, declarations, forms, status };

/** Every key of every payload once, with where it is. */
function* everyKey(): Generator<{ at: string; facts: PayloadFacts; key: KeyFacts }> {
  for (const [table, payloads] of Object.entries(TABLES)) {
    for (const [type, facts] of Object.entries(payloads)) {
      const lists = [facts.keys, ...Object.values(facts.shapes ?? {})];
      const pending = lists.flatMap((keys) => keys.map((key) => ({ at: `${table} ${type} ${key.key}`, facts, key })));
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        yield next;
        const { at, key } = next;
        pending.push(...(key.keys ?? []).map((below) => ({ at: `${at}.${below.key}`, facts, key: below })));
      }
    }
  }
}

function* strings(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      yield name;
      yield* strings(item);
    }
  }
}

Deno.test("the facts hold no prose", () => {
  for (const [table, payloads] of Object.entries(TABLES)) {
    for (const text of strings(payloads)) {
      // "Automatic Restart On Power Loss" is a key.
      assert.ok(text.length <= 80 && text.split(" ").length <= 6, `${table}: ${text}`);
      assert.ok(!/[\n.!?] /.test(text), `${table}: ${text}`);
    }
  }
  const facts = new Set([
    ...["key", "type", "required", "systems", "range", "values", "subtype", "format", "default", "repetition"],
    ...["combine", "assetTypes", "contentTypes", "keys", "shape"],
  ]);
  for (const { at, key } of everyKey()) {
    for (const name of Object.keys(key)) assert.ok(facts.has(name), `${at}: ${name}`);
  }
});

Deno.test("all of Apple's items are included", () => {
  assert.ok(Object.keys(declarations).length >= 58);
  assert.ok(Object.keys(status).length >= 44);
  assert.ok(Object.keys(commands).length >= 66);
  assert.ok(Object.keys(credentials).length >= 4);
  assert.ok(Object.keys(profiles).length >= 120);
});

Deno.test("tables are in order, and every payload specifies every system", () => {
  for (const payloads of Object.values(TABLES)) {
    const types = Object.keys(payloads);
    assert.deepEqual(types, [...types].sort());
    for (const [type, { systems }] of Object.entries(payloads)) {
      // The files do not describe this one type.
      const named = type === "com.apple.security.wapi-identity" ? [] : SYSTEMS;
      assert.deepEqual(Object.keys(systems), [...named], type);
    }
  }
});

Deno.test("facts agree with themselves", () => {
  let seen = 0;
  for (const { at, facts, key } of everyKey()) {
    seen++;
    if (key.shape !== undefined) {
      assert.ok(keysBelow(key, facts.shapes), `${at}: no shape ${key.shape}`);
      assert.equal(key.keys, undefined, at);
    }
    for (const value of key.values ?? []) assert.ok(hasType(value, key.type, "json"), `${at}: ${value}`);
    if (key.default !== undefined) assert.ok(hasType(key.default, key.type, "json"), `${at}: ${key.default}`);
    if (key.range !== undefined) assert.ok(key.type === "integer" || key.type === "real", at);
    if (key.type === "array") assert.ok(keysBelow(key, facts.shapes)?.length, at);
    for (const [system, support] of Object.entries(key.systems ?? {})) {
      for (const version of support === false ? [] : [support.introduced, support.deprecated, support.removed]) {
        if (version !== undefined) assert.match(version, /^\d+(\.\d+)*$/, `${at} ${system}`);
      }
    }
  }
  assert.ok(seen > 1000, `only ${seen} keys were looked at`);
});
