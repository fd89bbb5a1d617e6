import assert from "node:assert/strict";
import { putTargetArtifact } from "../../../../db/artifacts/target_artifacts.ts";
import type { ChannelId } from "../../../../db/ids.ts";
import { assign, idOf, link, made, makeBlueprint, rest, settle } from "../../../support/artifacts.ts";
import { withShop } from "../../../support/apps.ts";
import { personWith } from "../support.ts";

// deno-lint-ignore no-explicit-any
type Answer = any;

Deno.test("a store app is created from the page of its app, which shows it; the device's page shows its licence", () =>
  withShop(async ({ fleet, apple, add }) => {
    const { runtime } = fleet;
    const location = apple.store.addLocation("Berlin");
    apple.store.buy(location, "361309726", 10, {
      entry: { name: "Pages & more", bundleId: "com.apple.Pages", version: "15.3" },
    });
    await add(location);
    const [asset] = await made(fleet, "GET", "/api/mdm/location_assets/") as Answer[];
    const person = await personWith(runtime, "superuser");
    const page = await person.get(`/apps-and-books/${asset.id}/`);
    assert.match(page.text, /No artifact installs this app\./);
    const [, href = ""] = /href="(\/artifacts\/new\/store-app\/\?[^"]+)"/.exec(page.text) ?? [];
    const form = await person.get(href.replaceAll("&amp;", "&"));
    assert.match(form.text, /value="Pages &amp; more"/);
    assert.match(form.text, new RegExp(`<option value="${asset.id}" selected`));
    const created = await person.post("/artifacts/new/store-app/", {
      name: "Pages & more",
      channel: "Device",
      platforms: "macOS",
      location_asset: String(asset.id),
      removable: "yes",
      remove_on_unenroll: "no",
      prevent_backup: "yes",
      keep_updated: "yes",
      declarative: "no",
      associated_domains: "applinks:example.com\n\nwebcredentials:example.com",
      associated_domains_enable_direct_downloads: "yes",
      vpn_uuid: "V",
      content_filter_uuid: "C",
      dns_proxy_uuid: "D",
      configuration: "<plist><dict><key>Room</key><string>$ENROLLED_DEVICE.SERIAL_NUMBER</string></dict></plist>",
    });
    assert.equal(created.status, 303);
    const { results: [version] } = await made(fleet, "GET", "/api/mdm/store_apps/") as Answer;
    assert.deepEqual(
      [version.removable, version.remove_on_unenroll, version.prevent_backup, version.keep_updated, version.vpn_uuid],
      [true, false, true, true, "V"],
    );
    assert.deepEqual([version.content_filter_uuid, version.dns_proxy_uuid, version.associated_domains], [
      "C",
      "D",
      ["applinks:example.com", "webcredentials:example.com"],
    ]);
    const shown = await person.get((created.location.split("?")[0] ?? "").replace(/versions.*/, ""));
    assert.equal(shown.status, 200);
    const blueprint = await makeBlueprint(fleet, { collect_apps: 2 });
    await link(fleet, blueprint.id, version.artifact, { macos: true });
    const device = await fleet.enrolled({ appStore: (adamId, serial) => apple.store.serve(adamId, serial) });
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(device);
    const deviceId = await idOf(fleet, device.serialNumber);
    assert.match((await person.get(`/devices/${deviceId}/`)).text, /<h2 id="licences">Licences<\/h2>/);
    await settle(fleet);
    apple.store.settle();
    await apple.deliver();
    await settle(fleet);
    await rest(device);
    runtime.clock.advance(16);
    await rest(device);
    const [licence] = await made(fleet, "GET", `/api/mdm/devices/${deviceId}/licences/`) as Answer[];
    assert.deepEqual([licence.name, licence.state, licence.sentence], [
      "Pages & more",
      "committed",
      "A licence is assigned, and in use.",
    ]);
    assert.match((await person.get(`/devices/${deviceId}/`)).text, /In use/);
    const list = await person.get("/store-apps/?q=pages");
    assert.match(list.text, /Pages &amp; more/);
    assert.match(list.text, /1 blueprint/);
    // On a phone, numbers stand below each other, each with its name.
    assert.match(list.text, /<table class="stacked">[^]*<td data-label="Failed">0/);
    assert.match((await person.get("/store-apps/?q=numbers")).text, /No store app matches\./);
    // The app, its artifact, its licences and its devices lead to each other.
    const devices = `/devices/?state=enrolled&amp;artifact=${version.artifact}&amp;status=Installed`;
    assert.ok(list.text.includes(`<a href="${devices}">1</a>`), list.text);
    assert.match((await person.get(devices.replaceAll("&amp;", "&"))).text, new RegExp(device.serialNumber));
    const licences = `<a href="/apps-and-books/${asset.id}/">Berlin</a>`;
    const artifactPage = (await person.get(`/artifacts/${version.artifact}/`)).text;
    assert.match(artifactPage, /<h3 id="more">Licences<\/h3>/);
    assert.ok(artifactPage.includes(licences), artifactPage);
    assert.match(artifactPage, /1 of 10, 9 available/);
    assert.ok((await person.get(`/apps-and-books/${asset.id}/`)).text.includes('href="/apps/?q=com.apple.Pages"'));
    runtime.clock.advance(90_000);
    await rest(device);
    const { results: [app] } = await made(fleet, "GET", "/api/mdm/installed_apps/?search=com.apple.Pages") as Answer;
    // The session of yesterday has ended.
    const tomorrow = await personWith(runtime, "superuser");
    const appPage = (await tomorrow.get(`/apps/${app.id}/`)).text;
    assert.ok(appPage.includes(licences), appPage);
    assert.ok(appPage.includes(`<a href="/artifacts/${version.artifact}/">Pages &amp; more</a>`), appPage);
    const { results: [totals] } = await made(fleet, "GET", "/api/mdm/store_app_totals/") as Answer;
    assert.deepEqual(totals.licences, { assigned: 1, available: 9, total: 10, waiting: 0 });
    assert.deepEqual(totals.devices, { installed: 1, acknowledged: 0, in_progress: 0, failed: 0 });
    const another = await made(fleet, "POST", `/api/mdm/location_assets/${asset.id}/store_apps/`, {}) as Answer;
    const artifact = await made(fleet, "GET", `/api/mdm/artifacts/${another.artifact}/`) as Answer;
    assert.deepEqual([artifact.name, artifact.platforms], ["Pages & more (2)", ["iOS", "iPadOS", "macOS"]]);
    const of = await made(fleet, "GET", `/api/mdm/location_assets/${asset.id}/store_apps/`) as Answer;
    assert.deepEqual(of.results.map(({ name }: Answer) => name), ["Pages & more", "Pages & more (2)"]);
    const reader = await personWith(runtime, ["mdm.view_locationasset"]);
    const limited = await reader.get(`/apps-and-books/${asset.id}/`);
    assert.doesNotMatch(limited.text, /Create store app|<h2>Store apps/);
  }));

