import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { withFleet } from "../support/fleet.ts";
import {
  assign,
  idOf,
  link,
  made,
  makeBlueprint,
  makeProfile,
  profileSource,
  rest,
  settle,
} from "../support/artifacts.ts";

const types = (exchanges: { requestType: string }[]) => exchanges.map(({ requestType }) => requestType);
/** A Mac whose system has no declarative management. */
const [model] = MODELS;
const OLD = { ...model!, osVersion: "12.7.6", build: "21H1320" };
const ours = (device: SimulatedDevice) =>
  device.state.profiles.filter(({ identifier }) => identifier.includes(".artifact.")).map(({ uuid }) => uuid);

Deno.test("by command: a profile is installed, replaced by its next version, and removed when it leaves the blueprint", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ model: OLD });
    await device.connect();
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeProfile(fleet);
    const linked = await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    assert.deepEqual(types(await device.connect()), ["InstallProfile"]);
    assert.deepEqual(ours(device), [version.id.toUpperCase()]);
    assert.deepEqual(await device.connect(), []);

    const id = await idOf(fleet, device.serialNumber);
    const [row] = await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`);
    assert.deepEqual([row.status, row.via, row.artifact_version], ["Acknowledged", "command", version.id]);

    const second = await made(fleet, "POST", "/api/mdm/profiles/", {
      artifact: artifact.id,
      version: 2,
      source: profileSource("com.example.two", "two"),
      macos: true,
    });
    await settle(fleet);
    assert.deepEqual(types(await device.connect()), ["InstallProfile"]);
    assert.deepEqual(ours(device), [second.id.toUpperCase()]);
    assert.deepEqual((await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`)).length, 1);

    await made(fleet, "PUT", `/api/mdm/profiles/${second.id}/`, {
      ...second,
      source: profileSource("com.example.two", "two, edited"),
    });
    await settle(fleet);
    assert.deepEqual(types(await device.connect()), ["InstallProfile"], "an edited content is sent again");
    assert.deepEqual(await device.connect(), []);

    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    await settle(fleet);
    assert.deepEqual(types(await device.connect()), ["RemoveProfile"]);
    assert.deepEqual(ours(device), []);
    assert.deepEqual(await device.connect(), []);
  }));

Deno.test("by command: a failed install waits before it is retried, three times in all, with its reason", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({
      model: OLD,
      mischief: (type) => type === "InstallProfile" ? "Error" : undefined,
    });
    await device.connect();
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeProfile(fleet);
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    const id = await idOf(fleet, device.serialNumber);
    const tries: number[] = [];
    for (let hour = 0; hour < 6; hour++) {
      tries.push(types(await device.connect()).filter((type) => type === "InstallProfile").length);
      fleet.runtime.clock.advance(3600);
    }
    assert.deepEqual(tries, [1, 1, 1, 0, 0, 0]);
    const [row] = await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`);
    assert.equal(row.status, "Failed");
    assert.match(JSON.stringify(row.extra_info), /It did not work/);
    const { decisions } = await made(fleet, "GET", `/api/mdm/devices/${id}/plan/`);
    const decision = decisions.find((one: { artifact: string }) => one.artifact === artifact.id);
    assert.equal(decision.outcome, "off");
    await made(fleet, "POST", `/api/mdm/devices/${id}/artifacts/${artifact.id}/reinstall/`);
    assert.deepEqual(types(await device.connect()), ["InstallProfile"]);
  }));

Deno.test("by command: a NotNow holds nothing else up, and an install that lost its use is dropped", () =>
  withFleet(async (fleet) => {
    let busy = true;
    const device = await fleet.enrolled({
      model: OLD,
      mischief: (type) => type === "InstallProfile" && busy ? "NotNow" : undefined,
    });
    await device.connect();
    const blueprint = await makeBlueprint(fleet);
    const [one, two] = [await makeProfile(fleet, { name: "A" }), await makeProfile(fleet, { name: "B" })];
    const linked = await link(fleet, blueprint.id, one.artifact.id);
    await link(fleet, blueprint.id, two.artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    await device.connect();
    assert.deepEqual(ours(device), []);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${linked.id}/`);
    busy = false;
    fleet.runtime.clock.advance(600);
    await device.connect();
    assert.deepEqual(ours(device), [two.version.id.toUpperCase()]);
    const { json } = await fleet.api("GET", "/api/mdm/devices/commands/?name=InstallProfile");
    assert.deepEqual(json.results.map((row: { status: string | null }) => row.status).length, 2);
    assert.deepEqual(await device.connect(), []);
  }));

Deno.test("a declaration takes over a profile from a command; a newer version is sent by command first", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ model: OLD });
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeProfile(fleet);
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    assert.equal(device.state.profiles.at(-1)?.by, "command");
    const second = await made(fleet, "POST", "/api/mdm/profiles/", {
      artifact: artifact.id,
      version: 2,
      source: profileSource("com.example.two", "two"),
      macos: true,
    });
    device.updateSystem("26.1", "25B78");
    fleet.runtime.clock.advance(90_000);
    await rest(device);
    const [profile] = device.state.profiles.filter(({ identifier }) => identifier.includes(".artifact."));
    assert.deepEqual([profile?.uuid, profile?.by], [second.id.toUpperCase(), "declaration"]);
    const [row] = await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/`);
    assert.deepEqual([row.status, row.via, row.version], ["Installed", "declaration", 2]);
  }));

Deno.test("a Mac that is not supervised gets no configuration that it does not support, and gets its profiles by command", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ model: { ...model!, supervised: false } });
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeProfile(fleet);
    await link(fleet, blueprint.id, artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    assert.deepEqual(ours(device), [version.id.toUpperCase()]);
    assert.deepEqual(
      [...device.state.declarations.values()].map(({ type, valid }) => [type, valid]),
      [["com.apple.activation.simple", "valid"]],
    );
  }));
