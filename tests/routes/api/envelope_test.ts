/** The shapes that clients know, one by one, on endpoints made for the purpose. */

import assert from "node:assert/strict";
import { z } from "zod";
import { readJson } from "../../../routes/api/body.ts";
import { endpoint, NO_CONTENT } from "../../../routes/api/endpoint.ts";
import { choiceFilter, naiveUtc, pkListField, relatedFilter } from "../../../routes/api/fields.ts";
import { orderingQuery, pageOf, pageOfSchema, pageQuery, paginated } from "../../../routes/api/paging.ts";
import { nestFields } from "../../../routes/api/shape.ts";
import { RequestBody } from "../../../routes/body.ts";
import { BodyMemory } from "../../../routes/body_memory.ts";
import { Counters } from "../../../src/counters.ts";
import { invalid, Problem, refused } from "../../../src/errors.ts";
import { timeField } from "../../../src/input_fields.ts";
import { withApi } from "./support.ts";

const facts = { permission: "authenticated", tag: "Test", summary: "Test" } as const;

const THINGS = Array.from({ length: 120 }, (_, index) => index);

const PROBES = [
  endpoint({
    ...facts,
    method: "POST",
    path: "/api/test/parse/",
    body: z.object({
      text: z.string().trim().min(1).max(3),
      count: z.int().min(1).max(5),
      kind: z.enum(["x", "y"]),
      list: z.array(z.int()),
      flag: z.boolean(),
      inner: z.object({ deep: z.string() }),
      maybe: z.string().nullable().default(null),
      time: timeField.optional(),
      tags: pkListField.optional(),
    }),
    response: { status: 201, schema: z.object({ ok: z.boolean() }) },
    handle: () => ({ ok: true }),
  }),
  endpoint({
    ...facts,
    method: "GET",
    path: "/api/test/list/",
    query: z.object({
      number: relatedFilter,
      kind: choiceFilter(["x", "y"]),
      any: z.array(z.string()).optional(),
      ordering: orderingQuery(["created_at", "name"], { column: "created_at", descending: true }),
      ...pageQuery,
    }),
    response: { status: 200, schema: pageOfSchema(z.unknown()) },
    handle(input) {
      const page = pageOf(input.query);
      return paginated(input, page, {
        count: THINGS.length,
        rows: [{ ...input.query, limit: page.limit, offset: page.offset }],
      });
    },
  }),
  endpoint({ ...facts, method: "DELETE", path: "/api/test/gone/", response: NO_CONTENT, handle: () => {} }),
  endpoint({
    ...facts,
    method: "DELETE",
    path: "/api/test/refused/",
    response: NO_CONTENT,
    handle: () => {
      throw refused("This blueprint cannot be deleted");
    },
  }),
  endpoint({
    ...facts,
    method: "GET",
    path: "/api/test/cross/",
    response: { status: 200, schema: z.null() },
    handle: () => {
      throw invalid({ non_field_errors: ["These do not fit."] });
    },
  }),
  endpoint({
    ...facts,
    method: "GET",
    path: "/api/test/broken/",
    response: { status: 200, schema: z.null() },
    handle: () => {
      throw new Error("password=hunter2 in table users");
    },
  }),
  endpoint({
    ...facts,
    method: "GET",
    path: "/api/test/file/",
    response: { status: 200, contentType: "text/csv" },
    handle: () => new Response("a,b", { headers: { "Content-Type": "text/csv" } }),
  }),
];

const GOOD = { text: "a", count: 1, kind: "x", list: [], flag: true, inner: { deep: "" } };

