import assert from "node:assert/strict";
import type { StoreItem, StoreLocation } from "../../simulators/apple/apps_and_books_store.ts";
import type { DeviceOptions, SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { type Shop, withShop } from "../support/apps.ts";
import { assign, idOf, link, made, makeBlueprint, rest, settle } from "../support/artifacts.ts";

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
    { licences = 5, version = {}, more = {} }: {
      licences?: number;
      version?: Record<string, unknown>;
      more?: Record<string, unknown>;
    } = {},
  ): Promise<StoreWorld> {
    const { apple, fleet } = shop;
    const location = apple.store.addLocation("Berlin");
    const item = apple.store.buy(location, "361309726", licences, {
      entry: { name: "Pages", bundleId: "com.apple.iWork.Pages", version: "14.0", externalVersion: 1400 },
    });
    const locationId = await shop.add(location);
    const [asset] = await made(fleet, "GET", `/api/mdm/location_assets/?location_id=${locationId}`) as Answer[];
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
