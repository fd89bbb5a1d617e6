import assert from "node:assert/strict";
import { buildPlist } from "../../src/protocol/plist.ts";
import { idle, say } from "../support/talk.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { downloadOtaProfile } from "../../src/enrollment/ota_enrollments.ts";
import { makeDeviceMaker } from "../../simulators/apple/device_ca.ts";
import { KEYS, withFleet } from "../support/fleet.ts";
import { AUTHORITY_KEY } from "../support/keys.ts";
import { findEvents } from "../support/events.ts";

const types = (exchanges: { requestType: string }[]) => exchanges.map(({ requestType }) => requestType);

for (const model of MODELS) {
  Deno.test(`${model.modelName} with ${model.platform} ${model.osVersion} enrolls and reports its inventory`, () =>
    withFleet(async (fleet) => {
      const device = await fleet.enrolled({ model, signature: model.platform === "macOS" ? "apple-ber" : "der" });
      const stated = model.supervised && model.platform !== "tvOS" ? ["ActivationLockBypassCode"] : [];
      assert.deepEqual(types(await device.connect()), ["DeviceInformation", "SecurityInfo", ...stated]);
      const { json: [listed] } = await fleet.api("GET", `/api/mdm/devices/?udid=${device.udid}`);
      assert.deepEqual(
        [listed.platform, listed.os_version, listed.build_version, listed.model, listed.serial_number],
        [model.platform, model.osVersion, model.build, model.product, device.serialNumber],
      );
    }));
}

Deno.test("an old client enrolls: single-DES SCEP, SHA-1, an unsigned profile, Authenticate without a model", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ scep: "old", binary: true });
    assert.deepEqual(types(await device.connect()), ["DeviceInformation", "SecurityInfo", "ActivationLockBypassCode"]);
  }));

Deno.test("a device enrolls over the air in three phases", () =>
  withFleet(async (fleet) => {
    const profile = await downloadOtaProfile(fleet.runtime, fleet.enrollmentId);
    const device = fleet.device();
    const factory = fleet.maker.certify(device.udid, AUTHORITY_KEY);
    await device.enrollOverTheAir(profile, factory);
    assert.deepEqual(types(await device.connect()), ["DeviceInformation", "SecurityInfo", "ActivationLockBypassCode"]);
    const events = await findEvents(fleet.runtime.sql, { type: "ota_enrollment_request", limit: 10 });
    assert.deepEqual(
      events.map(({ payload, serialNumber }) => [(payload as { phase: number }).phase, serialNumber]).sort(),
      [[2, device.serialNumber], [3, device.serialNumber]],
    );
  }));

Deno.test("over the air, a device of another maker, a wrong challenge and a blocked device get no profile", () =>
  withFleet(async (fleet) => {
    const profile = await downloadOtaProfile(fleet.runtime, fleet.enrollmentId);
    const [one, two, three] = [fleet.device(), fleet.device(), fleet.device()];
    const stranger = await makeDeviceMaker(fleet.runtime.clock.now());
    await assert.rejects(one.enrollOverTheAir(profile, stranger.certify(one.udid, KEYS[0])), /400/);
    await fleet.runtime.sql`update enrollment_secrets set secret_hash = decode('00', 'hex')`;
    await assert.rejects(two.enrollOverTheAir(profile, fleet.maker.certify(two.udid, KEYS[0])), /400/);
    await fleet.runtime.sql`
      insert into devices (udid, serial_number, blocked_at, created_at, updated_at)
      values ('old', ${three.serialNumber}, now(), now(), now())`;
    await assert.rejects(three.enrollOverTheAir(profile, fleet.maker.certify(three.udid, KEYS[0])), /400/);
    const events = await findEvents(fleet.runtime.sql, { type: "ota_enrollment_request", limit: 10 });
    assert.deepEqual(events.map(({ payload }) => (payload as { status: string; reason: string }).reason).sort(), [
      "Device blocked",
      "bad CN prefix in client certificate",
      "unknown secret",
    ]);
  }));

