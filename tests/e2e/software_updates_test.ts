import assert from "node:assert/strict";
import { type FeedEntry, startSoftwareLookup } from "../../simulators/apple/software_lookup.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { byJob } from "../../src/events/by.ts";
import { passDay, syncCatalogue } from "../../src/updates/catalogue.ts";
import { assign, idOf, made, makeBlueprint, rest, settle } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { personWith } from "../routes/admin/support.ts";
import { TestClock } from "../support/runtime.ts";

const [MAC] = MODELS;
assert.ok(MAC);
const OLD = { ...MAC, osVersion: "26.1", build: "25B78", softwareUpdateDeviceId: "J713AP" };
const entry = (
  ProductVersion: string,
  Build: string,
  PostingDate: string,
  more: Partial<FeedEntry> = {},
): FeedEntry => ({
  ProductVersion,
  Build,
  PostingDate,
  SupportedDevices: ["J713AP"],
  ...more,
});
const PATH = "/api/mdm/software_update_enforcements/";

async function withCatalogue(
  body: (
    house: { fleet: Fleet; list(entries: FeedEntry[], improvements?: FeedEntry[]): Promise<void> },
  ) => Promise<void>,
): Promise<void> {
  const lookup = await startSoftwareLookup(new TestClock().now(), {});
  try {
    await withFleet(
      (fleet) =>
        body({
          fleet,
          async list(entries, improvements = []) {
            lookup.sections = {
              AssetSets: { macOS: entries },
              ...(improvements.length === 0 ? {} : { PublicBackgroundSecurityImprovements: { macOS: improvements } }),
            };
            const result = await syncCatalogue(fleet.runtime, byJob("software-updates-sync"));
            assert.equal((result as { status: string }).status, "SUCCESS");
            await settle(fleet);
          },
        }),
      { SOFTWARE_LOOKUP_URL: lookup.url, SOFTWARE_LOOKUP_ANCHORS: lookup.caPem },
    );
  } finally {
    await lookup.close();
  }
}

const latest = (name: string, delay: number, tags: number[] = []) => ({
  name,
  platforms: ["macOS"],
  tags,
  max_os_version: "27",
  delay_days: delay,
  local_time: "09:30:00",
});

async function follow(fleet: Fleet, device: SimulatedDevice, blueprint: number): Promise<void> {
  await assign(fleet, device.serialNumber, blueprint);
  await rest(device);
}

