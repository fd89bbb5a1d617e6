/**
 * The SCEP credential of a certificate asset, as a device downloads it.
 *
 * Source: Apple, com.apple.credential.scep (github.com/apple/device-management, declarative/declarations/assets/credentials).
 *
 * @module
 */

import { findHostedCertAsset } from "../../db/downloads/downloads.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import { findScepIssuer } from "../../db/issuing/scep_issuers.ts";
import { problem } from "../errors.ts";
import { openAssetCredential } from "../issuing/asset_credentials.ts";
import { assetNames } from "../issuing/asset_names.ts";
import { challengeOf } from "../issuing/challenges/challenge.ts";
import type { JsonObject } from "../protocol/plist_json.ts";
import type { Runtime } from "../runtime.ts";

/**
 * Returns the credential of a version for a channel, with a new challenge where we are the issuer. Throws `not-found`
 * when the version is no certificate asset.
 */
export async function buildScepCredential(
  db: Db,
  runtime: Runtime,
  channelId: ChannelId,
  versionId: string,
): Promise<JsonObject> {
  const asset = await findHostedCertAsset(db, versionId);
  const issuer = asset === undefined ? undefined : await findScepIssuer(db, asset.scepIssuerId);
  if (asset === undefined || issuer === undefined) throw problem("not-found");
  const builtIn = issuer.backend === "BUILT_IN";
  const { subject, subjectAltName } = await assetNames(db, runtime, channelId, asset);
  return {
    URL: builtIn ? `${runtime.config.BASE_URL}/public/mdm/scep/` : issuer.url,
    Name: issuer.name,
    Subject: subject.map((pair) => [[...pair]]),
    ...(Object.keys(subjectAltName).length === 0 ? {} : { SubjectAltName: { ...subjectAltName } }),
    Challenge: builtIn
      ? await openAssetCredential(db, runtime, channelId, versionId)
      : await challengeOf(runtime, issuer, {
        subject,
        subjectAltName: Object.fromEntries(Object.entries(subjectAltName).map(([kind, name]) => [kind, [name]])),
        keyUsage: issuer.keyUsage,
      }),
    Keysize: issuer.keySize,
    "Key Type": "RSA",
    "Key Usage": issuer.keyUsage,
  };
}
