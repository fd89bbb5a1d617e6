import assert from "node:assert/strict";
import { withFleet } from "../support/fleet.ts";

const TOKEN = "the-right-token-of-it";
const ready = new Request("https://mdm.example.com/readyz", { headers: { Authorization: `Bearer ${TOKEN}` } });

Deno.test("readiness gives its reasons to monitoring alone", () =>
  withFleet(async (fleet) => {
    for (const authorization of ["", "Bearer another-token-of-16", `Token ${TOKEN}`, TOKEN]) {
      const headers = authorization === "" ? {} : { Authorization: authorization };
      const response = await fleet.fetch(new Request(ready.url, { headers }));
      assert.deepEqual([response.status, await response.json()], [200, { status: "ready" }], authorization);
    }
    assert.ok((await (await fleet.fetch(ready)).json()).reasons.length > 0);
  }, { METRICS_TOKEN: TOKEN }));

Deno.test("readiness tells of a push certificate that ends, and of test roots, and stays ready", () =>
  withFleet(async (fleet) => {
    const reasons = async () => {
      const response = await fleet.fetch(ready);
      assert.equal(response.status, 200);
      const { reasons } = await response.json();
      return reasons.map(({ check, state }: { check: string; state: string }) => `${check}: ${state}`);
    };
    assert.deepEqual(await reasons(), ["database: ok", "device-test-roots: warning"]);
    fleet.runtime.clock.set("2039-12-15T00:00:00Z");
    assert.deepEqual(await reasons(), ["database: ok", "push-certificate: warning", "device-test-roots: warning"]);
  }, { METRICS_TOKEN: TOKEN }));

Deno.test("without its database the server is alive and not ready, and does not say why to strangers", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    // The pool gives nothing more.
    fleet.runtime.sql = Object.assign(
      () => Promise.reject(new Error("secret host name")),
      sql,
    ) as unknown as typeof sql;
    const response = await fleet.fetch(ready);
    assert.equal(response.status, 503);
    const text = await response.text();
    assert.match(text, /The database does not answer/);
    assert.ok(!text.includes("secret host name"));
    assert.equal((await fleet.fetch(new Request("https://mdm.example.com/healthz"))).status, 200);
    fleet.runtime.sql = sql;
  }, { METRICS_TOKEN: TOKEN }));
