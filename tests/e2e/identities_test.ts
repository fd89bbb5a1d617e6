import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { follower, made, makeBlueprint, makeDeclaration, rest } from "../support/artifacts.ts";
import { deviceOf, idsOf } from "../support/claims.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";

/** The values for a device's RenewalReq. */
const renewal = ({ identity }: SimulatedDevice) => {
  const name = identity?.certificate.subject;
  assert.ok(name);
  return {
    PayloadContent: {
      URL: "https://mdm.example.com/public/mdm/scep/",
      Subject: [
        [["CN", name.commonName ?? ""]],
        ...(name.serialNumber === undefined ? [] : [[["2.5.4.5", name.serialNumber]]]),
        [["O", name.organization ?? ""]],
      ],
    },
  };
};

/** A machine with a copy of a device's key. */
function thiefOf(fleet: Fleet, device: SimulatedDevice): SimulatedDevice {
  const thief = fleet.device(idsOf(device));
  thief.identity = device.identity;
  thief.manage(device.management);
  return thief;
}

const alertsOf = async (fleet: Fleet) => (await made(fleet, "GET", "/api/mdm/identity_alerts/")).results;

Deno.test("while one successor of an identity waits a second one is refused with an alert, and neither replaces the old identity", () =>
  withFleet(async (fleet) => {
    const { clock } = fleet.runtime;
    const device = await fleet.enrolled();
    await rest(device);
    const thief = thiefOf(fleet, device);
    clock.advance(60);
    await thief.renewByScep(renewal(device));
    clock.advance(60);
    await assert.rejects(device.renewByScep(renewal(device)), /badRequest/);
    await assert.rejects(device.renewByScep(renewal(device)), /badRequest/);
    assert.equal((await device.tokenUpdate()).status, 200);
    const { id } = await deviceOf(fleet, device);
    const [alert] = await alertsOf(fleet);
    assert.deepEqual([alert.kind, alert.device, alert.attempts], ["second successor", id, 2]);
    // A silently obtained successor does not replace the device before an operator has decided.
    assert.equal((await thief.tokenUpdate()).status, 400);
    assert.equal((await device.tokenUpdate()).status, 200);
    // The operator decides: the thief's successor is discarded, and the device gets its own.
    await made(fleet, "POST", `/api/mdm/devices/${id}/discard_successor/`);
    assert.deepEqual(await alertsOf(fleet), []);
    assert.equal((await thief.tokenUpdate()).status, 400);
    await device.renewByScep(renewal(device));
    assert.equal((await device.tokenUpdate()).status, 200);
    await rest(device);
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${id}/discard_successor/`)).status, 400);
  }));

Deno.test("after an operator dismisses the alert, the first successor is accepted", () =>
  withFleet(async (fleet) => {
    const { clock } = fleet.runtime;
    const device = await fleet.enrolled();
    await rest(device);
    const thief = thiefOf(fleet, device);
    clock.advance(60);
    await device.renewByScep(renewal(device));
    await assert.rejects(thief.renewByScep(renewal(thief)), /badRequest/);
    assert.equal((await device.tokenUpdate()).status, 400);
    const [{ id }] = await alertsOf(fleet);
    await made(fleet, "POST", `/api/mdm/identity_alerts/${id}/dismiss/`);
    assert.equal((await device.tokenUpdate()).status, 200);
    await rest(device);
    assert.equal((await thief.tokenUpdate()).status, 400);
  }));

Deno.test("a renewal by profile is refused as a second successor too, and the device keeps its identity", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const thief = thiefOf(fleet, device);
    fleet.runtime.clock.advance(280 * 86_400);
    await thief.renewByScep(renewal(device));
    const before = device.identity;
    const said = await device.connect();
    assert.deepEqual(said.filter(({ requestType }) => requestType === "InstallProfile").map(({ status }) => status), [
      "Error",
    ]);
    assert.equal(device.identity, before);
    assert.equal((await alertsOf(fleet))[0].kind, "second successor");
    assert.equal((await device.tokenUpdate()).status, 200);
  }));

Deno.test("a successor obtained before the device got another identity is invalid", () =>
  withFleet(async (fleet) => {
    const { clock, sql } = fleet.runtime;
    const device = await fleet.enrolled();
    await rest(device);
    const thief = thiefOf(fleet, device);
    clock.advance(60);
    await thief.renewByScep(renewal(device));
    // As if it had been bought when two could wait.
    await sql`update issued_certificates set discarded_at = now() where challenge_hash is null`;
    clock.advance(60);
    await device.renewByScep(renewal(device));
    await sql`update issued_certificates set discarded_at = null`;
    assert.equal((await device.tokenUpdate()).status, 200);
    clock.advance(60);
    assert.equal((await thief.tokenUpdate()).status, 400);
    await rest(device);
    assert.ok(device.enrolled);
  }));

Deno.test("a retired identity is refused wherever it is used, and a late use raises an alert", () =>
  withFleet(async (fleet) => {
    const { clock } = fleet.runtime;
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeDeclaration(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    const old = thiefOf(fleet, device);
    const payload = renewal(device);
    clock.advance(60);
    await device.renewByScep(payload);
    assert.equal((await device.tokenUpdate()).status, 200);
    const middle = thiefOf(fleet, device);
    clock.advance(60);
    await device.renewByScep(payload);
    assert.equal((await device.tokenUpdate()).status, 200);
    // The first identity was bought with a challenge, the second one by renewal.
    for (const one of [old, middle]) {
      const statuses = [
        (await one.tokenUpdate()).status,
        (await one.authenticate()).status,
        (await one.checkIn({ MessageType: "GetBootstrapToken" })).status,
        (await one.checkIn({ MessageType: "DeclarativeManagement", Endpoint: "tokens" })).status,
        (await one.checkIn({ MessageType: "CheckOut", Topic: one.topic })).status,
        (await one.put("https://mdm.example.com/public/mdm/connect/", { UDID: one.udid, Status: "Idle" })).status,
        (await one.put("https://mdm.example.com/public/mdm/connect/", {
          UDID: one.udid,
          Status: "Acknowledged",
          CommandUUID: crypto.randomUUID(),
        })).status,
      ];
      assert.deepEqual(statuses, Array(7).fill(400));
      await assert.rejects(one.renewByScep(payload), /badRequest/);
    }
    // Messages may cross; later it is another device.
    assert.deepEqual(await alertsOf(fleet), []);
    clock.advance(3600);
    assert.equal((await middle.tokenUpdate()).status, 400);
    assert.equal((await old.tokenUpdate()).status, 400);
    const [alert, ...more] = await alertsOf(fleet);
    assert.deepEqual([alert.kind, alert.attempts, more.length], ["retired identity", 2, 0]);
    assert.equal((await fleet.api("POST", `/api/mdm/identity_alerts/${alert.id}/dismiss/`)).status, 204);
    assert.equal((await fleet.api("POST", `/api/mdm/identity_alerts/${alert.id}/dismiss/`)).status, 404);
    assert.deepEqual(await alertsOf(fleet), []);
  }));

Deno.test("two first messages of a renewed identity at once are both served", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    fleet.runtime.clock.advance(60);
    await device.renewByScep(renewal(device));
    const statuses = await Promise.all([1, 2, 3, 4].map(async () => (await device.tokenUpdate()).status));
    assert.deepEqual(statuses, [200, 200, 200, 200]);
  }));

Deno.test("an identity used for another UDID is refused with an alert about its device", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const clone = thiefOf(fleet, device);
    Object.assign(clone.state, { udid: "CLONE" });
    assert.equal((await clone.tokenUpdate()).status, 400);
    assert.equal((await clone.authenticate()).status, 400);
    await assert.rejects(
      Promise.resolve().then(async () => {
        clone.enrolled = true;
        await clone.connect();
      }),
      /400/,
    );
    const [alert] = await alertsOf(fleet);
    assert.deepEqual([alert.kind, alert.serial_number, alert.attempts], ["cloned identity", device.serialNumber, 3]);
  }));
