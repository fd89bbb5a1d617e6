import assert from "node:assert/strict";
import { type Conditions, servedBy } from "../../../src/downloads/conditions.ts";

const FILE = { etag: '"abc"', size: 1000 };
const ALL = "all";

/** The answer in short: the range, ALL, or the kind of another answer. */
function answer(given: Partial<Conditions>): string | [number, number] {
  const served = servedBy({ method: "GET", ...given }, FILE);
  if (served.kind !== "content") return served.kind;
  return served.range === null ? ALL : [served.range.start, served.range.end];
}

const RANGES: Record<string, string | [number, number]> = {
  "bytes=0-0": [0, 1],
  "bytes=0-999": [0, 1000],
  "bytes=0-1000": [0, 1000],
  "bytes=999-": [999, 1000],
  "bytes=100-199": [100, 200],
  "bytes=-1": [999, 1000],
  "bytes=-1000": [0, 1000],
  "bytes=-5000": [0, 1000],
  "bytes=0-99999999999999999999999": [0, 1000],
  "bytes=-99999999999999999999999": [0, 1000],
  // The name of a unit has no case, and a list may have empty elements.
  "BYTES=1-2": [1, 3],
  "bytes= 1-2 ,": [1, 3],
  // Nothing of these is there.
  "bytes=1000-": "unsatisfiable",
  "bytes=1000-1001": "unsatisfiable",
  "bytes=99999999999999999999999-": "unsatisfiable",
  "bytes=-0": "unsatisfiable",
  // Invalid ones count for nothing, also beyond the end.
  "bytes=5-4": ALL,
  "bytes=5000-4": ALL,
  "bytes=-": ALL,
  "bytes=": ALL,
  "bytes": ALL,
  "bytes=a-b": ALL,
  "bytes=1-2-3": ALL,
  "bytes=0x1-2": ALL,
  "bytes=1.5-2": ALL,
  "bytes=--5": ALL,
  "lines=0-1": ALL,
  "": ALL,
  // Several are not served one by one.
  "bytes=0-1,5-6": ALL,
  "bytes=0-1,5000-": ALL,
  [`bytes=${"0-,".repeat(1000)}`]: ALL,
};

Deno.test("a range is served, is not there, or counts for nothing", () => {
  for (const [range, expected] of Object.entries(RANGES)) {
    assert.deepEqual(answer({ range }), expected, range.slice(0, 50));
  }
});

Deno.test("only GET has ranges", () => {
  for (const range of ["bytes=0-1", "bytes=5000-"]) assert.equal(answer({ method: "HEAD", range }), ALL);
});

Deno.test("a range is of the file that the client knows, by a strong validator", () => {
  const range = "bytes=0-9";
  assert.deepEqual(answer({ range, ifRange: '"abc"' }), [0, 10]);
  for (const ifRange of ['"other"', 'W/"abc"', "abc", "*", "Mon, 01 Jun 2026 12:00:00 GMT", '"abc", "other"']) {
    assert.equal(answer({ range, ifRange }), ALL, ifRange);
  }
  assert.equal(answer({ range: "bytes=5000-", ifRange: '"other"' }), ALL);
  assert.equal(answer({ ifRange: '"abc"' }), ALL);
});

Deno.test("what the client has comes before the range that it asks for", () => {
  for (const ifNoneMatch of ['"abc"', 'W/"abc"', '"x", "abc"', "*"]) {
    for (const range of [undefined, "bytes=0-1", "bytes=5000-"]) {
      assert.equal(answer({ ifNoneMatch, range }), "not modified", ifNoneMatch);
    }
    assert.equal(answer({ ifNoneMatch, method: "HEAD" }), "not modified");
  }
  assert.deepEqual(answer({ ifNoneMatch: '"x"', range: "bytes=0-1" }), [0, 2]);
  // If-Match compares strongly, and comes first.
  for (const ifMatch of ['"x"', 'W/"abc"']) {
    assert.equal(answer({ ifMatch, ifNoneMatch: '"abc"', range: "bytes=5000-" }), "precondition failed");
  }
  for (const ifMatch of ['"abc"', '"x" , "abc"', "*"]) {
    assert.deepEqual(answer({ ifMatch, range: "bytes=0-1" }), [0, 2]);
  }
});