Deno.test("each value that does not fit is named with the sentence that clients know", async () => {
  await withApi(async ({ as }) => {
    const call = await as([]);
    const send = async (change: Record<string, unknown>) =>
      (await call("POST", "/api/test/parse/", { ...GOOD, ...change })).body;
    assert.deepEqual(await send({}), { ok: true });
    assert.deepEqual(await send({ unknown: 1, maybe: null }), { ok: true });
    assert.deepEqual((await call("POST", "/api/test/parse/", {})).body, {
      text: ["This field is required."],
      count: ["This field is required."],
      kind: ["This field is required."],
      list: ["This field is required."],
      flag: ["This field is required."],
      inner: ["This field is required."],
    });
    const cases: [Record<string, unknown>, unknown][] = [
      [{ text: null }, { text: ["This field may not be null."] }],
      [{ text: "" }, { text: ["This field may not be blank."] }],
      [{ text: "   " }, { text: ["This field may not be blank."] }],
      [{ text: 3 }, { text: ["Not a valid string."] }],
      [{ text: "abcd" }, { text: ["Ensure this field has no more than 3 characters."] }],
      [{ count: "x" }, { count: ["A valid integer is required."] }],
      [{ count: 1.5 }, { count: ["A valid integer is required."] }],
      [{ count: 0 }, { count: ["Ensure this value is greater than or equal to 1."] }],
      [{ count: 6 }, { count: ["Ensure this value is less than or equal to 5."] }],
      [{ kind: "z" }, { kind: ['"z" is not a valid choice.'] }],
      [{ list: "s" }, { list: ['Expected a list of items but got type "str".'] }],
      [{ list: [1, "s"] }, { list: { 1: ["A valid integer is required."] } }],
      [{ flag: "maybe" }, { flag: ["Must be a valid boolean."] }],
      [{ inner: 3 }, { inner: ["Invalid data. Expected a dictionary, but got int."] }],
      [{ inner: {} }, { inner: { deep: ["This field is required."] } }],
      [{ tags: ["1"] }, { tags: { 0: ["Incorrect type. Expected pk value, received str."] } }],
      [{ time: "yesterday" }, {
        time: [
          "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
        ],
      }],
    ];
    for (const [change, expected] of cases) assert.deepEqual(await send(change), expected, JSON.stringify(change));
  }, PROBES);
});

