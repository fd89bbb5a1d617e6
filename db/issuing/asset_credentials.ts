/**
 * Challenges for certificates of assets, and the certificates issued for them.
 *
 * @module
 */

import type { ChannelId } from "../ids.ts";
import type { Db } from "../open.ts";

/** A challenge of an asset: whose it is, and until when it is good. */
export type AssetCredentialRow = {
  challengeHash: Uint8Array;
  channelId: ChannelId;
  artifactVersionId: string;
  expiresAt: Date;
};

/** Stores a challenge; expired ones of the same channel and version are deleted. */
export async function insertAssetCredential(db: Db, row: AssetCredentialRow, now: Date): Promise<void> {
  await db`
    delete from asset_credentials
    where channel_id = ${row.channelId} and artifact_version_id = ${row.artifactVersionId} and expires_at <= ${now}`;
  await db`
    insert into asset_credentials (challenge_hash, channel_id, artifact_version_id, expires_at, created_at)
    values (${row.challengeHash}, ${row.channelId}, ${row.artifactVersionId}, ${row.expiresAt}, ${now})`;
}

/** Returns the challenge with that hash, locked until the transaction ends. */
export async function lockAssetCredential(
  db: Db,
  challengeHash: Uint8Array,
): Promise<AssetCredentialRow | undefined> {
  const [row] = await db<AssetCredentialRow[]>`
    select challenge_hash, channel_id, artifact_version_id, expires_at from asset_credentials
    where challenge_hash = ${challengeHash} for update`;
  return row;
}

/** Deletes expired challenges. Returns their number. */
export async function deleteExpiredAssetCredentials(db: Db, now: Date): Promise<number> {
  return (await db`delete from asset_credentials where expires_at <= ${now}`).count;
}

/** A certificate of an asset. */
export type AssetCertificateRow = {
  fingerprint: string;
  authorityId: number;
  challengeHash: Uint8Array;
  spkiFingerprint: string;
  channelId: ChannelId;
  artifactVersionId: string | null;
  certificate: Uint8Array;
  notAfter: Date;
};

/** Returns the certificate issued for a challenge. */
export async function findAssetCertificate(
  db: Db,
  challengeHash: Uint8Array,
): Promise<AssetCertificateRow | undefined> {
  const [row] = await db<AssetCertificateRow[]>`
    select fingerprint, authority_id, challenge_hash, spki_fingerprint, channel_id, artifact_version_id, certificate,
      not_after
    from asset_certificates where challenge_hash = ${challengeHash}`;
  return row;
}

/** Stores a certificate. */
export async function insertAssetCertificate(db: Db, row: AssetCertificateRow, now: Date): Promise<void> {
  await db`
    insert into asset_certificates (fingerprint, authority_id, challenge_hash, spki_fingerprint, channel_id,
      artifact_version_id, certificate, not_after, created_at)
    values (${row.fingerprint}, ${row.authorityId}, ${row.challengeHash}, ${row.spkiFingerprint}, ${row.channelId},
      ${row.artifactVersionId}, ${row.certificate}, ${row.notAfter}, ${now})`;
}
