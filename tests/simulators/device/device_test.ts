import assert from "node:assert/strict";
import { downloadOtaProfile } from "../../../src/enrollment/ota_enrollments.ts";
import { buildPlist } from "../../../src/protocol/plist.ts";
import type { SimulatedDevice } from "../../../simulators/device/device.ts";
import { MODELS } from "../../../simulators/device/models.ts";
import { confirmOnly, idsOf, refusedAs } from "../../support/claims.ts";
import { type Fleet, KEYS, withFleet } from "../../support/fleet.ts";

const types = (exchanges: { requestType: string; status: string }[]) =>
  exchanges.map(({ requestType, status }) => status === "Acknowledged" ? requestType : `${requestType} ${status}`);

async function lock(fleet: Fleet, device: SimulatedDevice): Promise<string> {
  const { json: [{ id }] } = await fleet.api("GET", `/api/mdm/devices/?udid=${device.udid}`);
  const { json } = await fleet.api("POST", `/api/mdm/devices/${id}/lock/`, { pin: "123456" });
  return json.uuid;
}

const statusOf = async (fleet: Fleet, uuid: string) =>
  (await fleet.api("GET", `/api/mdm/devices/commands/${uuid}/`)).json.status;

Deno.test("a device that answers NotNow keeps nothing, and executes the command when it is offered again", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({
      mischief: (type, n) => type === "DeviceLock" && n === 1 ? "NotNow" : undefined,
    });
    await device.connect();
    const uuid = await lock(fleet, device);
    assert.deepEqual(types(await device.connect()), ["DeviceLock NotNow"]);
    assert.equal(device.state.lockedWith, undefined);
    fleet.runtime.clock.advance(3600);
    assert.deepEqual(types(await device.connect()).slice(0, 1), ["DeviceLock"]);
    assert.equal(device.state.lockedWith, "123456");
    assert.equal(await statusOf(fleet, uuid), "Acknowledged");
  }));

Deno.test("a device that drops a command has not answered it; one whose reply is lost has", () =>
  withFleet(async (fleet) => {
    const dropper = await fleet.enrolled({ mischief: (type) => type === "DeviceLock" ? "drop" : undefined });
    await dropper.connect();
    const dropped = await lock(fleet, dropper);
    assert.deepEqual(types(await dropper.connect()), []);
    assert.equal(await statusOf(fleet, dropped), null);
    const loser = await fleet.enrolled({ mischief: (type) => type === "DeviceLock" ? "lost reply" : undefined });
    await loser.connect();
    const lost = await lock(fleet, loser);
    assert.deepEqual(types(await loser.connect()), ["DeviceLock"]);
    assert.equal(await statusOf(fleet, lost), "Acknowledged");
  }));

Deno.test("an erased device is silent, and enrolls again as if it were new", () =>
  withFleet(async (fleet) => {
    let sent = 0;
    const device = await fleet.enrolled({
      send: (request) => {
        sent++;
        return fleet.fetch(request);
      },
    });
    await device.connect();
    const { json: [{ id }] } = await fleet.api("GET", "/api/mdm/devices/");
    await fleet.api("POST", `/api/mdm/devices/${id}/erase/`, { pin: "123456" });
    assert.deepEqual(types(await device.connect()), ["EraseDevice"]);
    assert.deepEqual([device.enrolled, device.state.erased], [false, true]);
    const before = sent;
    assert.deepEqual(await device.connect(), []);
    assert.equal(sent, before);
    const token = device.pushToken.toHex();
    const profile = await downloadOtaProfile(fleet.runtime, fleet.enrollmentId);
    const factory = fleet.maker.certify(device.udid, KEYS[1]);
    // For the server its hardware is still enrolled.
    await assert.rejects(device.enrollOverTheAir(profile, factory), /403/);
    await confirmOnly(fleet);
    await device.enrollOverTheAir(profile, factory);
    assert.deepEqual([device.enrolled, device.state.erased], [true, false]);
    assert.notEqual(device.pushToken.toHex(), token);
    assert.equal(device.state.profiles.length, 1);
  }));

Deno.test("a refusal of Authenticate is a failed installation: the device has no profile, no identity and no server", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const twin = await refusedAs(fleet, idsOf(device), 403);
    assert.deepEqual([twin.enrolled, twin.identity, twin.state.profiles], [false, undefined, []]);
    assert.deepEqual(await twin.connect(), []);
    await assert.rejects(twin.tokenUpdate(), /not enrolled/);
  }));

Deno.test("a device that checked out or was released is no longer managed", () =>
  withFleet(async (fleet) => {
    const one = await fleet.enrolled();
    await one.checkOut();
    assert.equal(one.enrolled, false);
    assert.deepEqual(await one.connect(), []);
    const two = await fleet.enrolled();
    const { json: [{ id }] } = await fleet.api("GET", `/api/mdm/devices/?udid=${two.udid}`);
    await fleet.api("POST", `/api/mdm/devices/${id}/block/`);
    assert.deepEqual(await two.connect(), []);
    assert.equal(two.enrolled, false);
  }));

Deno.test("a renewal that the server refuses is answered with an error, and the old identity stays in use", () =>
  withFleet(async (fleet) => {
    let refuse = false;
    const device = await fleet.enrolled({
      send: async (request) =>
        refuse && request.url.includes("PKIOperation")
          ? new Response("Not today.", { status: 503 })
          : await fleet.fetch(request),
    });
    await device.connect();
    const old = device.identity?.certificate.fingerprint;
    fleet.runtime.clock.advance(280 * 86_400);
    refuse = true;
    assert.deepEqual(types(await device.connect()), ["DeviceInformation", "SecurityInfo", "InstallProfile Error"]);
    assert.equal(device.identity?.certificate.fingerprint, old);
    assert.equal(device.enrolled, true);
  }));

Deno.test("a message without a signature, or with another signer's bytes, can be sent, and is refused", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const url = "https://mdm.example.com/public/mdm/connect/";
    const body = buildPlist({ UDID: device.udid, Status: "Idle" });
    assert.equal((await device.sendRaw(url, body, {})).status, 400);
    assert.equal((await device.sendRaw(url, body, { "Mdm-Signature": "AAAA" })).status, 400);
    assert.equal((await device.getToken("com.apple.maid")).status, 400);
  }));

Deno.test("a device whose clock is an hour off enrolls all the same", () =>
  withFleet(async (fleet) => {
    const late = await fleet.enrolled({ clockSkew: -3600 });
    const early = await fleet.enrolled({ clockSkew: 3600 });
    assert.ok(late.enrolled && early.enrolled);
  }));

Deno.test("a device accepts only a complete enrollment profile", () =>
  withFleet(async (fleet) => {
    const [model] = MODELS;
    assert.ok(model);
    const mdm = { PayloadType: "com.apple.mdm", ServerURL: "https://x/", Topic: "t", IdentityCertificateUUID: "1" };
    const scep = { PayloadType: "com.apple.security.scep", PayloadUUID: "2" };
    const device = fleet.device();
    for (
      const [payloads, expected] of [
        [[], /no complete MDM payload/],
        [[{ ...mdm, Topic: 1 }], /no complete MDM payload/],
        [[mdm, scep], /names no SCEP payload/],
      ] as const
    ) {
      await assert.rejects(device.enroll(buildPlist({ PayloadContent: [...payloads] })), expected);
    }
    await assert.rejects(device.enrollOverTheAir(buildPlist({}), fleet.maker.certify("x", KEYS[0])), /Profile Service/);
    await assert.rejects(device.connect().then(() => device.checkOut()), /not enrolled/);
  }));
