import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import { redeliver } from "../../src/variables/redeliver.ts";
import {
  ALL_PLATFORMS,
  assign,
  idOf,
  link,
  made,
  makeBlueprint,
  makeProfile,
  profileSource,
} from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { idle, say } from "../support/talk.ts";

const MINUTES = 60;
const DAY = 86_400;

/** A Mac that is too old for declarations, with a profile in its blueprint. */
async function world(fleet: Fleet) {
  const [mac] = MODELS;
  assert.ok(mac);
  const device = await fleet.enrolled({ model: { ...mac, osVersion: "12.7.6", build: "21H1320" } });
  const blueprint = await makeBlueprint(fleet);
  const { artifact, version } = await makeProfile(fleet);
  const edge = await link(fleet, blueprint.id, artifact.id);
  await assign(fleet, device.serialNumber, blueprint.id);
  const id = await idOf(fleet, device.serialNumber);
  return {
    device,
    artifact,
    version,
    edge,
    listed: { PayloadIdentifier: `com.example.mdm.artifact.${artifact.id}`, PayloadUUID: version.id.toUpperCase() },
    row: async () => (await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`))[0],
  };
}

/** Talks as a device with these profiles and these answers; returns the request types. */
async function converse(
  fleet: Fleet,
  device: SimulatedDevice,
  profiles: PlistDict[],
  answers: Record<string, PlistDict> = {},
): Promise<string[]> {
  const seen: string[] = [];
  let offered = await say(fleet, device, idle(device));
  while (offered.uuid !== null && offered.type !== null) {
    assert.ok(seen.push(offered.type) < 50, seen.join());
    offered = await say(
      fleet,
      device,
      buildPlist({
        UDID: device.udid,
        CommandUUID: offered.uuid,
        Status: "Acknowledged",
        ...(offered.type === "ProfileList" ? { ProfileList: profiles } : {}),
        ...answers[offered.type],
      }),
    );
  }
  return seen;
}

const profileCommands = (seen: readonly string[]) => seen.filter((type) => type.includes("Profile"));

Deno.test("minutes after an installation by command the device is asked for its profiles, which proves it", () =>
  withFleet(async (fleet) => {
    const { device, listed, row } = await world(fleet);
    const { clock, sql } = fleet.runtime;
    assert.deepEqual(profileCommands(await converse(fleet, device, [listed])), ["InstallProfile"]);
    assert.equal((await row()).status, "Acknowledged");
    const [channel] = await sql<{ pushDueAt: Date }[]>`select push_due_at from channels where user_key = ''`;
    assert.ok(channel !== undefined && channel.pushDueAt.getTime() - clock.now().getTime() <= 120_000, "it is woken");
    clock.advance(3 * MINUTES);
    assert.deepEqual(profileCommands(await converse(fleet, device, [listed])), ["ProfileList"]);
    const [{ verifiedAt } = { verifiedAt: null }] = await sql<{ verifiedAt: Date | null }[]>`
      select verified_at from target_artifacts`;
    assert.notEqual(verifiedAt, null);
    const [{ count } = { count: 1 }] = await sql<{ count: number }[]>`
      select count(*)::int as count from installed_profiles`;
    assert.equal(count, 0, "the question is no inventory");
    clock.advance(10 * MINUTES);
    assert.deepEqual(profileCommands(await converse(fleet, device, [listed])), []);
  }));

Deno.test("a profile that the device accepts and never lists is not installed without end", () =>
  withFleet(async (fleet) => {
    const { device, listed, row, version } = await world(fleet);
    let installs = 0;
    for (let n = 0; n < 40; n++) {
      installs += profileCommands(await converse(fleet, device, [])).filter((type) => type === "InstallProfile").length;
      fleet.runtime.clock.advance(3 * MINUTES);
    }
    assert.equal(installs, 3);
    assert.equal((await row()).status, "Failed");
    assert.match(JSON.stringify(await row()), /does not list it, 3 lists in a row/);
    // An operator may try again, and a device that lists it after all has it.
    await fleet.runtime.sql`
      update target_artifacts set status = 'ForceReinstall', disagreements = 0 where artifact_version_id = ${version.id}`;
    await fleet.runtime.sql`update channels set next_action_at = ${fleet.runtime.clock.now()}`;
    await converse(fleet, device, [listed]);
    fleet.runtime.clock.advance(3 * MINUTES);
    await converse(fleet, device, [listed]);
    assert.equal((await row()).status, "Acknowledged");
    // A profile removed later is installed again, however often.
    for (let n = 0; n < 5; n++) {
      fleet.runtime.clock.advance(DAY);
      await fleet.runtime.sql`update channels set next_action_at = ${fleet.runtime.clock.now()}`;
      const seen = await converse(fleet, device, n % 2 === 0 ? [] : [listed]);
      fleet.runtime.clock.advance(3 * MINUTES);
      await converse(fleet, device, [listed]);
      assert.equal((await row()).status, "Acknowledged", `${n}: ${seen}`);
    }
  }));

Deno.test("a profile that the device refused but lists counts as installed", () =>
  withFleet(async (fleet) => {
    const { device, listed, row } = await world(fleet);
    const refusal: PlistDict = { Status: "Error", ErrorChain: [{ ErrorDomain: "x", ErrorCode: 1 }] };
    await converse(fleet, device, [], { InstallProfile: refusal });
    assert.equal((await row()).status, "Failed");
    fleet.runtime.clock.advance(3 * MINUTES);
    await converse(fleet, device, [listed], { InstallProfile: refusal });
    assert.equal((await row()).status, "Acknowledged");
  }));

Deno.test("a profile that was removed and is listed still is removed again, a few times", () =>
  withFleet(async (fleet) => {
    const { device, edge, listed, row } = await world(fleet);
    await converse(fleet, device, [listed]);
    fleet.runtime.clock.advance(3 * MINUTES);
    await converse(fleet, device, [listed]);
    await made(fleet, "DELETE", `/api/mdm/blueprint_artifacts/${edge.id}/`);
    let removals = 0;
    for (let n = 0; n < 200; n++) {
      await fleet.runtime.sql`update channels set next_action_at = ${fleet.runtime.clock.now()}`;
      removals += profileCommands(await converse(fleet, device, [listed])).filter((type) =>
        type === "RemoveProfile"
      ).length;
      fleet.runtime.clock.advance(3 * MINUTES);
    }
    assert.ok(removals >= 2 && removals <= 3, `${removals}`);
    assert.equal((await row()).status, "RemovalFailed");
    assert.match(JSON.stringify(await row()), /lists it still/);
  }));

/** How often something of a conversation every five minutes was an installation, in so many hours. */
async function installations(fleet: Fleet, hours: number, turn: (n: number) => Promise<string[]>): Promise<number> {
  let count = 0;
  for (let n = 0; n < hours * 12; n++) {
    await fleet.runtime.sql`update channels set next_action_at = ${fleet.runtime.clock.now()}`;
    count += (await turn(n)).filter((type) => type === "InstallProfile").length;
    fleet.runtime.clock.advance(5 * MINUTES);
  }
  return count;
}

// Attempts at 0, 5, 15, 35, 75, 155, 315 minutes.
const MOST_IN_SIX_HOURS = 7;

Deno.test("two profiles that a device lists by turns are installed less and less often, and immediately when an operator asks", () =>
  withFleet(async (fleet) => {
    const { device, listed, artifact, row } = await world(fleet);
    const id = await idOf(fleet, device.serialNumber);
    const second = await makeProfile(fleet);
    const [{ blueprint } = { blueprint: 0 }] = await fleet.runtime.sql<{ blueprint: number }[]>`
      select blueprint_id as blueprint from enrollments`;
    await link(fleet, blueprint, second.artifact.id);
    const other = {
      PayloadIdentifier: `com.example.mdm.artifact.${second.artifact.id}`,
      PayloadUUID: second.version.id.toUpperCase(),
    };
    const count = await installations(fleet, 6, (n) => converse(fleet, device, [n % 2 === 0 ? listed : other]));
    assert.ok(count >= 6 && count <= 2 * MOST_IN_SIX_HOURS, `${count}`);
    const { json } = await fleet.api("GET", `/api/mdm/devices/${id}/plan/`);
    assert.match(JSON.stringify(json), /times without a change on the server, next attempt from 2026-/);
    await made(fleet, "POST", `/api/mdm/devices/${id}/artifacts/${artifact.id}/reinstall/`);
    assert.ok((await converse(fleet, device, [listed])).includes("InstallProfile"), "an operator need not wait");
    // No install was due for a day: a profile removed then is installed again immediately.
    const settle = await installations(fleet, 1, () => converse(fleet, device, [listed, other]));
    fleet.runtime.clock.advance(3 * DAY);
    assert.ok(settle <= 2, `${settle}`);
    await fleet.runtime.sql`update target_artifacts set status = 'Uninstalled'`;
    assert.equal(await installations(fleet, 0.25, () => converse(fleet, device, [listed, other])), 2);
    assert.equal((await row()).status, "Acknowledged");
  }));

Deno.test("a device that names another system each time has two versions by turns installed ever more rarely", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const { device, artifact, version } = await world(fleet);
    const second = await made(fleet, "POST", "/api/mdm/profiles/", {
      artifact: artifact.id,
      version: 2,
      source: profileSource("com.example.second", "second"),
      ...ALL_PLATFORMS,
      macos_min_version: "12.8",
    });
    const all = [version, second].map(({ id }) => ({
      PayloadIdentifier: `com.example.mdm.artifact.${artifact.id}`,
      PayloadUUID: id.toUpperCase(),
    }));
    const count = await installations(fleet, 6, async (n) => {
      await sql`update enrollments set os_version = ${n % 2 === 0 ? "12.7.6" : "12.9"}`;
      return await converse(fleet, device, all.slice(n % 2, n % 2 + 1));
    });
    assert.ok(count >= 4 && count <= 2 * MOST_IN_SIX_HOURS, `${count}`);
  }));

Deno.test("a newer system each time, or another name, lifts no limit of installations", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { sql } = runtime;
    const { device, artifact, row } = await world(fleet);
    await made(fleet, "PUT", `/api/mdm/artifacts/${artifact.id}/`, {
      name: "Again",
      type: "Profile",
      channel: "Device",
      platforms: artifact.platforms,
      reinstall_on_os_update: "Patch",
    });
    await sql`update artifact_versions set variables = '{ENROLLED_DEVICE.NAME}'`;
    const count = await installations(fleet, 6, async (n) => {
      await sql`update enrollments set os_version = ${`12.7.${n}`}`;
      const of = { deviceId: await idOf(fleet, device.serialNumber) };
      await sql.begin((tx) => redeliver(tx, runtime, of, ["ENROLLED_DEVICE.NAME"], "device"));
      return await converse(fleet, device, []);
    });
    assert.ok(count >= 3 && count <= MOST_IN_SIX_HOURS, `${count}`);
    assert.ok(["Failed", "ForceReinstall"].includes((await row()).status));
  }));
