import assert from "node:assert/strict";
import type { StoreItem, StoreLocation } from "../../simulators/apple/apps_and_books_store.ts";
import type { DeviceOptions, SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { lookAfterLocations } from "../../src/apps/look_after.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { testBy } from "../routes/api/support.ts";
import { type Shop, withShop } from "../support/apps.ts";
import { assign, idOf, link, made, makeBlueprint, makeDeclaration, rest, settle } from "../support/artifacts.ts";

// deno-lint-ignore no-explicit-any
type Answer = any;

const [, IPHONE] = MODELS;

/** A store app in a blueprint. */
class StoreWorld {
  constructor(
    readonly shop: Shop,
    readonly location: StoreLocation,
    readonly item: StoreItem,
    readonly ids: {
      location: number;
      asset: number;
      artifact: string;
      version: string;
      blueprint: number;
      link: number;
    },
  ) {}

  static async made(
    shop: Shop,
    { licences = 5, version = {}, more = {}, location = shop.apple.store.addLocation("Berlin") }: {
      licences?: number;
      location?: StoreLocation;
      version?: Record<string, unknown>;
      more?: Record<string, unknown>;
    } = {},
  ): Promise<StoreWorld> {
    const { apple, fleet } = shop;
    const item = apple.store.buy(location, "361309726", licences, {
      entry: { name: "Pages", bundleId: "com.apple.iWork.Pages", version: "14.0", externalVersion: 1400 },
    });
    const locationId = await shop.add(location);
    const [asset] = await made(fleet, "GET", `/api/mdm/location_assets/?adam_id=361309726`) as Answer[];
    const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: "Pages",
      type: "Store App",
      channel: "Device",
      platforms: ["iOS", "macOS"],
      ...more,
    });
    const first = await made(fleet, "POST", "/api/mdm/store_apps/", {
      artifact: artifact.id,
      version: 1,
      ios: true,
      macos: true,
      location_asset: asset.id,
      ...version,
    });
    const blueprint = await makeBlueprint(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id, { ios: true, macos: true });
    return new StoreWorld(shop, location, item, {
      location: locationId,
      asset: asset.id,
      artifact: artifact.id,
      version: first.version === undefined ? "" : first.id,
      blueprint: blueprint.id,
      link: linked.id,
    });
  }

  /** A device that asks this App Store, in the blueprint. */
  async device(options: Partial<DeviceOptions> = {}): Promise<SimulatedDevice> {
    const { fleet, apple } = this.shop;
    const device = await fleet.enrolled({
      appStore: (adamId, serial) => apple.store.serve(adamId, serial),
      ...options,
    });
    await assign(fleet, device.serialNumber, this.ids.blueprint);
    await settle(fleet);
    await rest(device);
    return device;
  }

  /** Apple does what it was asked for, tells it, and the devices connect that were woken. */
  async apple(): Promise<void> {
    await settle(this.shop.fleet);
    this.shop.apple.store.settle();
    await this.shop.apple.deliver();
    await settle(this.shop.fleet);
  }

  async rows(device: SimulatedDevice): Promise<Answer[]> {
    const id = await idOf(this.shop.fleet, device.serialNumber);
    return await made(this.shop.fleet, "GET", `/api/mdm/devices/${id}/artifacts/`) as Answer[];
  }

  async states(device: SimulatedDevice): Promise<string[]> {
    return (await this.rows(device)).map((row) => `${row.version} ${row.state}`);
  }

  /** Lets time pass, then the device connects until there is nothing to say. */
  async after(device: SimulatedDevice, seconds: number): Promise<string[]> {
    await this.shop.pass(seconds);
    await rest(device);
    return await this.states(device);
  }

  async licences(): Promise<string[]> {
    const { results } = await made(
      this.shop.fleet,
      "GET",
      `/api/mdm/location_assets/${this.ids.asset}/licences/`,
    ) as Answer;
    return (results as Answer[]).map(({ holder, assigned, wanted }) => `${holder} ${assigned} ${wanted}`);
  }
}

