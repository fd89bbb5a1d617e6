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
} as const satisfies Record<DownloadPurpose, string>;

/**
 * Returns the address of a download, the same for the same token. Where devices present their certificate, it is at the
 * address that requests it: they download as they check in.
 */
async function downloadUrl(runtime: Needs, token: DownloadToken): Promise<string> {
  const { config } = runtime;
  const base = config.MTLS_PROXY ? config.MTLS_BASE_URL : config.BASE_URL;
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
