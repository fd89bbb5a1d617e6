import assert from "node:assert/strict";
import { pageOfEvents } from "../../../db/events/events.ts";
import { DOWNLOAD_PATHS } from "../../../src/downloads/url.ts";
import { recordEvents } from "../../../src/events/record.ts";
import { flushRefusals } from "../../../src/events/refusals.ts";
import { testBy } from "../../routes/api/support.ts";
import { findEvents } from "../../support/events.ts";
import { withFleet } from "../../support/fleet.ts";
import { withRuntime } from "../../support/runtime.ts";

Deno.test("a flood of refused requests leaves a few events and one count, on every device address", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const put = (path: string, method = "PUT") =>
      fleet.fetch(
        new Request(`https://mdm.example.com${path}`, { method, ...(method === "GET" ? {} : { body: "x" }) }),
      );
    const floods: [type: string, send: () => Promise<Response>][] = [
      ["mdm_request", () => put("/public/mdm/connect/")],
      ["ota_enrollment_request", () => put("/public/mdm/ota_enroll/", "POST")],
      ["mdm_download", () => put(`${DOWNLOAD_PATHS.profile}x/`, "GET")],
    ];
    for (const [type, send] of floods) {
      for (let sent = 0; sent < 50; sent++) {
        const response = await send();
        assert.ok(response.status >= 400 && response.status < 500, `${type} ${response.status}`);
        await response.body?.cancel();
      }
    }
    const types = floods.map(([type]) => type);
    const counted = async () => {
      const rows = await runtime.sql<{ type: string; count: number; suppressed: number | null }[]>`
        select type, count(*)::int as count, sum((payload->>'suppressed')::int)::int as suppressed
        from events where type = any(${types}) group by type order by type`;
      return rows.map(({ type, count, suppressed }) => [type, count, suppressed]);
    };
    assert.deepEqual(await counted(), [["mdm_download", 20, null], ["mdm_request", 20, null], [
      "ota_enrollment_request",
      20,
      null,
    ]]);
    runtime.clock.advance(61);
    await flushRefusals(runtime.sql, runtime);
    assert.deepEqual(await counted(), [["mdm_download", 21, 30], ["mdm_request", 21, 30], [
      "ota_enrollment_request",
      21,
      30,
    ]]);
    assert.equal(runtime.refusals.totals.get("mdm_request"), 50);
  }));

Deno.test("many addresses together leave a bounded number of events, and no count is lost", () =>
  withRuntime(async (runtime) => {
    const { refusals, clock } = runtime;
    let recorded = 0;
    for (let address = 0; address < 10_000; address++) {
      const ip = `2001:db8:${(address >> 8).toString(16)}:${(address & 255).toString(16)}::1`;
      if (refusals.count("mdm_request", ip, clock.now()).recorded) recorded++;
    }
    assert.equal(recorded, 100);
    clock.advance(60);
    await flushRefusals(runtime.sql, runtime);
    const events = await findEvents(runtime.sql, { type: "mdm_request", limit: 500 });
    assert.equal(events.length, 21);
    const sum = events.reduce((total, { payload }) => total + Number(Reflect.get(Object(payload), "suppressed")), 0);
    assert.equal(sum, 10_000 - 100);
  }));

Deno.test("a page of events is bounded by bytes, and its cursor continues after the last one shown", () =>
  withRuntime(async (runtime) => {
    const text = "event ".repeat(100_000);
    for (let made = 0; made < 9; made++) {
      // Written past the limit of one event: as stored by an older version.
      await recordEvents(runtime.sql, runtime, testBy, [{ type: "big", payload: { made } }]);
      await runtime.sql`update events set payload = payload || jsonb_build_object('text', ${text}::text)
        where payload->>'made' = ${String(made)}`;
      runtime.clock.advance(1);
    }
    const seen: unknown[] = [];
    let before;
    let pages = 0;
    for (;;) {
      const { rows, more } = await pageOfEvents(runtime.sql, { type: "big", limit: 50, ...(before ? { before } : {}) });
      pages++;
      assert.ok(rows.length > 0 && rows.length <= 4);
      seen.push(...rows.map(({ payload }) => Reflect.get(Object(payload), "made")));
      before = rows.at(-1);
      if (!more) break;
    }
    assert.deepEqual(seen, [8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert.ok(pages >= 3);
  }));
