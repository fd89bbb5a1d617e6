import assert from "node:assert/strict";
import type { DeviceOptions } from "../../simulators/device/device.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { makeCaller } from "../routes/api/support.ts";
import { assign, idOf, link, made, makeBlueprint, makeDeclaration, rest, settle } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { ipaOf, pkgOf } from "../support/packages.ts";

// deno-lint-ignore no-explicit-any
type Answer = any;

/** Uploads a package. */
async function upload(
  fleet: Fleet,
  file: Uint8Array<ArrayBuffer>,
  filename: string,
  path = "package_files",
): Promise<Answer> {
  const { token } = await makeCaller(fleet.runtime, "superuser");
  const response = await fleet.fetch(
    new Request(`https://mdm.example.com/api/mdm/${path}/?filename=${filename}`, {
      method: "POST",
      headers: { Authorization: `Token ${token}`, "Content-Type": "application/octet-stream" },
      body: file,
    }),
  );
  const json = await response.json();
  assert.equal(response.status, 201, JSON.stringify(json));
  return json;
}

const PLATFORMS: Readonly<Record<string, string>> = { macos: "macOS", ios: "iOS" };

/** An enterprise app in a blueprint that a device follows. */
type Given = {
  name?: string;
  file: Uint8Array<ArrayBuffer>;
  filename?: string;
  platform?: "macos" | "ios";
  version?: Record<string, unknown>;
  device?: Partial<DeviceOptions>;
};

class AppWorld {
  constructor(
    readonly fleet: Fleet,
    readonly device: SimulatedDevice,
    readonly ids: { artifact: string; version: string; blueprint: number; link: number; device: number },
  ) {}

  static async made(fleet: Fleet, given: Given): Promise<AppWorld> {
    const { file, filename = "Editor.pkg", platform = "macos" } = given;
    const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: given.name ?? "Editor",
      type: "Enterprise App",
      channel: "Device",
      platforms: [PLATFORMS[platform]],
    });
    const { package_uri, package_sha256 } = await upload(fleet, file, filename);
    const version = await made(fleet, "POST", "/api/mdm/enterprise_apps/", {
      artifact: artifact.id,
      version: 1,
      [platform]: true,
      package_uri,
      package_sha256,
      installed_as_managed: true,
      ...given.version,
    });
    const blueprint = await makeBlueprint(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id, { [platform]: true });
    const device = await fleet.enrolled(given.device);
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    return new AppWorld(fleet, device, {
      artifact: artifact.id,
      version: version.id,
      blueprint: blueprint.id,
      link: linked.id,
      device: await idOf(fleet, device.serialNumber),
    });
  }

  async rows(): Promise<Answer[]> {
    return (await made(this.fleet, "GET", `/api/mdm/devices/${this.ids.device}/artifacts/`)) as Answer[];
  }

  async states(): Promise<string[]> {
    return (await this.rows()).map((row) => `${row.version} ${row.state}`);
  }

  /** Lets time pass, then the device connects until there is nothing to say. */
  async after(seconds: number): Promise<string[]> {
    this.fleet.runtime.clock.advance(seconds);
    await settle(this.fleet);
    await rest(this.device);
    return await this.states();
  }
}

Deno.test("a package is uploaded, installed on a Mac that checks every chunk, and confirmed by its list of apps", () =>
  withFleet(async (fleet) => {
    const world = await AppWorld.made(fleet, { file: pkgOf({ size: 9_000_000 }), device: { installSeconds: 30 } });
    const version = await made(fleet, "GET", `/api/mdm/enterprise_apps/${world.ids.version}/`);
    assert.deepEqual([version.product_id, version.product_version, version.filename, version.install_as_managed], [
      "com.example.editor.pkg",
      "1.0",
      "Editor.pkg",
      true,
    ]);
    assert.deepEqual(await world.states(), ["1 accepted"]);
    assert.equal(world.device.state.apps?.[0]?.managed, true);
    assert.deepEqual(await world.after(14), ["1 accepted"]);
    assert.deepEqual(await world.after(2), ["1 installing"]);
    // 20 seconds to the next question.
    assert.deepEqual(await world.after(19), ["1 installing"]);
    assert.deepEqual(await world.after(1), ["1 verified"]);
    const [row] = await world.rows();
    assert.deepEqual([row.status, row.extra_info, row.install_count], [
      "Installed",
      { evidence: "The device lists com.example.editor 1.0." },
      1,
    ]);
  }));

