/**
 * `/api/mdm/data_assets/`: versions of files that declarations refer to.
 *
 * @module
 */

import { z } from "zod";
import { byteSize } from "../../src/byte_size.ts";
import { dataAssetKind, MAX_DATA_ASSET_SIZE } from "../../src/blueprints/versions/data_asset.ts";
import { LARGEST_FILE } from "../../src/blueprints/versions/file_limit.ts";
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
      `Where the file is: s3://bucket/key, or an https address of a host that the server may read from. It may have ${
        byteSize(MAX_DATA_ASSET_SIZE)
      }.`,
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
