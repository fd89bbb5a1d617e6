import assert from "node:assert/strict";
import fc from "fast-check";
import { validateDeclaration } from "../../../src/apple_schema/declarations.ts";
import type { KeyFacts, PayloadFacts } from "../../../src/apple_schema/types.ts";
import { MAX_ISSUES, MAX_VALUES, validatePayload } from "../../../src/apple_schema/validate.ts";
import { DECLARATION_TYPES } from "../../../simulators/published.ts";

const facts = (keys: KeyFacts[], more: Partial<PayloadFacts> = {}): PayloadFacts => ({ systems: {}, keys, ...more });
const messages = (keys: KeyFacts[], payload: unknown, form: "json" | "plist" = "json") =>
  validatePayload(facts(keys), payload, form).map(({ message }) => message);

Deno.test("a payload that is not a dictionary is described", () => {
  for (
    const [payload, kind] of [[null, "null"], [[], "an array"], ["x", "a string"], [1, "an integer"], [
      undefined,
      "nothing",
    ]]
  ) {
    assert.deepEqual(messages([], payload), [`The payload is ${kind}, it should be a dictionary`]);
  }
});

Deno.test("every type refuses values of other types", () => {
  const wrong: [KeyFacts["type"], unknown, string][] = [
    ["string", 1, `"a" is an integer, it should be a string`],
    ["string", null, `"a" is null, it should be a string`],
    ["integer", 1.5, `"a" is a number with a fraction, it should be an integer`],
    ["integer", "1", `"a" is a string, it should be an integer`],
    ["integer", true, `"a" is a boolean, it should be an integer`],
    ["integer", 1e300, `"a" is a large integer, it should be an integer`],
    ["real", "1.5", `"a" is a string, it should be a number`],
    ["real", NaN, `"a" is not a number, it should be a number`],
    ["boolean", 0, `"a" is 0, it should be a boolean`],
    ["boolean", "true", `"a" is a string, it should be a boolean`],
    ["date", "tomorrow", `"a" is a string, it should be a date like 2026-01-31T12:00:00Z`],
    ["date", "2026-13-41T12:00:00Z", `"a" is a string, it should be a date like 2026-01-31T12:00:00Z`],
    ["date", new Date(0), `"a" is a date, it should be a date like 2026-01-31T12:00:00Z`],
    ["data", "not base64!", `"a" is a string, it should be data in base64`],
    ["data", new Uint8Array(1), `"a" is data, it should be data in base64`],
    ["array", {}, `"a" is a dictionary, it should be an array`],
    ["dictionary", [], `"a" is an array, it should be a dictionary`],
    ["any", null, `"a" is null, it should be a value`],
    ["any", undefined, `"a" is nothing, it should be a value`],
    ["any", Symbol("x"), `"a" is of no known type, it should be a value`],
    ["any", 1n, `"a" is a large integer, it should be a value`],
  ];
  for (const [type, value, message] of wrong) assert.deepEqual(messages([{ key: "a", type }], { a: value }), [message]);
});

Deno.test("a number of the wrong type is shown where the key has bounds, and nowhere else", () => {
  assert.deepEqual(
    messages([
      { key: "Password", type: "string" },
      { key: "Mode", type: "string", values: ["On", "Off"] },
      { key: "Level", type: "integer", range: { min: 1 } },
    ], { Password: 123456, Mode: 1, Level: 1.5 }),
    [
      `"Password" is an integer, it should be a string`,
      `"Mode" is 1, it should be a string`,
      `"Level" is 1.5, it should be an integer`,
    ],
  );
});

Deno.test("paths begin at the payload's position, and a text that is not known yet counts by its type", () => {
  const issues = validatePayload(
    facts([{ key: "Level", type: "integer" }, { key: "Mode", type: "string", values: ["On"] }, {
      key: "Skipped",
      type: "string",
    }]),
    { Level: "$x", Mode: "$x", Skipped: 1 },
    "plist",
    { path: "PayloadContent.3", passed: ["Skipped"], isOpen: (text) => text === "$x" },
  );
  assert.deepEqual(issues, [{
    path: "PayloadContent.3.Level",
    message: `"PayloadContent.3.Level" is a string, it should be an integer`,
  }]);
});

