import assert from "node:assert/strict";
import { MODELS } from "../../../../simulators/device/models.ts";
import {
  ALL_PLATFORMS,
  assign,
  makeBlueprint,
  makeDeclaration,
  profileSource,
  settle,
} from "../../../support/artifacts.ts";
import { type Fleet, withFleet } from "../../../support/fleet.ts";
import { tag } from "../../api/artifacts_support.ts";
import { type Fields, personWith } from "../support.ts";
import { FILTER, house } from "./support.ts";
import { alertOf, errorOf, fileOf, hiddenField, noFile, upload } from "./uploads.ts";

/** Everything that a change could leave behind. */
async function state({ runtime: { sql } }: Fleet): Promise<unknown> {
  const [row] = await sql`
    select (select revision from desired_state) as revision, (select count(*)::int from jobs) as jobs,
      (select count(*)::int from events) as events,
      (select jsonb_agg(a order by id) from artifacts a) as artifacts,
      (select jsonb_agg(v order by id) from artifact_versions v) as versions,
      (select jsonb_agg(f order by id) from filters f) as filters,
      (select jsonb_agg(b order by id) from blueprints b) as blueprints`;
  return row;
}

const consequences = (text: string): string[] =>
  [...(/<ul class="consequences">([\s\S]*?)<\/ul>/.exec(text)?.[1] ?? "").matchAll(/<li class="\w+">([^<]*)</g)]
    .map(([, sentence = ""]) => sentence);

Deno.test("every change can be previewed: its effect is shown, nothing is saved, and then it is", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { artifact, version, blueprint, linked } = await house(fleet);
    const declaration = await makeDeclaration(fleet, { name: "Test" });
    const ada = await personWith(runtime, "superuser");
    const [one, its] = [`/artifacts/${artifact.id}/`, `/blueprints/${blueprint.id}/`];
    const settings = { name: "Office", inventory_hours: "24", collect_apps: "0", legacy_profiles_via_ddm: "on" };
    const edit = { name: "Wi-Fi", reinstall_interval: "0", reinstall_on_os_update: "No", halt_percent: "" };
    const platforms = ["iOS", "iPadOS", "macOS", "tvOS"];
    const token = {
      Type: "com.apple.configuration.management.test",
      Identifier: `com.example.declaration.${declaration.artifact.id}`,
      Payload: { Echo: "another" },
    };
    const steps: [string, string, Fields, string[] | RegExp][] = [
      [
        "put in",
        `${its}artifacts/add/`,
        { ...FILTER, artifact: declaration.artifact.id },
        ["1 device gains Test"],
      ],
      [
        "a version",
        `/artifacts/${declaration.artifact.id}/versions/new/`,
        { ...FILTER, version: "2", source: JSON.stringify(token) },
        ["1 device gets version 2 of Test instead of 1"],
      ],
      ["a filter", `${one}versions/${version.id}/filter/`, { ...FILTER, version: "1", macos: [] }, [
        "1 device loses Wi-Fi",
      ]],
      ["the same back", `${one}versions/${version.id}/filter/`, { ...FILTER, version: "1" }, ["1 device gains Wi-Fi"]],
      ["a place", `${its}artifacts/${linked.id}/`, { ...FILTER, macos_min_version: "99" }, ["1 device loses Wi-Fi"]],
      ["back again", `${its}artifacts/${linked.id}/`, FILTER, ["1 device gains Wi-Fi"]],
      ["settings", `${its}edit/`, settings, /No device changes/],
      ["other settings", `${its}edit/`, { ...settings, collect_apps: "2" }, /would get other settings/],
      ["an artifact", `${one}edit/`, { ...edit, platforms, auto_update: "on", name: "WLAN" }, /No device changes/],
      ["a halt", `${one}versions/${version.id}/halt/`, {}, /No device changes/],
      ["a resumption", `${one}versions/${version.id}/resume/`, {}, /No device changes/],
      ["a withdrawal", `${one}versions/${version.id}/withdraw/`, { reason: "bad" }, ["1 device loses WLAN"]],
      ["a resumption again", `${one}versions/${version.id}/resume/`, {}, ["1 device gains WLAN"]],
      ["a return", `/artifacts/${declaration.artifact.id}/rollback/`, {}, [
        "1 device gets version 1 of Test instead of 2",
      ]],
      ["taken out", `${its}artifacts/${linked.id}/remove/`, {}, ["1 device loses WLAN"]],
    ];
    for (const [what, path, fields, expected] of steps) {
      await settle(fleet);
      const before = await state(fleet);
      const tried = await ada.post(path, { ...fields, preview: "1" });
      assert.equal(tried.status, 200, `${what}: ${tried.text}`);
      assert.match(tried.text, /Effects of this change/, what);
      if (expected instanceof RegExp) assert.match(tried.text, expected, `${what}: ${consequences(tried.text)}`);
      else assert.deepEqual(consequences(tried.text), expected, what);
      assert.deepEqual(await state(fleet), before, `${what} left something behind`);
      const saved = await ada.post(path, fields);
      assert.equal(saved.status, 303, `${what}: ${saved.text}`);
      assert.notDeepEqual(await state(fleet), before, what);
      assert.equal((await ada.get(saved.location)).status, 200, what);
    }
  }));

