import assert from "node:assert/strict";
import {
  ALL_PLATFORMS,
  assign,
  follower,
  idOf,
  link,
  made,
  makeBlueprint,
  makeProfile,
  profileSource,
  rest,
  settle,
} from "../support/artifacts.ts";
import { rowsOf } from "../support/declarative_reports.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("an artifact to be installed again that then left the blueprint is removed", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact } = await makeProfile(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id);
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    const there = () => device.state.profiles.some((one) => one.identifier.endsWith(artifact.id));
    assert.ok(there());
    await made(
      fleet,
      "POST",
      `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/${artifact.id}/reinstall/`,
    );
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    await settle(fleet);
    await rest(device);
    assert.ok(!there());
  }));

Deno.test("an artifact whose update in place failed and that then left the blueprint is removed", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact, version } = await makeProfile(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id);
    const device = await fleet.enrolled({
      mischief: (type, n) => type === "InstallProfile" && n > 1 ? "Error" : undefined,
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    const there = () => device.state.profiles.some((one) => one.identifier.endsWith(artifact.id));
    assert.ok(there());
    await made(
      fleet,
      "POST",
      `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/${artifact.id}/reinstall/`,
    );
    await rest(device);
    assert.equal((await rowsOf(fleet, device))[0].status, "Failed");
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    await settle(fleet);
    await rest(device);
    assert.ok(!there(), version.id);
  }));

Deno.test("installing again is no update where an artifact does not update by itself", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact, version } = await makeProfile(fleet, { artifact: { auto_update: false } });
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    await made(fleet, "POST", "/api/mdm/profiles/", {
      artifact: artifact.id,
      version: 2,
      source: profileSource("com.example.second", "two"),
      ...ALL_PLATFORMS,
    });
    await settle(fleet);
    await rest(device);
    await made(
      fleet,
      "POST",
      `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/${artifact.id}/reinstall/`,
    );
    await rest(device);
    assert.deepEqual(
      (await rowsOf(fleet, device)).map((
        row: { version: number; install_count: number },
      ) => [row.version, row.install_count]),
      [[1, 2]],
      version.id,
    );
  }));

Deno.test("a reinstalled profile is not verified before the device lists it again", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false, collect_profiles: 2 });
    const { artifact } = await makeProfile(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    assert.notEqual((await rowsOf(fleet, device))[0].verified_at, null);
    const id = await idOf(fleet, device.serialNumber);
    fleet.runtime.clock.advance(100);
    await made(fleet, "POST", `/api/mdm/devices/${id}/artifacts/${artifact.id}/reinstall/`);
    await rest(device);
    const [again] = await rowsOf(fleet, device);
    assert.deepEqual([again.install_count, again.verified_at], [2, null]);
    fleet.runtime.clock.advance(2 * 86_400);
    await rest(device);
    assert.ok((await rowsOf(fleet, device))[0].verified_at > again.installed_at);
  }));
Deno.test("an artifact that devices had and no longer have can be deleted", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
    const { artifact } = await makeProfile(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id);
    const device = await fleet.enrolled();
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    await settle(fleet);
    await rest(device);
    const { status, json } = await fleet.api("DELETE", `/api/mdm/artifacts/${artifact.id}/`);
    assert.equal(status, 204, JSON.stringify(json));
  }));
