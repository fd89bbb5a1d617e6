import assert from "node:assert/strict";
import { countFleetApps } from "../../../src/devices/fleet_apps.ts";
import { withFleet } from "../../support/fleet.ts";
import { installedApp, listApps, threeDevices } from "../../support/installed_apps.ts";
import { makeCaller } from "./support.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

const PATH = "/api/mdm/installed_apps/";
const versionsOf = (row: Json) =>
  row.versions.map((one: Json) => [one.platform, one.short_version, one.devices, one.catalogue_version]);

Deno.test("the apps of the fleet are counted once for each device, by version and platform", () =>
  withFleet(async (fleet) => {
    await threeDevices(fleet);
    const get = async (query = "") => (await fleet.api("GET", PATH + query)).json;
    const before = await get();
    assert.deepEqual(await countFleetApps(fleet.runtime), { renewed: true, sums: 7, marks: 1 });
    const after = await get();
    assert.deepEqual(after.results.map((row: Json) => [row.name, row.devices]), [
      ["=1+1", 1],
      ["chat", 1],
      ["editor", 3],
      ["Nameless", 1],
    ]);
    // What was counted while nobody had counted before is the same, but for the catalogue.
    assert.deepEqual(
      before.results.map((row: Json) => [row.name, row.devices, row.versions.length]),
      after.results.map((row: Json) => [row.name, row.devices, row.versions.length]),
    );
    const editor = after.results[2];
    assert.deepEqual([editor.platforms, editor.managed_devices, editor.catalogue_version, editor.delivered], [
      ["iOS", "macOS"],
      1,
      "1.10",
      false,
    ]);
    assert.deepEqual(versionsOf(editor), [
      ["iOS", "1.10", 1, null],
      ["macOS", "1.10", 1, null],
      ["macOS", "1.9", 2, "1.10"],
    ]);
    const names = async (query: string) => (await get(query)).results.map((row: Json) => row.name);
    assert.deepEqual(await names("?search=edit"), ["editor"]);
    assert.deepEqual(await names("?search=EXAMPLE.C"), ["chat"]);
    assert.deepEqual(await names("?platform=iOS"), ["editor", "Nameless"]);
    assert.deepEqual(await names("?newer=true"), ["editor"]);
    assert.deepEqual(await names("?several_versions=true"), ["editor"]);
    assert.deepEqual(await names("?several_versions=true&platform=iOS"), []);
    assert.deepEqual(await names("?managed=true"), ["editor"]);
    assert.deepEqual(await names("?managed=false&ordering=-name"), ["Nameless", "chat", "=1+1"]);
    assert.deepEqual(await names("?ordering=-devices&limit=1"), ["editor"]);
    const beyond = await get("?limit=2&offset=90");
    assert.deepEqual([beyond.count, beyond.results], [4, []]);
    const one = await fleet.api("GET", `${PATH}${editor.id}/`);
    assert.deepEqual(one.json, editor);
    // Another row of the same app is the same app.
    assert.deepEqual((await fleet.api("GET", `${PATH}${editor.versions[2].id}/`)).json, editor);
    assert.equal((await fleet.api("GET", `${PATH}999999/`)).status, 404);
  }));

Deno.test("nothing is counted again until a list, a device or the catalogue has changed", () =>
  withFleet(async (fleet) => {
    const [one] = await threeDevices(fleet);
    const { runtime } = fleet;
    const count = async () => (await countFleetApps(runtime)).renewed;
    const total = async () =>
      (await fleet.api("GET", `${PATH}?search=editor`)).json.results.map((row: Json) => row.devices);
    assert.deepEqual([await count(), await count(), await total()], [true, false, [3]]);
    runtime.clock.advance(60);
    await listApps(fleet, one, [installedApp("com.example.chat", "3.1")]);
    assert.deepEqual([await total(), await count(), await total()], [[3], true, [2]]);
    const id = (await runtime.sql<{ id: number }[]>`select id from devices where udid = ${one.udid}`)[0]?.id;
    await fleet.api("DELETE", `/api/mdm/devices/${id}/`);
    assert.deepEqual([await count(), await count()], [true, false]);
    assert.deepEqual((await fleet.api("GET", `${PATH}?search=chat`)).json.results, []);
    await runtime.sql`update store_assets set latest_version = '2.0' where bundle_id = 'com.example.editor'`;
    assert.deepEqual(await countFleetApps(runtime), { renewed: true, sums: 4, marks: 2 });
    await runtime.sql`update store_assets set latest_version = '1.0' where bundle_id = 'com.example.editor'`;
    assert.deepEqual(await countFleetApps(runtime), { renewed: true, sums: 4, marks: 2 });
    assert.deepEqual((await fleet.api("GET", `${PATH}?newer=true`)).json.count, 0);
  }));

