import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import type { DeviceOptions } from "../../simulators/device/device_options.ts";
import { MODELS } from "../../simulators/device/models.ts";
import {
  type AutomaticEnrollment,
  machineInfo,
  type SetupStep,
  signMachineInfo,
} from "../../simulators/device/setup_assistant.ts";
import { makeDeviceMaker } from "../../simulators/apple/device_ca.ts";
import { openSigned } from "../../src/pki/cms/signed.ts";
import { parsePlist } from "../../src/protocol/plist.ts";
import {
  assign,
  type DepSettings,
  makeDepEnrollment,
  makeVirtualServer,
  type TestDepEnrollment,
  withAdeEvents,
} from "../support/ade_devices.ts";
import { deviceOf } from "../support/claims.ts";
import { made, settle } from "../support/artifacts.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const modelOf = (platform: string) => {
  const model = MODELS.find((one) => one.platform === platform);
  assert.ok(model);
  return model;
};

/** A device that Apple has assigned, and what it was given. */
async function assigned(
  fleet: Fleet,
  settings: DepSettings = {},
  options: Partial<DeviceOptions> = {},
): Promise<{ device: SimulatedDevice; dep: TestDepEnrollment; how: AutomaticEnrollment }> {
  const dep = await makeDepEnrollment(fleet, settings);
  const device = fleet.device(options);
  await assign(fleet, dep.virtualServerId, device);
  const how = {
    factory: fleet.maker.certify(device.udid, KEYS[0]),
    url: dep.url,
    awaitDeviceConfigured: settings.awaitDeviceConfigured ?? false,
  };
  return { device, dep, how };
}

const post = (fleet: Fleet, url: string, body: Bytes) => fleet.fetch(new Request(url, { method: "POST", body }));

/** A message of a device, signed now. */
const messageOf = (fleet: Fleet, device: SimulatedDevice, at: Date = fleet.runtime.clock.now()): Bytes =>
  signMachineInfo(machineInfo(device.state, "en_US"), fleet.maker.certify(device.udid, KEYS[0]), at);

/** Sends a message that is refused; returns the reason in the event. */
async function refused(fleet: Fleet, url: string, body: Bytes): Promise<string> {
  const { result, events: [event, ...more] } = await withAdeEvents(fleet, () => post(fleet, url, body));
  assert.equal(result.status, 400);
  assert.equal(await result.text(), "Cannot enroll this device.");
  assert.deepEqual(more, []);
  assert.equal(event?.status, "failure");
  return event.reason ?? "";
}

const sessions = async (fleet: Fleet) =>
  (await fleet.runtime.sql<
    { kind: string; status: string }[]
  >`select kind, status from enrollment_sessions order by id`)
    .map(({ kind, status }) => `${kind} ${status}`);

for (const platform of ["macOS", "iOS", "iPadOS", "tvOS"]) {
  Deno.test(`a device with ${platform} enrolls out of the box, supervised, with the hardware proven`, () =>
    withFleet(async (fleet) => {
      const { device, how } = await assigned(fleet, {}, { model: modelOf(platform) });
      const { events } = await withAdeEvents(fleet, () => device.enrollAutomatically(how));
      assert.deepEqual(events.map(({ status }) => status), ["success"]);
      const found = await deviceOf(fleet, device);
      assert.equal(found.dep_enrollment, true);
      assert.equal(found.supervised, true);
      assert.equal(found.user_approved_enrollment, platform === "macOS" ? true : null);
      assert.equal(found.awaiting_configuration, false);
      assert.equal(found.hardware_proven, true);
      assert.deepEqual(await sessions(fleet), ["DEP COMPLETED"]);
      assert.ok((await device.connect()).length > 0);
      assert.equal((await deviceOf(fleet, device)).dep_enrollment, true);
    }));
}

Deno.test("an enrollment that is not supervised says so", () =>
  withFleet(async (fleet) => {
    const { device, how } = await assigned(fleet, { isSupervised: false, isMdmRemovable: true });
    await device.enrollAutomatically({ ...how, supervised: false });
    assert.equal((await deviceOf(fleet, device)).supervised, false);
  }));

