import assert from "node:assert/strict";
import { taskResult, withShop } from "../../support/apps.ts";
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
