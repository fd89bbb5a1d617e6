/**
 * A real S3-compatible server for tests, where one is installed: versitygw, over a folder of its own.
 *
 * `go install github.com/versity/versitygw/cmd/versitygw@v1.8.0`
 *
 * @module
 */

import { loadConfig } from "../../src/config.ts";
import { openS3 } from "../../src/files/open.ts";
import { systemClock, systemNetwork } from "../../src/runtime.ts";

const PROGRAM = "versitygw";
const BUCKET = "files";

/** The settings of a server whose files are in the bucket. */
type Settings = Record<"FILES_URL" | "S3_ENDPOINT" | "S3_REGION" | "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY", string>;

async function find(): Promise<string | undefined> {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), `${Deno.env.get("HOME")}/go/bin`];
  for (const folder of folders) {
    const path = `${folder}/${PROGRAM}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return undefined;
}

const path = await find();

/** Whether there is one. */
export const hasS3Server = path !== undefined;

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** Runs `body` with a server that has an empty bucket. */
export async function withS3Server(body: (settings: Settings) => Promise<void>): Promise<void> {
  if (path === undefined) throw new Error(`Cannot find ${PROGRAM}`);
  const folder = await Deno.makeTempDir();
  const settings: Settings = {
    FILES_URL: `s3://${BUCKET}/espalier`,
    S3_ENDPOINT: `http://127.0.0.1:${freePort()}`,
    S3_REGION: "eu-central-1",
    S3_ACCESS_KEY_ID: "AKTEST",
    S3_SECRET_ACCESS_KEY: "a-secret-of-tests",
  };
  const child = new Deno.Command(path, {
    args: [
      ...["--access", settings.S3_ACCESS_KEY_ID, "--secret", settings.S3_SECRET_ACCESS_KEY],
      ...["--region", settings.S3_REGION, "--port", new URL(settings.S3_ENDPOINT).host, "--quiet"],
      // Attributes of files beside them: not every file system has them.
      ...["posix", "--sidecar", `${folder}/attributes`, `${folder}/objects`],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  await Deno.mkdir(`${folder}/objects`);
  await Deno.mkdir(`${folder}/attributes`);
  const server = child.spawn();
  const config = loadConfig({ ...settings }, { env: {}, readFile: () => "" });
  const client = openS3({ config, network: systemNetwork, clock: systemClock });
  try {
    // It takes a moment until it listens; a request is repeated until it is answered.
    let status = 0;
    for (let n = 0; n < 50 && status !== 200; n++) {
      status = await client?.send({ method: "PUT", bucket: BUCKET }).then(async (response) => {
        await response.body?.cancel();
        return response.status;
      }, () => 0) ?? 0;
    }
    if (status !== 200) throw new Error(`Cannot create a bucket: ${status}`);
    await body(settings);
  } finally {
    client?.close();
    server.kill("SIGTERM");
    await server.status;
    await Deno.remove(folder, { recursive: true });
  }
}
