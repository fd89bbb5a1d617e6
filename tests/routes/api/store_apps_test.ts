import assert from "node:assert/strict";
import { made } from "../../support/artifacts.ts";
import { withFleet } from "../../support/fleet.ts";
import { locationAsset } from "../../support/refused_writes.ts";

// deno-lint-ignore no-explicit-any
type Answer = any;

const DEFAULTS = {
  associated_domains: [],
  associated_domains_enable_direct_downloads: false,
  removable: false,
  vpn_uuid: null,
  content_filter_uuid: null,
  dns_proxy_uuid: null,
  configuration: null,
  remove_on_unenroll: true,
  prevent_backup: false,
  declarative: false,
  keep_updated: false,
};

Deno.test("a store app has the fields that clients know, with their defaults, and keeps its licences", () =>
  withFleet(async (fleet) => {
    const asset = await locationAsset(fleet.runtime);
    const other = await locationAsset(fleet.runtime);
    const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: "Pages",
      type: "Store App",
      channel: "Device",
      platforms: ["macOS", "iOS"],
    }) as Answer;
    const body = { artifact: artifact.id, version: 1, macos: true, location_asset: asset };
    const version = await made(fleet, "POST", "/api/mdm/store_apps/", body) as Answer;
    for (const [name, value] of Object.entries(DEFAULTS)) assert.deepEqual(version[name], value, name);
    assert.deepEqual([version.location_asset, version.bundle_id], [asset, "com.apple.iWork.Pages"]);
    const send = async (change: Record<string, unknown>, path = "/api/mdm/store_apps/") =>
      (await fleet.api("POST", path, { ...body, version: 2, ...change })).json;
    assert.deepEqual(await send({ location_asset: other }), {
      location_asset: ["The location asset should be the one of the other versions of this artifact"],
    });
    assert.deepEqual(await send({ location_asset: 99 }), {
      location_asset: ['Invalid pk "99" - object does not exist.'],
    });
    assert.deepEqual(await send({}), { non_field_errors: ["This version is not different from the latest one"] });
    assert.deepEqual(Object.keys(await send({ vpn_uuid: "" })), ["vpn_uuid"]);
    assert.deepEqual(Object.keys(await send({ configuration: "?" })), ["configuration"]);
    assert.match(
      (await send({
        configuration: "<plist><dict><key>a</key><string>$ENROLLED_DEVICE.SERIAL</string></dict></plist>",
      }))
        .configuration[0],
      /SERIAL/,
    );
    const all = {
      associated_domains: ["applinks:example.com"],
      associated_domains_enable_direct_downloads: true,
      removable: true,
      vpn_uuid: "a",
      content_filter_uuid: "b",
      dns_proxy_uuid: "c",
      configuration: "<plist><dict/></plist>",
      remove_on_unenroll: false,
      prevent_backup: true,
      declarative: true,
      keep_updated: true,
    };
    const second = await send(all);
    for (const [name, value] of Object.entries(all)) assert.deepEqual(second[name], value, name);
    // What a client has read, it may send back.
    const again = await made(fleet, "PUT", `/api/mdm/store_apps/${second.id}/`, second) as Answer;
    assert.deepEqual({ ...again, updated_at: "" }, { ...second, updated_at: "" });
    const { json: book } = await fleet.api("POST", "/api/mdm/store_apps/", {
      ...body,
      artifact: (await made(fleet, "POST", "/api/mdm/artifacts/", {
        name: "TV",
        type: "Store App",
        channel: "Device",
        platforms: ["tvOS"],
      }) as Answer).id,
      macos: false,
      tvos: true,
    });
    assert.deepEqual(book, { location_asset: ["The app is for iOS, macOS, iPadOS, the artifact is not"] });
    assert.equal((await fleet.api("DELETE", `/api/mdm/store_apps/${second.id}/`)).status, 204);
  }));
