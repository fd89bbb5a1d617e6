import assert from "node:assert/strict";
import { SimulatedActivationLock } from "../../simulators/apple/activation_lock.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { escrowKeyOf } from "../../src/apple/bypass_code.ts";
import { systemNetwork } from "../../src/runtime.ts";
import { withOrchard } from "../support/ade.ts";
import { deleted } from "../support/deletion.ts";
import { idOf, made, rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { personWith } from "../routes/admin/support.ts";

const IPAD = MODELS.find(({ platform, supervised }) => platform === "iPadOS" && supervised);
assert.ok(IPAD);

/** A network that knows both of Apple's services. */
function networkOf(fleet: Fleet, service: SimulatedActivationLock): void {
  fleet.runtime.network = {
    client: (options) => options.certificate === undefined ? systemNetwork.client(options) : service.client(options),
  };
}

Deno.test("an iPad is locked to the organization and unlocked by Apple, with its own code or the organization's", () =>
  withOrchard(async ({ fleet, apple, connect, sync }) => {
    const { runtime, runtime: { sql } } = fleet;
    const server = apple.portal.addServer("Orchard");
    const device = await fleet.enrolled({ model: IPAD });
    await rest(device);
    const { serialNumber } = device;
    const owned = {
      serialNumber,
      model: "IPAD",
      description: "",
      deviceFamily: "iPad",
      os: "iPadOS",
      color: "",
      assetTag: "",
    };
    const id = await idOf(fleet, serialNumber);
    const lock = (body: unknown = {}) => fleet.api("POST", `/api/mdm/devices/${id}/activation_lock/`, body);
    const unlock = () => fleet.api("POST", `/api/mdm/devices/${id}/activation_lock/remove/`);
    assert.match((await lock()).json.detail, /does not assign the device/);

    const virtualServer = await connect(server);
    apple.portal.assign(server, [owned]);
    await sync(virtualServer);
    const service = new SimulatedActivationLock(apple.locks);
    networkOf(fleet, service);
    assert.equal((await lock({ lost_message: "Please call us." })).status, 204);
    assert.match(apple.locks.get(serialNumber) ?? "", /^[0-9a-f]{64}$/);
    const again = await lock();
    assert.deepEqual([again.status, again.json], [400, {
      detail: "Apple did not turn on Activation Lock: the device is already locked.",
    }]);
    const rows = await sql<{ kind: string; proven: boolean; ended: boolean }[]>`
      select kind, proven, ended_at is not null as ended from escrowed_secrets
      where kind = 'activation_lock_organization_code' order by id`;
    assert.deepEqual(rows.map(({ proven, ended }) => [proven, ended]), [[true, false], [false, true]]);

    assert.equal((await unlock()).status, 204);
    assert.equal(apple.locks.size, 0);
    assert.equal(service.asked.length, 2, "the device's code first, then the organization's");
    assert.ok(service.asked.every((url) => url.searchParams.get("serial") === serialNumber));
    assert.ok(service.certificates.every((pem) => pem?.includes("BEGIN CERTIFICATE")));
    assert.match((await unlock()).json.detail, /it answered 404 to the stored code/);

    // Its user turned the lock on; it is removed with the device's own code, also when the device has been deleted.
    apple.locks.set(serialNumber, await escrowKeyOf(device.state.bypassCode));
    await deleted(fleet, device);
    assert.equal((await unlock()).status, 204);
    assert.equal(apple.locks.size, 0);
    const events = await sql<{ type: string }[]>`
      select type from events where type like 'activation_lock%' order by created_at, id`;
    assert.deepEqual(
      events.map(({ type }) => type).filter((type) => type === "activation_lock_removed").length,
      2,
    );
    const text = JSON.stringify(await sql`select payload from events`) + runtime.lines.join("\n");
    assert.ok(!text.includes(device.state.bypassCode));
    assert.ok(service.asked.every((url) => !url.href.includes(device.state.bypassCode)));
  }));

Deno.test("without a code, a service or a network nothing is said of codes, and a role with a list of commands may not", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ model: IPAD });
    const id = await idOf(fleet, device.serialNumber);
    const unlock = () => fleet.api("POST", `/api/mdm/devices/${id}/activation_lock/remove/`);
    assert.deepEqual((await unlock()).json, { detail: "No bypass code of the device is stored." });
    await rest(device);
    fleet.runtime.network = {
      client: () => ({ close: () => {}, fetch: () => Promise.reject(new Error(`no ${device.state.bypassCode}`)) }),
    };
    assert.deepEqual((await unlock()).json, {
      detail: "Apple's service for Activation Lock cannot be reached. Try again later.",
    });
    const permissions = ["mdm.view_enrolleddevice", "mdm.add_devicecommand"];
    const helpdesk = await personWith(fleet.runtime, permissions, { commands: ["DeviceLock"] });
    assert.equal((await helpdesk.post(`/devices/${id}/activation-lock/remove/`)).status, 403);
    const admin = await personWith(fleet.runtime, permissions);
    const page = await admin.post(`/devices/${id}/activation-lock/remove/`);
    assert.match(page.text, /cannot be reached\. Try again later/);
    const locked = await admin.post(`/devices/${id}/activation-lock/`, {
      action: "activation-lock",
      serial_number: "WRONG",
    });
    assert.match(locked.text, /This is not the serial number of this device/);
    await made(fleet, "GET", `/api/mdm/devices/${id}/`);
  }));
