import assert from "node:assert/strict";
import { downloadOtaProfile } from "../../src/enrollment/ota_enrollments.ts";
import { claimsOf, confirmOnly, deviceOf, idsOf, profileFor, refusedAs } from "../support/claims.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { findEvents } from "../support/events.ts";

const token = new TextEncoder().encode("bootstrap");
const stillThere = async (device: { connect(): Promise<unknown>; enrolled: boolean }) => {
  await device.connect();
  return device.enrolled;
};

Deno.test("a stranger with the UDID of an enrolled device is refused with 403, and the device keeps its enrollment and its tokens", () =>
  withFleet(async (fleet) => {
    const ceo = await fleet.enrolled();
    await ceo.setBootstrapToken(token);
    const stranger = await refusedAs(fleet, idsOf(ceo), 403, { name: "Free Mac" });
    assert.deepEqual(stranger.state.profiles, []);
    assert.ok(await stillThere(ceo));
    assert.deepEqual(await ceo.getBootstrapToken(), token);
    const [claim] = await claimsOf(fleet);
    const { id } = await deviceOf(fleet, ceo);
    assert.deepEqual(
      [claim.udid, claim.serial_number, claim.reason, claim.device, claim.device_name, claim.ip, claim.state],
      [ceo.udid, ceo.serialNumber, "udid enrolled", id, "Free Mac", "192.0.2.1", "pending"],
    );
    const [event] = await findEvents(fleet.runtime.sql, { type: "enrollment_claim", limit: 5 });
    assert.deepEqual([event?.serialNumber, event?.tags], [ceo.serialNumber, ["alert"]]);
  }));

Deno.test("the UDID of an enrolled device in another case is the same device", () =>
  withFleet(async (fleet) => {
    const ceo = await fleet.enrolled({ udid: "AB-CD", serialNumber: "C02CEO" });
    await refusedAs(fleet, { udid: "ab-cd", serialNumber: "c02ceo" }, 403);
    await refusedAs(fleet, { udid: "other", serialNumber: "c02ceo" }, 403);
    assert.ok(await stillThere(ceo));
    assert.equal((await fleet.api("GET", "/api/mdm/devices/")).json.length, 1);
  }));

Deno.test("a stranger with the serial number of an enrolled device is refused, a profile limited to that serial number or not", () =>
  withFleet(async (fleet) => {
    const ceo = await fleet.enrolled();
    const { serialNumber } = ceo;
    await refusedAs(fleet, { serialNumber }, 403);
    const other = fleet.device({ serialNumber });
    const limited = await profileFor(fleet, { serialNumber });
    await assert.rejects(other.enroll(limited), /Authenticate was answered with 403/);
    // Limited to both it proves what the hardware has, and ends no enrollment either.
    const both = await profileFor(fleet, { serialNumber, udid: other.udid });
    await assert.rejects(other.enroll(both), /Authenticate was answered with 403/);
    assert.ok(await stillThere(ceo));
    assert.deepEqual((await claimsOf(fleet)).map(({ reason, attempts }) => [reason, attempts]), [
      ["serial number enrolled", 2],
      ["serial number enrolled", 1],
    ]);
  }));

Deno.test("an EnrollmentID that is the UDID of an enrolled device is a claim of it", () =>
  withFleet(async (fleet) => {
    const ceo = await fleet.enrolled();
    const stranger = fleet.device();
    // The check-in of a user enrollment: no UDID, no serial number.
    stranger.authenticate = () =>
      // An empty UDID counts as none.
      stranger.checkIn({
        MessageType: "Authenticate",
        Topic: stranger.topic,
        UDID: "",
        EnrollmentID: ceo.udid.toLowerCase(),
      });
    await assert.rejects(profileFor(fleet).then((profile) => stranger.enroll(profile)), /answered with 403/);
    assert.ok(await stillThere(ceo));
  }));

Deno.test("a known UDID keeps its serial number, also when its enrollment has ended, and no operator can confirm another", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await refusedAs(fleet, { udid: device.udid, serialNumber: "ATTACK" }, 403);
    await device.checkOut();
    await refusedAs(fleet, { udid: device.udid, serialNumber: "ATTACK" }, 403);
    const [claim] = await claimsOf(fleet);
    assert.deepEqual([claim.reason, claim.attempts], ["serial number changed", 2]);
    const { status, json } = await fleet.api("POST", `/api/mdm/enrollment_claims/${claim.id}/confirm/`);
    assert.equal(status, 400);
    assert.match(json[0], /cannot be confirmed/);
    assert.equal((await deviceOf(fleet, device)).serial_number, device.serialNumber);
  }));