Deno.test("a store app waits for its licence, is installed with it, and is confirmed by the list of managed apps", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop);
    const device = await world.device({ installSeconds: 30, ...(IPHONE === undefined ? {} : { model: IPHONE }) });
    // The licence is reserved, and nothing is sent.
    assert.deepEqual(await world.states(device), []);
    assert.equal(device.state.apps?.length ?? 0, 0);
    assert.deepEqual(await world.licences(), [`${device.serialNumber} false associate`]);
    await world.apple();
    await rest(device);
    assert.deepEqual(await world.states(device), ["1 accepted"]);
    assert.deepEqual(await world.after(device, 14), ["1 accepted"]);
    assert.deepEqual(await world.after(device, 2), ["1 installing"]);
    assert.deepEqual(await world.after(device, 19), ["1 installing"]);
    assert.deepEqual(await world.after(device, 1), ["1 verified"]);
    const [row] = await world.rows(device);
    assert.equal(row.extra_info.state, "Managed");
    // One request to Apple for one licence.
    assert.equal(shop.apple.count("/mdm/v2/assets/associate"), 1);
    // Out of scope: the app is removed, and the licence given back.
    await made(shop.fleet, "DELETE", `/api/mdm/blueprint_artifacts/${world.ids.link}/`);
    assert.deepEqual(await world.after(device, 1), ["1 not installed"]);
    assert.deepEqual(device.state.apps, []);
    assert.deepEqual(await world.licences(), [`${device.serialNumber} true disassociate`]);
    await world.apple();
    assert.deepEqual(await world.licences(), []);
    assert.deepEqual([...world.item.holders], []);
  }));

Deno.test("five of eight devices get their app, three wait with the reason; new licences and returned ones finish them by notification alone", () =>
  withShop(async (shop) => {
    const { apple, fleet } = shop;
    const location = apple.store.addLocation("Berlin");
    for (let n = 0; n < 299; n++) {
      apple.store.buy(location, String(500_000_000 + n), 10, {
        entry: { name: `App ${n}`, bundleId: `com.example.${n}` },
      });
    }
    const world = await StoreWorld.made(shop, { location });
    assert.equal((await made(fleet, "GET", "/api/mdm/location_assets/?limit=1") as Answer).count, 300);
    const devices: SimulatedDevice[] = [];
    for (let n = 0; n < 8; n++) devices.push(await world.device());
    await world.apple();
    // Those of one request are refused together; those that fit are asked for again.
    for (let n = 0; n < 3; n++) await world.apple();
    const woken = async () => {
      for (const device of devices) await rest(device);
      await shop.pass(16);
      for (const device of devices) await rest(device);
      return await Promise.all(devices.map(async (device) => (await world.states(device)).join() || "waits"));
    };
    const first = (await woken()).toSorted();
    assert.deepEqual(first, [...Array(5).fill("1 verified"), ...Array(3).fill("waits")]);
    const waiting = devices[(await woken()).indexOf("waits")];
    assert.ok(waiting);
    const explained = await made(
      fleet,
      "GET",
      `/api/mdm/devices/${await idOf(fleet, waiting.serialNumber)}/plan/`,
    ) as Answer;
    const decision = (explained.decisions as Answer[]).find(({ subject }) => subject === "Pages");
    assert.match(decision.evidence, /waits for a licence: No licence is left/);
    const incident = await made(fleet, "GET", "/api/events/?type=mdm_asset_availability") as Answer;
    const severities = (incident.results as Answer[]).map(({ payload }) => payload.severity);
    assert.ok(severities.includes("major"), severities.join());
    // Two more are bought, one is given back: nobody does anything else.
    apple.store.buy(location, "361309726", 2);
    await world.apple();
    await world.apple();
    assert.deepEqual((await woken()).toSorted(), [...Array(7).fill("1 verified"), "waits"]);
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Without", color: "ff0000" }) as Answer;
    const [leaver] = devices;
    assert.ok(leaver);
    const had = await world.states(leaver);
    await made(fleet, "PUT", `/api/mdm/blueprint_artifacts/${world.ids.link}/`, {
      blueprint: world.ids.blueprint,
      artifact: world.ids.artifact,
      ios: true,
      macos: true,
      excluded_tags: [tag.id],
    });
    await made(fleet, "POST", `/api/inventory/devices/${leaver.serialNumber}/tags/`, { tags: [tag.id] });
    await woken();
    for (let n = 0; n < 3; n++) await world.apple();
    const last = await woken();
    assert.deepEqual(had, ["1 verified"]);
    assert.equal(last[0], "1 not installed");
    assert.deepEqual(last.slice(1), Array(7).fill("1 verified"));
    assert.deepEqual((await shop.counts(world.ids.location))["361309726"], "7/0/0/7");
    assert.deepEqual(await shop.counts(world.ids.location), shop.truth(location));
  }));