Deno.test("a message is refused when another authority certified its key", () =>
  withFleet(async (fleet) => {
    const { device, dep } = await assigned(fleet);
    const other = await makeDeviceMaker(fleet.runtime.clock.now(), KEYS[1]);
    const at = fleet.runtime.clock.now();
    const message = signMachineInfo(machineInfo(device.state, "en"), other.certify(device.udid, KEYS[0]), at);
    assert.match(await refused(fleet, dep.url, message), /^could not verify payload signer certificate/);
    assert.deepEqual(await sessions(fleet), []);
  }));

Deno.test("a message is refused when its content was changed, and when it is no message at all", () =>
  withFleet(async (fleet) => {
    const { device, dep } = await assigned(fleet);
    const message = messageOf(fleet, device);
    const serial = new TextEncoder().encode(device.serialNumber);
    const at = message.findIndex((_, n) => serial.every((byte, m) => message[n + m] === byte));
    assert.ok(at > 0);
    const changed = message.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.match(await refused(fleet, dep.url, changed), /content is not what was signed/);
    assert.match(await refused(fleet, dep.url, new Uint8Array([0x30, 0x80, 1, 2])), /^Cannot/);
    assert.match(await refused(fleet, dep.url, new Uint8Array()), /^Cannot/);
    assert.equal((await post(fleet, dep.url, new Uint8Array(70_000))).status, 413);
  }));

Deno.test("a message for a serial number that is not assigned, was disowned, or was taken away is refused", () =>
  withFleet(async (fleet) => {
    const { device, dep } = await assigned(fleet);
    const { sql } = fleet.runtime;
    const stranger = fleet.device();
    assert.equal(
      await refused(fleet, dep.url, messageOf(fleet, stranger)),
      "the serial number is not assigned to the virtual server of this enrollment",
    );
    const elsewhere = fleet.device();
    await assign(fleet, await makeVirtualServer(fleet), elsewhere);
    assert.match(await refused(fleet, dep.url, messageOf(fleet, elsewhere)), /not assigned/);
    await sql`update dep_devices set last_op_type = 'deleted' where serial_number = ${device.serialNumber}`;
    assert.match(await refused(fleet, dep.url, messageOf(fleet, device)), /no longer assigned/);
    await sql`update dep_devices set last_op_type = 'added', disowned_at = now()
      where serial_number = ${device.serialNumber}`;
    assert.equal(await refused(fleet, dep.url, messageOf(fleet, device)), "the device was disowned");
  }));

Deno.test("a message of a blocked device is refused", () =>
  withFleet(async (fleet) => {
    const { device, dep, how } = await assigned(fleet);
    await device.enrollAutomatically(how);
    const { id } = await deviceOf(fleet, device);
    await made(fleet, "POST", `/api/mdm/devices/${id}/block/`);
    fleet.runtime.clock.advance(60);
    assert.equal(await refused(fleet, dep.url, messageOf(fleet, device)), "Device blocked");
  }));

Deno.test("a message with an unknown, revoked or used-up secret is refused", () =>
  withFleet(async (fleet) => {
    const { device, dep } = await assigned(fleet);
    const message = messageOf(fleet, device);
    const unknown = dep.url.replace(dep.secret, "x".repeat(64));
    assert.equal(await refused(fleet, unknown, message), "secret verification failed: 'unknown secret'");
    await fleet.runtime.sql`update enrollment_secrets set quota = 1, request_count = 1
      where id = (select enrollment_secret_id from dep_enrollments)`;
    assert.equal(await refused(fleet, dep.url, message), "secret verification failed: 'quota used up'");
    await fleet.runtime.sql`update enrollment_secrets set revoked_at = ${fleet.runtime.clock.now()}`;
    assert.equal(await refused(fleet, dep.url, message), "secret verification failed: 'revoked'");
  }));

