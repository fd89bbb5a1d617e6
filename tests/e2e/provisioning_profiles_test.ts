import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { provisioningNeeds, recordProvisioningExpiries } from "../../src/blueprints/provisioning.ts";
import { byJob } from "../../src/events/by.ts";
import { makeCaller } from "../routes/api/support.ts";
import { personWith } from "../routes/admin/support.ts";
import { assign, link, made, makeBlueprint, rest, settle } from "../support/artifacts.ts";
import { rowsOf } from "../support/declarative_reports.ts";
import { findEvents } from "../support/events.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { ipaOf, provisioningProfileOf } from "../support/packages.ts";

// deno-lint-ignore no-explicit-any
type Json = any;
const APP = "A1B2C3D4E5.com.example.inspect";
const PHONE = MODELS.find(({ platform }) => platform === "iOS") ?? assert.fail();

/** Uploads an app. */
async function upload(fleet: Fleet, file: Uint8Array<ArrayBuffer>): Promise<Json> {
  const { token } = await makeCaller(fleet.runtime, "superuser");
  const response = await fleet.fetch(
    new Request("https://mdm.example.com/api/mdm/package_files/?filename=Inspect.ipa", {
      method: "POST",
      headers: { Authorization: `Token ${token}`, "Content-Type": "application/octet-stream" },
      body: file,
    }),
  );
  assert.equal(response.status, 201);
  return await response.json();
}

const inDays = (fleet: Fleet, days: number) => new Date(fleet.runtime.clock.now().getTime() + days * 86_400_000);

async function makeApp(fleet: Fleet, file: Uint8Array<ArrayBuffer>): Promise<{ artifact: string; uploaded: Json }> {
  const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
    name: "Inspect",
    type: "Enterprise App",
    channel: "Device",
    platforms: ["iOS"],
  });
  const uploaded = await upload(fleet, file);
  const { package_uri, package_sha256 } = uploaded;
  await made(fleet, "POST", "/api/mdm/enterprise_apps/", {
    artifact: artifact.id,
    version: 1,
    ios: true,
    package_uri,
    package_sha256,
  });
  return { artifact: artifact.id, uploaded };
}

async function addProfile(
  fleet: Fleet,
  { name = "Example profile", artifact, version = 1, days, uuid, app = "A1B2C3D4E5.com.example.*" }: {
    name?: string;
    artifact?: string;
    version?: number;
    days: number;
    uuid: string;
    app?: string;
  },
): Promise<{ artifact: string; version: Json }> {
  const id = artifact ?? (await made(fleet, "POST", "/api/mdm/artifacts/", {
    name,
    type: "Provisioning Profile",
    channel: "Device",
    platforms: ["iOS"],
  })).id;
  const source = provisioningProfileOf({ app, uuid, name: `Profile ${uuid}`, expires: inDays(fleet, days) });
  const body = { artifact: id, version, ios: true, source: source.toBase64() };
  return { artifact: id, version: await made(fleet, "POST", "/api/mdm/provisioning_profiles/", body) };
}

Deno.test("an app with an expired profile, or none, is warned of when it is uploaded", () =>
  withFleet(async (fleet) => {
    const without = await upload(fleet, await ipaOf());
    assert.equal(without.provisioning_profile, null);
    assert.deepEqual(without.warnings, [
      "The app has no provisioning profile: devices need one that permits it, as an artifact of its own.",
    ]);
    const expires = inDays(fleet, -2);
    const expired = await upload(fleet, await ipaOf({ profile: provisioningProfileOf({ app: APP, expires }) }));
    assert.deepEqual([expired.provisioning_profile.application_identifier, expired.warnings], [APP, [
      `The provisioning profile "Example" expired on ${expires.toISOString().slice(0, 10)}. ` +
      "Upload an app with a new profile, or deliver a new profile as an artifact.",
    ]]);
    const good = provisioningProfileOf({ app: APP, expires: inDays(fleet, 200) });
    assert.deepEqual((await upload(fleet, await ipaOf({ version: "3.0", profile: good }))).warnings, []);
    const { version } = await addProfile(fleet, { days: 10, uuid: "one" });
    assert.deepEqual([version.application_identifier, version.warnings.length, typeof version.expires_at], [
      "A1B2C3D4E5.com.example.*",
      1,
      "string",
    ]);
  }));

