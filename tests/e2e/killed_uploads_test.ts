import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type ServerProcess, startServer } from "../../simulators/server_process.ts";
import { SimulatedS3 } from "../../simulators/storage/s3.ts";
import { loadConfig } from "../../src/config.ts";
import { openFileStore } from "../../src/files/open.ts";
import type { FileStore } from "../../src/files/store.ts";
import { removeUnreferencedFiles } from "../../src/files/unreferenced.ts";
import { systemNetwork } from "../../src/runtime.ts";
import { makeCaller } from "../routes/api/support.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { pkgOf } from "../support/packages.ts";
import { until } from "../support/until.ts";

const SECRET_KEYS = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const ACCOUNT = { accessKeyId: "AKTEST", secretAccessKey: "a secret", region: "eu-central-1" };
/** Three parts of an upload to a bucket. */
const FILE = pkgOf({ size: 12_000_000 });
const SHA256 = createHash("sha256").update(FILE).digest("hex");
const UPLOAD = "/api/mdm/package_files/?filename=Editor.pkg";
const DAY = 86_400;

/** A bucket that stops answering: requests for which `stalls` holds wait for ever. */
class StallingBucket {
  readonly s3 = new SimulatedS3(ACCOUNT, () => new Date());
  stalls: (request: Request) => boolean = () => false;
  waiting = 0;
  readonly #server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    if (!this.stalls(request)) return await this.s3.answer(request);
    this.waiting++;
    await request.body?.cancel();
    return new Response(new ReadableStream());
  });

  readonly settings = {
    S3_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
    S3_REGION: ACCOUNT.region,
    S3_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
    S3_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
  };

  async [Symbol.asyncDispose]() {
    await this.#server.shutdown();
  }
}

type Place = {
  fleet: Fleet;
  /** The folder of the servers' temporary files. */
  temporary: string;
  /** The same store as the server's. */
  files: FileStore;
  start(): Promise<ServerProcess>;
  call(server: ServerProcess, path: string, init: RequestInit): Promise<Response>;
};