Deno.test("the same message gives the same session again until the device has enrolled with it, and is refused afterwards", () =>
  withFleet(async (fleet) => {
    const { device, dep, how } = await assigned(fleet);
    let heard: Bytes | undefined;
    const first = await post(fleet, dep.url, messageOf(fleet, device));
    assert.equal(first.status, 200);
    await first.body?.cancel();
    await device.enrollAutomatically({
      ...how,
      overhears: (message) => heard = message,
      loses: (step, n) => step === "message" && n === 1,
    });
    assert.ok(heard);
    assert.deepEqual(await sessions(fleet), ["DEP COMPLETED"]);
    const [secret] = await fleet.runtime.sql<{ requestCount: number }[]>`
      select request_count from enrollment_secrets where id = (select enrollment_secret_id from dep_enrollments)`;
    assert.equal(secret?.requestCount, 1);
    assert.equal(await refused(fleet, dep.url, heard), "replayed message: the device has enrolled since");
    // The first one, too, although the device enrolled with a later one.
    assert.equal(
      await refused(fleet, dep.url, messageOf(fleet, device)),
      "replayed message: the device has enrolled since",
    );
    assert.ok((await device.connect()).length > 0, "the enrollment goes on");
  }));

Deno.test("the same message twice at once is one session", () =>
  withFleet(async (fleet) => {
    const { device, dep } = await assigned(fleet);
    const message = messageOf(fleet, device);
    const answers = await Promise.all([post(fleet, dep.url, message), post(fleet, dep.url, message)]);
    assert.deepEqual(answers.map(({ status }) => status), [200, 200]);
    for (const answer of answers) await answer.body?.cancel();
    assert.deepEqual(await sessions(fleet), ["DEP STARTED"]);
  }));

Deno.test("a message whose envelope was rewritten is still the same message", () =>
  withFleet(async (fleet) => {
    const { device, dep, how } = await assigned(fleet);
    let heard: Bytes | undefined;
    await device.enrollAutomatically({ ...how, overhears: (message) => heard = message });
    assert.ok(heard);
    // Another length form of the outermost element: the signed parts are as they were.
    assert.deepEqual([heard[0], heard[1]], [0x30, 0x82]);
    const rewritten = new Uint8Array([0x30, 0x83, 0, ...heard.subarray(2)]);
    const reason = await refused(fleet, dep.url, rewritten);
    assert.match(reason, /replayed message|length/);
    const indefinite = new Uint8Array([0x30, 0x80, ...heard.subarray(4), 0, 0]);
    assert.equal(openSigned(indefinite).signers.length, 1);
    assert.equal(await refused(fleet, dep.url, indefinite), "replayed message: the device has enrolled since");
  }));

Deno.test("a message that was sent to one enrollment is refused at another", () =>
  withFleet(async (fleet) => {
    const { device, dep, how } = await assigned(fleet);
    const other = await makeDepEnrollment(fleet, { virtualServerId: dep.virtualServerId });
    const message = messageOf(fleet, device);
    const answer = await post(fleet, dep.url, message);
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
    assert.equal(
      await refused(fleet, other.url, message),
      "replayed message: it was sent to another enrollment before",
    );
    // The device itself signs another one, and the session that it has left is over with that.
    fleet.runtime.clock.advance(5);
    await device.enrollAutomatically({ ...how, url: other.url });
    assert.deepEqual(await sessions(fleet), ["DEP COMPLETED", "DEP COMPLETED"]);
    assert.equal(await refused(fleet, dep.url, message), "replayed message: the device has enrolled since");
  }));