Deno.test("a profile that expires is an alert 30 days before and one event, until a later one reaches the devices", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const embedded = provisioningProfileOf({ app: APP, expires: inDays(fleet, 40) });
    const { artifact: app } = await makeApp(fleet, await ipaOf({ profile: embedded }));
    const blueprint = await makeBlueprint(fleet);
    await link(fleet, blueprint.id, app, { ios: true });
    const device = await fleet.enrolled({ model: PHONE });
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    const needs = async () => (await provisioningNeeds(runtime.sql, runtime.clock.now())).map((one) => one.sentence);
    const record = () => recordProvisioningExpiries(runtime, byJob("provisioning-profiles"));
    assert.deepEqual([await needs(), await record()], [[], 0]);

    runtime.clock.advance(11 * 86_400);
    const [sentence = ""] = await needs();
    assert.match(
      sentence,
      /^The provisioning profile "Example" expires on 2026-07-11\. "Inspect" then does not open\.$/,
    );
    assert.deepEqual([await record(), await record()], [1, 0]);
    const events = await findEvents(runtime.sql, { type: "mdm_provisioning_profile_expiry", limit: 10 });
    assert.deepEqual(events.map(({ payload }) => (payload as Json).artifact.name), ["Inspect"]);
    const person = await personWith(runtime, "superuser");
    assert.match((await person.get("/")).text, /&quot;Inspect&quot; then does not open\./);
    assert.match((await person.get(`/artifacts/${app}/`)).text, /class="trouble"/);
    assert.match((await person.get("/events/")).text, /The provisioning profile &quot;Example&quot; expires on/);

    // A profile as an artifact lasts 20 days more; it reaches the device, and the app is out of danger for these.
    const { artifact: profile } = await addProfile(fleet, { days: 50, uuid: "one" });
    assert.equal((await needs()).length, 1);
    await link(fleet, blueprint.id, profile, { ios: true });
    await settle(fleet);
    await rest(device);
    const uuids = () => device.state.provisioningProfiles.map(({ uuid }) => uuid);
    assert.deepEqual([await needs(), uuids()], [[], ["one"]]);
    const shown = (await person.get(`/artifacts/${profile}/`)).text;
    assert.match(shown, new RegExp(`<dt>Apps that it permits</dt><dd><div><a href="/artifacts/${app}/">Inspect</a>`));
    assert.match(shown, /<dt>Expires<\/dt>/);
    assert.match((await person.get(`/artifacts/${app}/`)).text, />Example profile<\/a>/);

    // It ends, too. Its next version reaches the device before that, and replaces it there.
    runtime.clock.advance(25 * 86_400);
    assert.equal((await needs()).length, 1);
    assert.equal(await record(), 1);
    await addProfile(fleet, { artifact: profile, version: 2, days: 300, uuid: "two" });
    await settle(fleet);
    await rest(device);
    assert.deepEqual(uuids().includes("two"), true);
    assert.deepEqual(await needs(), []);
    const next = device.state.provisioningProfiles.find(({ uuid }) => uuid === "two");
    assert.ok((next?.expiresAt?.getTime() ?? 0) > runtime.clock.now().getTime());
  }));

Deno.test("a profile that no app needs is named for itself, and one in no blueprint is not", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { artifact } = await addProfile(fleet, { days: 5, uuid: "one", app: "A1B2C3D4E5.com.example.other" });
    await makeApp(fleet, await ipaOf());
    const needs = async () => (await provisioningNeeds(runtime.sql, runtime.clock.now())).map((one) => one.sentence);
    assert.deepEqual(await needs(), []);
    const blueprint = await makeBlueprint(fleet);
    await link(fleet, blueprint.id, artifact, { ios: true });
    assert.match((await needs()).join(), /^The provisioning profile "Profile one" expires on 2026-06-06\.$/);
  }));

/** A phone of a blueprint, with its first profile. */
async function phoneWithProfile(fleet: Fleet) {
  const blueprint = await makeBlueprint(fleet);
  const { artifact, version } = await addProfile(fleet, { days: 200, uuid: "one" });
  const linked = await link(fleet, blueprint.id, artifact, { ios: true });
  const device = await fleet.enrolled({ model: PHONE });
  await assign(fleet, device.serialNumber, blueprint.id);
  /** Returns the commands about profiles. */
  const follow = async (): Promise<string[]> => {
    await settle(fleet);
    const asked: string[] = [];
    for (let n = 0; n < 12; n++) {
      const answered = await device.connect();
      if (answered.length === 0) return asked;
      asked.push(...answered.map(({ requestType }) => requestType).filter((name) => /ProvisioningProfile$/.test(name)));
    }
    throw new Error("The device does not come to rest");
  };
  const uuids = () => device.state.provisioningProfiles.map(({ uuid }) => uuid);
  const rows = async () => (await rowsOf(fleet, device)).map((row: Json) => `${row.version} ${row.state}`);
  await follow();
  assert.deepEqual([uuids(), await rows()], [["one"], ["1 acknowledged"]]);
  return { blueprint, artifact, version, linked, device, follow, uuids, rows };
}

