import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { SimulatedS3 } from "../../../simulators/storage/s3.ts";
import { loadConfig } from "../../../src/config.ts";
import { dataAssetDownloadUrl } from "../../../src/downloads/url.ts";
import { openFileStore } from "../../../src/files/open.ts";
import { systemNetwork } from "../../../src/runtime.ts";
import { type Fleet, withFleet } from "../../support/fleet.ts";
import { TestClock } from "../../support/runtime.ts";
import { addDataAsset, advertise, channelOf } from "../../support/hosted.ts";

const ACCOUNT = { accessKeyId: "AKTEST", secretAccessKey: "a secret", region: "eu-central-1" };
/** More than the pieces that a store reads at once, whose memory is gone after a while. */
const CONTENT = Uint8Array.from({ length: 3_000_001 }, (_, n) => (n * 31 + n / 7) % 256);
const SIZE = CONTENT.length;
const ETAG = `"${createHash("sha256").update(CONTENT).digest("hex")}"`;

/** Runs `body` with a house whose files are in a store of these settings. */
async function withStore(settings: Record<string, string>, body: (fleet: Fleet, url: string) => Promise<void>) {
  await withFleet(async (fleet) => {
    const { runtime } = fleet;
    const config = loadConfig({ ...settings }, { env: {}, readFile: () => "" });
    const store = openFileStore({ config, network: systemNetwork, clock: runtime.clock, random: runtime.random });
    Object.assign(runtime, { files: store });
    try {
      const channel = await channelOf(runtime, await fleet.enrolled());
      const asset = await addDataAsset(runtime, "ZIP", CONTENT);
      await advertise(runtime, channel, asset);
      await body(fleet, await dataAssetDownloadUrl(runtime, channel, asset.versionId));
    } finally {
      store.close();
    }
  });
}

/** The places of files that the server sends itself. */
const PLACES: Record<string, (body: (fleet: Fleet, url: string) => Promise<void>) => Promise<void>> = {
  async "a folder"(body) {
    const folder = await Deno.makeTempDir();
    try {
      await withStore({ DATA_DIR: folder }, body);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  async "a bucket"(body) {
    const clock = new TestClock();
    const s3 = new SimulatedS3(ACCOUNT, () => clock.now());
    const endpoint = s3.start();
    try {
      await withStore({
        FILES_URL: "s3://files/espalier",
        S3_ENDPOINT: endpoint,
        S3_REGION: ACCOUNT.region,
        S3_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
        S3_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
      }, body);
    } finally {
      await s3.stop();
    }
  },
};

type Answer = { status: number; headers: Record<string, string | null>; bytes: Uint8Array };

async function ask(fleet: Fleet, url: string, headers: Record<string, string>, method = "GET"): Promise<Answer> {
  const response = await fleet.fetch(new Request(url, { headers, method }));
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  // A copy of each, as a connection takes it.
  for await (const piece of response.body ?? []) pieces.push(Uint8Array.from(piece));
  const header = (name: string) => response.headers.get(name);
  return {
    status: response.status,
    headers: {
      length: header("content-length"),
      range: header("content-range"),
      accepts: header("accept-ranges"),
      etag: header("etag"),
      caching: header("cache-control"),
    },
    bytes: await new Blob(pieces).bytes(),
  };
}

const file = (length: number, range: string | null = null) => ({
  length: String(length),
  range,
  accepts: "bytes",
  etag: ETAG,
  caching: "private, no-cache",
});
const NOTHING = new Uint8Array();
const all: Answer = { status: 200, headers: file(SIZE), bytes: CONTENT };
const part = (start: number, end: number): Answer => ({
  status: 206,
  headers: file(end - start, `bytes ${start}-${end - 1}/${SIZE}`),
  bytes: CONTENT.subarray(start, end),
});
const none = { length: null, range: null, accepts: null, etag: null, caching: null };
const beyond: Answer = {
  status: 416,
  headers: { ...none, range: `bytes */${SIZE}`, accepts: "bytes" },
  bytes: NOTHING,
};
const unchanged: Answer = {
  status: 304,
  headers: { ...none, etag: ETAG, caching: "private, no-cache" },
  bytes: NOTHING,
};

const CASES: [string, Record<string, string>, Answer][] = [
  ["no range", {}, all],
  ["the first byte", { Range: "bytes=0-0" }, part(0, 1)],
  ["the middle", { Range: "bytes=1000000-2999999" }, part(1_000_000, 3_000_000)],
  ["an open end", { Range: "bytes=2500000-" }, part(2_500_000, SIZE)],
  ["an end beyond the file", { Range: "bytes=2999999-9999999" }, part(2_999_999, SIZE)],
  ["a suffix", { Range: "bytes=-5" }, part(SIZE - 5, SIZE)],
  ["a suffix longer than the file", { Range: "bytes=-9999999" }, part(0, SIZE)],
  ["beyond the end", { Range: `bytes=${SIZE}-` }, beyond],
  ["no suffix", { Range: "bytes=-0" }, beyond],
  ["several ranges", { Range: "bytes=0-1,5-6" }, all],
  ["another unit", { Range: "pages=1-2" }, all],
  ["a range of this file", { Range: "bytes=0-9", "If-Range": ETAG }, part(0, 10)],
  ["a range of another file", { Range: "bytes=0-9", "If-Range": '"other"' }, all],
  ["a range beyond the end of another file", { Range: "bytes=9999999-", "If-Range": '"other"' }, all],
  ["a file that the client has", { "If-None-Match": ETAG }, unchanged],
  ["a range of a file that the client has", { "If-None-Match": ETAG, Range: "bytes=9999999-" }, unchanged],
];

for (const [place, withPlace] of Object.entries(PLACES)) {
  Deno.test(`ranges of a file in ${place} are answered as RFC 9110 says`, (t) =>
    withPlace(async (fleet, url) => {
      for (const [name, headers, expected] of CASES) {
        await t.step(name, async () => assert.deepEqual(await ask(fleet, url, headers), expected));
      }
      await t.step("another file than the client wants", async () => {
        assert.equal((await ask(fleet, url, { "If-Match": '"other"', Range: "bytes=0-9" })).status, 412);
        assert.deepEqual(await ask(fleet, url, { "If-Match": ETAG, Range: "bytes=0-9" }), part(0, 10));
      });
      await t.step("HEAD has no ranges", async () => {
        for (const headers of [{}, { Range: "bytes=0-9" }, { Range: "bytes=9999999-" }]) {
          assert.deepEqual(await ask(fleet, url, headers, "HEAD"), { ...all, bytes: NOTHING });
        }
        assert.deepEqual(await ask(fleet, url, { "If-None-Match": ETAG }, "HEAD"), unchanged);
      });
      await t.step("a file that is gone is not served, nor said to be unchanged", async () => {
        await fleet.runtime.files.remove(ETAG.slice(1, -1));
        for (const headers of [{}, { Range: "bytes=0-9" }, { "If-None-Match": ETAG }]) {
          assert.equal((await ask(fleet, url, headers)).status, 404);
        }
        assert.equal((await ask(fleet, url, {}, "HEAD")).status, 404);
      });
    }));
}