Deno.test("the next version replaces the first one, is removed with its artifact, and an unmanaged app stays", () =>
  withFleet(async (fleet) => {
    const world = await AppWorld.made(fleet, { file: pkgOf() });
    assert.deepEqual(await world.after(20), ["1 verified"]);
    const body = { artifact: world.ids.artifact, version: 2, macos: true, installed_as_managed: true };
    const next = await upload(fleet, pkgOf({ version: "2.0" }), "Editor.pkg");
    const wrong = await upload(fleet, pkgOf({ id: "com.example.other", version: "2.0" }), "Other.pkg");
    const refused = await fleet.api("POST", "/api/mdm/enterprise_apps/", {
      ...body,
      package_uri: wrong.package_uri,
      package_sha256: wrong.package_sha256,
    });
    assert.deepEqual([refused.status, Object.keys(refused.json)], [400, ["package_uri"]]);
    assert.match(refused.json.package_uri[0], /product ID of the package is "com.example.other.pkg"/);
    await made(fleet, "POST", "/api/mdm/enterprise_apps/", {
      ...body,
      package_uri: next.package_uri,
      package_sha256: next.package_sha256,
    });
    assert.deepEqual(await world.after(1), ["2 accepted", "1 verified"]);
    assert.deepEqual(await world.after(16), ["2 verified"]);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${world.ids.link}/`);
    assert.deepEqual(await world.after(1), ["2 not installed"]);
    assert.deepEqual(world.device.state.apps, []);

    const stays = await AppWorld.made(fleet, {
      name: "Stays",
      file: pkgOf({ id: "com.example.stays" }),
      version: { installed_as_managed: false },
    });
    assert.deepEqual(await stays.after(20), ["1 verified"]);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${stays.ids.link}/`);
    assert.deepEqual(await stays.after(1), ["1 verified"]);
    assert.equal(stays.device.state.apps?.length, 1);
  }));

Deno.test("an app for phones is installed by its manifest, declined by its user, and installed when somebody asks again", () =>
  withFleet(async (fleet) => {
    const [, iphone] = MODELS;
    let declines = true;
    const world = await AppWorld.made(fleet, {
      file: await ipaOf(),
      filename: "Inspect.ipa",
      platform: "ios",
      device: {
        ...(iphone === undefined ? {} : { model: iphone }),
        appMischief: () => declines ? "decline" : undefined,
      },
    });
    assert.deepEqual(await world.after(16), ["1 declined"]);
    const [row] = await world.rows();
    assert.deepEqual([row.status, row.retry_at], ["Failed", null]);
    assert.deepEqual(row.extra_info, {
      reason: "The user declined the installation.",
      state: "UserRejected",
      declined: true,
    });
    assert.deepEqual(await world.after(86_400), ["1 declined"]);
    declines = false;
    await made(fleet, "POST", `/api/mdm/devices/${world.ids.device}/artifacts/${world.ids.artifact}/reinstall/`);
    assert.deepEqual(await world.after(1), ["1 accepted"]);
    assert.deepEqual(await world.after(16), ["1 verified"]);
    assert.equal(world.device.state.apps?.[0]?.Identifier, "com.example.inspect");
  }));