const [INSTALL, REMOVE, LIST] = [
  "InstallProvisioningProfile",
  "RemoveProvisioningProfile",
  "ProvisioningProfileList",
] as const;

Deno.test("a profile that another one replaces is removed from the device once that is there", () =>
  withFleet(async (fleet) => {
    const { artifact, linked, follow, uuids, rows } = await phoneWithProfile(fleet);
    await addProfile(fleet, { artifact, version: 2, days: 300, uuid: "two" });
    assert.deepEqual(await follow(), [INSTALL, REMOVE]);
    assert.deepEqual([uuids(), await rows()], [["two"], ["2 acknowledged"]]);
    // One with the same UUID replaces it on the device.
    await addProfile(fleet, { artifact, version: 3, days: 320, uuid: "two" });
    assert.deepEqual(await follow(), [INSTALL]);
    assert.deepEqual([uuids(), await rows()], [["two"], ["3 acknowledged"]]);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    assert.deepEqual(await follow(), [REMOVE]);
    assert.deepEqual([uuids(), await follow()], [[], []]);
  }));

Deno.test("a replaced profile that the device does not remove is removed later, and all of them without the artifact", () =>
  withFleet(async (fleet) => {
    const { artifact, linked, device, follow, uuids, rows } = await phoneWithProfile(fleet);
    const [first] = device.state.provisioningProfiles;
    assert.ok(first !== undefined);
    // The device fails to remove what it does not have at the moment.
    device.state.provisioningProfiles = [];
    await addProfile(fleet, { artifact, version: 2, days: 300, uuid: "two" });
    assert.deepEqual(await follow(), [INSTALL, REMOVE]);
    assert.deepEqual(await rows(), ["2 acknowledged", "1 not removed"]);
    device.state.provisioningProfiles = [first, ...device.state.provisioningProfiles];
    assert.deepEqual(await follow(), []);
    fleet.runtime.clock.advance(601);
    assert.deepEqual(await follow(), [REMOVE]);
    assert.deepEqual([uuids(), await rows()], [["two"], ["2 verified"]]);

    // Both are there when the artifact leaves the blueprint.
    device.state.provisioningProfiles = [];
    await addProfile(fleet, { artifact, version: 3, days: 310, uuid: "three" });
    assert.deepEqual(await follow(), [INSTALL, REMOVE]);
    device.state.provisioningProfiles = [{ ...first, uuid: "two" }, ...device.state.provisioningProfiles];
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    fleet.runtime.clock.advance(601);
    assert.deepEqual(await follow(), [REMOVE, REMOVE]);
    assert.deepEqual([uuids(), await follow()], [[], []]);
  }));

Deno.test("a device returns to an earlier profile when the later one is withdrawn, which is removed then", () =>
  withFleet(async (fleet) => {
    const { artifact, follow, uuids, rows } = await phoneWithProfile(fleet);
    const { version } = await addProfile(fleet, { artifact, version: 2, days: 300, uuid: "two" });
    await follow();
    await made(fleet, "POST", `/api/mdm/artifact_versions/${version.id}/withdraw/`, {});
    assert.deepEqual(await follow(), [INSTALL, REMOVE]);
    assert.deepEqual([uuids(), await rows()], [["one"], ["1 acknowledged"]]);
  }));

Deno.test("a version that devices have is not given the profile of another UUID", () =>
  withFleet(async (fleet) => {
    const { artifact, version, uuids, follow } = await phoneWithProfile(fleet);
    const sourceOf = (uuid: string) =>
      provisioningProfileOf({ app: APP, uuid, name: "Changed", expires: inDays(fleet, 300) }).toBase64();
    const body = { artifact, version: 1, ios: true };
    const path = `/api/mdm/provisioning_profiles/${version.id}/`;
    const { status, json } = await fleet.api("PUT", path, { ...body, source: sourceOf("two") });
    assert.deepEqual([status, json], [400, {
      source: ["Devices have the profile one of this version. Upload a profile with another UUID as a new version."],
    }]);
    await made(fleet, "PUT", path, { ...body, source: sourceOf("one") });
    assert.deepEqual([await follow(), uuids()], [[INSTALL], ["one"]]);
  }));

