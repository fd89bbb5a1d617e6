import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import {
  assign,
  idOf,
  link,
  made,
  makeBlueprint,
  makeDeclaration,
  makeProfile,
  profileSource,
  settle,
} from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { findEvents } from "../support/events.ts";

const OLD = { ...MODELS[0]!, osVersion: "12.7.6", build: "21H1320" };

/** Connects until there is nothing to say, with what that queues. */
async function rest(fleet: Fleet, device: SimulatedDevice): Promise<void> {
  for (let n = 0; n < 12; n++) {
    if ((await device.connect()).length === 0) return;
    await settle(fleet);
  }
  throw new Error(`${device.serialNumber} does not come to rest`);
}

const uuids = (device: SimulatedDevice) =>
  device.state.profiles.filter(({ identifier }) => identifier.includes(".artifact.")).map(({ uuid }) =>
    uuid.toLowerCase()
  );

Deno.test("a version that fails too often halts with an alert: devices that have it keep it, no other device gets it", () =>
  withFleet(async (fleet) => {
    let broken = false;
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version: first } = await makeProfile(fleet);
    await link(fleet, blueprint.id, artifact.id);
    const devices: SimulatedDevice[] = [];
    for (let n = 0; n < 8; n++) {
      const mischief = (type: string) => type === "InstallProfile" && broken && n > 0 ? "Error" as const : undefined;
      const device = await fleet.enrolled({ model: OLD, mischief });
      await assign(fleet, device.serialNumber, blueprint.id);
      devices.push(device);
    }
    await settle(fleet);
    for (const device of devices) await rest(fleet, device);
    broken = true;
    const second = await made(fleet, "POST", "/api/mdm/profiles/", {
      artifact: artifact.id,
      version: 2,
      source: profileSource("com.example.bad", "bad"),
      macos: true,
    });
    await settle(fleet);
    const attempts: number[] = [];
    for (const device of devices) {
      const asked = (await device.connect()).filter(({ requestType }) => requestType === "InstallProfile").length;
      attempts.push(asked);
      await settle(fleet);
    }
    // One went well, three failed: then no other device is asked.
    assert.deepEqual(attempts, [1, 1, 1, 1, 0, 0, 0, 0]);
    const { results: [state] } = await made(fleet, "GET", `/api/mdm/artifacts/${artifact.id}/versions/`);
    assert.equal(state.state, "halted");
    assert.match(state.state_reason, /3 of 4 installs failed/);
    const [alert] = await findEvents(fleet.runtime.sql, { type: "artifact_rollout_halted", limit: 5 });
    assert.deepEqual(alert?.tags, ["alert"]);
    assert.deepEqual(
      (await made(fleet, "GET", "/api/mdm/artifact_versions/halted/")).map((one: { id: string }) => one.id),
      [
        second.id,
      ],
    );
    for (const device of devices) await rest(fleet, device);
    assert.deepEqual(uuids(devices[0]!), [second.id]);
    for (const device of devices.slice(1)) assert.deepEqual(uuids(device), [first.id]);
    // A device that comes now gets the version before.
    const late = await fleet.enrolled({ model: OLD });
    await assign(fleet, late.serialNumber, blueprint.id);
    await rest(fleet, late);
    assert.deepEqual(uuids(late), [first.id]);
    // After the fix, it continues.
    broken = false;
    await made(fleet, "POST", `/api/mdm/artifact_versions/${second.id}/resume/`, {});
    await settle(fleet);
    for (const device of devices) await rest(fleet, device);
    for (const device of devices) assert.deepEqual(uuids(device), [second.id]);
  }));