Deno.test("a body that is no JSON, too large or of another type has its own answer", async () => {
  await withApi(async ({ as }) => {
    const call = await as([]);
    const broken = await call("POST", "/api/test/parse/", '{"text": ');
    assert.equal(broken.status, 400);
    assert.match(JSON.stringify(broken.body), /^\{"detail":"JSON parse error - /);
    const deep = await call(
      "POST",
      "/api/test/parse/",
      `{"text": ${"[".repeat(10_000)}"\\u0041"${"]".repeat(10_000)}}`,
    );
    assert.deepEqual(deep.body, { detail: "JSON parse error - it is nested deeper than 200 levels" });
    const notUtf8 = await call("POST", "/api/test/parse/", new Uint8Array([0x22, 0xff, 0x22]));
    assert.match(JSON.stringify(notUtf8.body), /^\{"detail":"JSON parse error - /);
    const large = await call("POST", "/api/test/parse/", JSON.stringify({ text: "x".repeat(1024 * 1024) }));
    assert.equal(large.status, 413);
    const form = await call("POST", "/api/test/parse/", "a=b", { "Content-Type": "text/plain;charset=x" });
    assert.equal(form.status, 415);
    assert.deepEqual(form.body, { detail: 'Unsupported media type "text/plain" in request.' });
  }, PROBES);
});

Deno.test("a body that stalls is abandoned, and one larger than declared is cut", async () => {
  const memory = new BodyMemory(1024 * 1024, new Counters());
  const request = (body: ReadableStream) =>
    new RequestBody(new Request("https://x/", { method: "POST", body }), memory, { graceMs: 10, bytesPerSecond: 1e9 });
  const json = "application/json";
  const stalled = request(new ReadableStream());
  await assert.rejects(readJson(stalled, json, 100), (error) => error instanceof Problem && error.code === "timeout");
  let sent = 0;
  const endless = request(
    new ReadableStream({ pull: (controller) => (sent += 1000, controller.enqueue(new Uint8Array(1000))) }),
  );
  await assert.rejects(
    readJson(endless, json, 5000),
    (error) => error instanceof Problem && error.code === "too-large",
  );
  assert.ok(sent < 20_000);
});

Deno.test("refusals have the shapes of a list, of fields, of a detail", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as([]);
    assert.deepEqual((await call("DELETE", "/api/test/refused/")).body, ["This blueprint cannot be deleted"]);
    assert.deepEqual((await call("GET", "/api/test/cross/")).body, { non_field_errors: ["These do not fit."] });
    const gone = await call("DELETE", "/api/test/gone/");
    assert.deepEqual([gone.status, gone.body], [204, undefined]);
    const broken = await call("GET", "/api/test/broken/");
    assert.deepEqual([broken.status, broken.body], [500, {
      detail: "An unexpected error occurred. The server's log has details.",
    }]);
    assert.ok(runtime.lines.some((line) => line.includes("Cannot answer an API request")));
    const file = await call("GET", "/api/test/file/");
    assert.deepEqual([file.body, file.headers.get("Content-Type")], ["a,b", "text/csv"]);
    const nowhere = await call("GET", "/api/nowhere/");
    assert.deepEqual([nowhere.status, nowhere.body], [404, { detail: "Not found." }]);
  }, PROBES);
});

Deno.test("HEAD is GET without a body, OPTIONS describes", async () => {
  await withApi(async ({ as }) => {
    const call = await as([]);
    const head = await call("HEAD", "/api/test/list/");
    assert.deepEqual([head.status, head.body], [200, undefined]);
    const options = await call("OPTIONS", "/api/test/list/");
    assert.equal(options.status, 200);
    assert.equal(options.headers.get("Allow"), "GET, HEAD, OPTIONS");
  }, PROBES);
});

Deno.test("pages have absolute links that keep the filters", async () => {
  await withApi(async ({ as }) => {
    const call = await as([]);
    const list = async (query: string) => (await call("GET", `/api/test/list/${query}`)).body;
    const base = "https://mdm.example.com/api/test/list/";
    const ordering = { column: "created_at", descending: true };
    assert.deepEqual(await list(""), {
      count: 120,
      next: `${base}?limit=50&offset=50`,
      previous: null,
      results: [{ ordering, limit: 50, offset: 0 }],
    });
    assert.deepEqual(await list("?kind=x&limit=50&offset=50"), {
      count: 120,
      next: `${base}?kind=x&limit=50&offset=100`,
      previous: `${base}?kind=x&limit=50`,
      results: [{ kind: "x", ordering, limit: 50, offset: 50 }],
    });
    assert.deepEqual(await list("?limit=9999&offset=100"), {
      count: 120,
      next: null,
      previous: `${base}?limit=500`,
      results: [{ ordering, limit: 500, offset: 100 }],
    });
    assert.deepEqual(await list("?limit=abc&offset=-1&kind=&any=a&any=b&ordering=-secret,name"), {
      count: 120,
      next: `${base}?limit=50&offset=50&kind=&any=a&any=b&ordering=-secret%2Cname`,
      previous: null,
      results: [{ any: ["a", "b"], ordering: { column: "name", descending: false }, limit: 50, offset: 0 }],
    });
    assert.deepEqual(await list("?number=x&kind=z"), {
      number: ["Select a valid choice. x is not one of the available choices."],
      kind: ["Select a valid choice. z is not one of the available choices."],
    });
  }, PROBES);
});

Deno.test("times are UTC without zone, with a fraction only when there is one", () => {
  assert.equal(naiveUtc(new Date("2024-02-17T20:31:34.848Z")), "2024-02-17T20:31:34.848000");
  assert.equal(naiveUtc(new Date("2024-12-02T16:52:49Z")), "2024-12-02T16:52:49");
  assert.equal(naiveUtc(null), null);
});

Deno.test("errors of nested fields become objects, whatever the names of the fields", () => {
  const nested = nestFields({ "a.b.0": ["x"], "a.c": ["y"], "__proto__.polluted": ["z"], d: ["w"] });
  assert.equal(
    JSON.stringify(nested),
    '{"a":{"b":{"0":["x"]},"c":["y"]},"__proto__":{"polluted":["z"]},"d":["w"]}',
  );
  assert.equal("polluted" in {}, false);
});

Deno.test("the page about the API needs no script and nothing of others", async () => {
  await withApi(async ({ call }) => {
    const page = await call("GET", "/api/docs/");
    assert.equal(page.status, 200);
    assert.match(page.headers.get("Content-Security-Policy") ?? "", /default-src 'none'; style-src 'self'/);
    const html = String(page.body);
    assert.ok(html.includes("/api/inventory/tags/{id}/") && html.includes("inventory.view_tag"));
    assert.ok(!/<script|https?:\/\/|style=/.test(html));
    assert.equal((await call("GET", "/api/docs/style.css")).headers.get("Content-Type"), "text/css; charset=utf-8");
    assert.equal((await call("GET", "/api/openapi.json")).status, 200);
    // Each is generated once: anyone may request them.
    for (const path of ["/api/docs/", "/api/docs/style.css", "/api/openapi.json"]) {
      assert.match((await call("GET", path)).headers.get("ETag") ?? "", /^"[0-9a-f]{32}"$/, path);
    }
  });
});
