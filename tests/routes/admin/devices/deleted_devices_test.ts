import assert from "node:assert/strict";
import { deviceOf } from "../../../support/claims.ts";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

Deno.test("a device is deleted on its page after a question that describes the effect, and restored from the list of deleted ones", () =>
  withFleet(async (fleet) => {
    fleet.runtime.clock.set("2026-11-27T09:00:00Z");
    const device = await fleet.enrolled({ name: "Jun's MacBook Air" });
    await fleet.enrolled({ name: "Another Mac" });
    const { id } = await deviceOf(fleet, device);
    const view = await personWith(fleet.runtime, ["mdm.view_enrolleddevice"]);
    assert.doesNotMatch((await view.get(`/devices/${id}/`)).text, /\/delete\/"/);
    assert.equal((await view.post(`/devices/${id}/delete/`)).status, 403);
    const ada = await personWith(fleet.runtime, ["mdm.view_enrolleddevice", "mdm.delete_enrolleddevice"]);
    const shown = (await ada.get(`/devices/${id}/`)).text;
    assert.match(
      shown,
      /data-confirm="Delete Jun&#39;s MacBook Air\? It stays enrolled, is not managed any more, and can be restored until 27 December\."/,
    );
    assert.equal((await ada.post(`/devices/${id}/delete/`)).location, `/devices/${id}/?done=deleted`);
    assert.match((await ada.post(`/devices/${id}/delete/`)).text, /The device is already deleted\./);
    const gone = (await ada.get(`/devices/${id}/`)).text;
    assert.match(gone, /Deleted on 27 November by user\d+\. It is still enrolled, and is not managed\./);
    assert.match(gone, /It can be restored until 27 December; then its data is removed\./);
    assert.match(gone, /\/restore\/"/);
    assert.doesNotMatch(gone, /\/delete\/"|Push now/);
    assert.doesNotMatch((await view.get(`/devices/${id}/`)).text, /\/restore\/"/);
    const list = (await ada.get("/devices/")).text;
    assert.match(list, /1 device</);
    assert.doesNotMatch(list, /MacBook Air/);
    assert.match(list, /href="\/devices\/\?state=deleted"/);
    assert.match((await ada.get("/")).text, /<div class="figure">1<\/div><div class="faint">enrolled devices/);
    const trash = (await ada.get("/devices/?state=deleted")).text;
    assert.match(trash, /Deleted devices/);
    assert.match(trash, /MacBook Air/);
    assert.match(trash, /can be restored until 27 December/);
    assert.doesNotMatch(trash, /Another Mac/);
    assert.doesNotMatch((await view.get("/devices/?state=deleted")).text, /\/restore\/"/);
    assert.equal((await view.post(`/devices/${id}/restore/`)).status, 403);
    assert.equal((await ada.post(`/devices/${id}/restore/`)).location, `/devices/${id}/?done=restored`);
    assert.match((await ada.get("/devices/")).text, /2 devices</);
  }));

Deno.test("the list of devices is filtered by state, and each state is a chip", () =>
  withFleet(async (fleet) => {
    const { clock } = fleet.runtime;
    const names = ["Silent", "Released", "Blocked", "Deleted"];
    const devices = [];
    for (const name of names) devices.push(await fleet.enrolled({ name: `${name} Mac` }));
    const [, released, blocked, gone] = devices;
    assert.ok(released && blocked && gone);
    await released.checkOut();
    await fleet.api("POST", `/api/mdm/devices/${(await deviceOf(fleet, blocked)).id}/block/`);
    await fleet.api("DELETE", `/api/mdm/devices/${(await deviceOf(fleet, gone)).id}/`);
    clock.advance(8 * 86_400);
    await fleet.enrolled({ name: "Active Mac" });
    const ada = await personWith(fleet.runtime, "superuser");
    const named = async (state: string) =>
      [...(await ada.get(`/devices/?state=${state}&sort=name`)).text.matchAll(/>(\w+) Mac</g)].map(([, name]) => name);
    assert.deepEqual(await named(""), ["Active", "Blocked", "Released", "Silent"]);
    assert.deepEqual(await named("active"), ["Active"]);
    assert.deepEqual(await named("silent"), ["Silent"]);
    assert.deepEqual(await named("released"), ["Blocked", "Released"]);
    assert.deepEqual(await named("enrolled"), ["Active", "Blocked", "Silent"]);
    assert.deepEqual(await named("blocked"), ["Blocked"]);
    assert.deepEqual(await named("deleted"), ["Deleted"]);
    assert.deepEqual(await named("gone"), []);
    const { text } = await ada.get("/devices/");
    for (const chip of ["Active", "Silent", "Released", "Blocked"]) assert.match(text, new RegExp(`>${chip}</span>`));
    for (const state of ["active", "silent", "released", "deleted"]) {
      const { json } = await fleet.api("GET", `/api/mdm/devices/?state=${state}`);
      assert.deepEqual(json.map((one: { state: string }) => one.state), Array(json.length).fill(state));
      assert.equal(json.length, state === "released" ? 2 : 1);
    }
    assert.equal((await fleet.api("GET", "/api/mdm/devices/?state=lost")).status, 400);
  }));
