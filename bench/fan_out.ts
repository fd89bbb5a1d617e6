/**
 * The cost of a change for a house of devices: the save, the search for affected devices, the preview.
 *
 * @module
 */

import { createArtifact } from "../src/blueprints/artifacts.ts";
import { createBlueprintArtifact } from "../src/blueprints/blueprint_artifacts.ts";
import { createBlueprint } from "../src/blueprints/blueprints.ts";
import { openFilter } from "../src/blueprints/filter.ts";
import { profileKind } from "../src/blueprints/versions/profile.ts";
import { createVersion } from "../src/blueprints/versions/versions.ts";
import { fanOut } from "../src/planner/fan_out.ts";
import { previewChange } from "../src/planner/preview.ts";
import { PLATFORMS } from "../src/protocol/platform.ts";
import { buildPlist } from "../src/protocol/plist.ts";
import type { Runtime } from "../src/runtime.ts";
import { BENCH, type House } from "./house.ts";

/** Artifacts of the blueprint. */
const ARTIFACTS = 5;

/** Devices that come to rest at the same time. */
const LANES = 8;

const everywhere = openFilter(PLATFORMS);

function profile(name: string, text: string): string {
  return buildPlist({
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: `com.example.${name}`,
    PayloadUUID: crypto.randomUUID().toUpperCase(),
    PayloadContent: [{
      PayloadType: "com.apple.ManagedClient.preferences",
      PayloadVersion: 1,
      PayloadIdentifier: `com.example.${name}.1`,
      PayloadUUID: crypto.randomUUID().toUpperCase(),
      Setting: text,
    }],
  }).toBase64();
}

const newVersion = (runtime: Runtime, artifactId: string, version: number, half: boolean) =>
  createVersion(
    runtime,
    BENCH,
    profileKind,
    { artifactId, version, filter: half ? { ...everywhere, defaultShard: 50 } : everywhere },
    { source: profile(artifactId, `version ${version}`) },
  );

/**
 * Assigns one blueprint to every device of the house, and waits until each has nothing left to do. Returns an artifact
 * of the blueprint.
 */
async function furnish(house: House, say: (text: string) => void): Promise<string> {
  const { runtime, devices } = house;
  const blueprint = await createBlueprint(runtime, BENCH, {
    name: "Bench",
    inventoryInterval: 604_800,
    collectApps: 0,
    collectCertificates: 0,
    collectProfiles: 0,
    legacyProfilesViaDdm: true,
  });
  let first = "";
  for (let n = 0; n < ARTIFACTS; n++) {
    const { id } = await createArtifact(runtime, BENCH, {
      name: `Profile ${n}`,
      type: "Profile",
      channel: "Device",
      platforms: [...PLATFORMS],
      requires: [],
      installDuringSetupAssistant: false,
      autoUpdate: true,
      reinstallInterval: 0,
      reinstallOnOsUpdate: "No",
      haltPercent: null,
    });
    first ||= id;
    await newVersion(runtime, id, 1, false);
    await createBlueprintArtifact(runtime, BENCH, { blueprintId: blueprint.id, artifactId: id, filter: everywhere });
  }
  await runtime.sql`update enrollments set blueprint_id = ${blueprint.id} where ended_at is null`;
  await runtime.sql`update channels set next_action_at = now()`;
  const waiting = [...devices];
  let following = 0;
  const lane = async () => {
    for (let device = waiting.shift(); device !== undefined; device = waiting.shift()) {
      for (let contacts = 0; contacts < 8 && (await device.connect()).length > 0; contacts++);
      following++;
      if (following % 50 === 0) say(`${following} devices follow the blueprint`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await fanOut(runtime);
  return first;
}

/** Measures; returns lines of a table. */
export async function measureFanOut(house: House, say: (text: string) => void): Promise<string[]> {
  const { runtime, devices } = house;
  const artifactId = await furnish(house, say);
  const lines = [
    `| ${devices.length} devices with ${ARTIFACTS} profiles each, a new version for half of them | ms | SQL statements | per device |`,
    "|---|---:|---:|---:|",
  ];
  const measure = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const [start, before] = [performance.now(), await house.statements()];
    const result = await work();
    const took = performance.now() - start;
    const statements = await house.statements() - before;
    const each = (statements / devices.length).toFixed(4);
    const shown = typeof result === "string" ? `${name}: ${result}` : name;
    lines.push(`| ${shown} | ${took.toFixed(0)} | ${statements} | ${each} |`);
  };
  await measure("preview", async () => {
    const { devices: found } = await previewChange(runtime, (rehearsal) => newVersion(rehearsal, artifactId, 2, true));
    return `${found.woken} would be woken`;
  });
  await measure("save", () => newVersion(runtime, artifactId, 2, true));
  await measure("fan-out", async () => {
    const { woken, examined } = await fanOut(runtime);
    return `${woken} of ${examined} woken`;
  });
  await measure("fan-out when nothing changed", () => fanOut(runtime));
  return lines;
}