Deno.test("a licence that the App Store does not know of yet is tried again with pauses, without another request to Apple", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop);
    let blind = true;
    const asked: number[] = [];
    const { clock } = shop.fleet.runtime;
    const device = await world.device({
      appStore: (adamId, serial) => {
        asked.push(Math.round(clock.now().getTime() / 1000));
        const text = "License for application not found.";
        return blind ? { error: { code: 9610, text } } : shop.apple.store.serve(adamId, serial);
      },
    });
    await world.apple();
    await rest(device);
    assert.deepEqual(await world.states(device), ["1 failed"]);
    const [row] = await world.rows(device);
    assert.equal(row.extra_info.licence_attempts, 1);
    assert.match(row.extra_info.reason, /App Store does not know of the licence yet/);
    for (const pause of [30, 60, 120]) {
      assert.deepEqual(await world.after(device, pause - 1), ["1 failed"]);
      await world.after(device, 1);
    }
    assert.deepEqual(asked.slice(1).map((at, n) => at - (asked[n] ?? 0)), [30, 60, 120]);
    blind = false;
    assert.deepEqual(await world.after(device, 300), ["1 accepted"]);
    assert.deepEqual(await world.after(device, 15), ["1 verified"]);
    assert.equal(shop.apple.count("/mdm/v2/assets/associate"), 1);
  }));

Deno.test("a declined app gives its licence back and is installed when somebody asks again; a removed one is installed again", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop);
    let mischief: "decline" | "ignore" | undefined = "ignore";
    const device = await world.device({ appMischief: () => mischief });
    await world.apple();
    await rest(device);
    assert.deepEqual(await world.after(device, 16), ["1 accepted"]);
    const [asking] = await world.rows(device);
    assert.deepEqual(asking.extra_info, {
      progress: "asking",
      state: "PromptingForLogin",
      evidence: "The device asks its user to sign in at the App Store.",
    });
    device.state.apps = (device.state.apps ?? []).map((app) => ({ ...app, mischief: "decline" }));
    assert.deepEqual(await world.after(device, 20), ["1 declined"]);
    const [declined] = await world.rows(device);
    assert.deepEqual([declined.retry_at, declined.extra_info.state], [null, "UserRejected"]);
    await world.apple();
    assert.deepEqual([...world.item.holders], []);
    mischief = undefined;
    const id = await idOf(shop.fleet, device.serialNumber);
    const { decisions } = await made(shop.fleet, "GET", `/api/mdm/devices/${id}/plan/`) as Answer;
    const decision = (decisions as Answer[]).find(({ subject }) => subject === "Pages");
    assert.match(decision.evidence, /^failed, no more retries: .*UserRejected/);
    await made(shop.fleet, "POST", `/api/mdm/devices/${id}/artifacts/${world.ids.artifact}/reinstall/`);
    await world.after(device, 1);
    await world.apple();
    await rest(device);
    assert.deepEqual(await world.after(device, 16), ["1 verified"]);
    // Its user removes it: the next list of all apps lacks it.
    device.state.apps = (device.state.apps ?? []).map((app) => ({ ...app, removed: true as const }));
    await made(shop.fleet, "PUT", `/api/mdm/blueprints/${world.ids.blueprint}/`, { name: "Collects", collect_apps: 2 });
    assert.deepEqual(await world.after(device, 1), ["1 accepted"]);
    assert.deepEqual(await world.after(device, 16), ["1 verified"]);
    assert.equal(device.state.apps?.length, 1);
  }));

Deno.test("a configuration whose variable has no value is not sent, and its licence is free until there is one", () =>
  withShop(async (shop) => {
    const configuration = new TextDecoder().decode(buildPlist({ Room: "$CUSTOM.ROOM" }));
    const world = await StoreWorld.made(shop, { version: { configuration } });
    const device = await world.device();
    await world.apple();
    await rest(device);
    assert.deepEqual(await world.states(device), []);
    assert.deepEqual([...world.item.holders], []);
    const id = await idOf(shop.fleet, device.serialNumber);
    const explained = await made(shop.fleet, "GET", `/api/mdm/devices/${id}/plan/`) as Answer;
    const decision = (explained.decisions as Answer[]).find(({ subject }) => subject === "Pages");
    assert.match(decision.evidence, /waits for a value of \$CUSTOM\.ROOM/);
    await made(shop.fleet, "PUT", `/api/inventory/devices/${device.serialNumber}/values/`, {
      values: { ROOM: "12" },
    });
    await settle(shop.fleet);
    await rest(device);
    await world.apple();
    await rest(device);
    assert.deepEqual(await world.after(device, 16), ["1 verified"]);
    assert.deepEqual(device.state.apps?.[0]?.configuration, { Room: "12" });
  }));