Deno.test("every type accepts its own values", () => {
  const right: [KeyFacts["type"], unknown][] = [
    ["string", ""],
    ["integer", -3],
    ["integer", 2 ** 53],
    ["real", 1],
    ["real", 0.5],
    ["boolean", false],
    ["date", "2026-01-31T12:00:00Z"],
    ["date", "2026-01-31T12:00:00.5+02:00"],
    ["data", "aGVsbG8="],
    ["data", ""],
    ["array", []],
    ["array", [1, "two", { three: [] }]],
    ["dictionary", { any: { thing: 1 } }],
    ["any", [{}]],
  ];
  for (const [type, value] of right) assert.deepEqual(messages([{ key: "a", type }], { a: value }), []);
});

Deno.test("in property lists, dates, data and large integers are values of their own", () => {
  const keys: KeyFacts[] = [{ key: "date", type: "date" }, { key: "data", type: "data" }, {
    key: "n",
    type: "integer",
  }];
  assert.deepEqual(messages(keys, { date: new Date(0), data: new Uint8Array(2), n: 2n ** 60n }, "plist"), []);
  assert.deepEqual(messages(keys, { date: "2026-01-31T12:00:00Z", data: "aGk=", n: 1.5 }, "plist"), [
    `"date" is a string, it should be a date`,
    `"data" is a string, it should be data`,
    `"n" is a number with a fraction, it should be an integer`,
  ]);
});

Deno.test("a value outside its range or its list is shown with the expected one", () => {
  const keys: KeyFacts[] = [
    { key: "n", type: "integer", range: { min: 2, max: 11 } },
    { key: "s", type: "string", values: ["Low", "High"] },
    { key: "i", type: "integer", values: [1, 2, 3] },
  ];
  assert.deepEqual(messages(keys, { n: 2, s: "High", i: 3 }), []);
  assert.deepEqual(messages(keys, { n: 1, s: "high", i: 4 }), [
    `"n" is 1, it should be at least 2`,
    `"s" is "high", it should be "Low" or "High"`,
    `"i" is 4, it should be one of 1, 2, 3`,
  ]);
  assert.deepEqual(messages(keys, { n: 12 }), [`"n" is 12, it should be at most 11`]);
  const [long] = messages(keys, { s: "x".repeat(1000) });
  assert.ok(long !== undefined && long.length < 120, long);
});

Deno.test("forms of strings are checked", () => {
  const keys: KeyFacts[] = [
    { key: "url", type: "string", subtype: "url" },
    { key: "host", type: "string", subtype: "hostname" },
    { key: "mail", type: "string", subtype: "email" },
    { key: "pin", type: "string", format: "^[0-9]{6}$" },
    { key: "odd", type: "string", format: "((" },
  ];
  assert.deepEqual(
    messages(keys, { url: "https://example.com", host: "example.com", mail: "a@example.com", pin: "123456", odd: "x" }),
    [],
  );
  assert.deepEqual(messages(keys, { url: "example", host: "a b", mail: "a", pin: "12345" }), [
    `"url" is not of the right form, it should be a URL`,
    `"host" is not of the right form, it should be a host name`,
    `"mail" is not of the right form, it should be an email address`,
    `"pin" is not of the right form, it should match ^[0-9]{6}$`,
  ]);
});

Deno.test("missing, unknown and misspelled keys are reported with their path", () => {
  const keys: KeyFacts[] = [{
    key: "Outer",
    type: "dictionary",
    required: true,
    keys: [{ key: "Inner", type: "integer", required: true }],
  }];
  assert.deepEqual(messages(keys, {}), [`"Outer" is missing, it should be a dictionary`]);
  assert.deepEqual(validatePayload(facts(keys), { Outer: { inner: 1 }, Other: 1 }), [
    { path: "Outer.Inner", message: `"Outer.Inner" is missing, it should be an integer` },
    { path: "Outer.inner", message: `"Outer.inner" is not a known key, it should be "Inner"` },
    { path: "Other", message: `"Other" is not a known key, it should be "Outer"` },
  ]);
  assert.deepEqual(messages([], { a: 1 }), [`"a" is not a known key, there should be none`]);
});

Deno.test("a key that not every system has is not demanded", () => {
  const key = (systems: KeyFacts["systems"] & object): KeyFacts => ({
    key: "a",
    type: "string",
    required: true,
    systems,
  });
  assert.deepEqual(messages([key({ iOS: false })], {}), []);
  assert.deepEqual(messages([key({ iOS: { introduced: "17.0" } })], {}), []);
  assert.deepEqual(messages([key({ iOS: { supervised: true } })], {}), [`"a" is missing, it should be a string`]);
});

