/**
 * `/api/mdm/data_assets/`: versions of files that declarations refer to.
 *
 * @module
 */

import { z } from "zod";
import { dataAssetKind, MAX_DATA_ASSET_SIZE } from "../../src/blueprints/versions/data_asset.ts";
import { LARGEST_FILE } from "../../src/blueprints/versions/file_limit.ts";
import { byteSize } from "../../src/byte_size.ts";
import { versionBody, versionEndpoints, versionShown } from "./version_endpoints.ts";

const TYPES = ["PLIST", "ZIP"] as const;

/** The endpoints of data assets. */
export const DATA_ASSET_ENDPOINTS = versionEndpoints({
  name: "data_assets",
  noun: "data asset",
  kind: dataAssetKind,
  hasFile: true,
  body: z.object({
    ...versionBody,
    type: z.enum(TYPES),
    source: z.string().min(1).nullish().describe(`The file in base64, ${byteSize(LARGEST_FILE)} at most.`),
    file_uri: z.string().min(1).max(2048).nullish().describe(
      `Location of the file: s3://bucket/key, or an https URL of a host that the server may read from. Maximum size: ${
        byteSize(MAX_DATA_ASSET_SIZE)
      }.`,
    ),
    file_sha256: z.string().regex(/^[0-9a-f]{64}$/, {
      error: "This should be a SHA-256 digest: 64 hexadecimal digits in lower case.",
    }).nullish().describe("Digest of the file. On PUT, if sent without a file: the digest of the stored file."),
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