Deno.test("an app for phones is installed, declined and installed in its next version, and removed with its artifact", () =>
  withFleet(async (fleet) => {
    let declines = false;
    const [, iphone] = MODELS;
    const world = await AppWorld.made(fleet, {
      file: await ipaOf({ version: "2.0" }),
      filename: "Inspect.ipa",
      platform: "ios",
      device: {
        ...(iphone === undefined ? {} : { model: iphone }),
        installSeconds: 10,
        appMischief: () => declines ? "decline" : undefined,
      },
    });
    assert.equal(world.device.state.model.platform, "iOS");
    assert.deepEqual(await world.after(16), ["1 verified"]);
    declines = true;
    const here = () =>
      world.device.state.apps?.map(({ Identifier, ShortVersion, managed }) => [Identifier, ShortVersion, managed]);
    assert.deepEqual(here(), [["com.example.inspect", "2.0", true]]);

    const body = { artifact: world.ids.artifact, version: 2, ios: true };
    // Another app is no next version of this one.
    const other = await upload(fleet, await ipaOf({ id: "com.example.other", version: "2.1" }), "Other.ipa");
    const refused = await fleet.api("POST", "/api/mdm/enterprise_apps/", {
      ...body,
      package_uri: other.package_uri,
      package_sha256: other.package_sha256,
    });
    assert.deepEqual([refused.status, Object.keys(refused.json)], [400, ["package_uri"]]);
    const next = await upload(fleet, await ipaOf({ version: "2.1" }), "Inspect.ipa");
    await made(fleet, "POST", "/api/mdm/enterprise_apps/", {
      ...body,
      package_uri: next.package_uri,
      package_sha256: next.package_sha256,
    });
    // Its user declines the next version: the one before stays, until somebody asks again.
    assert.deepEqual(await world.after(1), ["2 accepted", "1 verified"]);
    assert.deepEqual(await world.after(16), ["2 declined", "1 verified"]);
    const [declined] = await world.rows();
    assert.deepEqual([declined.extra_info.state, declined.extra_info.reason, declined.retry_at], [
      "UpdateRejected",
      "The user declined the update.",
      null,
    ]);
    assert.deepEqual(here(), [["com.example.inspect", "2.0", true]]);
    assert.deepEqual(await world.after(86_400), ["2 declined", "1 verified"]);
    declines = false;
    await made(fleet, "POST", `/api/mdm/devices/${world.ids.device}/artifacts/${world.ids.artifact}/reinstall/`);
    assert.deepEqual(await world.after(1), ["2 accepted", "1 to be reinstalled"]);
    assert.deepEqual(await world.after(6), ["2 accepted", "1 to be reinstalled"]);
    assert.deepEqual(await world.after(10), ["2 verified"]);
    assert.deepEqual(here(), [["com.example.inspect", "2.1", true]]);

    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${world.ids.link}/`);
    assert.deepEqual(await world.after(1), ["2 not installed"]);
    assert.deepEqual(here(), []);
  }));

Deno.test("an app of two artifacts that leave together is removed once, also if the device does not have time at first", () =>
  withFleet(async (fleet) => {
    let busy = true;
    const removals: string[] = [];
    const file = pkgOf();
    const world = await AppWorld.made(fleet, {
      file,
      device: {
        mischief: (type) => {
          if (type !== "RemoveApplication") return undefined;
          removals.push(busy ? "NotNow" : "answered");
          return busy ? "NotNow" : undefined;
        },
      },
    });
    const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
      name: "The same editor",
      type: "Enterprise App",
      channel: "Device",
      platforms: ["macOS"],
    });
    const { package_uri, package_sha256 } = await upload(fleet, file, "Editor.pkg");
    await made(fleet, "POST", "/api/mdm/enterprise_apps/", {
      artifact: artifact.id,
      version: 1,
      macos: true,
      package_uri,
      package_sha256,
      installed_as_managed: true,
    });
    const other = await link(fleet, world.ids.blueprint, artifact.id, { macos: true });
    await world.after(1);
    assert.deepEqual(await world.after(20), ["1 verified", "1 verified"]);
    for (const id of [world.ids.link, other.id]) await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${id}/`);
    assert.deepEqual([await world.after(1), removals], [["1 verified", "1 verified"], ["NotNow"]]);
    busy = false;
    assert.deepEqual(await world.after(61), ["1 not installed", "1 not installed"]);
    assert.deepEqual([world.device.state.apps, removals], [[], ["NotNow", "answered"]]);
    const gone = (await world.rows()).find(({ extra_info }) => extra_info.reason !== undefined);
    assert.deepEqual(gone?.extra_info, { reason: 'removed with "Editor"' });
    assert.deepEqual([await world.after(7200), removals.length], [["1 not installed", "1 not installed"], 2]);
  }));

Deno.test("an app that the device rejects has failed, with Apple's reason, and is tried again when somebody asks", () =>
  withFleet(async (fleet) => {
    const [, iphone] = MODELS;
    let rejects = true;
    const world = await AppWorld.made(fleet, {
      file: await ipaOf(),
      filename: "Inspect.ipa",
      platform: "ios",
      device: {
        ...(iphone === undefined ? {} : { model: iphone }),
        appMischief: () => rejects ? "reject" : undefined,
      },
    });
    assert.deepEqual(await world.states(), ["1 failed"]);
    const [row] = await world.rows();
    assert.deepEqual([row.extra_info, row.retry_at], [
      { reason: "The device does not support the installation.", rejection: "NotSupported" },
      null,
    ]);
    rejects = false;
    assert.deepEqual(await world.after(86_400), ["1 failed"]);
    await made(fleet, "POST", `/api/mdm/devices/${world.ids.device}/artifacts/${world.ids.artifact}/reinstall/`);
    assert.deepEqual(await world.after(1), ["1 accepted"]);
    assert.deepEqual(await world.after(16), ["1 verified"]);
  }));

