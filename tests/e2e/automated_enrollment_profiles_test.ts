import assert from "node:assert/strict";
import { ownedDevices } from "../../simulators/apple/device_assignment_portal.ts";
import { BUILT_IN_ISSUER } from "../../src/issuing/scep_issuers.ts";
import { type Orchard, withOrchard } from "../support/ade.ts";
import { settle } from "../support/artifacts.ts";

/** A connected server with three devices, and an enrollment that they have. */
async function assigned(orchard: Orchard) {
  const { fleet, apple, connect } = orchard;
  const server = apple.portal.addServer("Orchard");
  apple.portal.assign(server, ownedDevices(3));
  const id = await connect(server);
  await settle(fleet);
  const { json: [unit] } = await fleet.api("GET", "/api/inventory/meta_business_units/");
  const { json: [push] } = await fleet.api("GET", "/api/mdm/push_certificates/");
  const body = {
    name: "Out of the box",
    virtual_server: id,
    push_certificate: push.id,
    scep_issuer: BUILT_IN_ISSUER,
    skip_setup_items: ["TOS"],
    enrollment_secret: { meta_business_unit: unit.id },
  };
  const { status, json } = await fleet.api("POST", "/api/mdm/dep_enrollments/", body);
  assert.equal(status, 201, JSON.stringify(json));
  const { json: { results } } = await fleet.api("GET", `/api/mdm/dep/devices/?virtual_server=${id}`);
  for (const device of results) {
    const put = await fleet.api("PUT", `/api/mdm/dep/devices/${device.id}/`, { enrollment: json.id });
    assert.equal(put.status, 200, JSON.stringify(put.json));
  }
  return { server, id, body, enrollment: json };
}

/** What the portal would give to the devices when they are turned on. */
const given = ({ apple }: Orchard, serials: Iterable<string>) =>
  [...serials].map((serial) => apple.portal.activate(serial));

Deno.test("a changed enrollment reaches the devices that have it, at Apple and here", () =>
  withOrchard(async (orchard) => {
    const { fleet, sync } = orchard;
    const { server, id, body, enrollment } = await assigned(orchard);
    const serials = [...server.devices.keys()];
    for (const profile of given(orchard, serials)) {
      assert.equal(
        profile?.url,
        `https://mdm.example.com/public/mdm/dep_enroll/${enrollment.enrollment_secret.secret}/`,
      );
      assert.deepEqual(profile?.skip_setup_items, ["TOS"]);
      assert.equal(profile?.configuration_web_url, undefined);
    }
    const path = `/api/mdm/dep_enrollments/${enrollment.id}/`;
    const { json: changed } = await fleet.api("PUT", path, { ...body, skip_setup_items: ["TOS", "Siri"] });
    assert.notEqual(changed.uuid, enrollment.uuid);
    await settle(fleet);
    for (const profile of given(orchard, serials)) assert.deepEqual(profile?.skip_setup_items, ["Siri", "TOS"]);
    // The first view makes them enroll in a web view.
    const { json: view } = await fleet.api("POST", "/api/mdm/enrollment_custom_views/", {
      name: "Welcome",
      html: "Hi",
    });
    const link = await fleet.api("POST", "/api/mdm/dep_enrollment_custom_views/", {
      dep_enrollment: enrollment.id,
      custom_view: view.id,
    });
    assert.equal(link.status, 201, JSON.stringify(link.json));
    await settle(fleet);
    for (const profile of given(orchard, serials)) {
      assert.match(String(profile?.configuration_web_url), /\/public\/mdm\/dep_web_enroll\//);
    }
    await sync(id, "?full_sync=yes");
    const { json: { results } } = await fleet.api("GET", `/api/mdm/dep/devices/?enrollment=${enrollment.id}`);
    const { json: now } = await fleet.api("GET", path);
    assert.deepEqual(results.map((device: { profile_uuid: string }) => device.profile_uuid), Array(3).fill(now.uuid));
    assert.deepEqual((await fleet.api("GET", `${path}apple_profile/`)).json, {
      state: "same",
      differences: [],
      out_of_date: null,
    });
    assert.deepEqual((await fleet.api("DELETE", path)).json, ["This DEP enrollment cannot be deleted"]);
  }));

Deno.test("what Apple refuses or does not answer is said, and the enrollment stays as it was", () =>
  withOrchard(async (orchard) => {
    const { fleet, apple } = orchard;
    const { body, enrollment } = await assigned(orchard);
    const path = `/api/mdm/dep_enrollments/${enrollment.id}/`;
    const change = () => fleet.api("PUT", path, { ...body, department: "IT" });
    for (const status of [400, 429, 500, 503]) {
      apple.failNext({ status, body: "" }, { path: "/profile" });
      const { status: answered, json } = await change();
      assert.equal(answered, 400, JSON.stringify(json));
      assert.match(json.non_field_errors[0], new RegExp(`^Apple did not take the profile: .*${status}`));
    }
    assert.deepEqual((await fleet.api("GET", path)).json, enrollment);
    apple.failNext({ status: 403, body: "T_C_NOT_SIGNED" }, { path: "/profile", times: 3 });
    const { status, json } = await change();
    assert.equal(status, 400);
    assert.match(json.non_field_errors[0], /terms and conditions.*accepts the new terms/);
  }));
