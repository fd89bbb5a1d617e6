import assert from "node:assert/strict";
import { z } from "zod";
import { rowsOf } from "./artifacts_support.ts";
import { withApi } from "./support.ts";

const idOf = (body: unknown): number => z.object({ id: z.number() }).parse(body).id;
const resultsOf = (body: unknown) =>
  z.object({ next: z.string().nullable(), results: z.array(z.record(z.string(), z.unknown())) }).parse(body);
const AT = { created_at: "2026-06-01T12:00:00", updated_at: "2026-06-01T12:00:00" };

Deno.test("business units, taxonomies and tags are created, named once, filtered and refused while in use", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const unit = idOf((await call("POST", "/api/inventory/meta_business_units/", { name: "Default" })).body);
    const taxonomy = idOf(
      (await call("POST", "/api/inventory/taxonomies/", { name: "Rings", meta_business_unit: unit })).body,
    );
    const made = await call("POST", "/api/inventory/tags/", { name: "Früh dran!", taxonomy, color: "FF00aa" });
    assert.equal(made.status, 201);
    const tag = idOf(made.body);
    assert.deepEqual(made.body, {
      id: tag,
      taxonomy,
      meta_business_unit: null,
      name: "Früh dran!",
      slug: "fruh-dran",
      color: "FF00aa",
      ...AT,
    });
    const errors = async (path: string, body: unknown) => (await call("POST", path, body)).body;
    assert.deepEqual(await errors("/api/inventory/tags/", { name: "Früh dran!" }), {
      name: ["tag with this name already exists."],
    });
    assert.deepEqual(await errors("/api/inventory/taxonomies/", { name: "Rings" }), {
      name: ["taxonomy with this name already exists."],
    });
    assert.deepEqual(await errors("/api/inventory/meta_business_units/", { name: "Default" }), {
      name: ["meta business unit with this name already exists."],
    });
    assert.deepEqual(await errors("/api/inventory/tags/", { name: "x", taxonomy: 99 }), {
      taxonomy: ['Invalid pk "99" - object does not exist.'],
    });
    assert.deepEqual(await errors("/api/inventory/tags/", { name: "x", meta_business_unit: 99 }), {
      meta_business_unit: ['Invalid pk "99" - object does not exist.'],
    });
    assert.deepEqual(await errors("/api/inventory/tags/", { name: "x", taxonomy: "7" }), {
      taxonomy: ["Incorrect type. Expected pk value, received str."],
    });
    for (const taxonomy of [-5, 2147483648, -9e15]) {
      assert.deepEqual(await errors("/api/inventory/tags/", { name: "x", taxonomy }), {
        taxonomy: [`Invalid pk "${taxonomy}" - object does not exist.`],
      });
    }
    assert.deepEqual(await errors("/api/inventory/tags/", { name: "x", color: "red" }), {
      color: ["This value should be six hexadecimal digits, like 0079bf."],
    });
    const taxonomyGone = await call("DELETE", `/api/inventory/taxonomies/${taxonomy}/`);
    assert.deepEqual([taxonomyGone.status, taxonomyGone.body], [400, ["This taxonomy cannot be deleted"]]);
    const unitGone = await call("DELETE", `/api/inventory/meta_business_units/${unit}/`);
    assert.deepEqual([unitGone.status, unitGone.body], [400, ["This meta business unit cannot be deleted"]]);
    const put = await call("PUT", `/api/inventory/tags/${tag}/`, { name: "Late" });
    assert.deepEqual(put.body, {
      id: tag,
      taxonomy: null,
      meta_business_unit: null,
      name: "Late",
      slug: "late",
      color: "0079bf",
      ...AT,
    });
    assert.equal(rowsOf(await call("GET", "/api/inventory/tags/?name=Late")).length, 1);
    assert.equal(rowsOf(await call("GET", "/api/inventory/tags/?name=late")).length, 0);
    assert.equal((await call("PUT", "/api/inventory/tags/99/", { name: "x" })).status, 404);
    assert.equal(
      (await call("PUT", `/api/inventory/meta_business_units/${unit}/`, { name: "Main" })).status,
      200,
    );
    assert.equal((await call("PUT", `/api/inventory/taxonomies/${taxonomy}/`, { name: "Rings" })).status, 200);
    assert.equal((await call("DELETE", `/api/inventory/taxonomies/${taxonomy}/`)).status, 204);
    assert.equal((await call("DELETE", `/api/inventory/meta_business_units/${unit}/`)).status, 204);
  });
});

