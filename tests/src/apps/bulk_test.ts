import assert from "node:assert/strict";
import { settle } from "../../support/artifacts.ts";
import { withShop } from "../../support/apps.ts";

const ADAM = "361309726";

Deno.test("licences are assigned to a list and to tags with progress, in requests as large as Apple takes", () =>
  withShop(async ({ fleet, apple, add, counts, truth, holders }) => {
    const { sql, clock } = fleet.runtime;
    const location = apple.store.addLocation("Berlin");
    apple.store.buy(location, ADAM, 5000);
    const id = await add(location);
    const [asset] = await sql<{ id: number }[]>`select id from location_assets`;
    const [tag] = await sql<{ id: number }[]>`
      insert into tags (name, slug, color, created_at, updated_at) values ('Lab', 'lab', '0079bf', now(), now()) returning id`;
    await sql`insert into device_tags (serial_number, tag_id, created_at)
      select 'TAG' || n, ${tag?.id ?? 0}, ${clock.now()} from generate_series(1, 500) n`;
    const serials = Array.from({ length: 1700 }, (_, n) => `C${String(n).padStart(5, "0")}`);
    const { status, json } = await fleet.api("POST", `/api/mdm/location_assets/${asset?.id}/associations/`, {
      serial_numbers: serials,
      tags: [tag?.id],
    });
    assert.equal(status, 201);
    assert.deepEqual([json.devices, json.done, json.state], [2200, 0, "running"]);
    await settle(fleet);
    const sizes = apple.seen.filter(({ path }) => path === "/mdm/v2/assets/associate")
      .map(({ body }) => JSON.parse(body).serialNumbers.length);
    assert.equal(sizes.reduce((sum, size) => sum + size, 0), 2200);
    assert.ok(sizes.every((size) => size <= 1000) && sizes.length <= 6, String(sizes));
    const path = `/api/mdm/location_assets/${asset?.id}/associations/${json.id}/`;
    const after = (await fleet.api("GET", path)).json;
    assert.deepEqual([after.done, after.state], [2200, "done"]);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    assert.equal((await holders(id))[ADAM]?.length, 2200);
    assert.deepEqual(await counts(id), truth(location));
    const taken = await fleet.api("POST", `/api/mdm/location_assets/${asset?.id}/associations/`, {
      action: "disassociate",
      tags: [tag?.id],
    });
    assert.equal(taken.status, 201);
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    assert.equal((await holders(id))[ADAM]?.length, 1700);
    assert.deepEqual(await counts(id), truth(location));
    assert.equal((await fleet.api("GET", path.replace(json.id, crypto.randomUUID()))).status, 404);
  }));

Deno.test("what cannot be assigned to devices is refused with the reason", () =>
  withShop(async ({ fleet, apple, add }) => {
    const location = apple.store.addLocation("Berlin");
    apple.store.buy(location, "1", 5, { productType: "Book", deviceAssignable: false, revocable: false });
    await add(location);
    const post = (body: unknown) => fleet.api("POST", "/api/mdm/location_assets/1/associations/", body);
    assert.match(JSON.stringify((await post({ serial_numbers: ["C01"] })).json), /to users only, not to devices/);
    assert.equal(
      (await fleet.api("POST", "/api/mdm/location_assets/9/associations/", { serial_numbers: ["C"] })).status,
      404,
    );
    await fleet.runtime.sql`update store_assets set device_assignable = true`;
    assert.match(JSON.stringify((await post({})).json), /No device matches/);
    assert.deepEqual((await post({ tags: [999], virtual_servers: [998] })).json, {
      tags: ['Invalid pk "999" - object does not exist.'],
      virtual_servers: ['Invalid pk "998" - object does not exist.'],
    });
    assert.match(
      JSON.stringify((await post({ action: "disassociate", serial_numbers: ["C01"] })).json),
      /does not take licences of this item back/,
    );
  }));