Deno.test("a confirmed claim admits the device once, and only then the old enrollment ends", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled();
    await old.setBootstrapToken(token);
    const again = await refusedAs(fleet, idsOf(old), 403);
    const claim = await confirmOnly(fleet);
    assert.equal(claim.state, "confirmed");
    assert.ok(await stillThere(old));
    // The next session of the same enrollment for this device.
    await again.enroll(await profileFor(fleet));
    await assert.rejects(old.connect(), /400/);
    assert.ok(await stillThere(again));
    assert.equal((await deviceOf(fleet, again)).hardware_proven, true);
    // The old token stays in escrow, and is no business of the new enrollment.
    assert.equal(await again.getBootstrapToken(), undefined);
    const kept = await fleet.runtime.sql`
      select ended_at is null as current, bootstrap_token_sealed is not null as token from enrollments order by id`;
    assert.deepEqual(kept.map((row) => ({ ...row })), [
      { current: false, token: true },
      { current: true, token: false },
    ]);
    // Once: the next one needs another word.
    await refusedAs(fleet, idsOf(old), 403);
    assert.equal((await claimsOf(fleet))[0].state, "pending");
  }));

Deno.test("the refused session itself is admitted after the confirmation", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled();
    const again = fleet.device(idsOf(old));
    const profile = await profileFor(fleet);
    await assert.rejects(again.enroll(profile), /403/);
    await confirmOnly(fleet);
    await again.enroll(profile);
    assert.ok(await stillThere(again));
  }));

Deno.test("a confirmation is for its enrollment, UDID and serial number, and for 24 hours", () =>
  withFleet(async (fleet) => {
    const { clock } = fleet.runtime;
    const old = await fleet.enrolled();
    const other = await fleet.enrolled();
    await refusedAs(fleet, idsOf(old), 403);
    await confirmOnly(fleet);
    await refusedAs(fleet, idsOf(other), 403);
    await refusedAs(fleet, { serialNumber: old.serialNumber }, 403);
    const { json: [first] } = await fleet.api("GET", "/api/mdm/ota_enrollments/");
    const { json: second } = await fleet.api("POST", "/api/mdm/ota_enrollments/", {
      name: "Second",
      push_certificate: first.push_certificate,
      enrollment_secret: { meta_business_unit: first.enrollment_secret.meta_business_unit },
    });
    const elsewhere = fleet.device(idsOf(old));
    await assert.rejects(
      profileFor(fleet, {}, second.id).then((profile) => elsewhere.enroll(profile)),
      /Authenticate was answered with 403/,
    );
    clock.advance(25 * 3600);
    await refusedAs(fleet, idsOf(old), 403);
    assert.ok(await stillThere(old));
    const [claim] = await claimsOf(fleet);
    assert.deepEqual([claim.state, claim.attempts], ["pending", 1]);
  }));

Deno.test("attempts of one claim are counted, another certificate among them is shown, and an operator is alerted once", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled();
    const again = await refusedAs(fleet, idsOf(old), 403);
    assert.equal((await claimsOf(fleet))[0].several_certificates, false);
    await assert.rejects(profileFor(fleet).then((profile) => again.enroll(profile)), /403/);
    const claims = await claimsOf(fleet);
    assert.deepEqual(claims.map((one) => [one.attempts, one.several_certificates]), [[2, true]]);
    assert.equal((await findEvents(fleet.runtime.sql, { type: "enrollment_claim", limit: 5 })).length, 1);
  }));

Deno.test("a dismissed claim stays dismissed while it lives, and can be confirmed after all", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled();
    const again = await refusedAs(fleet, idsOf(old), 403);
    const [{ id }] = await claimsOf(fleet);
    const post = (action: string) => fleet.api("POST", `/api/mdm/enrollment_claims/${id}/${action}/`);
    assert.equal((await post("dismiss")).status, 200);
    assert.equal((await post("dismiss")).status, 400);
    await refusedAs(fleet, idsOf(old), 403);
    assert.deepEqual((await claimsOf(fleet)).map(({ state, attempts }) => [state, attempts]), [["dismissed", 2]]);
    assert.equal((await post("confirm")).status, 200);
    await again.enroll(await profileFor(fleet));
    assert.equal((await post("confirm")).status, 404);
    fleet.runtime.clock.advance(25 * 3600);
    assert.deepEqual(await claimsOf(fleet), []);
  }));

Deno.test("a claim stores a bounded name, and an invalid serial number is refused without a claim", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled();
    await refusedAs(fleet, idsOf(old), 403, { name: "x".repeat(100_000) });
    await refusedAs(fleet, { udid: "ANOTHER", serialNumber: "y".repeat(1000) }, 400);
    assert.deepEqual((await claimsOf(fleet)).map((one) => one.device_name.length), [256]);
  }));

Deno.test("one session claims a few devices, not all of them", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled();
    const stranger = fleet.device({ serialNumber: old.serialNumber });
    const profile = await profileFor(fleet);
    for (let n = 0; n < 8; n++) {
      Object.assign(stranger.state, { udid: `MADE-UP-${n}` });
      await assert.rejects(stranger.enroll(profile), /403/);
    }
    assert.equal((await claimsOf(fleet)).length, 5);
  }));