Deno.test("the certificate of phase 2 is no device identity, and enrolls no other device", () =>
  withFleet(async (fleet) => {
    const profile = await downloadOtaProfile(fleet.runtime, fleet.enrollmentId);
    const [device, other] = [fleet.device(), fleet.device()];
    const seen: Request[] = [];
    const spy = fleet.device({
      serialNumber: device.serialNumber,
      udid: device.udid,
      send: async (request) => {
        if (request.url.endsWith("/ota_enroll/") && seen.push(request.clone()) === 2) {
          // The very message of phase 3 may be repeated while the device enrolls, since its answer can get lost.
          assert.equal((await fleet.fetch(request.clone())).status, 200);
        }
        return await fleet.fetch(request);
      },
    });
    await spy.enrollOverTheAir(profile, fleet.maker.certify(device.udid, KEYS[0]));
    const [, temporary] = seen;
    assert.ok(temporary);
    assert.equal((await fleet.fetch(temporary.clone())).status, 400, "the device has enrolled");
    // Its owner enrolls it once more with a message of its own.
    await spy.enrollOverTheAir(profile, fleet.maker.certify(device.udid, KEYS[0])).catch(() => {});
    assert.ok(seen.length >= 4, "phases 2 and 3 are answered again");
    // Signed with the identity of another enrolled device, it has no effect.
    const enrolled = await fleet.enrolled();
    assert.ok(enrolled.identity);
    await assert.rejects(other.enrollOverTheAir(profile, enrolled.identity), /400/);
  }));

Deno.test("an identity is renewed before it ends: the old one works until the new one was used, and not after", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const old = device.identity;
    fleet.runtime.clock.advance(280 * 86_400);
    const asked = types(await device.connect());
    assert.deepEqual(asked, ["DeviceInformation", "SecurityInfo", "InstallProfile"]);
    assert.notEqual(device.identity?.certificate.fingerprint, old?.certificate.fingerprint);
    assert.deepEqual(await device.connect(), []);
    const [{ n } = { n: 0 }] = await fleet.runtime.sql<{ n: number }[]>`select count(*)::int as n from enrollments`;
    assert.equal(n, 1);
    device.identity = old;
    await assert.rejects(device.connect(), /400/);
  }));

Deno.test("a renewal whose answer is lost leaves the old identity working, and is tried again later", () =>
  withFleet(async (fleet) => {
    let lost = true;
    const device = await fleet.enrolled({ mischief: (type) => type === "InstallProfile" && lost ? "drop" : undefined });
    await device.connect();
    fleet.runtime.clock.advance(280 * 86_400);
    await device.connect();
    const old = device.identity?.certificate.fingerprint;
    assert.deepEqual(await device.connect(), []);
    fleet.runtime.clock.advance(5 * 3600);
    lost = false;
    assert.deepEqual(types(await device.connect()), ["InstallProfile"]);
    assert.notEqual(device.identity?.certificate.fingerprint, old);
  }));

Deno.test("a device renews by SCEP with its old identity", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const name = device.identity?.certificate.subject;
    assert.ok(name);
    const payload = {
      PayloadContent: {
        URL: "https://mdm.example.com/public/mdm/scep/",
        Subject: [
          [["CN", name.commonName ?? ""]],
          ...(name.serialNumber === undefined ? [] : [[["2.5.4.5", name.serialNumber]]]),
          [["O", name.organization ?? ""]],
        ],
      },
    };
    const old = device.identity;
    fleet.runtime.clock.advance(60);
    await device.renewByScep(payload);
    assert.notEqual(device.identity?.certificate.fingerprint, old?.certificate.fingerprint);
    assert.deepEqual(await device.connect(), []);
    assert.equal((await device.tokenUpdate()).status, 200);
    device.identity = old;
    await assert.rejects(device.connect(), /400/);
    // A retired identity buys no successor either.
    await assert.rejects(device.renewByScep(payload), /badRequest/);
  }));

Deno.test("a user of a Mac has a channel of its own", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const userId = "11111111-2222-3333-4444-555555555555";
    assert.equal((await device.checkIn({ MessageType: "UserAuthenticate", UserID: userId })).status, 410);
    await device.addUser({ userId, shortName: "ada", longName: "Ada" });
    assert.deepEqual(await device.connect(userId), []);
    await assert.rejects(device.connect("99999999-2222-3333-4444-555555555555"), /400/);
  }));

Deno.test("a bootstrap token is returned as received; without one, none is returned", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    assert.equal(await device.getBootstrapToken(), undefined);
    await device.setBootstrapToken(new Uint8Array([1, 2, 3]));
    assert.deepEqual(await device.getBootstrapToken(), new Uint8Array([1, 2, 3]));
    const refusal = await device.checkIn({ MessageType: "GetToken", TokenServiceType: "com.apple.maid" });
    assert.deepEqual([refusal.status, await refusal.text()], [400, "Cannot serve this message type."]);
  }));

