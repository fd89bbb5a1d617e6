/**
 * Downloads for a device, inserted into the database as the services would: artifacts, versions, and what was
 * advertised.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ChannelId } from "../../db/ids.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { BUILT_IN_ISSUER } from "../../src/issuing/scep_issuers.ts";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import type { TestRuntime } from "./runtime.ts";

/** An artifact's version. */
export type Hosted = { artifactId: string; versionId: string };

async function addVersion({ sql, random, clock }: TestRuntime, type: string): Promise<Hosted> {
  const [artifactId, versionId, now] = [random.uuid(), random.uuid(), clock.now()];
  await sql`
    insert into artifacts (id, name, type, channel, platforms, created_at, updated_at)
    values (${artifactId}, ${`artifact ${artifactId}`}, ${type}, 'Device', '{macOS}', ${now}, ${now})`;
  await sql`
    insert into artifact_versions (id, artifact_id, version, created_at, updated_at)
    values (${versionId}, ${artifactId}, 1, ${now}, ${now})`;
  return { artifactId, versionId };
}

/** Replaces the source of a profile's version. */
export async function setProfile({ sql, keys }: TestRuntime, { versionId }: Hosted, source: PlistDict): Promise<void> {
  const bytes = buildPlist(source);
  const sealed = await keys.seal(bytes, { table: "profile_versions", column: "source_sealed", id: versionId });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await sql`
    insert into profile_versions (id, source_sealed, sha256, size, filename, payload_identifier, payload_uuid,
      payload_display_name, payload_description)
    values (${versionId}, ${sealed}, ${sha256}, ${bytes.length}, 'a.mobileconfig', 'x', 'x', '', '')
    on conflict (id) do update set source_sealed = excluded.source_sealed, sha256 = excluded.sha256`;
}

/** A profile. */
export async function addProfile(runtime: TestRuntime, source: PlistDict): Promise<Hosted> {
  const hosted = await addVersion(runtime, "Profile");
  await setProfile(runtime, hosted, source);
  return hosted;
}

/** A data asset with its file. */
export async function addDataAsset(runtime: TestRuntime, type: "PLIST" | "ZIP", content: Uint8Array): Promise<Hosted> {
  const hosted = await addVersion(runtime, "Data Asset");
  const { sha256, size } = await runtime.files.put(content, 1e7);
  await runtime.sql`
    insert into data_asset_versions (version_id, type, filename, file_size, file_sha256)
    values (${hosted.versionId}, ${type}, 'a', ${size}, ${sha256})`;
  return hosted;
}

/** A certificate asset; of the built-in authority by default. */
export async function addCertAsset(
  runtime: TestRuntime,
  names: { subject?: { type: string; value: string }[]; subjectAltName?: Record<string, string | null> },
  issuerId: string = BUILT_IN_ISSUER,
): Promise<Hosted> {
  const hosted = await addVersion(runtime, "Certificate Asset");
  const { sql } = runtime;
  await sql`
    insert into cert_asset_versions (version_id, scep_issuer_id, subject, subject_alt_name, accessible)
    values (${hosted.versionId}, ${issuerId}, ${sql.json(names.subject ?? [])}, ${sql.json(names.subjectAltName ?? {})},
      'Default')`;
  return hosted;
}

/** The channel of a device, or of a user of it. */
export async function channelOf({ sql }: TestRuntime, device: SimulatedDevice, userKey = ""): Promise<ChannelId> {
  const [row] = await sql<{ id: ChannelId }[]>`
    select c.id from channels c join devices d on d.enrollment_id = c.enrollment_id
    where d.udid = ${device.udid} and c.user_key = ${userKey}`;
  assert.ok(row !== undefined);
  return row.id;
}

/** Marks versions as the last ones announced to a channel; the previously announced ones become the previous list. */
export async function advertise({ sql, clock }: TestRuntime, channelId: ChannelId, ...hosted: Hosted[]): Promise<void> {
  const told = Object.fromEntries(
    hosted.map(({ artifactId, versionId }) => [`com.example.${artifactId}`, { version: versionId, serverToken: "t" }]),
  );
  await sql`
    insert into channel_plans (channel_id, advertised, updated_at) values (${channelId}, ${
    sql.json(told)
  }, ${clock.now()})
    on conflict (channel_id) do update set advertised = excluded.advertised, advertised_before = channel_plans.advertised`;
}
