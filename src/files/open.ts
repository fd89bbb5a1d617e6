/**
 * Opens the file store that the settings name.
 *
 * @module
 */

import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Clock, Network, Random } from "../runtime.ts";
import { BucketStore } from "./bucket.ts";
import { FolderStore } from "./folder.ts";
import { S3Client } from "./s3_client.ts";
import type { FileStore } from "./store.ts";

type Means = { config: Config; network: Network; clock: Clock };

/** Returns a client with the configured credentials; undefined when there are none. The caller closes it. */
export function openS3({ config, network, clock }: Means): S3Client | undefined {
  const { S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_ENDPOINT, S3_REGION } = config;
  if (S3_ACCESS_KEY_ID === undefined || S3_SECRET_ACCESS_KEY === undefined) return undefined;
  const settings = {
    endpoint: S3_ENDPOINT,
    region: S3_REGION,
    accessKeyId: S3_ACCESS_KEY_ID,
    secretAccessKey: S3_SECRET_ACCESS_KEY,
  };
  return new S3Client(settings, network.client({ http2: false }), clock);
}

/** Returns the store of this installation: the bucket of FILES_URL, else a folder in DATA_DIR. The caller closes it. */
export function openFileStore(means: Means & { random: Random }): FileStore {
  const { FILES_URL, DATA_DIR } = means.config;
  if (FILES_URL === undefined) return new FolderStore(join(DATA_DIR, "files"), means.random);
  const [bucket = "", ...path] = FILES_URL.slice("s3://".length).split("/").filter((part) => part !== "");
  const client = openS3(means);
  if (client === undefined) throw new Error("Cannot open the bucket of FILES_URL: there are no credentials");
  return new BucketStore(client, bucket, path.map((part) => `${part}/`).join(""));
}
