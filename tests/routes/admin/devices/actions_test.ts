import assert from "node:assert/strict";
import { MODELS } from "../../../../simulators/device/models.ts";
import { idOf, rest } from "../../../support/artifacts.ts";
import { type Fleet, withFleet } from "../../../support/fleet.ts";
import { personWith } from "../support.ts";

async function pageOf(fleet: Fleet, find: (model: typeof MODELS[number]) => boolean, change: object = {}) {
  const model = MODELS.find(find);
  assert.ok(model);
  const device = await fleet.enrolled({ model: { ...model, ...change } });
  await rest(device);
  const id = await idOf(fleet, device.serialNumber);
  const ada = await personWith(fleet.runtime, "superuser");
  const { text } = await ada.get(`/devices/${id}/`);
  const form = /action="\/devices\/\d+\/erase\/"[\s\S]*?<\/form>/.exec(text)?.[0] ?? "";
  return { device, id, ada, text, form };
}

Deno.test("an iPad is erased from its page with its two choices, and without a PIN", () =>
  withFleet(async (fleet) => {
    const { device, id, ada, form } = await pageOf(fleet, ({ platform }) => platform === "iPadOS");
    assert.match(form, /name="preserve_data_plan"[\s\S]*name="disallow_proximity_setup"/);
    assert.doesNotMatch(form, /name="pin"/);
    const fields = { action: "EraseDevice", serial_number: device.serialNumber, preserve_data_plan: "on" };
    const wrong = await ada.post(`/devices/${id}/erase/`, { ...fields, serial_number: "x" });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /name="preserve_data_plan" checked/);
    assert.equal((await ada.post(`/devices/${id}/erase/`, fields)).location, `/devices/${id}/?done=queued`);
    const [row] = await fleet.runtime.sql<{ arguments: unknown }[]>`
      select arguments from commands where name = 'EraseDevice'`;
    assert.deepEqual(row?.arguments, {
      preserve_data_plan: true,
      disallow_proximity_setup: false,
      return_to_service: false,
    });
    assert.deepEqual((await device.connect()).map(({ requestType }) => requestType), ["EraseDevice"]);
    assert.equal(device.state.erased, true);
  }));

Deno.test("a Mac with Apple silicon is erased without a PIN, one with Intel and no T2 with one", () =>
  withFleet(async (fleet) => {
    const silicon = await pageOf(fleet, ({ platform, appleSilicon }) => platform === "macOS" && appleSilicon === true);
    assert.ok(silicon.form.length > 0);
    assert.doesNotMatch(silicon.form, /name="pin"|name="preserve_data_plan"/);
    const { device, id, ada } = silicon;
    const fields = { action: "EraseDevice", serial_number: device.serialNumber };
    assert.equal((await ada.post(`/devices/${id}/erase/`, fields)).location, `/devices/${id}/?done=queued`);
    await fleet.runtime.sql`
      update enrollments set apple_silicon = false, activation_lock_manageable = false where device_id = ${id}`;
    assert.match((await ada.get(`/devices/${id}/`)).text, /\/erase\/"[\s\S]*name="pin"/);
  }));

Deno.test("a command that a device does not support is not offered, and the page says why", () =>
  withFleet(async (fleet) => {
    const { id, ada } = await pageOf(fleet, ({ platform }) => platform === "iOS");
    await fleet.runtime.sql`update enrollments set supervised = false where device_id = ${id}`;
    const { text } = await ada.get(`/devices/${id}/`);
    assert.doesNotMatch(text, /action="\/devices\/\d+\/restart\/"/);
    assert.match(text, /Restart: Cannot send RestartDevice/);
    await fleet.runtime.sql`update enrollments set user_enrollment = true where device_id = ${id}`;
    assert.match((await ada.get(`/devices/${id}/`)).text, /Erase: Cannot send EraseDevice to a user enrollment/);
  }));

Deno.test("a command that the device no longer supports is refused with its reason, and leads back to the device", () =>
  withFleet(async (fleet) => {
    const { device, id, ada } = await pageOf(fleet, ({ platform }) => platform === "iOS");
    const back = `<a href="/devices/${id}/">Back to the device</a>`;
    const refusedWith = async (path: string, fields: Record<string, string>, reason: RegExp) => {
      const { status, text } = await ada.post(`/devices/${id}/${path}/`, fields);
      assert.equal(status, 400);
      assert.match(text, reason);
      assert.ok(text.includes(back));
      assert.doesNotMatch(text, /Invalid target/);
    };
    const erase = { action: "EraseDevice", serial_number: device.serialNumber };
    await fleet.runtime.sql`update enrollments set supervised = false where device_id = ${id}`;
    await refusedWith("restart", {}, /Cannot send RestartDevice/);
    await fleet.runtime.sql`update enrollments set user_enrollment = true where device_id = ${id}`;
    await refusedWith("erase", erase, /Cannot send EraseDevice to a user enrollment/);
    await fleet.runtime.sql`update enrollments set ended_at = ${fleet.runtime.clock.now()} where device_id = ${id}`;
    await refusedWith(
      "lock",
      { action: "DeviceLock", serial_number: device.serialNumber },
      /Cannot send DeviceLock: the device is not enrolled/,
    );
    await fleet.runtime.sql`update devices set deleted_at = ${fleet.runtime.clock.now()} where id = ${id}`;
    await refusedWith("erase", erase, /The device is deleted\. Restore it first\./);
    assert.deepEqual(
      [
        ...await fleet.runtime
          .sql`select name from commands where name in ('EraseDevice', 'DeviceLock', 'RestartDevice')`,
      ],
      [],
    );
  }));

Deno.test("a custom command that destroys something asks for the serial number as the command itself does", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled();
    await device.connect();
    const [row] = await runtime.sql<{ id: number }[]>`select id from devices`;
    const ada = await personWith(runtime, "superuser");
    const custom = (type: string, more: Record<string, string> = {}) =>
      ada.post(`/devices/${row?.id}/custom/`, {
        action: "CustomCommand",
        command: `<dict><key>RequestType</key><string>${type}</string></dict>`,
        ...more,
      });
    for (const more of [{}, { serial_number: "x" }]) {
      const wrong = await custom("ShutDownDevice", more);
      assert.equal(wrong.status, 400);
      assert.match(wrong.text, /This is not the serial number of this device/);
    }
    assert.equal((await custom("ShutDownDevice", { serial_number: device.serialNumber })).status, 303);
    assert.equal((await custom("RestartDevice")).status, 303);
  }));