Deno.test("the devices behind a count are as many, and a role sees and counts its own only", () =>
  withFleet(async (fleet) => {
    const [, two] = await threeDevices(fleet);
    const { runtime } = fleet;
    await countFleetApps(runtime);
    const [editor] = (await fleet.api("GET", `${PATH}?search=editor`)).json.results;
    const devices = async (query: string) => (await fleet.api("GET", `${PATH}${editor.id}/devices/${query}`)).json;
    assert.equal((await devices("")).count, editor.devices);
    for (const { id, devices: expected, platform } of editor.versions) {
      const found = await devices(`?version=${id}&platform=${platform}`);
      assert.equal(found.count, expected);
    }
    const [first] = (await devices(`?ordering=-serial_number`)).results;
    assert.deepEqual(Object.keys(first), [
      "id",
      "udid",
      "name",
      "platform",
      "version",
      "managed",
      "serial_number",
      "os_version",
      "short_version",
    ]);
    const other = (await fleet.api("GET", `${PATH}?search=chat`)).json.results[0].id;
    const wrong = await fleet.api("GET", `${PATH}${editor.id}/devices/?version=${other}`);
    assert.deepEqual([wrong.status, Object.keys(wrong.json)], [400, ["version"]]);

    const tag = (await fleet.api("POST", "/api/inventory/tags/", { name: "Second" })).json;
    await runtime.sql`
      insert into device_tags (serial_number, tag_id, created_at) values (${two.serialNumber}, ${tag.id}, now())
      on conflict do nothing`;
    await runtime.sql`update enrollments set hardware_proven = true`;
    const { token } = await makeCaller(runtime, ["mdm.view_enrolleddevice"], { limitedToTags: [tag.id] });
    const call = async (path: string, as = token) => {
      const response = await fleet.fetch(
        new Request(`https://mdm.example.com${path}`, { headers: { Authorization: `Token ${as}` } }),
      );
      const text = await response.text();
      return { status: response.status, text, headers: response.headers };
    };
    const seen = JSON.parse((await call(PATH)).text);
    assert.deepEqual(seen.results.map((row: Json) => [row.identifier, row.devices, versionsOf(row)]), [
      ["=cmd|' /C calc'!A0", 1, [["macOS", "1.0", 1, null]]],
      ["com.example.editor", 1, [["macOS", "1.9", 1, "1.10"]]],
    ]);
    const listed = JSON.parse((await call(`${PATH}${editor.id}/devices/`)).text);
    assert.deepEqual(listed.results.map((row: Json) => row.serial_number), [two.serialNumber]);
    assert.equal(JSON.parse((await call(`${PATH}${editor.id}/`)).text).devices, 1);
    // An app that only others have is none.
    assert.equal((await call(`${PATH}${other}/`)).status, 404);

    const csv = await call(`${PATH}csv/`);
    assert.equal(csv.headers.get("Content-Type"), "text/csv; charset=utf-8");
    assert.deepEqual(csv.text.split("\r\n"), [
      "name,identifier,platform,short_version,version,devices,managed_devices,catalogue_version",
      "'=1+1,'=cmd|' /C calc'!A0,macOS,1.0,1.0,1,0,",
      "editor,com.example.editor,macOS,1.9,1.9,1,0,1.10",
      "",
    ]);
    const { token: stranger } = await makeCaller(runtime, ["mdm.view_artifact"]);
    for (const path of [PATH, `${PATH}csv/`, `${PATH}${editor.id}/`, `${PATH}${editor.id}/devices/`]) {
      assert.equal((await call(path, stranger)).status, 403, path);
    }
  }));
