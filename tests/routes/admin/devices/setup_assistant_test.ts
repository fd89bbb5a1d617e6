import assert from "node:assert/strict";
import { assign, makeDepEnrollment } from "../../../support/ade_devices.ts";
import { idOf } from "../../../support/artifacts.ts";
import { type Fleet, KEYS, withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

/** A Mac in Setup Assistant that does not answer SecurityInfo yet, and a person at its page. */
async function waiting(fleet: Fleet) {
  const dep = await makeDepEnrollment(fleet, {
    awaitDeviceConfigured: true,
    adminFullName: "Example Admin",
    adminShortName: "exadmin",
  });
  const device = fleet.device({ mischief: (type, n) => type === "SecurityInfo" && n === 1 ? "drop" : undefined });
  await assign(fleet, dep.virtualServerId, device);
  await device.enrollAutomatically({
    factory: fleet.maker.certify(device.udid, KEYS[0]),
    url: dep.url,
    awaitDeviceConfigured: true,
  });
  await device.connect();
  const id = await idOf(fleet, device.serialNumber);
  const ada = await personWith(fleet.runtime, "superuser");
  return { device, id, ada, page: async () => (await ada.get(`/devices/${id}/`)).text };
}

Deno.test("the page of a device in Setup Assistant says what it waits for and when it is released, and afterwards that it was", () =>
  withFleet(async (fleet) => {
    const { device, page } = await waiting(fleet);
    const before = await page();
    assert.match(before, /In Setup Assistant<\/span> The device has been waiting since/);
    assert.match(before, /at the latest <time[^>]*>in 30 minutes<\/time>/);
    assert.match(before, /Inventory: waits for SecurityInfo/);
    assert.match(before, /Account configuration: the managed administrator is not set up yet/);
    fleet.runtime.clock.advance(1800);
    await device.connect();
    const after = await page();
    assert.doesNotMatch(after, /In Setup Assistant/);
    assert.match(after, /released at its deadline/);
  }));

Deno.test("the administrator's password is shown on request to people who may see it, with an event", () =>
  withFleet(async (fleet) => {
    const { device, id, ada, page } = await waiting(fleet);
    assert.doesNotMatch(await page(), /\/admin-password/);
    for (let n = 0; n < 6 && device.state.awaitingConfiguration; n++) {
      fleet.runtime.clock.advance(120);
      await device.connect();
    }
    assert.match(await page(), new RegExp(`action="/devices/${id}/admin-password/"`));
    const shown = await ada.post(`/devices/${id}/admin-password/`);
    assert.match(shown.text, /id="admin-password">[A-HJ-NP-Z2-9-]{27}</);
    assert.match(shown.text, /Your viewing of the password was recorded/);
    const { length } = await fleet.runtime.sql`select id from events where type = 'admin_password_viewed'`;
    assert.equal(length, 1);
    const reader = await personWith(fleet.runtime, ["mdm.view_enrolleddevice"]);
    assert.doesNotMatch((await reader.get(`/devices/${id}/`)).text, /\/admin-password/);
    assert.equal((await reader.post(`/devices/${id}/admin-password/`)).status, 403);
  }));
