import assert from "node:assert/strict";
import { readCatalogue } from "../../../src/apple/content_metadata.ts";
import { trusted } from "../../../src/apple/content.ts";
import { settle } from "../../support/artifacts.ts";
import { withShop } from "../../support/apps.ts";

Deno.test("names, versions and icons come from Apple's catalogue, once a day; an icon once", () =>
  withShop(async ({ fleet, apple, add }) => {
    const { sql, clock } = fleet.runtime;
    const location = apple.store.addLocation("Berlin");
    for (let n = 0; n < 60; n++) {
      apple.store.buy(location, String(n + 1), 1, {
        entry: { name: `App ${n}`, bundleId: `com.example.app${n}`, version: "1.10" },
      });
    }
    apple.store.buy(location, "999", 1);
    await add(location);
    const lookups = () => apple.count("/lookup");
    assert.equal(lookups(), 3);
    const icons = () => apple.seen.filter(({ path }) => path.startsWith("/icons/")).length;
    assert.equal(icons(), 60);
    const named = await sql`
      select 1 from store_assets where name <> '' and bundle_id is not null and latest_version = '1.10' and icon is not null`;
    assert.equal(named.length, 60);
    await fleet.api("POST", "/api/mdm/locations/1/sync/");
    await settle(fleet);
    assert.equal(lookups(), 3);
    clock.advance(86_400);
    apple.store.catalogue.set("1", { name: "Renamed", bundleId: "com.example.app0", version: "2.0" });
    await fleet.api("POST", "/api/mdm/locations/1/sync/");
    await settle(fleet);
    assert.equal(lookups(), 6, "the one that Apple does not know is left alone for a week");
    assert.equal(icons(), 60);
    const [row] = await sql<{ name: string }[]>`select name from store_assets where adam_id = '1'`;
    assert.equal(row?.name, "Renamed");
  }));

Deno.test("an icon that is no picture, or too large, is not kept and not asked for again", () =>
  withShop(async ({ fleet, apple, add }) => {
    const location = apple.store.addLocation("Berlin");
    for (
      const [adamId, icon] of [
        ["1", { bytes: new TextEncoder().encode("<svg onload='x'/>"), type: "image/png" }],
        ["2", { bytes: new Uint8Array(300_000).fill(0x89), type: "image/png" }],
      ] as const
    ) {
      apple.icon = icon;
      apple.store.buy(location, adamId, 1, { entry: { name: adamId } });
      if (adamId === "1") await add(location);
      else {
        await fleet.api("POST", "/api/mdm/locations/1/sync/");
        await settle(fleet);
      }
    }
    const rows = await fleet.runtime.sql<{ said: string }[]>`
      select concat_ws(' ', adam_id, icon_type, length(icon)) as said from store_assets order by adam_id`;
    assert.deepEqual(rows.map(({ said }) => said), ["1 none", "2 none"]);
  }));

Deno.test("an icon that cannot be fetched keeps none of the others, and is tried again", () =>
  withShop(async ({ fleet, apple, add }) => {
    const location = apple.store.addLocation("Berlin");
    for (let n = 1; n <= 30; n++) apple.store.buy(location, String(n), 1, { entry: { name: `App ${n}` } });
    apple.failNext({ status: 503 }, { path: "/icons/1/128x128bb.png", times: 1 });
    await add(location);
    const icons = async () => (await fleet.runtime.sql`select 1 from store_assets where icon is not null`).length;
    assert.equal(await icons(), 29);
    fleet.runtime.clock.advance(600);
    await settle(fleet);
    assert.equal(await icons(), 30);
  }));

Deno.test("odd entries of the catalogue are left out; the newest version counts by its numbers", () => {
  const answer = {
    results: {
      "1": { name: "One", offers: [{ version: { display: "1.9" } }, { version: { display: "1.10.1" } }, {}] },
      "2": { name: 2 },
      "3": { artwork: { url: "http://is5.mzstatic.com/a/{w}x{h}bb.{f}" }, name: "x".repeat(5000) },
      "4": null,
    },
  };
  const found = readCatalogue(answer);
  assert.deepEqual(found.map(({ adamId, latestVersion }) => [adamId, latestVersion]), [["1", "1.10.1"], ["3", ""]]);
  assert.equal(found[1]?.iconUrl, "https://is5.mzstatic.com/a/128x128bb.png");
  assert.ok((found[1]?.name.length ?? 0) <= 1024);
  for (const odd of [undefined, null, [], {}, { results: [] }, "x"]) assert.deepEqual(readCatalogue(odd), []);
});

Deno.test("an address that Apple's answer names is used only if it is Apple's", () => {
  const base = "https://vpp.itunes.apple.com";
  const host = (address: string | undefined) => trusted(address, base)?.hostname;
  assert.equal(host("https://uclient-api.itunes.apple.com/lookup"), "uclient-api.itunes.apple.com");
  for (
    const address of [
      undefined,
      "",
      "http://uclient-api.itunes.apple.com/",
      "https://apple.com.example.com/",
      "https://notapple.com/",
      "https://user:pass@vpp.itunes.apple.com/",
      "https://itunes.apple.com:8443/",
      "file:///etc/passwd",
    ]
  ) assert.equal(host(address), undefined, address);
});