Deno.test("a download that fails is tried again after a pause, and its reason is kept", () =>
  withFleet(async (fleet) => {
    let fails = true;
    const world = await AppWorld.made(fleet, {
      file: pkgOf(),
      device: { appMischief: () => fails ? "fail" : undefined },
    });
    assert.deepEqual(await world.after(16), ["1 failed"]);
    const [row] = await world.rows();
    assert.deepEqual(row.extra_info, {
      reason: "The device could not download com.example.editor.",
      DownloadFailed: true,
    });
    fails = false;
    assert.deepEqual(await world.after(9 * 60), ["1 failed"]);
    assert.deepEqual(await world.after(61), ["1 accepted"]);
    assert.deepEqual(await world.after(16), ["1 verified"]);
  }));

Deno.test("an installation that is never listed is asked about 32 times, with growing pauses, and then no more", () =>
  withFleet(async (fleet) => {
    // It is never ready.
    const world = await AppWorld.made(fleet, { file: pkgOf(), device: { installSeconds: 1e9 } });
    let asked = 0;
    let seconds = 0;
    for (let n = 0; n < 32; n++) {
      const delay = Math.round(15 * 1.35 ** n);
      seconds += delay;
      fleet.runtime.clock.advance(delay - 1);
      const before = await world.device.connect();
      assert.ok(before.every(({ requestType }) => requestType !== "InstalledApplicationList"), `too early: ${n}`);
      fleet.runtime.clock.advance(1);
      const exchanges = await world.device.connect();
      asked += exchanges.filter(({ requestType }) => requestType === "InstalledApplicationList").length;
    }
    assert.equal(asked, 32);
    assert.ok(seconds > 6 * 86_400 && seconds < 8 * 86_400, `${seconds}`);
    fleet.runtime.clock.advance(30 * 86_400);
    const late = await world.device.connect();
    assert.ok(late.every(({ requestType }) => requestType !== "InstalledApplicationList"));
    assert.deepEqual((await world.rows()).map(({ status }) => status), ["AwaitingConfirmation"]);
  }));

Deno.test("a device that cannot list its apps is not asked again at once", () =>
  withFleet(async (fleet) => {
    const world = await AppWorld.made(fleet, {
      file: pkgOf(),
      device: { mischief: (type, n) => type === "InstalledApplicationList" && n < 3 ? "Error" : undefined },
    });
    fleet.runtime.clock.advance(16);
    const lists = (await world.device.connect()).filter(({ requestType }) =>
      requestType === "InstalledApplicationList"
    );
    assert.deepEqual(lists.map(({ status }) => status), ["Error"]);
    assert.deepEqual(await world.after(21), ["1 accepted"]);
    assert.deepEqual(await world.after(28), ["1 verified"]);
  }));