Deno.test("pages of a list show every row once", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    for (const name of ["c", "a", "e", "b", "d"]) await call("POST", "/api/inventory/tags/", { name });
    const seen: unknown[] = [];
    let path: string | null = "/api/inventory/tags/?limit=2";
    while (path !== null) {
      const page = resultsOf((await call("GET", path)).body);
      seen.push(...page.results.map(({ name }) => name));
      path = page.next === null ? null : page.next.replace("https://mdm.example.com", "");
    }
    assert.deepEqual(seen, ["a", "b", "c", "d", "e"]);
  });
});

Deno.test("tags are added to and removed from devices, each change leaving its event", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const [a = 0, b = 0] = await Promise.all(
      ["a", "b"].map(async (name) => idOf((await call("POST", "/api/inventory/tags/", { name })).body)),
    );
    const path = "/api/inventory/devices/C02ABC/tags/";
    const names = (body: unknown) =>
      z.object({ tags: z.array(z.object({ name: z.string() })) }).parse(body).tags.map(({ name }) => name);
    assert.deepEqual((await call("GET", path)).body, { serial_number: "C02ABC", tags: [] });
    assert.deepEqual(names((await call("POST", path, { tags: [a, a] })).body), ["a"]);
    assert.deepEqual(names((await call("POST", path, { tags: [a] })).body), ["a"]);
    assert.deepEqual(names((await call("PUT", path, { tags: [b] })).body), ["b"]);
    assert.deepEqual((await call("PUT", path, { tags: [99] })).body, {
      tags: ['Invalid pk "99" - object does not exist.'],
    });
    assert.equal((await call("DELETE", `${path}${a}/`)).status, 404);
    assert.equal((await call("DELETE", `${path}99/`)).status, 404);
    assert.equal((await call("DELETE", `${path}${b}/`)).status, 204);
    const many = await call("POST", "/api/inventory/devices/tags/", {
      action: "add",
      tags: [a, b],
      serial_numbers: ["X1", "X2", "X1"],
    });
    assert.deepEqual(many.body, { added: 4, removed: 0 });
    const set = await call("POST", "/api/inventory/devices/tags/", {
      action: "set",
      tags: [a],
      serial_numbers: ["X1", "C02ABC"],
    });
    assert.deepEqual(set.body, { added: 1, removed: 1 });
    assert.equal((await call("DELETE", `/api/inventory/tags/${a}/`)).status, 204);
    const rows = await runtime.sql<{ type: string; serialNumber: string; payload: { tag: { name: string } } }[]>`
      select type, serial_number, payload from events where type like '%machine_tag'`;
    const told = rows.map(({ type, serialNumber, payload }) =>
      `${type.startsWith("add") ? "+" : "-"}${payload.tag.name} ${serialNumber}`
    ).sort();
    assert.deepEqual(
      told,
      [
        "+a C02ABC",
        "-a C02ABC",
        "+b C02ABC",
        "-b C02ABC",
        "+a X1",
        "+a X2",
        "+b X1",
        "+b X2",
        "-b X1",
        "+a C02ABC",
        "-a X1",
        "-a X2",
        "-a C02ABC",
      ].sort(),
    );
  });
});

Deno.test("events are read in pages that new events do not move, by type, device and time", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    for (const name of ["a", "b", "c"]) {
      await call("POST", "/api/inventory/tags/", { name });
      runtime.clock.advance(60);
    }
    const first = resultsOf((await call("GET", "/api/events/?limit=2&type=zentral_audit")).body);
    await call("POST", "/api/inventory/tags/", { name: "d" });
    const second = resultsOf((await call("GET", (first.next ?? "").replace("https://mdm.example.com", ""))).body);
    const newest = [...first.results, ...second.results].map(({ created_at }) => created_at);
    assert.deepEqual(newest, ["2026-06-01T12:02:00", "2026-06-01T12:01:00", "2026-06-01T12:00:00"]);
    assert.equal(second.next, null);
    const count = async (query: string) => resultsOf((await call("GET", `/api/events/${query}`)).body).results.length;
    assert.equal(await count("?since=2026-06-01T12:02:00"), 2);
    assert.equal(await count("?type=nothing"), 0);
    assert.equal(await count("?serial_number=X"), 0);
    for (const cursor of ["x", "W10", "WzEsMl0", "W251bGwsbnVsbCxudWxsXQ"]) {
      assert.deepEqual((await call("GET", `/api/events/?cursor=${cursor}`)).body, { cursor: ["Invalid cursor"] });
    }
    assert.deepEqual((await call("GET", "/api/events/?since=soon")).body, { since: ["Enter a valid date/time."] });
  });
});