Deno.test("an app that is kept updated is installed again once when the catalogue has a newer version", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop, { version: { keep_updated: true } });
    const device = await world.device();
    let installs = 0;
    const connect = async (seconds: number) => {
      await shop.pass(seconds);
      for (const { requestType } of await device.connect()) if (requestType === "InstallApplication") installs++;
      await rest(device);
    };
    await world.apple();
    await connect(0);
    await connect(16);
    assert.deepEqual([installs, await world.states(device)], [1, ["1 verified"]]);
    shop.apple.store.catalogue.set("361309726", {
      name: "Pages",
      bundleId: "com.apple.iWork.Pages",
      version: "14.1",
      externalVersion: 1410,
    });
    await made(shop.fleet, "POST", `/api/mdm/locations/${world.ids.location}/sync/`);
    await connect(86_400);
    await made(shop.fleet, "POST", `/api/mdm/locations/${world.ids.location}/sync/`);
    await connect(60);
    await connect(16);
    assert.equal(installs, 2);
    assert.deepEqual([device.state.apps?.[0]?.Version, await world.states(device)], ["14.1", ["1 verified"]]);
    for (let n = 0; n < 3; n++) await connect(86_400);
    assert.equal(installs, 2);
  }));

Deno.test("an app is declared where devices support it, with one state; the way changes without removing the app", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop, { version: { declarative: true } });
    const options = { installSeconds: 30, ...(IPHONE === undefined ? {} : { model: IPHONE }) };
    const device = await world.device(options);
    await world.apple();
    const types = (await device.connect()).map(({ requestType }) => requestType);
    assert.ok(!types.includes("InstallApplication"), types.join());
    await rest(device);
    assert.deepEqual(await world.states(device), ["1 accepted"]);
    assert.deepEqual(await world.after(device, 20), ["1 installing"]);
    assert.deepEqual(await world.after(device, 20), ["1 verified"]);
    const [row] = await world.rows(device);
    assert.deepEqual([row.via, row.extra_info.state, row.extra_info.managed], ["declaration", "managed", true]);
    assert.equal(device.state.apps?.[0]?.declaration?.includes(".store-app."), true);
    // The option is withdrawn: this device keeps the app by its declaration.
    const current = await made(shop.fleet, "GET", `/api/mdm/store_apps/${world.ids.version}/`) as Answer;
    await made(shop.fleet, "PUT", `/api/mdm/store_apps/${world.ids.version}/`, { ...current, declarative: false });
    assert.deepEqual(await world.after(device, 60), ["1 verified"]);
    assert.equal(device.state.apps?.length, 1);
    // Another gets it by command, and follows the declaration once the option is back.
    const other = await world.device(options);
    await world.apple();
    await rest(other);
    assert.deepEqual(await world.after(other, 16), ["1 installing"]);
    assert.deepEqual(await world.after(other, 20), ["1 verified"]);
    await made(shop.fleet, "PUT", `/api/mdm/store_apps/${world.ids.version}/`, { ...current, declarative: true });
    const asked = new Set<string>();
    await shop.pass(60);
    for (let n = 0; n < 4; n++) for (const { requestType } of await other.connect()) asked.add(requestType);
    assert.ok(!asked.has("RemoveApplication") && !asked.has("InstallApplication"), [...asked].join());
    assert.deepEqual(await world.after(other, 1), ["1 verified"]);
    assert.deepEqual((await world.rows(other)).map(({ via }) => via), ["declaration"]);
    // Out of scope: the declaration goes, the app with it, and the licences are given back.
    await made(shop.fleet, "DELETE", `/api/mdm/blueprint_artifacts/${world.ids.link}/`);
    assert.deepEqual(await world.after(device, 60), []);
    assert.deepEqual(await world.after(other, 60), []);
    for (const one of [device, other]) assert.deepEqual(one.state.apps, []);
    await world.after(device, 60);
    await world.after(other, 60);
    await world.apple();
    assert.deepEqual([...world.item.holders], []);
  }));

