/**
 * Shared parts of the tests of artifacts: an API with tags, artifacts by a few words, profiles as files.
 *
 * @module
 */

import assert from "node:assert/strict";
import { insertTag } from "../../../db/tags/tags.ts";
import { buildPlist, type PlistDict } from "../../../src/protocol/plist.ts";
import type { TestRuntime } from "../../support/runtime.ts";
import type { Answer, Caller } from "./support.ts";

/** An answer's body as an object; fails with the body unless the status is this one. */
export function bodyOf(answer: Answer, status: number): Record<string, unknown> {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.ok(typeof answer.body === "object" && answer.body !== null && !Array.isArray(answer.body));
  return { ...answer.body };
}

/** An answer's bare array; fails with the body when it is none. */
export function rowsOf(answer: Answer): Record<string, unknown>[] {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.ok(Array.isArray(answer.body), JSON.stringify(answer.body));
  return answer.body;
}

/** The text under a key. */
export function textOf(body: Record<string, unknown>, key: string): string {
  const value = body[key];
  assert.ok(typeof value === "string", `${key} is ${JSON.stringify(value)}`);
  return value;
}

/** Creates an artifact; returns its id. */
export async function artifact(call: Caller, values: Record<string, unknown>): Promise<string> {
  const answer = await call("POST", "/api/mdm/artifacts/", { channel: "Device", type: "Profile", ...values });
  return textOf(bodyOf(answer, 201), "id");
}

/** Creates a blueprint; returns its id. */
export async function blueprint(call: Caller, name: string): Promise<number> {
  const { id } = bodyOf(await call("POST", "/api/mdm/blueprints/", { name }), 201);
  assert.ok(typeof id === "number");
  return id;
}

/** Creates a tag; returns its id. */
export async function tag(runtime: TestRuntime, name: string): Promise<number> {
  const values = { name, slug: name.toLowerCase(), color: "0079bf", taxonomyId: null, metaBusinessUnitId: null };
  return (await insertTag(runtime.sql, values, runtime.clock.now())).id;
}

/** A filter block with its defaults. */
export const OPEN_FILTER = {
  ios: false,
  ios_min_version: "",
  ios_max_version: "",
  ipados: false,
  ipados_min_version: "",
  ipados_max_version: "",
  macos: true,
  macos_min_version: "",
  macos_max_version: "",
  tvos: false,
  tvos_min_version: "",
  tvos_max_version: "",
  shard_modulo: 100,
  default_shard: 100,
  excluded_tags: [],
  tag_shards: [],
};

/** A configuration profile for the device channel, changed by `change`; keys set to undefined are left out. */
export function profilePlist(change: Record<string, PlistDict[string] | undefined> = {}): Uint8Array<ArrayBuffer> {
  const all: Record<string, PlistDict[string] | undefined> = {
    PayloadContent: [{
      PayloadType: "com.apple.wifi.managed",
      PayloadIdentifier: "com.example.wifi.1",
      PayloadUUID: "7b2a1f0e-0000-4000-8000-000000000002",
      PayloadVersion: 1,
      SSID_STR: "Example",
      Password: "correct horse battery staple",
    }],
    PayloadDisplayName: "Wi-Fi",
    PayloadDescription: "The network of the house",
    PayloadIdentifier: "com.example.wifi",
    PayloadScope: "System",
    PayloadType: "Configuration",
    PayloadUUID: "7B2A1F0E-0000-4000-8000-000000000001",
    PayloadVersion: 1,
    ...change,
  };
  const present: PlistDict = {};
  for (const [key, value] of Object.entries(all)) if (value !== undefined) present[key] = value;
  return buildPlist(present);
}

/** The audit entries about a model, the oldest first, as text. */
export async function audits(call: Caller): Promise<string[]> {
  const { results } = bodyOf(await call("GET", "/api/events/?type=zentral_audit&limit=500"), 200);
  assert.ok(Array.isArray(results));
  return results.map((event) => JSON.stringify(event)).reverse();
}

/** The revision of what devices should have: every write counts it up. */
export async function revision(runtime: TestRuntime): Promise<number> {
  const [row] = await runtime.sql<{ revision: number }[]>`select revision from desired_state`;
  return row?.revision ?? 0;
}

/** A device's channel, written without an enrollment; returns its id. */
export async function channel(runtime: TestRuntime): Promise<number> {
  await runtime.sql.unsafe(`
    insert into meta_business_units (id, name, created_at, updated_at) values (901, 'x', now(), now());
    insert into push_certificates (id, name, topic, private_key_sealed, created_at, updated_at)
      values (901, 'p', 't', 'x', now(), now());
    insert into devices (id, udid, serial_number, created_at, updated_at) values (901, 'U', 'S', now(), now());
    insert into enrollment_sessions (id, kind, status, secret_hash, challenge_hash, meta_business_unit_id, expires_at,
        created_at, updated_at)
      values (901, 'OTA', 'COMPLETED', '\\x01', '\\x01', 901, now(), now(), now());
    insert into enrollments (id, device_id, session_id, push_certificate_id, created_at, updated_at)
      values (901, 901, 901, 901, now(), now());
    insert into channels (id, enrollment_id, created_at, updated_at) values (901, 901, now(), now())`);
  return 901;
}

/** Says that a channel has a version. */
export async function install(
  runtime: TestRuntime,
  channelId: number,
  versionId: string,
  status = "Installed",
): Promise<void> {
  await runtime.sql`
    insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, created_at, updated_at)
    select ${channelId}, id, artifact_id, ${status}, 'command', now(), now() from artifact_versions where id = ${versionId}`;
}

/** Puts a command with a version on its way to a channel. */
export async function send(runtime: TestRuntime, channelId: number, versionId: string): Promise<void> {
  await runtime.sql`
    insert into commands (uuid, channel_id, name, arguments, created_at, updated_at)
    values (gen_random_uuid(), ${channelId}, 'InstallProfile',
      jsonb_build_object('artifact_version', ${versionId}::text), now(), now())`;
}

/** How often the content of a version has changed. */
export async function contentRevision(runtime: TestRuntime, versionId: string): Promise<number> {
  const [row] = await runtime.sql<{ contentRevision: number }[]>`
    select content_revision from artifact_versions where id = ${versionId}`;
  return row?.contentRevision ?? -1;
}
