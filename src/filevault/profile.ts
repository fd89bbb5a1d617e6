/**
 * The FileVault profile of a Mac.
 *
 * Pure.
 *
 * Source: Apple, "FDEFileVault", "FDEFileVaultOptions", "FDERecoveryKeyEscrow"
 * (developer.apple.com/documentation/devicemanagement).
 *
 * @module
 */

import { compareOsVersions } from "../protocol/os_version.ts";
import type { PlistDict } from "../protocol/plist.ts";
import { configurationProfile } from "../protocol/profile.ts";
import { filevaultConfigUuid, type ProfileSettings, uuidOf } from "./config_uuid.ts";

/** Setup Assistant of earlier systems does not enable FileVault reliably. */
const FORCED_FROM = "14.4";

/** The Mac that the profile is for. */
export type ProfileMac = { osVersion: string; awaitingConfiguration: boolean };

/** Whether the profile makes Setup Assistant enable FileVault. */
const isForced = ({ osVersion, awaitingConfiguration }: ProfileMac): boolean =>
  awaitingConfiguration && compareOsVersions(osVersion, FORCED_FROM) >= 0;

/**
 * Returns the identifier of the profile. It is the same for all settings: a Mac replaces one by the next in place, and
 * is at no time without the certificate that its recovery key is encrypted to.
 */
export const filevaultIdentifier = (prefix: string): string => `${prefix}.mdm.fv`;

/** Returns the profile for a Mac with the certificate (DER) that its recovery key is encrypted to. */
export function filevaultProfile(
  config: ProfileSettings,
  mac: ProfileMac,
  { prefix, organization, certificate }: { prefix: string; organization: string; certificate: Uint8Array },
): PlistDict {
  const identifier = filevaultIdentifier(prefix);
  const uuid = filevaultConfigUuid(config);
  const payload = (type: string, suffix: string, name: string, id: string, content: PlistDict): PlistDict => ({
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `${identifier}.${suffix}`,
    PayloadUUID: id.toUpperCase(),
    PayloadDisplayName: name,
    ...content,
  });
  // The same for all settings, as long as the certificate is.
  const certificateUuid = uuidOf(`certificate ${certificate.toHex()}`);
  return configurationProfile({
    identifier,
    uuid: uuid.toUpperCase(),
    displayName: "FileVault",
    description: "Encrypts the disk and escrows its recovery key.",
    organization,
    scope: "System",
    payloads: [
      payload("com.apple.MCX.FileVault2", "configuration", "FileVault", uuidOf(`${uuid} configuration`), {
        Enable: "On",
        UseRecoveryKey: true,
        ShowRecoveryKey: config.showRecoveryKey,
        Defer: true,
        ...(isForced(mac) ? { ForceEnableInSetupAssistant: true } : {
          DeferDontAskAtUserLogout: config.atLoginOnly,
          DeferForceAtUserLoginMaxBypassAttempts: config.bypassAttempts,
        }),
      }),
      payload("com.apple.MCX", "options", "FileVault options", uuidOf(`${uuid} options`), {
        DestroyFVKeyOnStandby: config.destroyKeyOnStandby,
        dontAllowFDEDisable: true,
        dontAllowFDEEnable: false,
      }),
      payload("com.apple.security.pkcs1", "certificate", "FileVault escrow certificate", certificateUuid, {
        PayloadCertificateFileName: "filevault-escrow.cer",
        PayloadContent: certificate,
      }),
      payload(
        "com.apple.security.FDERecoveryKeyEscrow",
        "escrow",
        "FileVault recovery key escrow",
        uuidOf(`escrow ${certificateUuid}`),
        {
          Location: config.escrowLocationDisplayName,
          EncryptCertPayloadUUID: certificateUuid.toUpperCase(),
        },
      ),
    ],
  });
}
