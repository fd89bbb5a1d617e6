import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import { countFleetApps } from "../../src/devices/fleet_apps.ts";
import { personWith } from "../routes/admin/support.ts";
import { withShop } from "../support/apps.ts";
import { assign, idOf, made, makeBlueprint, rest, settle } from "../support/artifacts.ts";
import { installedApp, listApps } from "../support/installed_apps.ts";

// deno-lint-ignore no-explicit-any
type Json = any;
const PHONE = MODELS.find(({ platform }) => platform === "iOS") ?? assert.fail();

Deno.test("an app that an artifact installs is managed, and older than in the catalogue that a sync has read", () =>
  withShop(async (shop) => {
    const { fleet, apple } = shop;
    const location = apple.store.addLocation("Berlin");
    apple.store.buy(location, "361309726", 5, {
      entry: { name: "Pages", bundleId: "com.apple.iWork.Pages", version: "14.10" },
    });
    await shop.add(location);
    const [asset] = await made(fleet, "GET", "/api/mdm/location_assets/?adam_id=361309726") as Json[];
    const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: "Pages for all",
      type: "Store App",
      channel: "Device",
      platforms: ["iOS", "macOS"],
    });
    await made(fleet, "POST", "/api/mdm/store_apps/", {
      artifact: artifact.id,
      version: 1,
      ios: true,
      macos: true,
      location_asset: asset.id,
    });
    const phone = await fleet.enrolled({ model: PHONE });
    await listApps(fleet, phone, [
      installedApp("com.apple.iWork.Pages", "14.9"),
      installedApp("com.example.own", "1.0"),
    ]);
    await countFleetApps(fleet.runtime);
    const { results } = (await fleet.api("GET", "/api/mdm/installed_apps/?managed=true")).json;
    assert.deepEqual(results.map((row: Json) => [row.identifier, row.delivered, row.catalogue_version]), [
      ["com.apple.iWork.Pages", true, "14.10"],
    ]);
    assert.equal((await fleet.api("GET", `/api/mdm/installed_apps/${results[0].id}/`)).json.delivered, true);
    const id = await idOf(fleet, phone.serialNumber);
    const apps = (await fleet.api("GET", `/api/mdm/devices/${id}/apps/`)).json;
    assert.deepEqual(apps.map((row: Json) => [row.identifier, row.catalogue_version]), [
      ["com.example.own", null],
      ["com.apple.iWork.Pages", "14.10"],
    ]);
    const person = await personWith(fleet.runtime, ["mdm.view_enrolleddevice"]);
    assert.match((await person.get(`/devices/${id}/`)).text, /14\.9 <span class="chip warn">14\.10 in the catalogue/);
  }));

Deno.test("the apps of a device's own list are those of the fleet, and a second list replaces the first", () =>
  withShop(async ({ fleet }) => {
    const blueprint = await makeBlueprint(fleet, { collect_apps: 2 });
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    const names = async () =>
      (await fleet.api("GET", "/api/mdm/installed_apps/")).json.results.map((row: Json) => row.devices);
    await countFleetApps(fleet.runtime);
    const first = await names();
    assert.ok(first.length > 0 && first.every((devices: number) => devices === 1));
    await listApps(fleet, device, [installedApp("com.example.only", "1.0")]);
    fleet.runtime.clock.advance(1);
    await listApps(fleet, device, [installedApp("com.example.only", "2.0")]);
    await countFleetApps(fleet.runtime);
    const { results } = (await fleet.api("GET", "/api/mdm/installed_apps/")).json;
    assert.deepEqual(results.map((row: Json) => [row.identifier, row.versions.length]), [["com.example.only", 1]]);
  }));