Deno.test("three rings follow the latest release over months: the right version at the right local time, then updated", () =>
  withCatalogue(async ({ fleet, list }) => {
    const { clock } = fleet.runtime;
    clock.set("2027-12-20T06:00:00Z");
    const tag = async (name: string) => (await made(fleet, "POST", "/api/inventory/tags/", { name })).id as number;
    const [pilots, early] = [await tag("Pilots"), await tag("Early")];
    const rings = [{ delay: 1, tags: [pilots] }, { delay: 7, tags: [early] }, { delay: 14, tags: [] }];
    const enforcements: number[] = [];
    for (const [index, { delay, tags }] of rings.entries()) {
      enforcements.push((await made(fleet, "POST", PATH, latest(`Ring ${index}`, delay, tags))).id);
    }
    const blueprint = await makeBlueprint(fleet, {
      software_update_enforcements: enforcements,
      inventory_interval: 604_800,
    });
    const devices: { device: SimulatedDevice; ring: number; zone: number }[] = [];
    for (let n = 0; n < 12; n++) {
      const [ring, zone] = [n % 3, [0, -480, 570][n % 5 % 3] ?? 0];
      const device = await fleet.enrolled({ model: OLD, zoneMinutes: zone });
      for (const tag of rings[ring]?.tags ?? []) {
        await made(fleet, "POST", `/api/inventory/devices/${device.serialNumber}/tags/`, { tags: [tag] });
      }
      await follow(fleet, device, blueprint.id);
      devices.push({ device, ring, zone });
    }
    // The dates of Apple's list move on with each fetch; the deadline does not.
    const releases = [
      { version: "26.2", build: "25C56", from: "2027-12-24", due: ["2027-12-25", "2027-12-31", "2028-01-07"] },
      { version: "26.3", build: "25D125", from: "2028-02-15", due: ["2028-02-16", "2028-02-22", "2028-02-29"] },
      { version: "26.3.1", build: "25D2128", from: "2028-02-28", due: ["2028-02-29", "2028-03-06", "2028-03-13"] },
    ];
    const seen = new Map<string, Set<string>>();
    for (let day = 0; day < 90; day++) {
      const today = clock.now().toISOString().slice(0, 10);
      const listed = releases.filter(({ from }) => from <= today)
        .map(({ version, build, from }) => entry(version, build, today > from ? today : from));
      const news = releases.some(({ from }) => from === today);
      if (news || (listed.length > 0 && day % 45 === 0)) await list([entry("27.0", "26A1", "2027-12-24"), ...listed]);
      for (const { device, ring, zone } of devices) {
        // Pushed when there is news, and for the inventory.
        if (news || day % 45 === 0) await device.connect();
        const wanted = device.enforcedUpdate;
        if (wanted !== undefined) {
          const key = `ring ${ring}`;
          const told = `${wanted.version} ${wanted.build} ${wanted.at}`;
          seen.set(key, (seen.get(key) ?? new Set()).add(told));
        }
        const before = device.state.model.osVersion;
        const now = await device.passTime();
        if (now !== undefined) {
          assert.notEqual(now, before);
          const local = new Date(clock.now().getTime() + zone * 60_000).toISOString().slice(0, 19);
          assert.ok(wanted !== undefined && local >= wanted.at);
        }
      }
      clock.advance(86_400);
    }
    for (const [index] of rings.entries()) {
      const expected = releases.map(({ version, build, due }) => `${version} ${build} ${due[index]}T09:30:00`);
      assert.deepEqual([...seen.get(`ring ${index}`) ?? []].sort(), expected.sort(), `ring ${index}`);
    }
    assert.deepEqual(new Set(devices.map(({ device }) => device.state.model.osVersion)), new Set(["26.3.1"]));
    const { json } = await fleet.api("GET", `/api/mdm/devices/${await idOf(fleet, devices[0]!.device.serialNumber)}/`);
    assert.deepEqual([json.os_version, json.build_version], ["26.3.1", "25D2128"]);
  }));

Deno.test("a fetch of the catalogue that changes nothing for a device changes no token of its declarations", () =>
  withCatalogue(async ({ fleet, list }) => {
    fleet.runtime.clock.set("2026-06-10T06:00:00Z");
    await list([entry("26.2", "25C56", "2026-06-01")]);
    const { id } = await made(fleet, "POST", PATH, latest("Everyone", 30));
    const blueprint = await makeBlueprint(fleet, { software_update_enforcements: [id] });
    const device = await fleet.enrolled({ model: OLD });
    await follow(fleet, device, blueprint.id);
    const token = device.declarative().token;
    assert.equal(device.enforcedUpdate?.at, "2026-07-01T09:30:00");
    fleet.runtime.clock.advance(86_400);
    await list([
      entry("26.2", "25C56", "2026-06-09"),
      entry("18.0", "22A1", "2026-06-09", { SupportedDevices: ["iPhone17,3"] }),
    ]);
    await device.connect();
    await device.synchronize();
    assert.equal(device.declarative().token, token);
    await list([entry("26.2", "25C56", "2026-06-09"), entry("26.2.1", "25C60", "2026-06-11")]);
    await device.connect();
    assert.notEqual(device.declarative().token, token);
    assert.equal(device.enforcedUpdate?.version, "26.2.1");
  }));

Deno.test("an improvement reaches only devices with the build that it needs", () =>
  withCatalogue(async ({ fleet, list }) => {
    fleet.runtime.clock.set("2026-06-10T06:00:00Z");
    const { id } = await made(fleet, "POST", PATH, latest("Everyone", 1));
    const blueprint = await makeBlueprint(fleet, { software_update_enforcements: [id] });
    const ready = await fleet.enrolled({ model: { ...OLD, osVersion: "26.3.1", build: "25D2128" } });
    const behind = await fleet.enrolled({ model: OLD });
    for (const device of [ready, behind]) await follow(fleet, device, blueprint.id);
    await list(
      [entry("26.3.1", "25D2128", "2026-06-01")],
      [entry("26.3.1", "25D771280a", "2026-06-05", { ProductVersionExtra: "(a)", PrerequisiteBuild: "25D2128" })],
    );
    for (const device of [ready, behind]) await device.connect();
    assert.equal(ready.enforcedUpdate?.build, "25D771280a");
    assert.equal(behind.enforcedUpdate?.build, "25D2128");
    for (const device of [ready, behind]) await device.passTime();
    assert.deepEqual([ready.state.model.osVersionExtra, ready.state.model.buildExtra], ["(a)", "25D771280a"]);
    await behind.connect();
    await behind.connect();
    assert.equal(behind.enforcedUpdate?.build, "25D771280a");
  }));

