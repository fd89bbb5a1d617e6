import assert from "node:assert/strict";
import { DatabaseUnavailable } from "../../db/supervised_pool.ts";
import { newApiToken } from "../../src/access/api_token_format.ts";
import { systemRandom } from "../../src/runtime.ts";
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

Deno.test("readiness reports an expiring push certificate and test roots, and stays ready", () =>
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

Deno.test("without its database the server is alive and not ready, and does not reveal the reason to strangers", () =>
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

Deno.test("readiness writes: a database that only reads is not ready, with its cure", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const reading = Object.assign(
      (...args: unknown[]) =>
        sql.begin(async (tx) => {
          await tx`set transaction read only`;
          return await Reflect.apply(tx, undefined, args);
        }),
      sql,
    ) as unknown as typeof sql;
    fleet.runtime.sql = reading;
    const response = await fleet.fetch(ready);
    assert.equal(response.status, 503);
    assert.match(await response.text(), /read-only.*primary/);
    fleet.runtime.sql = sql;
  }, { METRICS_TOKEN: TOKEN }));

Deno.test("a machine's clock that is off is a warning", () =>
  withFleet(async (fleet) => {
    fleet.runtime.skew = () => 7000;
    const { reasons } = await (await fleet.fetch(ready)).json();
    const clock = reasons.find(({ check }: { check: string }) => check === "clock");
    assert.equal(clock?.state, "warning");
    assert.match(clock?.reason, /7 s ahead of the database/);
    fleet.runtime.skew = () => 4000;
    const later = await (await fleet.fetch(ready)).json();
    assert.equal(later.reasons.some(({ check }: { check: string }) => check === "clock"), false);
  }, { METRICS_TOKEN: TOKEN }));

Deno.test("a request that fails for the database is 503 with Retry-After, for devices, API and pages", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const { sql } = fleet.runtime;
    // As a query is: nothing happens before somebody waits for it, and a part of another one is never waited for.
    const gone = () => ({
      then: (_done: unknown, failed: (reason: unknown) => void) =>
        failed(new DatabaseUnavailable("the connection was lost")),
    });
    fleet.runtime.sql = Object.assign(gone, sql, { begin: gone }) as unknown as typeof sql;
    await assert.rejects(device.connect(), /503/);
    for (
      const [path, headers] of [
        ["/api/mdm/devices/", { Authorization: `Token ${newApiToken(systemRandom, "user")}` }],
        ["/devices/", { Cookie: `__Host-espalier=${"A".repeat(43)}` }],
      ] as const
    ) {
      const response = await fleet.fetch(new Request(`https://mdm.example.com${path}`, { headers }));
      await response.body?.cancel();
      assert.deepEqual([response.status, response.headers.get("Retry-After")], [503, "2"], path);
    }
    fleet.runtime.sql = sql;
    await device.connect();
  }));
