/**
 * The addresses that devices download from.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import type { Runtime } from "../runtime.ts";
import { downloadKey } from "./key.ts";
import { type DownloadPurpose, type DownloadToken, writeDownloadToken } from "./token.ts";

type Needs = Pick<Runtime, "config" | "sql" | "keys" | "random" | "clock">;

/** Where each purpose is served. */
export const DOWNLOAD_PATHS = {
  profile: "/public/mdm/profiles/",
  data_asset: "/public/mdm/data_assets/",
  scep_credential: "/public/mdm/scep_credential/",
  manifest: "/public/mdm/manifests/",
  package: "/public/mdm/packages/",
} as const satisfies Record<DownloadPurpose, string>;

/**
 * The downloads that the system itself makes: it presents no certificate of the enrollment, so that the address alone is
 * the credential.
 */
export const ANONYMOUS: ReadonlySet<DownloadPurpose> = new Set(["manifest", "package"]);

/**
 * Returns the address of a download, the same for the same token. Where devices present their certificate, it is at the
 * address that requests it: they download as they check in.
 */
async function downloadUrl(runtime: Needs, token: DownloadToken): Promise<string> {
  const { config } = runtime;
  const base = config.MTLS_PROXY && !ANONYMOUS.has(token.purpose) ? config.MTLS_BASE_URL : config.BASE_URL;
  return `${base}${DOWNLOAD_PATHS[token.purpose]}${writeDownloadToken(await downloadKey(runtime), token)}/`;
}

/** Returns where a channel fetches the signed profile of a version. */
export const profileDownloadUrl = (runtime: Needs, channelId: ChannelId, artifactVersionId: string): Promise<string> =>
  downloadUrl(runtime, { purpose: "profile", channelId, artifactVersionId });

/** Returns where a channel fetches the file of a data asset's version. */
export const dataAssetDownloadUrl = (
  runtime: Needs,
  channelId: ChannelId,
  artifactVersionId: string,
): Promise<string> => downloadUrl(runtime, { purpose: "data_asset", channelId, artifactVersionId });

/** Returns where a channel fetches the SCEP credential of a certificate asset's version. */
export const scepCredentialUrl = (runtime: Needs, channelId: ChannelId, artifactVersionId: string): Promise<string> =>
  downloadUrl(runtime, { purpose: "scep_credential", channelId, artifactVersionId });

/** Returns where a channel fetches the manifest of a version's package. */
export const manifestUrl = (runtime: Needs, channelId: ChannelId, artifactVersionId: string): Promise<string> =>
  downloadUrl(runtime, { purpose: "manifest", channelId, artifactVersionId });

/** Returns where a channel fetches the package of a version. */
export const packageUrl = (runtime: Needs, channelId: ChannelId, artifactVersionId: string): Promise<string> =>
  downloadUrl(runtime, { purpose: "package", channelId, artifactVersionId });