Deno.test("a lock PIN is escrowed when the Mac accepts it, shown with permission and an event, and cleared when the Mac is back", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const { json: [{ id }] } = await fleet.api("GET", "/api/mdm/devices/");
    const path = `/api/mdm/devices/${id}/device_lock_pin/`;
    assert.equal((await fleet.api("GET", path)).json.device_lock_pin, null);
    await fleet.api("POST", `/api/mdm/devices/${id}/lock/`, { pin: "314159" });
    assert.equal((await fleet.api("GET", path)).json.device_lock_pin, null);
    assert.deepEqual(types(await device.connect()), ["DeviceLock"]);
    assert.equal(device.state.lockedWith, "314159");
    assert.deepEqual((await fleet.api("GET", path)).json, {
      id,
      serial_number: device.serialNumber,
      device_lock_pin: "314159",
    });
    await device.connect();
    assert.equal((await fleet.api("GET", path)).json.device_lock_pin, null);
    const seen = await findEvents(fleet.runtime.sql, { serialNumber: device.serialNumber, limit: 50 });
    const pins = seen.map(({ type }) => type).filter((type) => type.startsWith("device_lock_pin"));
    assert.deepEqual(pins.sort(), ["device_lock_pin_cleared", "device_lock_pin_set", "device_lock_pin_viewed"]);
  }));

Deno.test("an inventory command that fails is not asked again in the same conversation", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ mischief: (type) => type === "SecurityInfo" ? "Error" : undefined });
    assert.deepEqual(types(await device.connect()), ["DeviceInformation", "SecurityInfo", "ActivationLockBypassCode"]);
    assert.deepEqual(await device.connect(), []);
    fleet.runtime.clock.advance(3600);
    assert.deepEqual(types(await device.connect()), ["SecurityInfo"]);
  }));

Deno.test("an erased device enrolls again, once an operator confirms it, as a new epoch of the same hardware", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const { json: [{ id }] } = await fleet.api("GET", "/api/mdm/devices/");
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${id}/erase/`, { pin: "123456" })).status, 201);
    assert.deepEqual(types(await device.connect()), ["EraseDevice"]);
    assert.equal(device.state.erased, true);
    const again = { udid: device.udid, serialNumber: device.serialNumber };
    await assert.rejects(fleet.enrolled(again), /Authenticate was answered with 403/);
    const { json: { results: [claim] } } = await fleet.api("GET", "/api/mdm/enrollment_claims/");
    assert.equal((await fleet.api("POST", `/api/mdm/enrollment_claims/${claim.id}/confirm/`)).status, 200);
    await fleet.enrolled(again);
    const { json } = await fleet.api("GET", "/api/mdm/devices/");
    assert.deepEqual(json.map((one: { id: number }) => one.id), [id]);
  }));

Deno.test("a contact of a user of a Mac does not end the escrow of its lock PIN, one of the Mac does", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const device = await fleet.enrolled();
    await device.connect();
    const UserID = crypto.randomUUID().toUpperCase();
    await (await device.checkIn({
      MessageType: "TokenUpdate",
      Topic: device.topic,
      Token: new Uint8Array(32),
      PushMagic: "x",
      UserID,
      UserShortName: "jun",
      UserLongName: "Jun",
    })).body?.cancel();
    const [row] = await sql<{ id: number }[]>`select id from devices`;
    await sql`update enrollments set platform = 'macOS', hardware_proven = true`;
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${row?.id}/lock/`, { pin: "123456" })).status, 201);
    const escrowed = async () =>
      (await sql`select 1 from escrowed_secrets where ended_at is null and kind = 'device_lock_pin'`).length;
    const { uuid } = await say(fleet, device, idle(device));
    await say(fleet, device, buildPlist({ UDID: device.udid, Status: "Acknowledged", CommandUUID: uuid ?? "" }));
    assert.equal(await escrowed(), 1);
    await say(fleet, device, buildPlist({ UDID: device.udid, UserID, Status: "Idle" }));
    assert.equal(await escrowed(), 1);
    await say(fleet, device, idle(device));
    assert.equal(await escrowed(), 0);
  }));
