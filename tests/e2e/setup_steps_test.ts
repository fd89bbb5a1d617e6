import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { WebViewLeft } from "../../simulators/device/setup_assistant.ts";
import { personWith } from "../routes/admin/support.ts";
import { assign, type DepSettings, linkViews, makeDepEnrollment } from "../support/ade_devices.ts";
import { jobs } from "../support/ade_jobs.ts";
import { made, makeBlueprint, makeProfile, profileSource } from "../support/artifacts.ts";
import { deviceOf } from "../support/claims.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";

const FORM = '<form method="post"><button>Continue</button></form>';
const page = (name: string) => ({ name, html: `<!doctype html><p>${name}</p>${FORM}` });

/** A device that Apple has assigned to an enrollment with two pages. */
async function assigned(fleet: Fleet, settings: DepSettings = {}, pages = ["Welcome", "Terms"]) {
  const dep = await makeDepEnrollment(fleet, settings);
  await linkViews(fleet, dep.id, ...pages.map(page));
  const device = fleet.device({ ...(settings.macosMinVersion === undefined ? {} : { model: oldMac() }) });
  await assign(fleet, dep.virtualServerId, device);
  const factory = fleet.maker.certify(device.udid, KEYS[0]);
  const how = { factory, url: dep.url, awaitDeviceConfigured: settings.awaitDeviceConfigured ?? false };
  return { device, dep, how: { ...how, configurationWebUrl: dep.webUrl } };
}

function oldMac() {
  const model = MODELS.find(({ product }) => product === "Mac15,3");
  assert.ok(model);
  return model;
}

/** The step of a device in the API, which the filter agrees with. */
async function stepOf(fleet: Fleet, { serialNumber }: Pick<SimulatedDevice, "serialNumber">): Promise<string> {
  const { json } = await fleet.api("GET", `/api/mdm/dep/devices/?serial_number=${serialNumber}`);
  const [{ id, setup_step: step }] = json.results;
  const found = await fleet.api("GET", `/api/mdm/dep/devices/?serial_number=${serialNumber}&setup_step=${step}`);
  assert.equal(found.json.count, 1);
  assert.equal((await fleet.api("GET", `/api/mdm/dep/devices/${id}/`)).json.setup_step, step);
  return step;
}

/** What the page of a device says of where it stands, and what the list says of it. */
async function pageOf(fleet: Fleet, { serialNumber }: Pick<SimulatedDevice, "serialNumber">) {
  const { json } = await fleet.api("GET", `/api/mdm/dep/devices/?serial_number=${serialNumber}`);
  const { get } = await personWith(fleet.runtime, "superuser");
  const plain = (html: string) => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  const own = (await get(`/assigned-devices/${json.results[0].id}/`)).text;
  const list = (await get(`/assigned-devices/?q=${serialNumber}&setup=${json.results[0].setup_step}`)).text;
  return { own: plain(own), list: plain(/<tbody>.*<\/tbody>/s.exec(list)?.[0] ?? "") };
}

Deno.test("a device is shown with the step it has reached, from its box to its release and until it comes back", () =>
  withFleet(async (fleet) => {
    const { clock } = fleet.runtime;
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact } = await makeProfile(fleet, {
      artifact: { name: "Wi-Fi", install_during_setup_assistant: true },
      version: { source: profileSource("com.example.wifi", "Wi-Fi") },
    });
    await made(fleet, "POST", "/api/mdm/blueprint_artifacts/", {
      blueprint: blueprint.id,
      artifact: artifact.id,
      macos: true,
    });
    const { device, how } = await assigned(fleet, { awaitDeviceConfigured: true, blueprintId: blueprint.id });
    assert.equal(await stepOf(fleet, device), "never");
    assert.match((await pageOf(fleet, device)).own, /It has not been set up yet/);

    await assert.rejects(device.enrollAutomatically({ ...how, leaves: ({ n }) => n === 2 }), WebViewLeft);
    assert.equal(await stepOf(fleet, device), "web_view");
    const left = await pageOf(fleet, device);
    assert.match(left.list, /In the web view Terms/);
    assert.match(left.own, /stopped at the page Terms since .* UTC\. Its user has to continue there\./);
    // A person who left does not come back within the hours of a visit.
    clock.advance(3 * 86_400);
    await jobs(fleet, "housekeeping");
    assert.match((await pageOf(fleet, device)).own, /stopped at the page Terms since .* The visit has expired/);

    await assert.rejects(device.enrollAutomatically({ ...how, loses: (step) => step === "profile" }));
    assert.equal(await stepOf(fleet, device), "profile");
    assert.match((await pageOf(fleet, device)).own, /It got its enrollment profile .* has not finished enrolling\./);

    await device.enrollAutomatically(how);
    assert.equal(await stepOf(fleet, device), "waiting");
    const waiting = (await pageOf(fleet, device)).own;
    assert.match(waiting, /waits in Setup Assistant since .* It waits for Inventory \(.*\); Artifacts \(.*Wi-Fi.*\)\./);
    assert.match(waiting, /releases it at the latest on \d{4}-\d\d-\d\d \d\d:\d\d UTC/);

    await device.connect();
    assert.equal(await stepOf(fleet, device), "released");
    assert.match((await pageOf(fleet, device)).own, /left Setup Assistant on .*: released with everything it needed\./);

    await device.checkOut();
    assert.equal(await stepOf(fleet, device), "enrolled_before");
    assert.match((await pageOf(fleet, device)).own, /Its last enrollment ended on/);

    // Wiped without a word to the server, it comes again.
    clock.advance(3600);
    await assert.rejects(device.enrollAutomatically({ ...how, leaves: () => true }), WebViewLeft);
    assert.equal(await stepOf(fleet, device), "web_view");
    assert.match((await pageOf(fleet, device)).list, /In the web view Welcome/);
  }));