Deno.test("a declaration of an app uses the licences of the blueprint's location, and is not declared without one", () =>
  withShop(async (shop) => {
    const { fleet, apple } = shop;
    const location = apple.store.addLocation("Berlin");
    const locationId = await shop.add(location);
    const { artifact } = await makeDeclaration(fleet, {
      name: "Notes",
      type: "com.apple.configuration.app.managed",
      payload: { AppStoreID: "555", InstallBehavior: { Install: "Required", License: { Assignment: "Device" } } },
      artifact: { platforms: ["iOS"] },
      version: { ipados: false, macos: false, tvos: false },
    });
    const blueprint = await makeBlueprint(fleet, { default_location: locationId });
    assert.equal(blueprint.default_location, locationId);
    await link(fleet, blueprint.id, artifact.id, { ios: true });
    // The licences are bought later.
    const item = apple.store.buy(location, "555", 5, { entry: { name: "Notes", bundleId: "com.example.notes" } });
    await made(fleet, "POST", `/api/mdm/locations/${locationId}/sync/`);
    await settle(fleet);
    const device = await fleet.enrolled({
      appStore: (adamId, serial) => apple.store.serve(adamId, serial),
      ...(IPHONE === undefined ? {} : { model: IPHONE }),
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    assert.deepEqual(device.state.apps ?? [], []);
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    await rest(device);
    assert.deepEqual([...item.holders], [`device ${device.serialNumber}`]);
    assert.equal(device.state.apps?.[0]?.Identifier, "com.example.notes");
  }));

Deno.test("a device that unenrolls gives its licence back an hour later, and a person's device uses the person's licence", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop);
    const { sql } = shop.fleet.runtime;
    const device = await world.device(IPHONE === undefined ? {} : { model: IPHONE });
    await world.apple();
    await rest(device);
    assert.deepEqual(await world.after(device, 16), ["1 verified"]);
    await device.checkOut();
    await shop.pass(3700);
    await lookAfterLocations(shop.fleet.runtime, testBy);
    await world.apple();
    assert.deepEqual([...world.item.holders], []);

    const own = await shop.fleet.enrolled({
      appStore: (adamId, serial) => shop.apple.store.serve(adamId, serial, "jun@example.com"),
      ...(IPHONE === undefined ? {} : { model: IPHONE }),
    });
    await own.connect();
    const id = await idOf(shop.fleet, own.serialNumber);
    await sql`update enrollments set user_enrollment = true where device_id = ${id}`;
    await assign(shop.fleet, own.serialNumber, world.ids.blueprint);
    await settle(shop.fleet);
    await rest(own);
    const reason = async () => {
      const { decisions } = await made(shop.fleet, "GET", `/api/mdm/devices/${id}/plan/`) as Answer;
      return (decisions as Answer[]).find(({ subject }) => subject === "Pages")?.evidence;
    };
    assert.match(await reason(), /the Managed Apple Account of its person is not known/);
    await made(shop.fleet, "PUT", `/api/mdm/devices/${id}/managed_apple_account/`, {
      managed_apple_account: "jun@example.com",
    });
    await settle(shop.fleet);
    await rest(own);
    // The person is registered at Apple first, of which no notification tells.
    for (let n = 0; n < 4; n++) {
      await shop.pass(300);
      await world.apple();
    }
    await rest(own);
    assert.deepEqual([...world.item.holders].map((holder) => holder.split(" ")[0]), ["user"]);
    assert.deepEqual(await world.after(own, 16), ["1 verified"]);
    await made(shop.fleet, "DELETE", `/api/mdm/blueprint_artifacts/${world.ids.link}/`);
    await world.after(own, 60);
    await world.apple();
    assert.deepEqual([...world.item.holders], []);
  }));

Deno.test("an app on a user's channel of a Mac has the licence of the Mac, which both channels share", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop, { more: { channel: "User" } });
    const device = await world.device();
    await device.addUser({ userId: "U1", shortName: "jun", longName: "Jun" });
    await settle(shop.fleet);
    for (let n = 0; n < 3; n++) await device.connect("U1");
    await rest(device);
    assert.deepEqual(await world.licences(), [`${device.serialNumber} false associate`]);
    await world.apple();
    const users = async () => {
      const rows = await shop.fleet.runtime.sql<{ status: string; verified: boolean }[]>`
        select t.status, t.verified_at is not null as verified from target_artifacts t
          join channels c on c.id = t.channel_id where c.user_key <> ''`;
      return rows.map(({ status, verified }) => `${status} ${verified}`);
    };
    for (let n = 0; n < 3; n++) await device.connect("U1");
    assert.deepEqual(await users(), ["AwaitingConfirmation false"]);
    // The device's own plan has no use for the licence, and leaves it alone.
    await rest(device);
    await shop.pass(16);
    for (let n = 0; n < 3; n++) await device.connect("U1");
    assert.deepEqual(await users(), ["Installed true"]);
    assert.deepEqual(await world.licences(), [`${device.serialNumber} true null`]);
  }));