Deno.test("addresses are for their device while it is told to install: a part, all of it, and nothing for others", () =>
  withFleet(async (fleet) => {
    const seen: string[] = [];
    const file = pkgOf({ size: 500_000 });
    const world = await AppWorld.made(fleet, {
      file,
      device: {
        send: (request) => {
          if (request.method === "GET") seen.push(request.url);
          return fleet.fetch(request);
        },
      },
    });
    const address = seen.find((url) => url.includes("/public/mdm/packages/"));
    const manifest = seen.find((url) => url.includes("/public/mdm/manifests/"));
    assert.ok(address !== undefined && manifest !== undefined);
    const get = (url: string, headers: Record<string, string> = {}) => fleet.fetch(new Request(url, { headers }));
    const whole = await get(address);
    assert.deepEqual([whole.status, whole.headers.get("accept-ranges")], [200, "bytes"]);
    assert.deepEqual(await whole.bytes(), file);
    const etag = whole.headers.get("etag") ?? "";
    const part = await get(address, { Range: "bytes=1000-1999", "If-Range": etag });
    assert.deepEqual([part.status, part.headers.get("content-range")], [206, `bytes 1000-1999/${file.length}`]);
    assert.deepEqual(await part.bytes(), file.slice(1000, 2000));
    assert.deepEqual((await (await get(address, { Range: "bytes=-5" })).bytes()).length, 5);
    const changed = await get(address, { Range: "bytes=0-9", "If-Range": '"other"' });
    assert.deepEqual([changed.status, (await changed.bytes()).length], [200, file.length]);
    const beyond = await get(address, { Range: `bytes=${file.length}-` });
    assert.deepEqual([beyond.status, beyond.headers.get("content-range")], [416, `bytes */${file.length}`]);
    const many = await get(address, { Range: "bytes=0-1,5-6" });
    assert.equal(many.status, 200);
    await many.body?.cancel();
    // A manifest's address is not a package's, and a changed one is nobody's.
    assert.equal((await get(manifest.replace("/manifests/", "/packages/"))).status, 400);
    assert.equal((await get(address.replace(/.\/$/, (end) => end === "A/" ? "B/" : "A/"))).status, 400);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${world.ids.link}/`);
    await world.after(1);
    assert.equal((await get(address)).status, 404);
  }));

Deno.test("an upload answers where the file is as the resource calls it that is created with it", () =>
  withFleet(async (fleet) => {
    const { source_uri, sha256, size, type } = await upload(fleet, pkgOf(), "Editor.pkg", "packages/files");
    const pack = await made(fleet, "POST", "/api/mdm/packages/", { name: "Editor", source_uri, sha256 });
    assert.deepEqual([pack.source_uri, pack.sha256, pack.size, pack.type], [source_uri, sha256, size, type]);
  }));

Deno.test("a declaration names a package, and a Mac fetches it by the manifest of its own address", () =>
  withFleet(async (fleet) => {
    const { package_uri, package_sha256 } = await upload(fleet, pkgOf({ size: 5_000_000 }), "Tool.pkg");
    const pack = await made(fleet, "POST", "/api/mdm/packages/", {
      name: "Tool",
      source_uri: package_uri,
      sha256: package_sha256,
    });
    assert.deepEqual([pack.type, pack.product_id, pack.manifest.items[0].assets[0].sha256s.length], [
      "PKG",
      "com.example.editor.pkg",
      2,
    ]);
    const again = await fleet.api("POST", "/api/mdm/packages/", {
      name: "Again",
      source_uri: package_uri,
      sha256: package_sha256,
    });
    assert.deepEqual(again.json, { sha256: ["A package with the same SHA256 already exists."] });
    const { artifact, version } = await makeDeclaration(fleet, {
      type: "com.apple.configuration.package",
      payload: { ManifestURL: `ztl:${pack.id}`, InstallBehavior: { Install: "Required" } },
      artifact: { platforms: ["macOS"] },
      version: { ios: false, ipados: false, tvos: false, macos: true },
    });
    assert.equal(version.source.Payload.ManifestURL, `ztl:${pack.id}`);
    const blueprint = await makeBlueprint(fleet);
    await link(fleet, blueprint.id, artifact.id, { macos: true });
    const fetched: string[] = [];
    const device = await fleet.enrolled({
      send: (request) => {
        if (request.method === "GET") fetched.push(new URL(request.url).pathname.split("/")[3] ?? "");
        return fleet.fetch(request);
      },
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    assert.deepEqual(fetched.filter((part) => part !== "scep"), ["manifests", "packages"]);
    const id = await idOf(fleet, device.serialNumber);
    const [row] = await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`);
    assert.equal(row.status, "Installed");
    const refused = await fleet.api("DELETE", `/api/mdm/packages/${pack.id}/`);
    assert.deepEqual([refused.status, refused.json], [400, ["This package cannot be deleted"]]);
    const renamed = await made(fleet, "PUT", `/api/mdm/packages/${pack.id}/`, { name: "Tools", description: "All" });
    assert.equal(renamed.name, "Tools");
  }));

