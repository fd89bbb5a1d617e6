import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { openProfile } from "../../simulators/device/installed_profile.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { idOf, made, makeProfile, rest } from "../support/artifacts.ts";
import { assign, makeDepEnrollment } from "../support/ade_devices.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";

const modelOf = (platform: string) => {
  const model = MODELS.find((one) => one.platform === platform);
  assert.ok(model);
  return model;
};
const choices = { disallow_proximity_setup: true, preserve_data_plan: true };

const erase = async (fleet: Fleet, device: SimulatedDevice, args: object) =>
  await fleet.api("POST", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/erase/`, args);

const enrollments = async (fleet: Fleet) =>
  await fleet.runtime.sql<{ ended: boolean; proven: boolean; dep: boolean | null }[]>`
    select ended_at is not null as ended, hardware_proven as proven, dep_enrollment as dep from enrollments order by id`;

Deno.test("an automated iPad that is erased enrolls again by itself, with the Wi-Fi it was given, and nobody's confirmation", () =>
  withFleet(async (fleet) => {
    const dep = await makeDepEnrollment(fleet, {});
    const device = fleet.device({ model: modelOf("iPadOS") });
    await assign(fleet, dep.virtualServerId, device);
    await device.enrollAutomatically({ factory: fleet.maker.certify(device.udid, KEYS[0]), url: dep.url });
    await rest(device);
    const { artifact } = await makeProfile(fleet, { name: "Wi-Fi at work" });
    const sent = await erase(fleet, device, { ...choices, return_to_service: true, wifi_profile: artifact.id });
    assert.equal(sent.status, 201, JSON.stringify(sent.json));
    assert.doesNotMatch(JSON.stringify(sent.json), /profile_data/);
    await device.connect();
    const { returnsWith } = device.state;
    assert.ok(device.state.erased && returnsWith?.wifi);
    assert.match(openProfile(returnsWith.wifi).identifier, /\S/);

    await device.returnToService();
    await rest(device);
    assert.deepEqual(
      (await enrollments(fleet)).map(({ ended, proven, dep }) => [ended, proven, dep]),
      [[true, true, true], [false, true, true]],
    );
    assert.equal((await made(fleet, "GET", "/api/mdm/enrollment_claims/")).count, 0);
  }));

Deno.test("the same for an iPhone that enrolled with a profile; the profile is for this device alone, and for a day", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ model: modelOf("iOS") });
    await rest(device);
    assert.equal((await erase(fleet, device, { ...choices, return_to_service: true })).status, 201);
    await device.connect();
    const { returnsWith } = device.state;
    assert.ok(returnsWith !== undefined && returnsWith.wifi === undefined);
    const other = fleet.device({ model: modelOf("iOS") });
    await assert.rejects(other.enroll(returnsWith.mdm), /400/);
    fleet.runtime.clock.advance(86_400 + 1);
    await assert.rejects(device.returnToService(), /badTime/);
    const [only, ...more] = await enrollments(fleet);
    assert.deepEqual([only?.ended, more], [false, []]);
  }));

Deno.test("where the system has no Return to Service it is no argument; Wi-Fi is none without it", () =>
  withFleet(async (fleet) => {
    const mac = await fleet.enrolled();
    await rest(mac);
    assert.equal((await erase(fleet, mac, { return_to_service: true })).status, 201);
    await mac.connect();
    assert.deepEqual([mac.state.erased, mac.state.returnsWith], [true, undefined]);
    const phone = await fleet.enrolled({ model: modelOf("iOS") });
    await rest(phone);
    const refused = await erase(fleet, phone, { ...choices, wifi_profile: crypto.randomUUID() });
    assert.deepEqual([refused.status, refused.json], [400, {
      wifi_profile: ["This field can only be set together with return_to_service."],
    }]);
  }));

Deno.test("Wi-Fi that is no profile of this server erases nothing: the command ends with an error", () =>
  withFleet(async (fleet) => {
    const phone = await fleet.enrolled({ model: modelOf("iOS") });
    await rest(phone);
    const args = { ...choices, return_to_service: true, wifi_profile: crypto.randomUUID() };
    assert.equal((await erase(fleet, phone, args)).status, 201);
    await phone.connect();
    assert.equal(phone.state.erased, false);
    const commands = await made(fleet, "GET", "/api/mdm/devices/commands/?name=EraseDevice");
    assert.equal(commands.results?.[0]?.status ?? commands[0]?.status, "Error");
  }));