Deno.test("an installation that is cancelled before Apple answers gives its licence back as soon as it is there", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop);
    const device = await world.device();
    await settle(shop.fleet);
    assert.equal(shop.apple.count("/mdm/v2/assets/associate"), 1);
    await made(shop.fleet, "DELETE", `/api/mdm/blueprint_artifacts/${world.ids.link}/`);
    await shop.pass(60);
    await rest(device);
    for (let n = 0; n < 3; n++) await world.apple();
    assert.deepEqual([...world.item.holders], []);
    assert.deepEqual(await world.licences(), []);
    assert.deepEqual([device.state.apps ?? [], await world.states(device)], [[], []]);
  }));

Deno.test("a declared app has what its system knows of it; a Mac that reports no apps has it installed, an old one by command", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop, {
      version: {
        declarative: true,
        keep_updated: true,
        removable: true,
        prevent_backup: true,
        associated_domains: ["applinks:example.com"],
        associated_domains_enable_direct_downloads: true,
        vpn_uuid: "V",
        content_filter_uuid: "C",
        dns_proxy_uuid: "D",
      },
    });
    const old = MODELS.find(({ platform, osVersion }) => platform === "macOS" && osVersion.startsWith("15."));
    const phone = await world.device(IPHONE === undefined ? {} : { model: IPHONE });
    const mac = await world.device();
    const older = await world.device(old === undefined ? {} : { model: old });
    await world.apple();
    for (const device of [phone, mac, older]) await rest(device);
    await shop.pass(16);
    for (const device of [phone, mac, older]) await rest(device);
    const ways = async (device: SimulatedDevice) =>
      (await world.rows(device)).map(({ via, state }) => `${via} ${state}`);
    assert.deepEqual(await ways(phone), ["declaration verified"]);
    assert.deepEqual(await ways(mac), ["declaration installed"]);
    assert.deepEqual(await ways(older), ["command verified"]);
    for (const device of [phone, mac]) {
      const invalid = [...device.state.declarations.values()].filter(({ valid }) => valid !== "valid");
      assert.deepEqual(invalid, []);
    }
  }));

Deno.test("a declared app has its configuration as an asset, with its variables; where the system has none, by command", () =>
  withShop(async (shop) => {
    const configuration = new TextDecoder().decode(buildPlist({ Serial: "$ENROLLED_DEVICE.SERIAL_NUMBER", Level: 3 }));
    const world = await StoreWorld.made(shop, { version: { declarative: true, configuration } });
    const old = MODELS.find(({ platform, osVersion }) => platform === "iOS" && osVersion.startsWith("18."));
    const phone = await world.device(IPHONE === undefined ? {} : { model: IPHONE });
    const older = await world.device(old === undefined ? {} : { model: { ...old, osVersion: "18.3" } });
    const mac = await world.device();
    const devices = [phone, older, mac];
    await world.apple();
    for (const device of devices) await rest(device);
    await shop.pass(16);
    for (const device of devices) await rest(device);
    for (const device of devices) {
      assert.deepEqual(device.state.apps?.[0]?.configuration, { Serial: device.serialNumber, Level: 3 });
    }
    const ways = await Promise.all(
      devices.map(async (device) => (await world.rows(device)).map(({ via, state }) => `${via} ${state}`)),
    );
    assert.deepEqual(ways, [["declaration verified"], ["command verified"], ["command verified"]]);
  }));

Deno.test("a declared app that failed, or that its user declined, says why; a declined one is not declared anew", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop, { version: { declarative: true } });
    const failing = await world.device({
      appMischief: () => "fail",
      ...(IPHONE === undefined ? {} : { model: IPHONE }),
    });
    await world.apple();
    await rest(failing);
    const [row] = await world.rows(failing);
    assert.deepEqual([row.via, row.state, row.extra_info.codes], ["declaration", "failed", ["Error.InstallFailed"]]);
    const declining = await world.device({
      appMischief: () => "decline",
      ...(IPHONE === undefined ? {} : { model: IPHONE }),
    });
    await world.apple();
    await rest(declining);
    assert.deepEqual(await world.states(declining), ["1 declined"]);
    assert.equal((await world.rows(declining))[0].retry_count, 0);
  }));

