import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { DeviceLink } from "../../simulators/device/device_link.ts";
import type { DeviceIdentity } from "../../simulators/device/identity.ts";
import { openProfile, payloadOf } from "../../simulators/device/installed_profile.ts";
import { downloadOtaProfile } from "../../src/enrollment/ota_enrollments.ts";
import type { PlistDict } from "../../src/protocol/plist.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";

/** A device that goes through the phases of an over-the-air enrollment one by one. */
async function phasesOf(fleet: Fleet, device: SimulatedDevice, factory: DeviceIdentity) {
  const { service } = openProfile(await downloadOtaProfile(fleet.runtime, fleet.enrollmentId));
  assert.ok(service);
  const { url, challenge = "" } = service;
  const { serialNumber, state: { model } } = device;
  const link = new DeviceLink({ model, serialNumber, send: fleet.fetch, now: () => fleet.runtime.clock.now() });
  const post = (signer: DeviceIdentity, more: PlistDict) =>
    link.postAttributes(url, signer, {
      UDID: device.udid,
      SERIAL: serialNumber,
      PRODUCT: model.product,
      VERSION: model.build,
      ...more,
    });
  return {
    /** Answers the SCEP payload. */
    async phase2(signer = factory): Promise<PlistDict> {
      const payload = payloadOf(openProfile(await post(signer, { CHALLENGE: challenge })), "com.apple.security.scep");
      assert.ok(payload);
      return payload;
    },
    request: (scep: PlistDict) => link.request(scep),
    /** Answers the enrollment profile. */
    phase3: (temporary: DeviceIdentity) => post(temporary, {}),
  };
}

/** A device, and another Apple device that claims to be the same. */
async function two(fleet: Fleet) {
  const device = fleet.device();
  const { udid, serialNumber } = device;
  const impostor = fleet.device({ udid, serialNumber });
  return {
    device,
    impostor,
    its: await phasesOf(fleet, device, fleet.maker.certify(udid, KEYS[0])),
    others: await phasesOf(fleet, impostor, fleet.maker.certify(udid, KEYS[1])),
  };
}

const statuses = async (fleet: Fleet) =>
  (await fleet.runtime.sql<{ status: string }[]>`select status from enrollment_sessions order by id`)
    .map(({ status }) => status);

Deno.test("another device that claims to be this one gets a separate session, and this one continues with its own", () =>
  withFleet(async (fleet) => {
    const { device, its, others } = await two(fleet);
    const scep = await its.phase2();
    await others.phase2();
    const temporary = await its.request(scep);
    await others.phase2();
    assert.deepEqual(await statuses(fleet), ["PHASE_2", "PHASE_2"]);
    await device.enroll(await its.phase3(temporary));
    assert.ok((await device.connect()).length > 0);
    assert.deepEqual(await statuses(fleet), ["COMPLETED", "PHASE_2", "COMPLETED"]);
  }));

Deno.test("another device that enrolls first as this one does not end the session that this one has begun", () =>
  withFleet(async (fleet) => {
    const { impostor, its, others } = await two(fleet);
    const temporary = await its.request(await its.phase2());
    await impostor.enroll(await others.phase3(await others.request(await others.phase2())));
    assert.deepEqual(await statuses(fleet), ["PHASE_2", "COMPLETED", "COMPLETED"]);
    await its.phase3(temporary);
  }));

Deno.test("a device that lost the answer to phase 2 asks again with its key: one session, and the first secrets are invalid", () =>
  withFleet(async (fleet) => {
    const { device, its } = await two(fleet);
    const lost = await its.phase2();
    // Apple may have given it a new certificate for the same key.
    const again = await its.phase2(fleet.maker.certify(device.udid, KEYS[0]));
    assert.deepEqual(await statuses(fleet), ["PHASE_2"]);
    await assert.rejects(its.request(lost));
    await device.enroll(await its.phase3(await its.request(again)));
    assert.deepEqual(await statuses(fleet), ["COMPLETED", "COMPLETED"]);
  }));