Deno.test("totals count devices, not users, and an app that was accepted only is not one that is installed", () =>
  withShop(async ({ fleet, apple, add }) => {
    const { runtime: { sql, clock } } = fleet;
    const location = apple.store.addLocation("Berlin");
    apple.store.buy(location, "361309726", 10, { entry: { name: "Pages", bundleId: "com.apple.Pages" } });
    await add(location);
    const [asset] = await made(fleet, "GET", "/api/mdm/location_assets/") as Answer[];
    await made(fleet, "POST", `/api/mdm/location_assets/${asset.id}/store_apps/`, {});
    const [version] = await sql<{ id: string }[]>`select id from artifact_versions`;
    assert.ok(version);
    for (let n = 0; n < 2; n++) {
      const device = await fleet.enrolled();
      for (const userId of ["U1", "U2"]) await device.addUser({ userId, shortName: userId, longName: userId });
    }
    const channels = await sql<{ id: ChannelId }[]>`select id from channels where user_key <> '' order by id`;
    assert.equal(channels.length, 4);
    const now = clock.now();
    for (const [n, { id }] of channels.entries()) {
      await putTargetArtifact(sql, id, version.id, {
        status: n === 3 ? "Acknowledged" : "Installed",
        via: "command",
        contentRevision: 0,
        extraInfo: {},
        installedAt: now,
        osVersionAtInstallTime: "",
        uniqueInstallIdentifier: "",
        installCount: 1,
        retryCount: 0,
        maxRetryCount: 2,
        retryAt: null,
      }, now);
    }
    const devices = async () => (await made(fleet, "GET", "/api/mdm/store_app_totals/") as Answer).results[0].devices;
    assert.deepEqual(await devices(), { installed: 2, acknowledged: 1, in_progress: 0, failed: 0 });
    await sql`update target_artifacts set status = 'Acknowledged'`;
    assert.deepEqual(await devices(), { installed: 0, acknowledged: 2, in_progress: 0, failed: 0 });
  }));