/** A Mac with a declaration that installs a package. */
async function withPackage(
  fleet: Fleet,
  { osVersion, behavior }: { osVersion: string; behavior: Record<string, unknown> },
): Promise<{ device: SimulatedDevice; linked: Answer; status: () => Promise<Answer> }> {
  const { package_uri, package_sha256 } = await upload(fleet, pkgOf(), "Editor.pkg");
  const pack = await made(fleet, "POST", "/api/mdm/packages/", {
    name: "Editor",
    source_uri: package_uri,
    sha256: package_sha256,
  });
  const { artifact } = await makeDeclaration(fleet, {
    type: "com.apple.configuration.package",
    payload: { ManifestURL: `ztl:${pack.id}`, InstallBehavior: { Install: "Required" }, ...behavior },
    artifact: { platforms: ["macOS"] },
    version: { ios: false, ipados: false, tvos: false, macos: true },
  });
  const blueprint = await makeBlueprint(fleet);
  const linked = await link(fleet, blueprint.id, artifact.id, { macos: true });
  const model = MODELS.find(({ platform, supervised }) => platform === "macOS" && supervised) ?? assert.fail();
  const device = await fleet.enrolled({ model: { ...model, osVersion } });
  await assign(fleet, device.serialNumber, blueprint.id);
  await settle(fleet);
  await rest(device);
  const id = await idOf(fleet, device.serialNumber);
  return { device, linked, status: async () => (await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`))[0] };
}

for (
  const [words, remove, left] of [
    ["is removed with it when the declaration says so", { UninstallBehavior: { Remove: true } }, []],
    ["stays without it when the declaration says nothing of that", {}, ["com.example.editor"]],
    ["stays when the declaration says so", { UninstallBehavior: { Remove: false } }, ["com.example.editor"]],
  ] as const
) {
  Deno.test(`a package that a declaration installs on macOS 27 ${words}`, () =>
    withFleet(async (fleet) => {
      const { device, linked, status } = await withPackage(fleet, { osVersion: "27.0", behavior: remove });
      const installed = () => device.state.packages.flatMap(({ apps }) => apps.map(({ Identifier }) => Identifier));
      assert.deepEqual([installed(), (await status()).status], [["com.example.editor"], "Installed"]);
      await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
      await settle(fleet);
      await rest(device);
      assert.deepEqual(installed(), left);
    }));
}

Deno.test("a declaration that removes its package is not sent to macOS 26, which does not know that", () =>
  withFleet(async (fleet) => {
    const behavior = { UninstallBehavior: { Remove: true } };
    const { device, status } = await withPackage(fleet, { osVersion: "26.1", behavior });
    assert.deepEqual([device.state.packages, await status()], [[], undefined]);
    const id = await idOf(fleet, device.serialNumber);
    const plan = await made(fleet, "GET", `/api/mdm/devices/${id}/plan/`);
    assert.match(JSON.stringify(plan.decisions), /UninstallBehavior.{0,20} needs macOS 27\.0, the device has 26\.1/);
  }));

Deno.test("the next version of a package replaces the first one, by a new version of the declaration", () =>
  withFleet(async (fleet) => {
    const { device } = await withPackage(fleet, { osVersion: "27.0", behavior: {} });
    const next = await upload(fleet, pkgOf({ version: "2.0" }), "Editor.pkg");
    const pack = await made(fleet, "POST", "/api/mdm/packages/", {
      name: "Editor 2",
      source_uri: next.package_uri,
      sha256: next.package_sha256,
    });
    const [version] = (await fleet.api("GET", "/api/mdm/declarations/")).json.results;
    const { Payload: payload, ...source } = version.source;
    await made(fleet, "POST", "/api/mdm/declarations/", {
      artifact: version.artifact,
      version: 2,
      macos: true,
      source: { ...source, ServerToken: "2", Payload: { ...payload, ManifestURL: `ztl:${pack.id}` } },
    });
    await settle(fleet);
    await rest(device);
    const [here, ...others] = device.state.packages;
    assert.deepEqual([here?.apps.map(({ ShortVersion }) => ShortVersion), others], [["2.0"], []]);
  }));

Deno.test("a phone that lists its managed apps and never the others is asked at the same pace", () =>
  withFleet(async (fleet) => {
    const [, iphone] = MODELS;
    const world = await AppWorld.made(fleet, {
      file: await ipaOf(),
      filename: "Inspect.ipa",
      platform: "ios",
      device: {
        ...(iphone === undefined ? {} : { model: iphone }),
        mischief: (type) => type === "InstalledApplicationList" ? "Error" : undefined,
      },
    });
    let asked = 0;
    // Half an hour: 15, 20, 27, … seconds are twelve questions.
    for (let n = 0; n < 120; n++) {
      fleet.runtime.clock.advance(16);
      const exchanges = await world.device.connect();
      asked += exchanges.filter(({ requestType }) => requestType === "ManagedApplicationList").length;
    }
    assert.equal(asked, 12);
    assert.deepEqual(await world.states(), ["1 accepted"]);
  }));
