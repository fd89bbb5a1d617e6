import assert from "node:assert/strict";
import { countFleetApps } from "../../../../src/devices/fleet_apps.ts";
import { withFleet } from "../../../support/fleet.ts";
import { installedApp, listApps, threeDevices } from "../../../support/installed_apps.ts";
import { personWith } from "../support.ts";

/** The links to devices of a page, with the number that each shows. */
const counts = (text: string) =>
  [...text.matchAll(/href="(\/devices\/\?[^"]*app[^"]*)">(\d+)</g)].map(([, href = "", count = ""]) =>
    [href.replaceAll("&amp;", "&"), Number(count)] as const
  );

Deno.test("the page of apps names versions and what is newer, and each number is that of the list behind it", () =>
  withFleet(async (fleet) => {
    await threeDevices(fleet);
    const person = await personWith(fleet.runtime, ["mdm.view_enrolleddevice", "mdm.add_devicecommand"]);
    const early = await person.get("/apps/");
    assert.match(early.text, /4 apps/);
    await countFleetApps(fleet.runtime);
    const { text } = await person.get("/apps/");
    assert.match(text, /href="\/apps\/" aria-current="page"/);
    assert.match(text, /1\.10 in the catalogue/);
    assert.match(text, /1\.10, 1\.9/);
    assert.match(text, /managed on 1 device/);
    assert.match(text, /Counted <time/);
    const [, editor = ""] = /href="(\/apps\/\d+\/)">editor</.exec(text) ?? [];
    const one = await person.get(editor);
    assert.match(one.text, /<code>com\.example\.editor<\/code>/);
    const links = [...counts(text), ...counts(one.text)];
    assert.equal(links.length, 4 + 1 + 3);
    for (const [href, count] of links) {
      const list = await person.get(href);
      assert.match(list.text, count === 1 ? /<caption>1 device</ : new RegExp(`<caption>${count} devices<`), href);
      // What is listed can be sent a command: the filter is one of the list.
      const [, bulk = ""] = /href="(\/bulk-commands\/new\/[^"]*)"/.exec(list.text) ?? [];
      assert.equal((await person.get(bulk.replaceAll("&amp;", "&"))).status, 200);
    }
    const version = await person.get(links.at(-1)?.[0] ?? "");
    assert.match(version.text, /<option value="\d+" selected>editor 1\.9<\/option>/);
    const found = await person.get("/apps/?q=edit&platform=macOS&newer=yes&several=yes");
    assert.match(found.text, /<caption>1 app</);
    const [, csv = ""] = /href="(\/api\/mdm\/installed_apps\/csv\/[^"]*)"/.exec(found.text) ?? [];
    const file = await person.get(csv.replaceAll("&amp;", "&"), { "Sec-Fetch-Site": "same-origin" });
    assert.deepEqual(file.text.trim().split("\r\n").length, 3);
    assert.match((await person.get("/apps/?q=nothing")).text, /No app matches/);
    assert.equal((await person.get("/apps/99999/")).status, 404);
    const stranger = await personWith(fleet.runtime, ["mdm.view_artifact"]);
    assert.deepEqual([(await stranger.get("/apps/")).status, (await stranger.get(editor)).status], [403, 403]);
  }));

Deno.test("the versions of an app are shown in pages, however many a device makes up", () =>
  withFleet(async (fleet) => {
    const versions = Array.from({ length: 120 }, (_, n) => installedApp("com.example.editor", `1.${n}`));
    await listApps(fleet, await fleet.enrolled(), versions);
    const person = await personWith(fleet.runtime, ["mdm.view_enrolleddevice"]);
    const [, editor = ""] = /href="(\/apps\/\d+\/)">editor</.exec((await person.get("/apps/")).text) ?? [];
    const shown = async (path: string) =>
      [...(await person.get(path)).text.matchAll(/<td>\s*(1\.\d+)\s*<\/td>/g)].map(([, version]) => version);
    const first = await shown(editor);
    assert.deepEqual([first.length, first[0]], [50, "1.119"]);
    assert.match((await person.get(editor)).text, /<caption>120 versions</);
    const last = await shown(`${editor}?offset=100`);
    assert.deepEqual([last.length, last.at(-1)], [20, "1.0"]);
  }));
