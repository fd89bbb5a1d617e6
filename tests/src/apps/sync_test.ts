import assert from "node:assert/strict";
import { applyAssetPage } from "../../../db/apps/assets.ts";
import { applyAssignments } from "../../../db/apps/licences.ts";
import { contentClient } from "../../../src/apps/client.ts";
import { renewLocationToken } from "../../../src/apps/locations.ts";
import { testBy } from "../../routes/api/support.ts";
import { taskResult, withShop } from "../../support/apps.ts";
import { settle } from "../../support/artifacts.ts";
import { findEvents } from "../../support/events.ts";

Deno.test("a content token brings the location, its assets with their counts, and who has licences", () =>
  withShop(async ({ fleet, apple, add, counts, truth, holders }) => {
    const location = apple.store.addLocation("Berlin");
    apple.perPage = 100;
    for (let n = 0; n < 300; n++) apple.store.buy(location, String(1000 + n), n + 1);
    const pages = apple.store.buy(location, "361309726", 5, { entry: { name: "Pages", bundleId: "com.apple.Pages" } });
    pages.holders.add("device C02ABC").add("user client-1");
    const id = await add(location);
    assert.deepEqual(await counts(id), truth(location));
    assert.deepEqual(await holders(id), { "361309726": ["device C02ABC", "user client-1"] });
    const list = await fleet.api("GET", "/api/mdm/locations/");
    assert.equal(list.status, 200);
    assert.deepEqual(Object.keys(list.json[0]), [
      "id",
      "server_token_expiration_date",
      "organization_name",
      "name",
      "country_code",
      "library_uid",
      "platform",
      "website_url",
      "mdm_info_id",
      "created_at",
      "updated_at",
    ]);
    assert.equal(location.manager?.id, list.json[0].mdm_info_id);
    assert.equal(
      location.notifications?.url,
      `https://mdm.example.com/public/mdm/locations/${list.json[0].mdm_info_id}/notify/`,
    );
    const assets = await fleet.api("GET", `/api/mdm/location_assets/?location_id=${id}`);
    assert.equal(assets.json.length, 301);
    const one = await fleet.api("GET", "/api/mdm/location_assets/?adam_id=361309726&pricing_param=STDQ");
    const { id: _, asset: __, created_at: ___, updated_at: ____, ...rest } = one.json[0];
    assert.deepEqual(rest, {
      location: id,
      adam_id: "361309726",
      pricing_param: "STDQ",
      assigned_count: 2,
      available_count: 3,
      retired_count: 0,
      total_count: 5,
    });
    const created = await findEvents(fleet.runtime.sql, { type: "mdm_device_assignment_created", limit: 10 });
    assert.deepEqual(created.map(({ serialNumber }) => serialNumber).sort(), ["C02ABC", null]);
  }));

Deno.test("a list whose version changes between two pages is read again from its start", () =>
  withShop(async ({ fleet, apple, add, counts, truth, holders }) => {
    const location = apple.store.addLocation("Berlin");
    apple.perPage = 10;
    for (let n = 0; n < 25; n++) apple.store.buy(location, String(1000 + n), 3);
    const id = await add(location);
    // Licences are bought and given while both lists are read.
    let changes = 0;
    apple.beforePage = (path, page) => {
      if (page !== 1 || changes >= 4) return;
      changes++;
      const item = location.items.get("1000 STDQ");
      assert.ok(item);
      if (path === "assets") item.total++;
      else item.holders.add(`device LATE${changes}`);
      location.version++;
    };
    for (let n = 0; n < 12; n++) location.items.get("1003 STDQ")?.holders.add(`device C0${n}`);
    location.items.get("1003 STDQ")!.total = 20;
    const { result } = await taskResult(fleet, `/api/mdm/locations/${id}/sync/`);
    assert.equal(result.restarts, 4);
    assert.equal(result.status, "SUCCESS");
    assert.deepEqual(Object.keys((await holders(id))["1003"] ?? {}).length, 12);
    apple.beforePage = undefined;
    await taskResult(fleet, `/api/mdm/locations/${id}/sync/`);
    assert.deepEqual(await counts(id), truth(location));
  }));

Deno.test("a page that is older than a change here does not undo it", () =>
  withShop(async ({ fleet, apple, add, pass, holders, counts }) => {
    const { runtime } = fleet;
    const location = apple.store.addLocation("Berlin");
    const item = apple.store.buy(location, "1", 5);
    item.holders.add("device C01");
    const id = await add(location);
    const asked = runtime.clock.now();
    runtime.clock.advance(10);
    // Apple's answer is on its way while two notifications arrive.
    const page = { locationId: id, generation: 1, asked };
    const assignments = [{ adam_id: "1", pricing_param: "STDQ", kind: "device", holder: "C01" }];
    apple.store.assign(location, item, "device C01", false);
    apple.store.buy(location, "1", 3);
    await apple.deliver();
    await settle(fleet);
    await runtime.sql.begin((tx) => applyAssignments(tx, { ...page, assignments }, runtime.clock.now()));
    const old = {
      adam_id: "1",
      pricing_param: "STDQ",
      product_type: "App",
      device_assignable: true,
      revocable: true,
      supported_platforms: ["iOS"],
      assigned: 1,
      available: 4,
      retired: 0,
      total: 5,
    };
    await runtime.sql.begin((tx) => applyAssetPage(tx, { ...page, assets: [old] }, runtime.clock.now()));
    assert.deepEqual([await holders(id), await counts(id)], [{}, { "1": "0/8/0/8" }]);
    await pass(60);
    assert.deepEqual([await holders(id), await counts(id)], [{}, { "1": "0/8/0/8" }]);
  }));

Deno.test("an asset that Apple lists no more is gone with its licences, and comes back when it does", () =>
  withShop(async ({ fleet, apple, add, pass, holders, counts }) => {
    const location = apple.store.addLocation("Berlin");
    const item = apple.store.buy(location, "1", 5);
    item.holders.add("device C01");
    apple.store.buy(location, "2", 1);
    const id = await add(location);
    location.items.delete("1 STDQ");
    location.version++;
    await pass(60);
    await taskResult(fleet, `/api/mdm/locations/${id}/sync/`);
    assert.deepEqual([await holders(id), await counts(id)], [{}, { "1": "0/0/0/0", "2": "0/1/0/1" }]);
    location.items.set("1 STDQ", item);
    await pass(60);
    await taskResult(fleet, `/api/mdm/locations/${id}/sync/`);
    assert.deepEqual((await counts(id))["1"], "1/4/0/5");
    assert.deepEqual(await holders(id), { "1": ["device C01"] });
  }));

Deno.test("a token that was renewed while a job had the one before is used, once", () =>
  withShop(async ({ fleet, apple, add }) => {
    const { runtime } = fleet;
    const location = apple.store.addLocation("Berlin");
    apple.store.buy(location, "1", 5);
    const id = await add(location);
    const { client } = await contentClient(runtime, id);
    const file = apple.store.download(location, { renew: true });
    await renewLocationToken(runtime, testBy, id, file, { takeOver: false });
    assert.equal((await client.assets(0)).rows.length, 1);
    location.trouble = "revoked";
    await assert.rejects(client.assets(0), /revoked/);
  }));