Deno.test("a wiped device that starts again counts by its new attempt, while its old enrollment is current", () =>
  withFleet(async (fleet) => {
    const { device, how } = await assigned(fleet);
    await device.enrollAutomatically(how);
    assert.equal(await stepOf(fleet, device), "enrolled");
    fleet.runtime.clock.advance(60);
    await assert.rejects(device.enrollAutomatically({ ...how, leaves: () => true }), WebViewLeft);
    assert.equal(await stepOf(fleet, device), "web_view");
    await device.enrollAutomatically(how);
    assert.equal(await stepOf(fleet, device), "enrolled");
  }));

for (const web of [true, false]) {
  Deno.test(`a device that has to update first is shown with the version, ${web ? "in" : "without"} the web view`, () =>
    withFleet(async (fleet) => {
      const { device, how } = await assigned(fleet, { macosMinVersion: "26.1" }, web ? undefined : []);
      const { configurationWebUrl, ...direct } = how;
      const enrollment = web ? { ...direct, configurationWebUrl } : direct;
      // Its download of the update fails.
      const stuck = device.enrollAutomatically({
        ...enrollment,
        overhears: () => {
          if (device.state.model.osVersion !== oldMac().osVersion) throw new Error("no network");
        },
      });
      await assert.rejects(stuck, /no network/);
      assert.equal(await stepOf(fleet, device), "must_update");
      const shown = await pageOf(fleet, device);
      assert.match(shown.list, /Must update 26\.1/);
      assert.match(shown.own, /told on .* to update to 26\.1 before it enrolls/);
      fleet.runtime.clock.advance(60);
      await device.enrollAutomatically(enrollment);
      assert.equal(await stepOf(fleet, device), "enrolled");
      assert.ok(!(await pageOf(fleet, device)).list.includes("26.1"));
    }));
}

Deno.test("a device that is refused after its request was accepted is shown as refused", () =>
  withFleet(async (fleet) => {
    const { device, how } = await assigned(fleet);
    const { configurationWebUrl: _, ...direct } = how;
    await assert.rejects(device.enrollAutomatically(direct));
    assert.equal(await stepOf(fleet, device), "refused");
    assert.match((await pageOf(fleet, device)).own, /The server refused its request for a profile on/);
  }));

Deno.test("an attempt at another virtual server does not count, an enrollment in another way does", () =>
  withFleet(async (fleet) => {
    const { device, how, dep } = await assigned(fleet);
    await assert.rejects(device.enrollAutomatically({ ...how, leaves: () => true }), WebViewLeft);
    const other = await makeDepEnrollment(fleet);
    await fleet.runtime.sql`update dep_devices set virtual_server_id = ${other.virtualServerId}
      where virtual_server_id = ${dep.virtualServerId}`;
    assert.equal(await stepOf(fleet, device), "never");
    const direct = await fleet.enrolled();
    await assign(fleet, other.virtualServerId, direct);
    assert.equal(await stepOf(fleet, direct), "enrolled");
    assert.ok((await deviceOf(fleet, direct)).id);
  }));

Deno.test("a filter by a step that does not exist is refused", () =>
  withFleet(async (fleet) => {
    const { status, json } = await fleet.api("GET", "/api/mdm/dep/devices/?setup_step=lost");
    assert.equal(status, 400);
    assert.match(json.setup_step[0], /Select a valid choice/);
  }));