Deno.test("one call returns every device to the previous version, by command and by declaration", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const profile = await makeProfile(fleet);
    const declaration = await makeDeclaration(fleet);
    await link(fleet, blueprint.id, profile.artifact.id);
    await link(fleet, blueprint.id, declaration.artifact.id);
    const devices = [
      await fleet.enrolled({ model: OLD }),
      await fleet.enrolled(),
      await fleet.enrolled({ model: MODELS[1]! }),
    ];
    for (const device of devices) await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    for (const device of devices) await rest(fleet, device);
    const second = await made(fleet, "POST", "/api/mdm/profiles/", {
      ...profile.version,
      version: 2,
      source: profileSource("com.example.two", "two"),
    });
    await settle(fleet);
    for (const device of devices) await rest(fleet, device);
    for (const device of devices) assert.deepEqual(uuids(device), [second.id]);
    const path = `/api/mdm/artifacts/${profile.artifact.id}/rollback/`;
    const dry = await made(fleet, "POST", `${path}?dry_run=true`, {});
    assert.equal(dry.devices.updating, 3);
    assert.deepEqual(await made(fleet, "POST", path, { reason: "it was wrong" }), { withdrawn: 2, current: 1 });
    await settle(fleet);
    for (const device of devices) await rest(fleet, device);
    for (const device of devices) assert.deepEqual(uuids(device), [profile.version.id]);
    assert.deepEqual((await fleet.api("POST", path, {})).json, ["There is no earlier version to return to"]);
    const id = await idOf(fleet, devices[0]!.serialNumber);
    const [row] = await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`);
    assert.deepEqual([row.version, row.status], [1, "Acknowledged"]);
  }));

Deno.test("a gate of the artifact's own counts before the server's, and 0 never halts", () =>
  withFleet(async (fleet) => {
    const mischief = (type: string) => type === "InstallProfile" ? "Error" as const : undefined;
    const blueprint = await makeBlueprint(fleet);
    const { artifact } = await makeProfile(fleet, { artifact: { halt_percent: 0 } });
    await link(fleet, blueprint.id, artifact.id);
    for (let n = 0; n < 4; n++) {
      const device = await fleet.enrolled({ model: OLD, mischief });
      await assign(fleet, device.serialNumber, blueprint.id);
      await device.connect();
      await settle(fleet);
    }
    const { results: [state] } = await made(fleet, "GET", `/api/mdm/artifacts/${artifact.id}/versions/`);
    assert.deepEqual([state.state, state.counts], ["active", { Failed: 4 }]);
  }));

/** The next version of a declaration, as one would send it. */
const otherSource = ({ source }: { source: Record<string, unknown> }, version: number) => ({
  id: undefined,
  version,
  source: { ...source, ServerToken: `v${version}`, Payload: { Echo: `v${version}` } },
});

/** A report of declarations in these states, as a device sends it. */
async function reported(
  fleet: Fleet,
  device: SimulatedDevice,
  declarations: { identifier: string; token: string; valid: "valid" | "invalid"; active: boolean }[],
): Promise<void> {
  const configurations = declarations.map(({ identifier, token, valid, active }) => ({
    identifier,
    "server-token": token,
    valid,
    active,
    ...(valid === "valid" ? {} : { reasons: [{ code: "Error.Broken", description: "It is broken." }] }),
  }));
  const response = await device.checkIn({
    MessageType: "DeclarativeManagement",
    Endpoint: "status",
    Data: new TextEncoder().encode(JSON.stringify({
      StatusItems: { management: { declarations: { activations: [], assets: [], configurations, management: [] } } },
      Errors: [],
    })),
  });
  assert.equal(response.status, 200);
  await settle(fleet);
}

Deno.test("a declared version that fails leaves the history of the one before, and its reason stays after a halt", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version: first } = await makeDeclaration(fleet);
    await link(fleet, blueprint.id, artifact.id);
    let broken = "";
    const device = await fleet.enrolled({
      declarationMischief: ({ ServerToken }) => broken !== "" && ServerToken.startsWith(broken) ? "invalid" : undefined,
    });
    await assign(fleet, device.serialNumber, blueprint.id);
    await settle(fleet);
    await rest(fleet, device);
    const id = await idOf(fleet, device.serialNumber);
    type Row = { artifact_version: string; status: string; installed_at: string | null; install_count: number };
    const rows = async () => {
      const all: Row[] = await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`);
      return new Map(all.map((row) => [row.artifact_version, row]));
    };
    const before = (await rows()).get(first.id);
    assert.equal(before?.status, "Installed");
    const second = await made(fleet, "POST", "/api/mdm/declarations/", { ...first, ...otherSource(first, 2) });
    broken = second.id;
    await settle(fleet);
    await rest(fleet, device);
    const identifier = `com.example.mdm.declaration.${artifact.id}`;
    const failed = await rows();
    assert.equal(failed.get(second.id)?.status, "Failed");
    assert.equal(failed.get(first.id)?.status, "Uninstalled");
    assert.deepEqual(
      [failed.get(first.id)?.installed_at, failed.get(first.id)?.install_count],
      [before?.installed_at, 1],
    );
    // Both in one report keep both rows.
    await reported(fleet, device, [
      { identifier, token: second.id, valid: "invalid", active: false },
      { identifier, token: first.id, valid: "valid", active: true },
    ]);
    assert.deepEqual(
      [(await rows()).get(second.id)?.status, (await rows()).get(first.id)?.status],
      ["Failed", "Installed"],
    );
    await made(fleet, "POST", `/api/mdm/artifact_versions/${second.id}/halt/`, { reason: "broken" });
    await settle(fleet);
    await rest(fleet, device);
    await reported(fleet, device, [{ identifier, token: first.id, valid: "valid", active: true }]);
    const halted = await rows();
    assert.equal(halted.get(first.id)?.status, "Installed");
    assert.equal(halted.get(second.id)?.status, "Failed");
    assert.match(JSON.stringify(halted.get(second.id)), /It is broken/);
    // A later version that works ends the story.
    const third = await made(fleet, "POST", "/api/mdm/declarations/", { ...first, ...otherSource(first, 3) });
    await settle(fleet);
    await rest(fleet, device);
    assert.deepEqual([...(await rows()).keys()], [third.id]);
  }));