Deno.test("a profile of two artifacts stays as long as one of them is in scope", () =>
  withFleet(async (fleet) => {
    const { blueprint, linked, follow, uuids } = await phoneWithProfile(fleet);
    const { artifact } = await addProfile(fleet, { name: "The same", days: 200, uuid: "one" });
    const other = await link(fleet, blueprint.id, artifact, { ios: true });
    assert.deepEqual(await follow(), [INSTALL]);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    assert.deepEqual([await follow(), uuids()], [[], ["one"]]);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${other.id}/`);
    await follow();
    assert.deepEqual(uuids(), []);
  }));

Deno.test("a profile of two artifacts that leave together is removed once", () =>
  withFleet(async (fleet) => {
    const { blueprint, linked, follow, uuids, rows } = await phoneWithProfile(fleet);
    const { artifact } = await addProfile(fleet, { name: "The same", days: 200, uuid: "one" });
    const other = await link(fleet, blueprint.id, artifact, { ios: true });
    assert.deepEqual(await follow(), [INSTALL]);
    for (const { id } of [linked, other]) await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${id}/`);
    assert.deepEqual([await follow(), uuids()], [[REMOVE], []]);
    assert.deepEqual(await rows(), ["1 not installed", "1 not installed"]);
    fleet.runtime.clock.advance(7200);
    assert.deepEqual(await follow(), []);
  }));

/** Lets time pass, connects and returns the commands about provisioning profiles. */
async function after(fleet: Fleet, device: SimulatedDevice, seconds: number): Promise<string[]> {
  fleet.runtime.clock.advance(seconds);
  await settle(fleet);
  const asked: string[] = [];
  for (let n = 0; n < 12; n++) {
    const answered = await device.connect();
    if (answered.length === 0) break;
    asked.push(
      ...answered.map(({ requestType }) => requestType).filter((name) => name.includes("ProvisioningProfile")),
    );
  }
  return asked;
}

Deno.test("a device's list verifies provisioning profiles, and one that was removed on the device is installed again", () =>
  withFleet(async (fleet) => {
    const { device, uuids, rows } = await phoneWithProfile(fleet);
    assert.deepEqual([await after(fleet, device, 119), await rows()], [[], ["1 acknowledged"]]);
    assert.deepEqual([await after(fleet, device, 1), await rows()], [[LIST], ["1 verified"]]);
    // As often as the inventory.
    assert.deepEqual(await after(fleet, device, 86_000), []);
    assert.deepEqual(await after(fleet, device, 400), [LIST]);
    device.state.provisioningProfiles = [];
    assert.deepEqual([await after(fleet, device, 86_400), uuids()], [[LIST, INSTALL], ["one"]]);
    assert.deepEqual([await after(fleet, device, 120), await rows()], [[LIST], ["1 verified"]]);
  }));

Deno.test("a provisioning profile that a device accepts and never lists is installed three times, with pauses", () =>
  withFleet(async (fleet) => {
    const { device, rows } = await phoneWithProfile(fleet);
    const installs: number[] = [];
    for (let minute = 0; minute < 120; minute++) {
      device.state.provisioningProfiles = [];
      if ((await after(fleet, device, 60)).includes(INSTALL)) installs.push(minute);
    }
    assert.equal(installs.length, 2, installs.join());
    assert.ok((installs[1] ?? 0) - (installs[0] ?? 0) >= 10, installs.join());
    assert.deepEqual(await rows(), ["1 failed"]);
  }));

Deno.test("a removal that the device refused counts when the profile is not on its list", () =>
  withFleet(async (fleet) => {
    const { device, linked, follow, rows } = await phoneWithProfile(fleet);
    device.state.provisioningProfiles = [];
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    assert.deepEqual([await follow(), await rows()], [[REMOVE], ["1 not removed"]]);
    assert.deepEqual([await after(fleet, device, 120), await rows()], [[LIST], ["1 not installed"]]);
    assert.deepEqual(await after(fleet, device, 86_400), []);
  }));
