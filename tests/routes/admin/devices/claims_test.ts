import assert from "node:assert/strict";
import { claimsOf, deviceOf, idsOf, profileFor, refusedAs } from "../../../support/claims.ts";
import { withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

Deno.test("the overview alerts to a claim, and an operator confirms it on its page", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled({ name: "Old <b>Mac" });
    const again = await refusedAs(fleet, idsOf(old), 403, { name: "New <b>Mac" });
    const ada = await personWith(fleet.runtime, ["mdm.view_enrolleddevice", "mdm.view_enrollmentclaim"]);
    assert.match((await ada.get("/")).text, /1 device claims the hardware of an enrolled device/);
    const { text } = await ada.get("/claims/");
    assert.match(text, /A device with this UDID is enrolled\./);
    assert.match(text, /New &lt;b&gt;Mac/);
    assert.match(text, /Old &lt;b&gt;Mac/);
    assert.doesNotMatch(text, /\/confirm\/"/);
    const [{ id }] = await claimsOf(fleet);
    assert.equal((await ada.post(`/claims/${id}/confirm/`)).status, 403);
    const eve = await personWith(fleet.runtime, ["mdm.view_enrolleddevice"]);
    assert.doesNotMatch((await eve.get("/")).text, /the hardware of an enrolled device/);
    const grace = await personWith(fleet.runtime, ["mdm.view_enrollmentclaim", "mdm.change_enrollmentclaim"]);
    assert.match((await grace.get("/claims/")).text, /\/confirm\/"/);
    assert.equal((await grace.post(`/claims/${id}/confirm/`)).location, "/claims/?done=confirmed");
    assert.match((await grace.post(`/claims/${id}/confirm/`)).text, /This claim is already confirmed\./);
    assert.doesNotMatch((await ada.get("/")).text, /the hardware of an enrolled device/);
    await again.enroll(await profileFor(fleet));
    assert.equal((await grace.post(`/claims/${id}/dismiss/`)).status, 404);
    const [audit] = await fleet.runtime.sql`
      select payload from events where type = 'zentral_audit' and objects ? 'mdm_enrollmentclaim'`;
    assert.equal(audit?.payload.object.new_value.state, "confirmed");
  }));

Deno.test("a claim that was dismissed is off the overview, and one with another serial number offers no confirmation", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled();
    await refusedAs(fleet, { udid: old.udid, serialNumber: "OTHER" }, 403);
    const ada = await personWith(fleet.runtime, "superuser");
    const { text } = await ada.get("/claims/");
    assert.match(text, /another serial number\. This cannot be confirmed\./);
    assert.doesNotMatch(text, /\/confirm\/"/);
    const [{ id }] = await claimsOf(fleet);
    assert.equal((await ada.post(`/claims/${id}/dismiss/`)).location, "/claims/?done=dismissed");
    assert.doesNotMatch((await ada.get("/")).text, /the hardware of an enrolled device/);
  }));

Deno.test("unproven hardware appears on the overview and on the device's page, where it is confirmed", () =>
  withFleet(async (fleet) => {
    const tag = (await fleet.api("POST", "/api/inventory/tags/", { name: "Executives" })).json;
    await fleet.api("PUT", "/api/inventory/devices/C02CEO/tags/", { tags: [tag.id] });
    const device = await fleet.enrolled({ serialNumber: "C02CEO" });
    const { id } = await deviceOf(fleet, device);
    const ada = await personWith(fleet.runtime, "superuser");
    assert.match((await ada.get("/")).text, /1 device is enrolled without the tags and values of the hardware/);
    assert.match((await ada.get("/claims/")).text, /C02CEO/);
    const before = (await ada.get(`/devices/${id}/`)).text;
    assert.match(before, /Hardware not confirmed/);
    assert.doesNotMatch(before, /class="chip">Executives/);
    assert.equal((await ada.post(`/devices/${id}/confirm-hardware/`)).location, `/devices/${id}/?done=confirmed`);
    const after = (await ada.get(`/devices/${id}/`)).text;
    assert.doesNotMatch(after, /Hardware not confirmed/);
    assert.match(after, /class="chip">Executives/);
    assert.doesNotMatch((await ada.get("/")).text, /enrolled without/);
  }));

Deno.test("the overview alerts to an identity that may have been copied", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    Object.assign(device.state, { udid: "CLONE" });
    await device.tokenUpdate();
    const ada = await personWith(fleet.runtime, "superuser");
    assert.match((await ada.get("/")).text, /1 alert says that the identity of a device may have been copied/);
    assert.match((await ada.get("/claims/")).text, /Its identity was used with another UDID\./);
    const { json: { results: [alert] } } = await fleet.api("GET", "/api/mdm/identity_alerts/");
    assert.equal((await ada.post(`/claims/alerts/${alert.id}/dismiss/`)).location, "/claims/?done=dismissed");
    assert.doesNotMatch((await ada.get("/")).text, /may have been copied/);
  }));

Deno.test("the page of an enrollment explains re-enrollment without confirmation, and switches it", () =>
  withFleet(async (fleet) => {
    const ada = await personWith(fleet.runtime, "superuser");
    const path = `/enrollments/${fleet.enrollmentId}/`;
    const opens = /Any holder of this enrollment(&#39;|')s profile can then replace any enrolled device/;
    assert.match((await ada.get(path)).text, opens);
    assert.match((await ada.get("/enrollments/")).text, opens);
    const set = async () =>
      (await fleet.api("GET", `/api/mdm/ota_enrollments/${fleet.enrollmentId}/`)).json
        .reenrollment_without_confirmation;
    assert.equal(await set(), false);
    assert.equal((await ada.post(`${path}reenrollment/`, { without_confirmation: "on" })).status, 303);
    assert.equal(await set(), true);
    assert.match((await ada.get(path)).text, /Require confirmation/);
    assert.equal((await ada.post(`${path}reenrollment/`)).status, 303);
    assert.equal(await set(), false);
  }));
