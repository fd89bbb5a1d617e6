import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import { idOf, made, rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";

const IPAD = MODELS.find(({ platform, supervised }) => platform === "iPadOS" && supervised);
const PHONE = MODELS.find(({ platform, supervised }) => platform === "iOS" && !supervised);
assert.ok(IPAD && PHONE);

const DAY = 86_400;

const read = async (fleet: Fleet, id: number): Promise<string | null> =>
  (await made(fleet, "GET", `/api/mdm/devices/${id}/activation_lock_bypass_code/`)).activation_lock_bypass_code;

Deno.test("a supervised device states its bypass code once, which is read with an event, and cleared", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ model: IPAD });
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const code = device.state.bypassCode;
    assert.match(code, /^[0-9A-Z]{5}-[0-9A-Z]{5}(-[0-9A-Z]{4}){4}$/);
    assert.equal(await read(fleet, id), code);
    fleet.runtime.clock.advance(3 * DAY);
    const asked = (await device.connect()).map(({ requestType }) => requestType);
    assert.ok(!asked.includes("ActivationLockBypassCode"));
    const listed = await made(fleet, "GET", `/api/mdm/devices/${id}/`);
    assert.equal(listed.activation_lock_bypass_code_escrowed, true);
    assert.ok(!JSON.stringify(listed).includes(code));
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${id}/clear_activation_lock_bypass_code/`)).status, 201);
    await rest(device);
    assert.equal(await read(fleet, id), null);
    const events = await fleet.runtime.sql<{ type: string }[]>`
      select type from events where type like 'activation_lock_bypass_code%' order by type`;
    assert.deepEqual(events.map(({ type }) => type), [
      "activation_lock_bypass_code_cleared",
      "activation_lock_bypass_code_set",
      "activation_lock_bypass_code_viewed",
    ]);
    const results = await fleet.runtime.sql<{ text: string }[]>`
      select coalesce(result_sealed, '') || arguments::text as text from command_history
      where name = 'ActivationLockBypassCode'`;
    assert.ok(results.every(({ text }) => text === "{}"));
  }));

Deno.test("a device without a code is asked again each day, until it would state none", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ model: IPAD });
    device.state.bypassCode = "";
    await rest(device);
    let asked = 0;
    for (let day = 0; day < 20; day++) {
      fleet.runtime.clock.advance(DAY + 1);
      const types = (await device.connect()).map(({ requestType }) => requestType);
      asked += types.filter((type) => type === "ActivationLockBypassCode").length;
    }
    assert.equal(asked, 14);
    assert.equal(await read(fleet, await idOf(fleet, device.serialNumber)), null);
  }));

Deno.test("devices that are not supervised are not asked, and are no target", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ model: PHONE });
    const types = (await device.connect()).map(({ requestType }) => requestType);
    assert.ok(!types.includes("ActivationLockBypassCode"));
    const id = await idOf(fleet, device.serialNumber);
    const { status, json } = await fleet.api("POST", `/api/mdm/devices/${id}/ask_activation_lock_bypass_code/`);
    assert.equal(status, 400);
    assert.deepEqual(json, { detail: "Invalid target." });
  }));