Deno.test("a person's licence is given back when the device is another person's, or nobody's, though it is still enrolled", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop);
    const { sql } = shop.fleet.runtime;
    const device = await shop.fleet.enrolled({
      appStore: (adamId, serial) => shop.apple.store.serve(adamId, serial, "jun@example.com"),
      ...(IPHONE === undefined ? {} : { model: IPHONE }),
    });
    await device.connect();
    const id = await idOf(shop.fleet, device.serialNumber);
    await sql`update enrollments set user_enrollment = true where device_id = ${id}`;
    const belongsTo = async (account: string) => {
      await made(shop.fleet, "PUT", `/api/mdm/devices/${id}/managed_apple_account/`, {
        managed_apple_account: account,
      });
      await settle(shop.fleet);
      await rest(device);
      for (let n = 0; n < 4; n++) {
        await shop.pass(300);
        await world.apple();
      }
      await rest(device);
      await world.after(device, 60);
      await lookAfterLocations(shop.fleet.runtime, testBy);
      await world.apple();
      const rows = await sql<{ account: string }[]>`
        select u.managed_apple_id as account from licences p join content_users u on u.client_user_id = p.holder
        where p.assigned order by 1`;
      return rows.map(({ account }) => account);
    };
    await assign(shop.fleet, device.serialNumber, world.ids.blueprint);
    assert.deepEqual(await belongsTo("jun@example.com"), ["jun@example.com"]);
    assert.deepEqual(await belongsTo("ada@example.com"), ["ada@example.com"]);
    assert.deepEqual(await belongsTo(""), []);
  }));

Deno.test("a device that keeps an earlier version is asked once for each newer one, however the catalogue goes back and forth", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop, { version: { keep_updated: true } });
    const device = await world.device();
    await world.apple();
    await rest(device);
    await world.after(device, 16);
    let installs = 0;
    for (const externalVersion of [1410, 1420, 1410, 1420, 1410]) {
      const version = `${externalVersion / 100}`;
      const entry = { name: "Pages", bundleId: "com.apple.iWork.Pages", version, externalVersion };
      shop.apple.store.catalogue.set("361309726", entry);
      await shop.pass(86_400);
      await made(shop.fleet, "POST", `/api/mdm/locations/${world.ids.location}/sync/`);
      await shop.pass(60);
      for (const { requestType } of await device.connect()) if (requestType === "InstallApplication") installs++;
      await world.after(device, 16);
      await shop.fleet.runtime.sql`update target_artifacts set store_version = '1400'`;
    }
    assert.equal(installs, 2);
  }));

Deno.test("a blocked device gives its licence back an hour later, though it never says that it left", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop);
    const device = await world.device();
    await world.apple();
    await rest(device);
    const id = await idOf(shop.fleet, device.serialNumber);
    await made(shop.fleet, "POST", `/api/mdm/devices/${id}/block/`);
    const later = async (seconds: number) => {
      await shop.pass(seconds);
      await lookAfterLocations(shop.fleet.runtime, testBy);
      await world.apple();
      return world.item.holders.size;
    };
    assert.equal(await later(3500), 1);
    assert.equal(await later(200), 0);
  }));

