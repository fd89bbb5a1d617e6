import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { downloadOtaProfile } from "../../src/enrollment/ota_enrollments.ts";
import { claimsOf, confirmOnly, idsOf, profileFor } from "../support/claims.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { findEvents } from "../support/events.ts";

const revoke = async (fleet: Fleet) => {
  const { status } = await fleet.api("POST", `/api/mdm/ota_enrollments/${fleet.enrollmentId}/revoke/`);
  assert.equal(status, 200);
};

/** Does something once the device has its certificate, before it introduces itself. */
function beforeAuthenticate(device: SimulatedDevice, work: () => void | Promise<void>): void {
  const authenticate = device.authenticate.bind(device);
  device.authenticate = async () => {
    await work();
    return await authenticate();
  };
}

const refusedWith = async (fleet: Fleet, reason: RegExp) => {
  const events = await findEvents(fleet.runtime.sql, { type: "mdm_request", limit: 20 });
  assert.ok(events.some(({ payload }) => reason.test(JSON.stringify(payload))), JSON.stringify(events));
};

Deno.test("a revoked enrollment enrolls no device with a profile or a certificate that it issued before, and enrolled ones stay and renew", () =>
  withFleet(async (fleet) => {
    const enrolled = await fleet.enrolled();
    await enrolled.connect();
    const late = fleet.device();
    const profile = await profileFor(fleet, idsOf(late));
    const between = fleet.device();
    beforeAuthenticate(between, () => revoke(fleet));
    await assert.rejects(profileFor(fleet).then((one) => between.enroll(one)), /Authenticate was answered with 400/);
    await assert.rejects(late.enroll(profile), /Authenticate was answered with 400/);
    await refusedWith(fleet, /the enrollment was revoked/);
    await enrolled.connect();
    assert.ok(enrolled.enrolled);
    const { identity } = enrolled;
    fleet.runtime.clock.advance(300 * 24 * 3600);
    await enrolled.connect();
    assert.ok(enrolled.enrolled);
    assert.notEqual(enrolled.identity, identity, "it renewed by profile");
  }));

Deno.test("a revoked enrollment gives no profile over the air either, in the second step or the third", () =>
  withFleet(async (fleet) => {
    const profile = await downloadOtaProfile(fleet.runtime, fleet.enrollmentId);
    const factory = fleet.maker.certify("A-DEVICE", KEYS[0]);
    const between = fleet.device({
      send: async (request) => {
        // The step after the certificate of the first one.
        if (request.url.includes("/scep/") && request.method === "POST") await revokeOnce();
        return await fleet.fetch(request);
      },
    });
    let revoked = false;
    const revokeOnce = async () => {
      if (!revoked) await revoke(fleet);
      revoked = true;
    };
    await assert.rejects(between.enrollOverTheAir(profile, factory), /answered with 4/);
    assert.ok(revoked);
    assert.equal(between.enrolled, false);
    const events = await findEvents(fleet.runtime.sql, { type: "ota_enrollment_request", limit: 5 });
    assert.match(JSON.stringify(events), /the enrollment was revoked/);
    await assert.rejects(fleet.device().enrollOverTheAir(profile, factory), /answered with 4/);
  }));

Deno.test("a certificate obtained in time begins no enrollment once its session has ended", () =>
  withFleet(async (fleet) => {
    const hoarder = fleet.device();
    beforeAuthenticate(hoarder, () => fleet.runtime.clock.advance(31 * 24 * 3600));
    await assert.rejects(profileFor(fleet).then((one) => hoarder.enroll(one)), /Authenticate was answered with 400/);
    await refusedWith(fleet, /the enrollment session has expired/);
  }));

Deno.test("a claim that was confirmed lets its session in although the session is over by then, unless the enrollment was revoked", () =>
  withFleet(async (fleet) => {
    const { clock } = fleet.runtime;
    for (const revoked of [false, true]) {
      const old = await fleet.enrolled();
      const again = fleet.device(idsOf(old));
      const authenticate = again.authenticate.bind(again);
      again.authenticate = async () => {
        clock.advance(29 * 24 * 3600 + 23 * 3600);
        assert.equal((await authenticate()).status, 403);
        assert.equal((await claimsOf(fleet)).length, 1);
        await confirmOnly(fleet);
        if (revoked) await revoke(fleet);
        clock.advance(2 * 3600);
        return await authenticate();
      };
      const enrolling = profileFor(fleet).then((one) => again.enroll(one));
      if (revoked) await assert.rejects(enrolling, /answered with 400/);
      else await enrolling;
      assert.equal(again.enrolled, !revoked);
    }
  }));
