/**
 * `/api/mdm/data_assets/`: versions of files that declarations refer to.
 *
 * @module
 */

import { z } from "zod";
import { dataAssetKind, MAX_DATA_ASSET_SIZE } from "../../src/blueprints/versions/data_asset.ts";
import { versionBody, versionEndpoints, versionShown } from "./version_endpoints.ts";

const TYPES = ["PLIST", "ZIP"] as const;

/** The endpoints of data assets. */
export const DATA_ASSET_ENDPOINTS = versionEndpoints({
  name: "data_assets",
  noun: "data asset",
  kind: dataAssetKind,
  // The file in base64.
  bodyLimit: Math.ceil(MAX_DATA_ASSET_SIZE / 3) * 4 + 64 * 1024,
  body: z.object({
    ...versionBody,
    type: z.enum(TYPES),
    source: z.string().min(1).nullish().describe("The file in base64."),
    file_uri: z.string().min(1).max(2048).nullish().describe(
      "Where the file is: s3://bucket/key, or an https address of a host that the server may read from.",
    ),
    file_sha256: z.string().regex(/^[0-9a-f]{64}$/, {
      error: "This should be a SHA-256 digest: 64 hexadecimal digits in lower case.",
    }).nullish().describe("Of the file. Alone, on PUT, it means the file that is there."),
  }).meta({ id: "DataAssetRequest" }),
  schema: z.object({
    ...versionShown,
    type: z.enum(TYPES),
    file_sha256: z.string(),
    file_size: z.int().describe("Bytes."),
    filename: z.string(),
  }).meta({ id: "DataAsset" }),
  content: ({ type, source, file_uri, file_sha256 }) => ({
    type,
    source,
    fileUri: file_uri,
    fileSha256: file_sha256,
  }),
});