Deno.test("a release that was announced for a day, and one that expires, change what devices are told on that day", () =>
  withCatalogue(async ({ fleet, list }) => {
    const { runtime } = fleet;
    const { clock, sql } = runtime;
    clock.set("2026-06-10T06:00:00Z");
    const woken = async () =>
      (await sql`select 1 from channels where next_action_at <= ${clock.now()} and push_forced`).length;
    const passes = async () => {
      const { changed } = await passDay(runtime) as { changed: boolean };
      await settle(fleet);
      return [changed, await woken()];
    };
    assert.deepEqual(await passes(), [false, 0]);
    const { id } = await made(fleet, "POST", PATH, latest("Everyone", 30));
    const blueprint = await makeBlueprint(fleet, {
      software_update_enforcements: [id],
      inventory_interval: 604_800,
    });
    const [asleep, awake] = [await fleet.enrolled({ model: OLD }), await fleet.enrolled({ model: OLD })];
    for (const device of [asleep, awake]) await follow(fleet, device, blueprint.id);
    await list([
      entry("26.2", "25C56", "2026-06-01"),
      entry("26.2.1", "25C60", "2026-06-12", { ExpirationDate: "2026-06-14" }),
    ]);
    for (const device of [asleep, awake]) {
      await rest(device);
      assert.equal(device.enforcedUpdate?.version, "26.2");
    }
    const path = `/api/mdm/devices/${await idOf(fleet, awake.serialNumber)}/plan/`;
    assert.equal((await made(fleet, "GET", path)).plan_again_at, "2026-06-12T00:00:00");
    clock.set("2026-06-11T23:59:59Z");
    assert.deepEqual(await passes(), [false, 0]);
    await awake.connect();
    assert.equal(awake.enforcedUpdate?.version, "26.2");
    clock.set("2026-06-12T00:00:00Z");
    // A device that comes by itself is planned again; the other one is woken.
    await awake.connect();
    assert.equal(awake.enforcedUpdate?.version, "26.2.1");
    assert.deepEqual(await passes(), [true, 1]);
    assert.deepEqual(await passes(), [false, 1]);
    await rest(asleep);
    assert.equal(asleep.enforcedUpdate?.version, "26.2.1");
    // The server was off for some days.
    clock.set("2026-06-20T00:00:00Z");
    assert.deepEqual(await passes(), [true, 2]);
    await rest(asleep);
    assert.equal(asleep.enforcedUpdate?.version, "26.2");
  }));