Deno.test("an app of two artifacts stays as long as one of them is in scope", () =>
  withShop(async (shop) => {
    const { fleet } = shop;
    const world = await StoreWorld.made(shop);
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
      location_asset: world.ids.asset,
    });
    const second = await link(fleet, world.ids.blueprint, artifact.id, { ios: true, macos: true });
    const device = await world.device();
    await world.apple();
    await rest(device);
    await world.after(device, 16);
    assert.deepEqual(await world.after(device, 30), ["1 verified", "1 verified"]);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${second.id}/`);
    await shop.pass(60);
    const asked: string[] = [];
    for (let n = 0; n < 4; n++) asked.push(...(await device.connect()).map(({ requestType }) => requestType));
    assert.ok(!asked.includes("RemoveApplication"), asked.join());
    const plan = await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/plan/`) as Answer;
    assert.ok(JSON.stringify(plan).includes('\\"Pages\\" installs the same app'));
    await world.apple();
    assert.deepEqual([device.state.apps?.length, world.item.holders.size], [1, 1]);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${world.ids.link}/`);
    await world.after(device, 60);
    assert.deepEqual(device.state.apps, []);
    // One removal is that of both artifacts.
    for (let n = 0; n < 3; n++) await world.apple();
    assert.equal(world.item.holders.size, 0);
  }));

Deno.test("a device that was wiped and is not confirmed keeps the licence that it needs, and no other", () =>
  withShop(async (shop) => {
    const { fleet } = shop;
    const world = await StoreWorld.made(shop);
    const first = await world.device();
    const { serialNumber } = first;
    await world.apple();
    const leave = (one: SimulatedDevice) => one.checkIn({ MessageType: "CheckOut", Topic: one.topic });
    const again = async (last: SimulatedDevice): Promise<SimulatedDevice> => {
      await leave(last);
      const next = await fleet.enrolled({
        serialNumber,
        appStore: (adamId, serial) => shop.apple.store.serve(adamId, serial),
      });
      await settle(fleet);
      await rest(next);
      return next;
    };
    const later = async () => {
      await shop.pass(3700);
      await lookAfterLocations(fleet.runtime, testBy);
      await world.apple();
      return [...world.item.holders];
    };
    const second = await again(first);
    await assign(fleet, serialNumber, world.ids.blueprint);
    await settle(fleet);
    await rest(second);
    assert.deepEqual(await world.after(second, 16), ["1 verified"]);
    const [row] = await fleet.runtime.sql`select hardware_proven from enrollments order by id desc limit 1`;
    assert.equal(row?.hardwareProven, false);
    assert.deepEqual(await later(), [`device ${serialNumber}`]);
    // One that needs none gives back what the one before has had.
    await again(second);
    assert.deepEqual(await later(), []);
  }));

Deno.test("an installed app whose licence was taken back at Apple gets another one, and is not installed again", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop);
    const device = await world.device();
    await world.apple();
    await rest(device);
    assert.deepEqual(await world.after(device, 16), ["1 verified"]);
    const holder = `device ${device.serialNumber}`;
    shop.apple.store.assign(world.location, world.item, holder, false);
    await world.apple();
    const [channel] = await shop.fleet.runtime.sql<{ due: boolean }[]>`
      select push_due_at is not null as due from channels`;
    assert.equal(channel?.due, true);
    const asked: string[] = [];
    for (let n = 0; n < 3; n++) {
      await shop.pass(60);
      asked.push(...(await device.connect()).map(({ requestType }) => requestType));
      await world.apple();
    }
    assert.ok(!asked.includes("InstallApplication"), asked.join());
    assert.deepEqual([[...world.item.holders], await world.states(device)], [[holder], ["1 verified"]]);
    // Woken once, and at rest.
    assert.equal(shop.apple.count("/mdm/v2/assets/associate"), 2);
  }));

Deno.test("a declared app that failed is declared again after 10 and 60 minutes, then no more", () =>
  withShop(async (shop) => {
    const world = await StoreWorld.made(shop, { version: { declarative: true } });
    let mischief: "fail" | undefined = "fail";
    const device = await world.device({
      appMischief: () => mischief,
      ...(IPHONE === undefined ? {} : { model: IPHONE }),
    });
    await world.apple();
    await rest(device);
    const syncs = async (seconds: number) => {
      await shop.pass(seconds);
      let count = 0;
      for (let n = 0; n < 12; n++) {
        const answered = await device.connect();
        if (answered.length === 0) return count;
        count += answered.filter(({ requestType }) => requestType === "DeclarativeManagement").length;
      }
      throw new Error("The device does not come to rest");
    };
    assert.equal((await world.rows(device))[0].retry_count, 1);
    // The server calls the device then.
    const { clock, sql } = shop.fleet.runtime;
    const [plan] = await sql`select next_action_at from channels where next_action_at is not null`;
    const wait = plan?.nextActionAt.getTime() - clock.now().getTime();
    assert.ok(wait > 590_000 && wait <= 600_000, String(wait));
    assert.deepEqual([await syncs(0), await syncs(590), await syncs(20)], [0, 0, 1]);
    assert.equal((await world.rows(device))[0].retry_count, 2);
    assert.deepEqual([await syncs(3500), await syncs(200)], [0, 1]);
    assert.deepEqual([await syncs(86_400), await world.states(device)], [0, ["1 failed"]]);
    // The operator's request works at once.
    mischief = undefined;
    const id = await idOf(shop.fleet, device.serialNumber);
    await made(shop.fleet, "POST", `/api/mdm/devices/${id}/artifacts/${world.ids.artifact}/reinstall/`);
    assert.equal(await syncs(0), 1);
    assert.deepEqual(await world.after(device, 60), ["1 verified"]);
  }));