/** Runs `body` with servers whose files are where `settings` say. */
async function withPlace(settings: Record<string, string>, body: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const all = { DATA_DIR: folder, ...settings };
  const temporary = `${folder}/temporary`;
  await Deno.mkdir(temporary);
  const servers: ServerProcess[] = [];
  try {
    await withFleet(async (fleet) => {
      const { runtime } = fleet;
      runtime.clock.set(new Date());
      const { token } = await makeCaller(runtime, "superuser");
      const files = openFileStore({
        config: loadConfig(all, { env: {}, readFile: () => "" }),
        network: systemNetwork,
        clock: { now: () => new Date() },
        random: runtime.random,
      });
      const place: Place = {
        fleet,
        temporary,
        files,
        async start() {
          const server = await startServer({
            DATABASE_URL: runtime.databaseUrl,
            SECRET_KEYS,
            BASE_URL: runtime.config.BASE_URL,
            TMPDIR: temporary,
            ...all,
          });
          servers.push(server);
          return server;
        },
        call: (server, path, init) =>
          fetch(server.url + path, { ...init, headers: { Authorization: `Token ${token}`, ...init.headers } }),
      };
      try {
        await body(place);
      } finally {
        files.close();
        await Promise.all(servers.map((server) => server.kill()));
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const OCTETS = { "Content-Type": "application/octet-stream" };

/** Asserts that the package is not there: no file, no facts, and no version can be made of it. */
async function assertNothingStored({ fleet, files, call }: Place, server: ServerProcess): Promise<void> {
  assert.deepEqual(await Array.fromAsync(files.list()), []);
  assert.equal(await files.get(SHA256), undefined);
  assert.equal((await fleet.runtime.sql`select 1 from package_files`).length, 0);
  const response = await call(server, "/api/mdm/packages/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "Editor", source_uri: "upload://Editor.pkg", sha256: SHA256 }),
  });
  assert.equal(response.status, 400);
  assert.match((await response.json()).source_uri[0], /^Cannot find this upload/);
}

/** Asserts that the same package can be uploaded now, and that it is whole. */
async function assertUploads({ files, call }: Place, server: ServerProcess): Promise<void> {
  const response = await call(server, UPLOAD, { method: "POST", headers: OCTETS, body: FILE });
  assert.deepEqual([response.status, (await response.json()).package_sha256], [201, SHA256]);
  const found = await files.get(SHA256);
  assert.deepEqual(await new Response(found?.body).bytes(), FILE);
}

/** Removes, as housekeeping does, what nothing refers to after so many days. */
const sweep = ({ fleet: { runtime }, files }: Place, days: number) =>
  removeUnreferencedFiles({
    sql: runtime.sql,
    files,
    clock: { now: () => new Date(Date.now() + days * DAY * 1000) },
  });

/** Sends the first half of the package and no more. Returns the function that breaks it off. */
function halfUpload(place: Place, server: ServerProcess): { sent: Promise<void>; abandon(): Promise<void> } {
  const abort = new AbortController();
  const half = Promise.withResolvers<void>();
  let n = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = FILE.subarray(n, n + 65_536);
      n += piece.length;
      if (n < FILE.length / 2) return controller.enqueue(piece);
      half.resolve();
      return new Promise(() => {});
    },
  });
  const answer = place.call(server, UPLOAD, { method: "POST", headers: OCTETS, body, signal: abort.signal })
    .then((response) => response.body?.cancel(), () => {});
  return {
    sent: half.promise,
    async abandon() {
      abort.abort();
      await answer;
    },
  };
}

Deno.test("a server that is killed in the middle of an upload to its folder has stored nothing, and what is left is swept", () =>
  withPlace({}, async (place) => {
    const first = await place.start();
    const upload = halfUpload(place, first);
    await upload.sent;
    const folder = await Array.fromAsync(place.files.list());
    assert.deepEqual(folder, []);
    await first.kill();
    await upload.abandon();
    const second = await place.start();
    await assertNothingStored(place, second);
    // The remains are left while they may be an upload of another server.
    assert.equal(await place.files.tidy(new Date(Date.now() - DAY * 1000)), 0);
    await sweep(place, 2);
    assert.equal(await place.files.tidy(new Date(Date.now() + DAY * 1000)), 0, "swept already");
    await assertUploads(place, second);
    assert.equal(await sweep(place, 0.9), 0);
    assert.equal(await sweep(place, 2), 1);
    await assertNothingStored(place, second);
  }));

Deno.test("a server that is killed while it sends an upload to its bucket has stored nothing, and what is left is swept", async () => {
  await using bucket = new StallingBucket();
  await withPlace({ FILES_URL: "s3://files/espalier", ...bucket.settings }, async (place) => {
    const first = await place.start();
    // In the middle of the body, and then of the parts.
    const half = halfUpload(place, first);
    await half.sent;
    await first.kill();
    await half.abandon();
    assert.deepEqual([bucket.s3.objects.size, bucket.s3.uploads.size], [0, 0]);
    const second = await place.start();
    bucket.stalls = ({ method, url }) => method === "PUT" && url.includes("partNumber=2");
    const whole = place.call(second, UPLOAD, { method: "POST", headers: OCTETS, body: FILE }).catch(() => {});
    await until("the second part", () => bucket.waiting > 0);
    await second.kill();
    await whole;
    bucket.stalls = () => false;
    assert.deepEqual([bucket.s3.objects.size, bucket.s3.uploads.size], [0, 1]);
    const third = await place.start();
    await assertNothingStored(place, third);
    await sweep(place, 2);
    assert.equal(bucket.s3.uploads.size, 0);
    await assertUploads(place, third);
    assert.equal(await sweep(place, 2), 1);
    await assertNothingStored(place, third);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(place.temporary)), []);
  });
});

Deno.test("a server that is killed while it fetches a package has stored nothing, and another one fetches it", async () => {
  await using bucket = new StallingBucket();
  // Half of the package, and then nothing more.
  let halves = true;
  const answer = bucket.s3.answer.bind(bucket.s3);
  bucket.s3.answer = async (request) => {
    const response = await answer(request);
    if (!halves || request.method !== "GET") return response;
    bucket.waiting++;
    await response.body?.cancel();
    return new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(FILE.slice(0, FILE.length / 2)) }),
      { headers: response.headers },
    );
  };
  bucket.s3.objects.set("packages/Editor.pkg", { bytes: FILE, modified: new Date() });
  await withPlace(bucket.settings, async (place) => {
    const { sql } = place.fleet.runtime;
    const first = await place.start();
    const queued = await place.call(first, "/api/mdm/package_files/fetch/", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ package_uri: "s3://packages/Editor.pkg", package_sha256: SHA256 }),
    });
    const { task_result_url } = await queued.json();
    assert.equal(queued.status, 201);
    await until("the first half", () => bucket.waiting > 0);
    await first.kill();
    halves = false;
    const second = await place.start();
    await assertNothingStored(place, second);
    // The lease of the first server is over, and the pause after it.
    await sql`update jobs set lease_until = now() - interval '1 second' where kind = 'package-fetch'`;
    await until("the second server", async () => {
      await sql`update jobs set run_at = now() where kind = 'package-fetch' and state = 'queued' and run_at > now()`;
      const { status } = await (await place.call(second, task_result_url, {})).json();
      assert.notEqual(status, "FAILURE");
      return status === "SUCCESS";
    });
    const found = await place.files.get(SHA256);
    assert.deepEqual(await new Response(found?.body).bytes(), FILE);
    await sweep(place, 2);
    assert.deepEqual(await Array.fromAsync(place.files.list()), []);
  });
});