Deno.test("numbers are shown to operators who may make the change, names to those who may see the devices", () =>
  withFleet(async (fleet) => {
    const { blueprint, linked } = await house(fleet);
    const path = `/blueprints/${blueprint.id}/artifacts/${linked.id}/remove/`;
    const blind = await personWith(fleet.runtime, ["mdm.delete_blueprintartifact", "mdm.view_blueprint"]);
    const { text } = await blind.get(path);
    assert.deepEqual(consequences(text), ["1 device loses Wi-Fi"]);
    assert.doesNotMatch(text, /Ada|C02SIM/);
    assert.doesNotMatch((await blind.get(`/blueprints/${blueprint.id}/`)).text, /Ada|C02SIM/);
    const seeing = await personWith(fleet.runtime, ["mdm.delete_blueprintartifact", "mdm.view_enrolleddevice"]);
    assert.match((await seeing.get(path)).text, /<a href="\/devices\/\d+\/">Ada&#39;s Mac<\/a>/);
  }));

Deno.test("a file is previewed, kept by the page, and saved without being chosen again", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { artifact } = await house(fleet);
    const ada = await personWith(runtime, "superuser");
    const path = `/artifacts/${artifact.id}/versions/new/`;
    assert.match((await ada.get(path)).text, /name="version" type="number" required="" value="2"/);
    const source = Uint8Array.fromBase64(profileSource("com.example.second", "two"));
    const fields = { ...FILTER, version: "2" };
    const tried = await upload(runtime, ada, path, {
      ...fields,
      preview: "1",
      source: fileOf(source, "b.mobileconfig"),
    });
    assert.deepEqual(consequences(tried.text), ["1 device gets version 2 of Wi-Fi instead of 1"]);
    const kept = {
      "source.kept": hiddenField(tried.text, "source.kept") ?? "",
      "source.name": hiddenField(tried.text, "source.name") ?? "",
    };
    const saved = await upload(runtime, ada, path, { ...fields, ...kept, source: noFile });
    assert.equal(saved.status, 303, saved.text);
    const [row] = await runtime.sql<{ filename: string; size: number }[]>`
      select filename, size from profile_versions where payload_identifier = 'com.example.second'`;
    assert.deepEqual({ ...row }, { filename: "b.mobileconfig", size: source.length });
    const same = await upload(runtime, ada, path, { ...fields, version: "3", ...kept, source: noFile, preview: "1" });
    assert.equal(errorOf(same.text, "source"), "This file is not different from the latest one");
    const taken = await upload(runtime, ada, path, { ...fields, ...kept, source: noFile });
    assert.match(errorOf(taken.text, "version"), /^A version of this artifact with the same version number/);
    for (const version of ["", "0", "-1", "1.5", "99999999999"]) {
      const { text } = await upload(runtime, ada, path, { ...fields, version, source: noFile });
      assert.match(errorOf(text, "version"), /^This should be a whole number from 1 to/, version);
    }
    // A file that is too large to keep must be chosen again, and the page says so.
    const long = Uint8Array.fromBase64(profileSource("com.example.third", "x".repeat(9e6)));
    const large = await upload(runtime, ada, path, { ...fields, version: "3", source: fileOf(long), preview: "1" });
    assert.deepEqual(consequences(large.text), ["1 device gets version 3 of Wi-Fi instead of 2"]);
    assert.equal(hiddenField(large.text, "source.kept"), undefined);
    assert.match(large.text, /a\.mobileconfig \(9 MB\) is too large to be kept between pages\. Choose it again\./);
    const larger = await upload(runtime, ada, path, { ...fields, version: "3", source: fileOf(new Uint8Array(33e6)) });
    assert.equal(errorOf(larger.text, "source"), "The file has 33 MB. Files of up to 32 MB are accepted.");
    const largest = await upload(runtime, ada, path, { ...fields, source: fileOf(new Uint8Array(50e6)) });
    assert.deepEqual([largest.status, /files of up to 32 MB are accepted/.test(largest.text)], [413, true]);
  }));