Deno.test("one enrollment keeps a bounded number of claims, and refuses further ones as well", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const old = await fleet.enrolled();
    await refusedAs(fleet, idsOf(old), 403);
    await sql`
      insert into enrollment_claims (ota_enrollment_id, session_id, udid, serial_number, reason, fingerprint, device_name,
        model, ip, attempted_at, expires_at, created_at)
      select ota_enrollment_id, (select min(id) from enrollment_sessions), 'U' || n, 'S', reason, fingerprint, '', '', ip,
        attempted_at, expires_at, created_at from enrollment_claims, generate_series(1, 199) n`;
    await refusedAs(fleet, { serialNumber: old.serialNumber }, 403);
    assert.equal((await fleet.api("GET", "/api/mdm/enrollment_claims/")).json.count, 200);
    // The next day there is room again.
    clock.advance(25 * 3600);
    await refusedAs(fleet, { serialNumber: old.serialNumber }, 403);
    assert.equal((await fleet.api("GET", "/api/mdm/enrollment_claims/")).json.count, 1);
  }));

/** The answers of concurrent requests, sorted. */
const together = async (count: number, work: (n: number) => Promise<number>) =>
  (await Promise.all(Array.from({ length: count }, (_, n) => work(n)))).sort();

const tries = (fleet: Fleet, ids: { udid?: string; serialNumber?: string }) =>
  together(4, async () => {
    const profile = await profileFor(fleet);
    return await fleet.device(ids).enroll(profile).then(() => 200, ({ message }) => Number(/\d{3}/.exec(message)?.[0]));
  });

Deno.test("of several devices that claim the same hardware at once, one is admitted", () =>
  withFleet(async (fleet) => {
    // Nobody knows the device yet.
    assert.deepEqual(await tries(fleet, { udid: "NEW", serialNumber: "C02NEW" }), [200, 403, 403, 403]);
    // The same serial number with UDIDs of their own.
    assert.deepEqual(await tries(fleet, { serialNumber: "C02SERIAL" }), [200, 403, 403, 403]);
    await fleet.runtime.sql`delete from enrollment_claims`;
    await refusedAs(fleet, { udid: "NEW", serialNumber: "C02NEW" }, 403);
    await confirmOnly(fleet);
    assert.deepEqual(await tries(fleet, { udid: "NEW", serialNumber: "C02NEW" }), [200, 403, 403, 403]);
  }));

Deno.test("of two operators who confirm at once, one succeeds, and the other gets the reason", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled();
    await refusedAs(fleet, idsOf(old), 403);
    const [{ id }] = await claimsOf(fleet);
    const path = `/api/mdm/enrollment_claims/${id}/confirm/`;
    assert.deepEqual(await together(3, async () => (await fleet.api("POST", path)).status), [200, 400, 400]);
  }));

Deno.test("a device that checks out while its claim waits leaves the hardware free, and the claim is over when it is in", () =>
  withFleet(async (fleet) => {
    const [one, two] = [await fleet.enrolled(), await fleet.enrolled()];
    const [again, other] = [await refusedAs(fleet, idsOf(one), 403), await refusedAs(fleet, idsOf(two), 403)];
    const claim = (await claimsOf(fleet)).find(({ udid }) => udid === one.udid);
    assert.equal((await fleet.api("POST", `/api/mdm/enrollment_claims/${claim.id}/confirm/`)).status, 200);
    await one.checkOut();
    await two.checkOut();
    await again.enroll(await profileFor(fleet));
    await other.enroll(await profileFor(fleet));
    assert.deepEqual(await claimsOf(fleet), []);
    // The operator's word counts, a device's own does not.
    assert.equal((await deviceOf(fleet, again)).hardware_proven, true);
    assert.equal((await deviceOf(fleet, other)).hardware_proven, false);
  }));

Deno.test("with re-enrollment without confirmation a device replaces an enrolled one, but with no other serial number", () =>
  withFleet(async (fleet) => {
    const old = await fleet.enrolled();
    const path = `/api/mdm/ota_enrollments/${fleet.enrollmentId}/`;
    const { json } = await fleet.api("GET", path);
    assert.equal(json.reenrollment_without_confirmation, false);
    const { json: changed } = await fleet.api("PUT", path, { ...json, reenrollment_without_confirmation: true });
    assert.equal(changed.reenrollment_without_confirmation, true);
    await refusedAs(fleet, { udid: old.udid, serialNumber: "ATTACK" }, 403);
    const again = await fleet.enrolled(idsOf(old));
    await assert.rejects(old.connect(), /400/);
    assert.equal((await deviceOf(fleet, again)).hardware_proven, true);
  }));

Deno.test("over the air, a message that some Apple device signed takes over no enrolled device, and the claim shows it", () =>
  withFleet(async (fleet) => {
    const ceo = await fleet.enrolled();
    const profile = await downloadOtaProfile(fleet.runtime, fleet.enrollmentId);
    const stranger = fleet.device(idsOf(ceo));
    const factory = fleet.maker.certify("ANOTHER-DEVICE", KEYS[0]);
    await assert.rejects(stranger.enrollOverTheAir(profile, factory), /Authenticate was answered with 403/);
    assert.equal((await claimsOf(fleet))[0].hardware_evidence, "apple device");
    assert.ok(await stillThere(ceo));
    await confirmOnly(fleet);
    await stranger.enrollOverTheAir(profile, factory);
    assert.ok(await stillThere(stranger));
  }));
