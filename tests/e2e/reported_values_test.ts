import assert from "node:assert/strict";
import { idOf, made, rest } from "../support/artifacts.ts";
import { say } from "../support/declarative_reports.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("a device's reports stay bounded, however often and whatever it reports", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const device = await fleet.enrolled();
    await rest(device);
    const sizes = async () =>
      (await sql`select count(*)::int as items, max(pg_column_size(value))::int as bytes, max(jsonb_array_length(value)) filter (where jsonb_typeof(value) = 'array') as longest from status_items`)[
        0
      ];
    for (let n = 0; n < 4; n++) {
      const items = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`x${n}-${i}`, i]));
      const list = Array.from({ length: 4000 }, (_, i) => ({ identifier: `${n} ${i}`, text: "x".repeat(300) }));
      assert.equal(
        await say(device, "status", {
          StatusItems: { ...items, list },
          Errors: Array.from({ length: 3000 }, (_, i) => ({ StatusItem: `e${n}.${i}`, Reasons: [] })),
        }),
        200,
      );
    }
    const found = await sizes();
    assert.ok(found?.items <= 2500, JSON.stringify(found));
    assert.ok(found?.longest < 8000, JSON.stringify(found));
  }));

Deno.test("a malformed report is refused or accepted, never a fault of the server", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    for (const depth of [100, 1000, 3000, 8000, 20_000, 100_000, 1_000_000]) {
      for (const [open, close] of [["[", "]"], ['{"a":', "}"]]) {
        const deep = open!.repeat(depth) + "1" + close!.repeat(depth);
        const status = await say(device, "status", `{"StatusItems":{"x":${deep}}}`);
        assert.ok(status === 200 || status === 400, `${open} ${depth}: ${status}`);
        const inError = await say(
          device,
          "status",
          `{"StatusItems":{},"Errors":[{"StatusItem":"x","Reasons":${deep}}]}`,
        );
        assert.ok(inError === 200 || inError === 400, `errors ${open} ${depth}: ${inError}`);
      }
    }
    for (
      const text of [
        '{"StatusItems":{"__proto__":{"a":1},"constructor":{"prototype":1},"a":1e999,"b":-1e-999,"c":123456789012345678901234567890}}',
        '{"StatusItems":{"\\u0000":"\\u0000","\\ud800":"\\udfff"}}',
        '{"StatusItems":{"device":{"operating-system":{"version":"\\u0000","build-version":"' + "9".repeat(100000) +
        '"}}}}',
        '{"StatusItems":{"device":{"operating-system":{"version":{"a":1}}},"management":{"client-capabilities":null,"declarations":{"configurations":[null,1,{"identifier":"a","server-token":"b"}]}}}}',
        `{"StatusItems":{"${"長".repeat(499)}":"${"長".repeat(500)}"}}`,
        `{"StatusItems":{},"Errors":[{"StatusItem":"${"長".repeat(2000)}","Reasons":null},{"StatusItem":"\\u0000"}]}`,
      ]
    ) {
      const status = await say(device, "status", text);
      assert.ok(status === 200 || status === 400, `${text.slice(0, 80)}: ${status}`);
    }
    assert.equal((await device.connect()).length >= 0, true);
  }));

Deno.test("the history keeps a limited number of changes of an item per day, and always the current value", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    for (let n = 0; n < 120; n++) {
      assert.equal(await say(device, "status", { StatusItems: { odd: n }, Errors: [] }), 200);
      fleet.runtime.clock.advance(1);
    }
    const id = await idOf(fleet, device.serialNumber);
    const { count } = await made(fleet, "GET", `/api/mdm/devices/${id}/status_items/odd/`);
    assert.equal(count, 100);
    const items = await made(fleet, "GET", `/api/mdm/devices/${id}/status_items/`);
    assert.equal(items.find(({ path }: { path: string }) => path === "odd").value, 119);
    fleet.runtime.clock.advance(86_400);
    await say(device, "status", { StatusItems: { odd: "again" }, Errors: [] });
    assert.equal((await made(fleet, "GET", `/api/mdm/devices/${id}/status_items/odd/`)).count, 101);
  }));
