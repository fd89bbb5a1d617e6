import assert from "node:assert/strict";
import { MODELS } from "../../../../simulators/device/models.ts";
import { downloadDirectProfile } from "../../../../src/enrollment/ota_enrollments.ts";
import { idOf, rest } from "../../../support/artifacts.ts";
import { type Fleet, withFleet } from "../../../support/fleet.ts";
import { testBy } from "../../api/support.ts";
import { personWith } from "../support.ts";

async function deviceOf(fleet: Fleet, platform: string) {
  const model = MODELS.find((one) => one.platform === platform);
  assert.ok(model);
  const device = await fleet.enrolled({ model });
  await rest(device);
  const id = await idOf(fleet, device.serialNumber);
  const ada = await personWith(fleet.runtime, "superuser");
  return { device, id, ada, page: async () => (await ada.get(`/devices/${id}/`)).text };
}

Deno.test("a locked Mac is shown as locked from its confirmation until it checks in again", () =>
  withFleet(async (fleet) => {
    const { device, id, ada, page } = await deviceOf(fleet, "macOS");
    const fields = { action: "DeviceLock", pin: "123456", serial_number: device.serialNumber };
    assert.equal((await ada.post(`/devices/${id}/lock/`, fields)).location, `/devices/${id}/?done=queued`);
    assert.doesNotMatch(await page(), /was locked/);
    await device.connect();
    fleet.runtime.clock.advance(3 * 3600);
    assert.match(
      await page(),
      /Locked<\/span> The Mac was locked <time[^>]*>3 hours ago<\/time>\. It checks in again/,
    );
    await device.connect();
    assert.doesNotMatch(await page(), /was locked/);
  }));

Deno.test("a locked iPhone is shown to need its passcode, not a PIN", () =>
  withFleet(async (fleet) => {
    const { device, id, ada, page } = await deviceOf(fleet, "iOS");
    await ada.post(`/devices/${id}/lock/`, { action: "DeviceLock", serial_number: device.serialNumber });
    await device.connect();
    const text = await page();
    assert.match(text, /The screen was locked/);
    assert.doesNotMatch(text, /its PIN/);
  }));

Deno.test("an erased device is shown as erased until it enrolls again", () =>
  withFleet(async (fleet) => {
    const { device, id, ada, page } = await deviceOf(fleet, "iOS");
    await ada.post(`/devices/${id}/lock/`, { action: "DeviceLock", serial_number: device.serialNumber });
    const fields = { action: "EraseDevice", serial_number: device.serialNumber };
    assert.equal((await ada.post(`/devices/${id}/erase/`, fields)).location, `/devices/${id}/?done=queued`);
    await device.connect();
    assert.equal(device.state.erased, true);
    const text = await page();
    assert.match(text, /Erased<\/span> The device confirmed the erase command/);
    assert.doesNotMatch(text, /The screen was locked/);
    assert.match(text, /confirm it under <a href="\/claims\/">Claims<\/a>/);
    fleet.runtime.clock.advance(3600);
    const enroll = async () =>
      await device.enroll(
        await downloadDirectProfile(fleet.runtime, testBy, fleet.enrollmentId, { signed: true }),
      );
    await assert.rejects(enroll, /an operator must confirm/);
    const [, claim] = /\/claims\/(\d+)\/confirm\//.exec((await ada.get("/claims/")).text) ?? [];
    assert.equal((await ada.post(`/claims/${claim}/confirm/`)).location, "/claims/?done=confirmed");
    await enroll();
    await rest(device);
    assert.doesNotMatch(await page(), /confirmed the erase command/);
  }));