Deno.test("the warnings about a profile are shown before and after it is saved, to those who may see versions", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const ada = await personWith(runtime, "superuser");
    const sentence = "&quot;PayloadContent.0.Setting&quot; is not a known key";
    const path = "/artifacts/new/profile/";
    const source = fileOf(Uint8Array.fromBase64(profileSource("com.example.warned")));
    const before = await state(fleet);
    const tried = await upload(runtime, ada, path, { preview: "1", channel: "Device", source });
    assert.equal(tried.status, 200, tried.text);
    assert.ok(tried.text.includes(sentence), tried.text);
    assert.match(tried.text, /No device changes/);
    assert.deepEqual(await state(fleet), before);
    const kept = { "source.kept": hiddenField(tried.text, "source.kept") ?? "", "source.name": "a.mobileconfig" };
    const saved = await upload(runtime, ada, path, { ...kept, channel: "Device", source: noFile });
    assert.equal(saved.status, 303, saved.text);
    const page = await ada.get(saved.location);
    assert.match(page.text, /Warnings about version 1/);
    assert.ok(page.text.includes(sentence));
    const artifact = saved.location.split("?")[0] ?? "";
    const blind = await personWith(runtime, ["mdm.view_artifact"]);
    assert.doesNotMatch((await blind.get(artifact)).text, /Warnings/);
    const [, version = ""] = /href="(\/artifacts\/[^"]*\/versions\/[0-9a-f-]{36}\/)"/.exec(page.text) ?? [];
    const shown = await ada.get(version);
    assert.match(shown.text, /<h2 id="warnings">Warnings<\/h2>/);
    assert.ok(shown.text.includes(sentence));
    const filter = await ada.post(`${version}filter/`, { ...FILTER, version: "1", preview: "1" });
    assert.ok(filter.text.includes(sentence), filter.text);
  }));