Deno.test("where any key may be, its value still has a type, and nothing is demanded", () => {
  const keys: KeyFacts[] = [
    { key: "Known", type: "integer" },
    { key: "ANY", type: "string", required: true },
  ];
  assert.deepEqual(messages(keys, {}), []);
  assert.deepEqual(messages(keys, { Known: 1, en: "text" }), []);
  assert.deepEqual(messages(keys, { Known: "x", en: 1 }), [
    `"Known" is a string, it should be an integer`,
    `"en" is an integer, it should be a string`,
  ]);
});

Deno.test("an array has as many elements as it should, of the kind that they name", () => {
  const pair: KeyFacts[] = [{
    key: "pair",
    type: "array",
    keys: [{ key: "item", type: "string", repetition: { min: 2, max: 2 } }],
  }];
  assert.deepEqual(messages(pair, { pair: ["C", "US"] }), []);
  assert.deepEqual(messages(pair, { pair: ["C"] }), [`"pair" has 1 elements, it should have 2`]);
  const kinds: KeyFacts[] = [{
    key: "list",
    type: "array",
    keys: ["A", "B"].map((name) => ({
      key: name,
      type: "dictionary",
      keys: [
        { key: "Item", type: "string", required: true, values: [name] },
        { key: name, type: "boolean", required: true },
      ],
    })),
  }];
  assert.deepEqual(messages(kinds, { list: [{ Item: "A", A: true }, { Item: "B", B: false }] }), []);
  assert.deepEqual(messages(kinds, { list: [{ Item: "C" }, {}, 1, { Item: "B", A: true }] }), [
    `"list.0.Item" is "C", it should be "A" or "B"`,
    `"list.1.Item" is missing, it should be "A" or "B"`,
    `"list.2" is an integer, it should be a dictionary`,
    `"list.3.B" is missing, it should be a boolean`,
    `"list.3.A" is not a known key, it should be "Item" or "B"`,
  ]);
});

Deno.test("keys of Object.prototype are keys like others", () => {
  const hostile: unknown = JSON.parse(`{"__proto__": {"a": 1}, "constructor": 1, "toString": 1, "hasOwnProperty": 1}`);
  assert.equal(messages([{ key: "a", type: "integer" }], hostile).length, 4);
  assert.deepEqual(messages([{ key: "a", type: "integer", required: true }], JSON.parse(`{"__proto__": {"a": 1}}`)), [
    `"a" is missing, it should be an integer`,
    `"__proto__" is not a known key, it should be "a"`,
  ]);
  for (const type of ["__proto__", "constructor", "toString", ""]) assert.deepEqual(validateDeclaration(type, {}), []);
});

Deno.test("depth, size and issues have limits", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = { a: deep };
  const free: KeyFacts[] = [{ key: "ANY", type: "any" }];
  assert.match(messages(free, { deep })[0] ?? "", /nested more than 64 levels deep/);
  const own: KeyFacts = { key: "a", type: "dictionary", shape: "a" };
  assert.match(
    validatePayload(facts([own], { shapes: { a: [own] } }), deep)[0]?.message ?? "",
    /nested more than 64 levels deep/,
  );
  assert.deepEqual(messages(free, { wide: Array.from({ length: MAX_VALUES + 1 }, () => 1) }), [
    `The payload holds more than ${MAX_VALUES} values, which is the most`,
  ]);
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
  assert.equal(messages([], many).length, MAX_ISSUES);
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  assert.match(messages(free, cycle)[0] ?? "", /nested more than 64 levels deep/);
});

Deno.test("no JSON makes a validation throw, and every issue is a sentence about its path", () => {
  const type = fc.constantFrom(...DECLARATION_TYPES);
  fc.assert(
    fc.property(type, fc.jsonValue({ maxDepth: 6 }), (type, json) => {
      for (const { path, message } of validateDeclaration(type, json)) {
        assert.ok(path === "" ? message.startsWith("The payload ") : message.startsWith(`"${path}" `), message);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("no payload with the schema's own keys and any values makes a validation throw", () => {
  const payload = fc.constantFrom(...DECLARATION_TYPES).chain((type) =>
    fc.tuple(
      fc.constant(type),
      fc.dictionary(
        fc.constantFrom("Reference", "StandardConfigurations", "AppConfig", "ManagedBookmarks", "Relays", "__proto__"),
        fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.anything({ maxDepth: 3 })),
      ),
    )
  );
  fc.assert(
    fc.property(payload, ([type, value]) => {
      assert.ok(Array.isArray(validateDeclaration(type, value)));
    }),
    { numRuns: 500 },
  );
});
