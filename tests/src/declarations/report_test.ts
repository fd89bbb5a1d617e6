import assert from "node:assert/strict";
import { readStatusReport } from "../../../src/declarations/report.ts";
import { Problem } from "../../../src/errors.ts";

const read = (json: string) => readStatusReport(new TextEncoder().encode(json));
const refused = (json: string) => {
  try {
    read(json);
  } catch (error) {
    if (error instanceof Problem) return error.details.reason;
    throw error;
  }
  return undefined;
};
const list = (item: string, count: number) => `[${Array(count).fill(item).join(",")}]`;

Deno.test("a report has 50,000 values and no more, whatever their kind and position", () => {
  const places = {
    items: (values: string) => `{"StatusItems":{"a":${values}}}`,
    errors: (values: string) => `{"StatusItems":{},"Errors":${values}}`,
    declarations: (values: string) => `{"StatusItems":{"management":{"declarations":{"x":${values}}}}}`,
    elsewhere: (values: string) => `{"StatusItems":{},"Other":${values}}`,
  };
  for (const place of Object.values(places)) {
    for (const value of ["1", "[]", "{}", '"a"', "null", '{"a":1}', "[[1]]"]) {
      assert.match(refused(place(list(value, 50_001))) ?? "", /^the status report has \d+ values, 50000 are accepted$/);
    }
    assert.equal(refused(place(list("1", 49_000))), undefined);
  }
  const keys = Array.from({ length: 50_001 }, (_, at) => `"k${at}":0`).join(",");
  assert.match(refused(`{"StatusItems":{${keys}}}`) ?? "", /values, 50000 are accepted$/);
  // The content of a text does not count as values.
  assert.equal(refused(`{"StatusItems":{"a":"${",[{".repeat(50_000)}"}}`), undefined);
});

Deno.test("of errors, the first thousand are read, and malformed ones hide none of the others", () => {
  const errors = [
    1,
    null,
    {},
    { StatusItem: 3 },
    ...Array.from({ length: 1500 }, (_, at) => ({ StatusItem: `e${at}` })),
  ];
  const report = read(JSON.stringify({ StatusItems: {}, Errors: errors }));
  assert.equal(report.errors.length, 1000);
  assert.deepEqual(report.errors[0], { item: "e0", reasons: undefined });
  assert.equal(report.errors.at(-1)?.item, "e999");
});

Deno.test("a declaration has an identifier and a token; the rest may be anything", () => {
  const x = [1, [], { identifier: "a" }, { identifier: "b", "server-token": "t" }];
  const y = [{ identifier: "c", "server-token": "u", active: "yes", valid: 1, reasons: {} }];
  const z = [{ identifier: "d", "server-token": "v", active: true, valid: "valid", reasons: [{ code: "e" }] }];
  const { declarations } = read(JSON.stringify({ StatusItems: { management: { declarations: { x, y, z, w: 1 } } } }));
  const unknown = { active: false, valid: "unknown", reasons: undefined };
  assert.deepEqual(declarations, [
    { identifier: "b", serverToken: "t", ...unknown },
    { identifier: "c", serverToken: "u", ...unknown },
    { identifier: "d", serverToken: "v", active: true, valid: "valid", reasons: [{ code: "e" }] },
  ]);
  assert.equal(read('{"StatusItems":{}}').declarations, null);
});

Deno.test("a message without a dictionary of StatusItems is not a report", () => {
  for (const json of ["1", "[]", "null", '{"StatusItems":[]}', '{"StatusItems":1}', "{", ""]) {
    assert.match(refused(json) ?? "", /^the status report (is not JSON|has no dictionary of StatusItems)$/, json);
  }
  assert.deepEqual(read("{}").items, {});
});
