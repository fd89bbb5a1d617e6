import assert from "node:assert/strict";
import { idOf, rest } from "../../../support/artifacts.ts";
import { withFleet } from "../../../support/fleet.ts";
import { house } from "../artifacts/support.ts";
import { personWith, visitor } from "../support.ts";

const partsOf = (html: string) => [...html.matchAll(/data-part="([^"]+)"/g)].map(([, name]) => name);
const pollOf = (html: string) => (/data-poll="([^"]+)"/.exec(html)?.[1] ?? "").replaceAll("&amp;", "&");

Deno.test("parts of a page are asked for again, and unchanged ones are answered with 304", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const ada = await personWith(fleet.runtime, "superuser");
    const page = await ada.get(`/devices/${id}/?done=queued`);
    const path = pollOf(page.text);
    assert.equal(path, `/devices/${id}/live/`);
    assert.match(page.text, /<a href="\/devices\/\d+\/">Reload to see the current state<\/a>/);
    const first = await ada.get(path);
    assert.deepEqual(partsOf(first.text), partsOf(page.text));
    assert.ok(page.text.includes(first.text.slice(first.text.indexOf('id="live-commands"'), -6)));
    const tag = first.headers.get("ETag") ?? "";
    const same = await ada.get(path, { "If-None-Match": tag });
    assert.deepEqual([same.status, same.text, same.headers.get("Cache-Control")], [304, "", "no-store"]);
    await ada.post(`/devices/${id}/lock/`, {
      action: "DeviceLock",
      pin: "123456",
      serial_number: device.serialNumber,
    });
    const queued = await ada.get(path, { "If-None-Match": tag });
    assert.equal(queued.status, 200);
    assert.match(queued.text, /<strong>DeviceLock<\/strong> <span class="chip">Queued/);
    assert.doesNotMatch(queued.text, /<html|<nav/);
    await rest(device);
    assert.match((await ada.get(path)).text, /<strong>DeviceLock<\/strong> <span class="chip good">Acknowledged/);
  }));

Deno.test("only pages with live parts let the script send requests, and only to this server", () =>
  withFleet(async (fleet) => {
    const { artifact, version, device } = await house(fleet);
    const id = await idOf(fleet, device.serialNumber);
    const ada = await personWith(fleet.runtime, "superuser");
    const policy = async (path: string) => (await ada.get(path)).headers.get("Content-Security-Policy") ?? "";
    const strict = await policy("/enrollments/");
    assert.doesNotMatch(strict, /connect-src/);
    const failures = `/artifacts/${artifact.id}/versions/${version.id}/failures/`;
    for (const path of [`/devices/${id}/`, `/artifacts/${artifact.id}/`, "/commands/", failures]) {
      assert.equal(await policy(path), `${strict}; connect-src 'self'`, path);
      const { text } = await ada.get(path);
      const answer = await ada.get(pollOf(text));
      assert.deepEqual([answer.status, partsOf(answer.text)], [200, partsOf(text)], path);
    }
  }));

Deno.test("parts need the permission of their page and a session, and keep its filters", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    assert.equal((await visitor(fleet.runtime).get(`/devices/${id}/live/`)).status, 303);
    const blind = await personWith(fleet.runtime, ["mdm.view_devicecommand"]);
    assert.equal((await blind.get(`/devices/${id}/live/`)).status, 403);
    const path = pollOf((await blind.get("/commands/?state=failed&since=1")).text);
    assert.equal(path, "/commands/live/?state=failed&since=1");
    assert.match((await blind.get(path)).text, /No command matches/);
    assert.doesNotMatch((await blind.get("/commands/live/")).text, /No command matches/);
  }));

Deno.test("the button that confirms a change is above the list of devices", () =>
  withFleet(async (fleet) => {
    const { artifact, version } = await house(fleet);
    const ada = await personWith(fleet.runtime, "superuser");
    const { text } = await ada.get(`/artifacts/${artifact.id}/versions/${version.id}/withdraw/`);
    const places = ["1 device loses Wi-Fi", ">Withdraw the version</button>", "The devices that change"].map((one) =>
      text.indexOf(one)
    );
    assert.ok(places.every((place) => place > 0), places.join());
    assert.deepEqual(places, [...places].sort((one, other) => one - other));
  }));