Deno.test("errors in a filter appear at its fields", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { blueprint, linked, artifact } = await house(fleet);
    const [pilot, kiosk] = [await tag(runtime, "Pilot"), await tag(runtime, "Kiosk")];
    const ada = await personWith(runtime, "superuser");
    const path = `/blueprints/${blueprint.id}/artifacts/${linked.id}/`;
    const refused = async (fields: Fields, preview = true) => {
      const { status, text } = await ada.post(path, { ...FILTER, ...fields, ...(preview ? { preview: "1" } : {}) });
      assert.equal(status, 400);
      assert.doesNotMatch(text, /Effects of this change/);
      return text;
    };
    const none = { ios: [], ipados: [], macos: [], tvos: [] };
    assert.equal(alertOf(await refused(none)), "You need to activate at least one platform");
    const versions = await refused({ macos_min_version: "Sonoma <b>", ios_max_version: "x".repeat(33) }, false);
    assert.equal(errorOf(versions, "ios_max_version"), "Ensure this field has no more than 32 characters.");
    assert.match(versions, /value="Sonoma &lt;b&gt;"/);
    assert.equal(
      errorOf(await refused({ macos_min_version: "Sonoma" }), "macos_min_version"),
      "Not a valid OS version",
    );
    const shards = await refused({ default_shard: "101", shard_modulo: "0", [`tag_shard_${pilot}`]: "0" });
    assert.deepEqual(
      ["default_shard", "shard_modulo", `tag_shard_${pilot}`].map((name) => errorOf(shards, name)),
      [
        "Ensure this value is less than or equal to 100.",
        "Ensure this value is greater than or equal to 1.",
        "Ensure this value is greater than or equal to 1.",
      ],
    );
    assert.match(
      errorOf(await refused({ default_shard: "60", shard_modulo: "50" }), "default_shard"),
      /less than or equal to the shard modulo/,
    );
    const both = { excluded_tags: [String(pilot)], [`tag_shard_${pilot}`]: "10" };
    assert.equal(errorOf(await refused(both), "excluded_tags"), "Tag Pilot also present in the tag shards");
    const beyond = { shard_modulo: "10", default_shard: "1", [`tag_shard_${kiosk}`]: "20" };
    assert.equal(errorOf(await refused(beyond), "tag_shards"), "Shard for tag Kiosk > shard modulo");
    const fine = { ...FILTER, default_shard: "30", excluded_tags: [String(kiosk)], [`tag_shard_${pilot}`]: "50" };
    assert.equal((await ada.post(path, fine)).status, 303);
    const { text } = await ada.get(path);
    assert.match(text, new RegExp(`name="excluded_tags" value="${kiosk}" checked`));
    assert.doesNotMatch(text, new RegExp(`name="excluded_tags" value="${pilot}" checked`));
    assert.match(text, new RegExp(`name="tag_shard_${pilot}" type="number"[^>]* value="50"`));
    assert.match(
      (await ada.get(`/artifacts/${artifact.id}/`)).text,
      /all platforms; shard 30 of 100; not Kiosk; Pilot: 50 of 100/,
    );
    const twice = await ada.post(`/blueprints/${blueprint.id}/artifacts/add/`, { ...FILTER, artifact: artifact.id });
    assert.equal(alertOf(twice.text), "The fields blueprint, artifact must make a unique set.");
  }));

Deno.test("a preview shows why some devices cannot have something", () =>
  withFleet(async (fleet) => {
    const [mac] = MODELS;
    assert.ok(mac);
    const old = { ...mac, osVersion: "12.7.6", build: "21H1320" };
    const blueprint = await makeBlueprint(fleet);
    for (const model of [mac, old, old]) {
      const device = await fleet.enrolled({ model });
      await device.connect();
      await assign(fleet, device.serialNumber, blueprint.id);
    }
    const { artifact } = await makeDeclaration(fleet, { name: "Test", version: ALL_PLATFORMS });
    const ada = await personWith(fleet.runtime, "superuser");
    const path = `/blueprints/${blueprint.id}/artifacts/add/`;
    const { text } = await ada.post(path, { ...FILTER, artifact: artifact.id, preview: "1" });
    const [gain, refusal = ""] = consequences(text);
    assert.equal(gain, "1 device gains Test");
    assert.match(refusal, /^2 devices cannot have Test: .*macOS/);
  }));

Deno.test("variables without a value are named before and after a version is saved", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { artifact } = await house(fleet);
    const ada = await personWith(runtime, "superuser");
    const path = `/artifacts/${artifact.id}/versions/new/`;
    const source = fileOf(Uint8Array.fromBase64(profileSource("com.example.room", "$CUSTOM.ROOM")), "b.mobileconfig");
    const sentence = /\$CUSTOM\.ROOM has no value on 1 of 1 device in its blueprints/;
    const tried = await upload(runtime, ada, path, { ...FILTER, version: "2", source, preview: "1" });
    assert.match(tried.text, sentence);
    const saved = await upload(runtime, ada, path, { ...FILTER, version: "2", source });
    assert.equal(saved.status, 303, saved.text);
    assert.match((await ada.get(saved.location)).text, sentence);
    const [row] = await runtime.sql<{ id: string }[]>`select id from artifact_versions where version = 2`;
    assert.match((await ada.get(`/artifacts/${artifact.id}/versions/${row?.id}/`)).text, sentence);
  }));
