import assert from "node:assert/strict";
import { personWith } from "../../routes/admin/support.ts";
import { makeCaller } from "../../routes/api/support.ts";
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

Deno.test("a role that is limited to some devices sees the licences of these, and gives and takes no others", () =>
  withShop(async ({ fleet, apple, add }) => {
    const { runtime } = fleet;
    const location = apple.store.addLocation("Berlin");
    apple.store.buy(location, ADAM, 50);
    await add(location);
    const [mine, other] = [await fleet.enrolled(), await fleet.enrolled()];
    const [lab, all] = await runtime.sql<{ id: number }[]>`
      insert into tags (name, slug, color, created_at, updated_at)
      values ('Lab', 'lab', '0079bf', now(), now()), ('All', 'all', '0079bf', now(), now()) returning id`;
    await runtime.sql`insert into device_tags (serial_number, tag_id, created_at)
      select s, t::int, now() from (values (${mine.serialNumber}, ${lab?.id ?? 0}), (${mine.serialNumber}, ${
      all?.id ?? 0
    }),
        (${other.serialNumber}, ${all?.id ?? 0})) v (s, t)`;
    const path = "/api/mdm/location_assets/1/";
    await fleet.api("POST", `${path}associations/`, {
      serial_numbers: [mine.serialNumber, other.serialNumber, "C0FUTURE"],
    });
    await settle(fleet);
    const rights = [
      "mdm.view_locationasset",
      "mdm.change_locationasset",
      "mdm.view_depvirtualserver",
      "inventory.view_tag",
    ];
    const limited = { limitedToTags: [lab?.id ?? 0] };
    const { token } = await makeCaller(runtime, rights, limited);
    const call = async (method: string, to: string, body?: unknown) => {
      const response = await fleet.fetch(
        new Request(`https://mdm.example.com${to}`, {
          method,
          headers: { Authorization: `Token ${token}`, "Content-Type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      return { status: response.status, json: await response.json() };
    };
    const holders = async (query = "") => {
      const { count, results } = (await call("GET", `${path}licences/${query}`)).json;
      return [count, ...results.map(({ holder }: { holder: string }) => holder)];
    };
    assert.deepEqual(await holders(), [1, mine.serialNumber]);
    assert.deepEqual(await holders(`?search=${other.serialNumber}`), [0]);
    const page = await (await personWith(runtime, rights, limited)).get("/apps-and-books/1/");
    assert.ok(page.text.includes(mine.serialNumber) && !page.text.includes(other.serialNumber));
    const take = (body: Record<string, unknown>) =>
      call("POST", `${path}associations/`, { action: "disassociate", ...body });
    assert.deepEqual(await take({ serial_numbers: [other.serialNumber] }), {
      status: 400,
      json: { serial_numbers: [`There is no device ${other.serialNumber}.`] },
    });
    // A tag that devices beyond the limit have as well.
    assert.deepEqual((await take({ tags: [all?.id] })).json.devices, 1);
    await settle(fleet);
    const rows = await runtime.sql<{ holder: string }[]>`select holder from licences where wanted = 'disassociate'`;
    assert.deepEqual(rows.map(({ holder }) => holder), [mine.serialNumber]);
  }));