Deno.test("a device that was wiped enrolls again and takes over, with the same facts and another signing time", () =>
  withFleet(async (fleet) => {
    const { device, how } = await assigned(fleet);
    const heard: Bytes[] = [];
    const listens = { ...how, overhears: (message: Bytes) => heard.push(message) };
    await device.enrollAutomatically(listens);
    const { id } = await deviceOf(fleet, device);
    device.state.erased = true;
    await device.enrollAutomatically(listens);
    const [one, two] = heard.map((message) => parsePlist(openSigned(message).content));
    assert.deepEqual(one, two);
    assert.equal((await deviceOf(fleet, device)).id, id);
    assert.deepEqual(await sessions(fleet), ["DEP COMPLETED", "DEP COMPLETED"]);
    assert.ok((await device.connect()).length > 0);
  }));

for (const hours of [-10 / 60, 10 / 60, 24 * 400]) {
  Deno.test(`a device whose clock is ${hours.toFixed(1)} hours off enrolls`, () =>
    withFleet(async (fleet) => {
      const { device, how } = await assigned(fleet, {}, { clockSkew: hours * 3600 });
      await device.enrollAutomatically(how);
      assert.deepEqual(await sessions(fleet), ["DEP COMPLETED"]);
    }));
}

for (const lost of ["message", "Authenticate", "TokenUpdate"] as SetupStep[]) {
  Deno.test(`a device that loses the reply to ${lost} finishes by trying again`, () =>
    withFleet(async (fleet) => {
      const { device, how } = await assigned(fleet, { awaitDeviceConfigured: true });
      await device.enrollAutomatically({ ...how, loses: (step, n) => step === lost && n <= 2 });
      assert.equal(device.enrolled, true);
      await device.connect();
      assert.equal(device.state.awaitingConfiguration, false);
      assert.equal((await sessions(fleet)).at(-1), "DEP COMPLETED");
    }));
}

Deno.test("a device with an open session enrolls although the last use of the secret is taken", () =>
  withFleet(async (fleet) => {
    const dep = await makeDepEnrollment(fleet, {}, { quota: 1 });
    const [device, other] = [fleet.device(), fleet.device()];
    await assign(fleet, dep.virtualServerId, device, other);
    await device.enrollAutomatically({
      factory: fleet.maker.certify(device.udid, KEYS[0]),
      url: dep.url,
      loses: (step, n) => step === "message" && n === 1,
    });
    assert.match(await refused(fleet, dep.url, messageOf(fleet, other)), /quota used up/);
  }));

Deno.test("tags of the secret and of the hardware are the device's from the beginning", () =>
  withFleet(async (fleet) => {
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Out of the box" });
    const dep = await makeDepEnrollment(fleet, {}, { tags: [tag.id] });
    const device = fleet.device();
    await assign(fleet, dep.virtualServerId, device);
    await device.enrollAutomatically({ factory: fleet.maker.certify(device.udid, KEYS[0]), url: dep.url });
    await settle(fleet);
    const tags = await made(fleet, "GET", `/api/inventory/devices/${device.serialNumber}/tags/`);
    assert.deepEqual(tags.tags.map(({ name }: { name: string }) => name), ["Out of the box"]);
  }));

Deno.test("a device whose UDID is known with another serial number is refused, and recorded as a claim", () =>
  withFleet(async (fleet) => {
    const known = await fleet.enrolled();
    const { device, how } = await assigned(fleet, {}, { udid: known.udid });
    await assert.rejects(device.enrollAutomatically(how), /Authenticate was answered with 403/);
    const { json } = await fleet.api("GET", "/api/mdm/enrollment_claims/");
    const [claim] = json.results;
    assert.equal(claim.reason, "serial number changed");
    assert.equal(claim.hardware_evidence, "device assignment");
    assert.equal(claim.ota_enrollment, null);
    assert.ok(claim.dep_enrollment > 0);
  }));

Deno.test("a revoked enrollment lets no device in that has its profile already", () =>
  withFleet(async (fleet) => {
    const { device, dep } = await assigned(fleet);
    const profile = await (await post(fleet, dep.url, messageOf(fleet, device))).bytes();
    await fleet.runtime.sql`update enrollment_secrets set revoked_at = ${fleet.runtime.clock.now()}`;
    await assert.rejects(device.enroll(profile), /Authenticate was answered with 400/);
  }));
