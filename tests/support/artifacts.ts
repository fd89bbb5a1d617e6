/**
 * Artifacts for tests, made through the API as an operator would.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { DeviceId } from "../../db/ids.ts";
import { JOBS } from "../../jobs/registry.ts";
import { drain } from "../../jobs/queue.ts";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import type { DeviceOptions, SimulatedDevice } from "../../simulators/device/device.ts";
import type { Fleet } from "./fleet.ts";

// deno-lint-ignore no-explicit-any
type Answer = any;

/** A call that must succeed; returns the JSON. */
export async function made(fleet: Fleet, method: string, path: string, body?: unknown): Promise<Answer> {
  const { status, json } = await fleet.api(method, path, body);
  assert.ok(status < 300, `${method} ${path} was answered with ${status}: ${JSON.stringify(json)}`);
  return json;
}

/** A configuration profile that sets nothing dangerous. */
export function profileSource(identifier: string, text = "one", scope: "System" | "User" = "System"): string {
  const profile: PlistDict = {
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: crypto.randomUUID().toUpperCase(),
    PayloadDisplayName: identifier,
    PayloadScope: scope,
    PayloadContent: [{
      PayloadType: "com.apple.ManagedClient.preferences",
      PayloadVersion: 1,
      PayloadIdentifier: `${identifier}.1`,
      PayloadUUID: crypto.randomUUID().toUpperCase(),
      Setting: text,
    }],
  };
  return buildPlist(profile).toBase64();
}

/** Every platform switched on. */
export const ALL_PLATFORMS = { ios: true, ipados: true, macos: true, tvos: true };

let count = 0;

/** A profile artifact with one version; returns both. */
export async function makeProfile(
  fleet: Fleet,
  given: { name?: string; artifact?: Record<string, unknown>; version?: Record<string, unknown> } = {},
): Promise<{ artifact: Answer; version: Answer }> {
  const name = given.name ?? `Profile ${++count}`;
  const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
    name,
    type: "Profile",
    channel: "Device",
    ...given.artifact,
  });
  const version = await made(fleet, "POST", "/api/mdm/profiles/", {
    artifact: artifact.id,
    version: 1,
    source: profileSource(`com.example.${count}`, name),
    ...ALL_PLATFORMS,
    ...given.version,
  });
  return { artifact, version };
}

/** A declared configuration with one version. */
export async function makeDeclaration(
  fleet: Fleet,
  given: {
    name?: string;
    type?: string;
    artifactType?: string;
    payload?: Record<string, unknown>;
    artifact?: Record<string, unknown>;
    version?: Record<string, unknown>;
  } = {},
): Promise<{ artifact: Answer; version: Answer }> {
  const name = given.name ?? `Declaration ${++count}`;
  const artifact = await made(fleet, "POST", "/api/mdm/artifacts/", {
    name,
    type: given.artifactType ?? "Configuration",
    channel: "Device",
    ...given.artifact,
  });
  const version = await made(fleet, "POST", "/api/mdm/declarations/", {
    artifact: artifact.id,
    version: 1,
    source: {
      Type: given.type ?? "com.apple.configuration.management.test",
      Identifier: `com.example.declaration.${artifact.id}`,
      ServerToken: crypto.randomUUID(),
      Payload: given.payload ?? { Echo: name },
    },
    ...ALL_PLATFORMS,
    ...given.version,
  });
  return { artifact, version };
}

/** A blueprint. */
export const makeBlueprint = (fleet: Fleet, given: Record<string, unknown> = {}): Promise<Answer> =>
  made(fleet, "POST", "/api/mdm/blueprints/", { name: `Blueprint ${++count}`, ...given });

/** Adds an artifact to a blueprint. */
export const link = (
  fleet: Fleet,
  blueprint: number,
  artifact: string,
  filter: Record<string, unknown> = ALL_PLATFORMS,
): Promise<Answer> => made(fleet, "POST", "/api/mdm/blueprint_artifacts/", { blueprint, artifact, ...filter });

/** Runs what changes have queued. */
export const settle = (fleet: Fleet): Promise<number> => drain(fleet.runtime, JOBS, new AbortController().signal);

/** The id of a device by its serial number. */
export async function idOf(fleet: Fleet, serialNumber: string): Promise<DeviceId> {
  const { json } = await fleet.api("GET", `/api/mdm/devices/?serial_number=${serialNumber}`);
  return (Array.isArray(json) ? json : json.results)[0].id;
}

/** Assigns a blueprint to a device. */
export async function assign(fleet: Fleet, serialNumber: string, blueprint: number | null): Promise<void> {
  const id = await idOf(fleet, serialNumber);
  await made(fleet, "PUT", `/api/mdm/devices/${id}/blueprint/`, { blueprint });
}

/** Adds an artifact to a blueprint and enrolls a device that is to follow it. */
export async function follower(
  fleet: Fleet,
  blueprint: number,
  artifact: string,
  options: Partial<DeviceOptions> = {},
): Promise<SimulatedDevice> {
  await link(fleet, blueprint, artifact);
  const device = await fleet.enrolled(options);
  await assign(fleet, device.serialNumber, blueprint);
  return device;
}

/** Connects until there is nothing to say; throws when that does not end. */
export async function rest(device: SimulatedDevice, userId?: string): Promise<void> {
  for (let n = 0; n < 12; n++) if ((await device.connect(userId)).length === 0) return;
  throw new Error(`${device.serialNumber} does not come to rest`);
}
