/**
 * Certificates for certificate assets from the asset authority: a challenge tied to one channel and one version is good
 * for one certificate for one key, with the names from the asset.
 *
 * @module
 */

import { findDownloadTarget, findHostedCertAsset } from "../../db/downloads/downloads.ts";
import type { ChannelId } from "../../db/ids.ts";
import {
  findAssetCertificate,
  insertAssetCertificate,
  insertAssetCredential,
  lockAssetCredential,
} from "../../db/issuing/asset_credentials.ts";
import { findScepIssuer } from "../../db/issuing/scep_issuers.ts";
import type { Db, Tx } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { parseCertificate } from "../pki/certificate.ts";
import type { CertificationRequest } from "../pki/csr.ts";
import { Der } from "../pki/der.ts";
import { PkiError } from "../pki/errors.ts";
import type { KeyUsage } from "../pki/extensions.ts";
import type { GeneralName } from "../pki/general_name.ts";
import { readName, writeName } from "../pki/name.ts";
import type { FailInfo } from "../pki/scep/reply.ts";
import { randomText, type Runtime } from "../runtime.ts";
import { ExpansionError } from "../variables/expansion_error.ts";
import { type AssetNames, assetNames } from "./asset_names.ts";
import { assetAuthority } from "./authority.ts";
import { issueClientCertificate } from "./client_certificate.ts";
import { BUILT_IN_ISSUER } from "./scep_issuers.ts";
import { hashSecret } from "./session_name.ts";

/** The time in which a device may repeat its request, for example after it lost the answer. */
const CREDENTIAL_HOURS = 24;

/** Returns a new challenge for the certificate of a version on a channel. Only its hash is kept. */
export async function openAssetCredential(
  db: Db,
  runtime: Pick<Runtime, "clock" | "random">,
  channelId: ChannelId,
  artifactVersionId: string,
): Promise<string> {
  const challenge = randomText(runtime.random, 40);
  const now = runtime.clock.now();
  const expiresAt = new Date(now.getTime() + CREDENTIAL_HOURS * 3_600_000);
  const challengeHash = await hashSecret(challenge);
  await insertAssetCredential(db, { challengeHash, channelId, artifactVersionId, expiresAt }, now);
  return challenge;
}

/** Returns the outcome of a request with a challenge; undefined if the challenge does not belong to an asset. */
export type AssetAnswer =
  | { certificate: Uint8Array<ArrayBuffer>; chain: Uint8Array[] }
  | { refusal: string; failInfo: FailInfo }
  | undefined;

const no = (refusal: string, failInfo: FailInfo = "badRequest"): AssetAnswer => ({ refusal, failInfo });

/**
 * Issues the certificate of an asset. Only the key is taken from the request; subject and alternative names are the
 * asset's, for the channel that the challenge was created for. The attack: a device asks for the name of another, or
 * for one that begins with `MDM$` and would identify it to the check-in.
 */
export async function issueForAsset(
  tx: Tx,
  runtime: Runtime,
  by: By,
  { challenge, csr }: { challenge: string; csr: CertificationRequest },
): Promise<AssetAnswer> {
  const challengeHash = await hashSecret(challenge);
  const credential = await lockAssetCredential(tx, challengeHash);
  if (credential === undefined) return undefined;
  const now = runtime.clock.now();
  if (credential.expiresAt <= now) return no("the challenge has expired", "badTime");
  const { channelId, artifactVersionId } = credential;
  const target = await findDownloadTarget(tx, channelId, artifactVersionId);
  if (target === undefined || target.endedAt !== null) return no("the enrollment of the challenge has ended");
  if (target.blockedAt !== null) return no("the device of the challenge is blocked");
  if (!target.advertised) return no("the device no longer has the asset");
  const asset = await findHostedCertAsset(tx, artifactVersionId);
  if (asset?.scepIssuerId !== BUILT_IN_ISSUER) return no("the asset has another issuer now");
  const authority = await assetAuthority(runtime);
  const chain = [authority.certificate, ...authority.chain].map(({ der }) => der);
  const bought = await findAssetCertificate(tx, challengeHash);
  const wanted = new Uint8Array(await crypto.subtle.digest("SHA-256", csr.spki)).toHex();
  if (bought !== undefined) {
    // The attack: a person who reads the challenge later requests a certificate for their own key.
    return bought.spkiFingerprint === wanted
      ? { certificate: Uint8Array.from(bought.certificate), chain }
      : no("the challenge was used for another key");
  }
  let certificate;
  try {
    const names = checkedNames(await assetNames(tx, runtime, channelId, asset));
    const issuer = await findScepIssuer(tx, BUILT_IN_ISSUER);
    certificate = issueClientCertificate(runtime, authority, {
      ...names,
      spki: csr.spki,
      keyUsage: keyUsageOf(issuer?.keyUsage ?? 0),
    });
  } catch (error) {
    if (!(error instanceof PkiError || error instanceof ExpansionError)) throw error;
    return no(`the names of the asset make no certificate: ${error.message}`);
  }
  const { fingerprint, spkiFingerprint, notAfter } = parseCertificate(certificate);
  await insertAssetCertificate(tx, {
    fingerprint,
    authorityId: authority.id,
    challengeHash,
    spkiFingerprint,
    channelId,
    artifactVersionId,
    certificate,
    notAfter,
  }, now);
  await recordEvents(tx, runtime, by, [{
    type: "scep_request",
    serialNumber: target.serialNumber,
    objects: { device: [target.deviceId], artifact_version: [artifactVersionId] },
    payload: { status: "success", artifact_version: { pk: artifactVersionId }, fingerprint },
  }]);
  return { certificate, chain };
}

/** Returns the names as a certificate has them. Throws PkiError when there are none, or no valid ones. */
function checkedNames({ subject, subjectAltName }: AssetNames): { subject: Uint8Array; san: GeneralName[] } {
  const san: GeneralName[] = [];
  const add = (kind: "email" | "dns" | "uri" | "ntPrincipalName", value: string | undefined) => {
    if (value === undefined) return;
    // The name may contain a secret, and this text goes into an event.
    if (kind !== "ntPrincipalName" && !/^[\x20-\x7e]+$/.test(value)) {
      throw new PkiError("certificate", `its alternative name of the kind "${kind}" should be in ASCII`);
    }
    san.push({ kind, value });
  };
  add("email", subjectAltName.rfc822Name);
  add("dns", subjectAltName.dNSName);
  add("uri", subjectAltName.uniformResourceIdentifier);
  add("ntPrincipalName", subjectAltName.ntPrincipalName);
  if (subject.length === 0 && san.length === 0) throw new PkiError("certificate", "all of them are empty");
  const name = writeName(subject);
  // The attack: an asset, or a value that a device chooses (its name is one), that reads like the name of an enrollment.
  if (readName(Der.parse(name)).rdns.some(({ oid, value }) => oid === "2.5.4.3" && /^(MDM|OTA)\$/.test(value))) {
    throw new PkiError("certificate", "names that look like those of enrollments are not allowed for assets");
  }
  return { subject: name, san };
}

/** Apple's bits: 1 signing, 4 encryption; both by default. */
function keyUsageOf(bits: number): KeyUsage[] {
  const usages: KeyUsage[] = [];
  if (bits === 0 || (bits & 1) !== 0) usages.push("digitalSignature");
  if (bits === 0 || (bits & 4) !== 0) usages.push("keyEncipherment");
  return usages;
}
