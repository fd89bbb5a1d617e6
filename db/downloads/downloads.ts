/**
 * Downloads of devices: the sender, whether it was advertised to them, and the contents.
 *
 * @module
 */

import type { ChannelId, DeviceId } from "../ids.ts";
import type { Db, Json } from "../open.ts";

/** A channel and a version, as a download sees them. Without a version its fields are null. */
export type DownloadTargetRow = {
  channelId: ChannelId;
  /** '' on the device channel. */
  userKey: string;
  deviceId: DeviceId;
  udid: string;
  serialNumber: string;
  blockedAt: Date | null;
  endedAt: Date | null;
  /** Whether the enrollment has ended since its device is deleted. */
  suspended: boolean;
  /** The certificates that currently identify the enrollment. */
  fingerprints: string[];
  /** Whether the last list of declarations, or the one before, announced this version to the device. */
  advertised: boolean;
  artifactId: string | null;
  artifactName: string | null;
  artifactType: string | null;
  version: number | null;
};

/** Returns a channel with a version. Undefined when there is no such channel. */
export async function findDownloadTarget(
  db: Db,
  channelId: ChannelId,
  versionId: string,
): Promise<DownloadTargetRow | undefined> {
  const [row] = await db<DownloadTargetRow[]>`
    select c.id as channel_id, c.user_key, d.id as device_id, d.udid, d.serial_number, d.blocked_at, e.ended_at, e.suspended,
      array(select i.fingerprint from enrollment_identities i where i.enrollment_id = e.id and i.retired_at is null)
        as fingerprints,
      exists (
        select 1 from channel_plans p
          cross join lateral (select value from jsonb_each(p.advertised)
            union all select value from jsonb_each(p.advertised_before)) item
        where p.channel_id = c.id and item.value ->> 'version' = ${versionId}
      ) as advertised,
      v.artifact_id, a.name as artifact_name, a.type as artifact_type, v.version
    from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
      left join artifact_versions v on v.id = ${versionId}::uuid left join artifacts a on a.id = v.artifact_id
    where c.id = ${channelId}`;
  return row;
}

/** Which profile a version is, without its source. */
export async function findHostedProfile(
  db: Db,
  versionId: string,
): Promise<{ artifactId: string; sha256: string } | undefined> {
  const [row] = await db<{ artifactId: string; sha256: string }[]>`
    select v.artifact_id, p.sha256 from profile_versions p join artifact_versions v on v.id = p.id
    where p.id = ${versionId}`;
  return row;
}

/** Returns the sealed source of a profile, with the digest that it has. */
export async function findProfileSource(
  db: Db,
  versionId: string,
): Promise<{ sourceSealed: string; sha256: string } | undefined> {
  const [row] = await db<{ sourceSealed: string; sha256: string }[]>`
    select source_sealed, sha256 from profile_versions where id = ${versionId}`;
  return row;
}

/** A data asset. */
export type HostedDataAsset = { type: "PLIST" | "ZIP"; filename: string; fileSize: number; fileSha256: string };

/** Returns the data asset of a version. */
export async function findHostedDataAsset(db: Db, versionId: string): Promise<HostedDataAsset | undefined> {
  const [row] = await db<HostedDataAsset[]>`
    select type, filename, file_size, file_sha256 from data_asset_versions where version_id = ${versionId}`;
  return row;
}

/** A certificate asset. `subject` is a list of {type, value}; both are as they were saved. */
export type HostedCertAsset = { scepIssuerId: string; subject: Json; subjectAltName: Json };

/** Returns the certificate asset of a version. */
export async function findHostedCertAsset(db: Db, versionId: string): Promise<HostedCertAsset | undefined> {
  const [row] = await db<HostedCertAsset[]>`
    select scep_issuer_id, subject, subject_alt_name from cert_asset_versions where version_id = ${versionId}`;
  return row;
}