Deno.test("a preview says which devices would be told what by when: of an enforcement and of a blueprint, by API and page", () =>
  withCatalogue(async ({ fleet, list }) => {
    fleet.runtime.clock.set("2026-06-10T06:00:00Z");
    await list([entry("26.2", "25C56", "2026-06-01")]);
    const { id } = await made(fleet, "POST", PATH, latest("Everyone", 30));
    const blueprint = await makeBlueprint(fleet);
    const device = await fleet.enrolled({ model: OLD });
    await follow(fleet, device, blueprint.id);
    const whole = await made(fleet, "GET", `/api/mdm/blueprints/${blueprint.id}/`);
    const before = { os_version: "26.2", build_version: "25C56", local_datetime: "2026-07-01T09:30:00" };
    const told = { ...before, enforcement: "Everyone" };
    const dry = async (path: string, body: unknown) => (await fleet.api("PUT", `${path}?dry_run=true`, body)).json;
    const used = { ...whole, software_update_enforcements: [id] };
    const first = await dry(`/api/mdm/blueprints/${blueprint.id}/`, used);
    assert.equal(first.devices.told, 1);
    assert.deepEqual(first.software_updates, [{ update: told, reason: null, count: 1 }]);
    const [change] = first.changes;
    assert.equal(change.device.serial_number, device.serialNumber);
    assert.deepEqual([change.software_update.before, change.software_update.after], [null, told]);
    assert.match(change.software_update.reason, /26\.2 was posted on 2026-06-01, due 30 days later/);
    await made(fleet, "PUT", `/api/mdm/blueprints/${blueprint.id}/`, used);
    await settle(fleet);
    await rest(device);

    const enforcement = `${PATH}${id}/`;
    const later = await dry(enforcement, latest("Everyone", 37));
    assert.deepEqual(later.changes.map(({ software_update: one }: { software_update: unknown }) => one), [{
      before: told,
      after: { ...told, local_datetime: "2026-07-08T09:30:00" },
      reason: '"Everyone": 26.2 was posted on 2026-06-01, due 37 days later',
    }]);
    // Another name changes nothing for a device.
    assert.equal((await dry(enforcement, latest("All", 30))).devices.told, 0);
    const never = await dry(enforcement, { ...latest("Everyone", 30), platforms: ["tvOS"] });
    assert.deepEqual(never.software_updates, [
      { update: null, reason: "no software update enforcement is for this platform and these tags", count: 1 },
    ]);

    const ada = await personWith(fleet.runtime, "superuser");
    const { text } = await ada.post(`/software-update-enforcements/${id}/edit/`, {
      name: "Everyone",
      platforms: ["macOS"],
      mode: "latest",
      max_os_version: "27",
      delay_days: "37",
      local_time: "09:30",
      preview: "1",
    });
    assert.match(text, /1 device has to update to 26\.2 \(25C56\) by 2026-07-08 09:30, its own time/);
    assert.equal((await made(fleet, "GET", enforcement)).delay_days, 30, "nothing was saved");
  }));

Deno.test("once: the device is told exactly what is written, and a failed update is reported with its reason", () =>
  withCatalogue(async ({ fleet }) => {
    fleet.runtime.clock.set("2024-12-16T06:00:00Z");
    // The template's authority is not valid yet at that time.
    await fleet.runtime.sql`delete from certificate_authorities`;
    const { id } = await made(fleet, "POST", PATH, {
      name: "Once",
      platforms: ["macOS"],
      os_version: "15.2",
      build_version: "24C101",
      local_datetime: "2024-12-17T09:30:00",
    });
    const blueprint = await makeBlueprint(fleet, { software_update_enforcements: [id] });
    const device = await fleet.enrolled({
      model: { ...OLD, osVersion: "15.1", build: "24B83" },
      updateMischief: (_, n) => n < 3 ? "The disk is full." : undefined,
    });
    await follow(fleet, device, blueprint.id);
    assert.deepEqual(
      device.declarative().active.filter(({ type }) => type.includes("softwareupdate")).map(({ payload }) => payload),
      [{
        TargetOSVersion: "15.2",
        TargetBuildVersion: "24C101",
        TargetLocalDateTime: "2024-12-17T09:30:00",
      }],
    );
    assert.equal(await device.passTime(), undefined);
    fleet.runtime.clock.set("2024-12-17T09:30:00Z");
    assert.equal(await device.passTime(), undefined);
    const items = await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/status_items/`);
    const of = (path: string) => items.find((one: { path: string }) => one.path === path)?.value;
    assert.equal(of("softwareupdate.install-state"), "failed");
    assert.deepEqual(of("softwareupdate.failure-reason"), {
      count: 1,
      reason: "The disk is full.",
      timestamp: "2024-12-17T09:30:00.000Z",
    });
    const ada = await personWith(fleet.runtime, "superuser");
    const shown = async (path: string) =>
      (await ada.get(path)).text.replaceAll("&quot;", '"').replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
    const page = `/devices/${await idOf(fleet, device.serialNumber)}/`;
    assert.match(await shown(page), /Failed The disk is full\./);
    assert.match(await shown(page), /What the device reported .* Failures 1, The disk is full\., 2024-12-17T09:30:00/);
    assert.match(await shown("/software-updates/progress/"), /Stuck devices 1 device .* Failed The disk is full\./);
    assert.match(
      await shown(`/software-update-enforcements/${id}/`),
      /Targets of devices 1 device .*15\.2 \(24C101\)/,
    );
    fleet.runtime.clock.advance(60);
    await device.passTime();
    fleet.runtime.clock.advance(60);
    assert.equal(await device.passTime(), "15.2");
    await rest(device);
    assert.match(await shown("/software-updates/progress/"), /No device is late, and no update has failed\./);
    assert.match(await shown(page), /State none .* State failed/, "the history is kept");
  }));
