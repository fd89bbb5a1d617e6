import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { SimulatedS3 } from "../../../simulators/storage/s3.ts";
import { loadConfig } from "../../../src/config.ts";
import { Problem } from "../../../src/errors.ts";
import { openFileStore } from "../../../src/files/open.ts";
import type { FileStore } from "../../../src/files/store.ts";
import { systemClock, systemNetwork, systemRandom } from "../../../src/runtime.ts";
import { MemoryStore } from "../../support/memory_files.ts";
import { hasS3Server, withS3Server } from "../../support/s3_server.ts";
import { TestClock } from "../../support/runtime.ts";

const ACCOUNT = { accessKeyId: "AKTEST", secretAccessKey: "a secret", region: "eu-central-1" };
const utf8 = (text: string) => new TextEncoder().encode(text);
const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const configOf = (settings: Record<string, unknown>) => loadConfig(settings, { env: {}, readFile: () => "" });

/** A store and the source of its dates: by the machine, or by a clock that the test moves. */
type Opened = { store: FileStore; clock: TestClock | undefined; leftovers(): Promise<number> };

async function withFolder(body: (opened: Opened) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const store = openFileStore({
      config: configOf({ DATA_DIR: folder }),
      network: systemNetwork,
      clock: new TestClock(),
      random: systemRandom,
    });
    const leftovers = async () => (await Array.fromAsync(Deno.readDir(`${folder}/files/tmp`))).length;
    await body({ store, clock: undefined, leftovers });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function withBucket(body: (opened: Opened & { s3: SimulatedS3; url: string }) => Promise<void>): Promise<void> {
  const clock = new TestClock();
  const s3 = new SimulatedS3(ACCOUNT, () => clock.now());
  const url = s3.start();
  const store = openFileStore({
    config: configOf({
      FILES_URL: "s3://files/espalier",
      S3_ENDPOINT: url,
      S3_REGION: ACCOUNT.region,
      S3_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
      S3_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
    }),
    network: systemNetwork,
    clock,
    random: systemRandom,
  });
  try {
    await body({ store, clock, leftovers: () => Promise.resolve(s3.uploads.size), s3, url });
  } finally {
    store.close();
    await s3.stop();
  }
}

async function withMemory(body: (opened: Opened) => Promise<void>): Promise<void> {
  const clock = new TestClock();
  await body({ store: new MemoryStore(clock), clock, leftovers: () => Promise.resolve(0) });
}

async function read(store: FileStore, sha256: string): Promise<Uint8Array | undefined> {
  const found = await store.get(sha256);
  if (found === undefined) return undefined;
  const bytes = new Uint8Array(await new Response(found.body).arrayBuffer());
  assert.equal(bytes.length, found.size);
  return bytes;
}

async function* pieces(total: number, size = 100_000): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < total; sent += size) {
    yield await Promise.resolve(new Uint8Array(Math.min(size, total - sent)).fill(sent % 251));
  }
}

const isTooLarge = (error: unknown) => error instanceof Problem && error.code === "too-large";

/** A bucket of versitygw: a server that others have written. */
const withRealBucket = (body: (opened: Opened) => Promise<void>): Promise<void> =>
  withS3Server(async (settings) => {
    const store = openFileStore({
      config: configOf(settings),
      network: systemNetwork,
      clock: systemClock,
      random: systemRandom,
    });
    try {
      const leftovers = () => store.tidy(new Date(Date.now() + 60_000));
      await body({ store, clock: undefined, leftovers });
    } finally {
      store.close();
    }
  });

const KINDS = {
  folder: { withStore: withFolder },
  bucket: { withStore: withBucket },
  "bucket of versitygw": { withStore: withRealBucket, ignore: !hasS3Server },
  memory: { withStore: withMemory },
};

for (const [kind, { withStore, ...options }] of Object.entries(KINDS)) {
  const test = (name: string, body: (opened: Opened) => Promise<void>) =>
    Deno.test({ name: `${kind}: ${name}`, fn: () => withStore(body), ...options });

  test("what was put is there, under its digest, and goes away", async ({ store }) => {
    const content = utf8("hello");
    const stored = await store.put(content, 100);
    assert.deepEqual(stored, { sha256: digest(content), size: 5 });
    assert.deepEqual(await read(store, stored.sha256), content);
    await store.remove(stored.sha256);
    await store.remove(stored.sha256);
    assert.equal(await read(store, stored.sha256), undefined);
    assert.equal(await store.storedAt(stored.sha256), undefined);
  });

  test("a range of a content is its bytes and no others, also when the reader stops", async ({ store }) => {
    const content = Uint8Array.from({ length: 200_000 }, (_, n) => n % 253);
    const { sha256 } = await store.put(content, 1e6);
    for (const [start, end] of [[0, 1], [5, 70_000], [65_536, 131_072], [199_999, 200_000], [0, 200_000]] as const) {
      const found = await store.get(sha256, { start, end });
      assert.equal(found?.size, end - start);
      assert.deepEqual(await new Response(found?.body).bytes(), content.slice(start, end));
    }
    await (await store.get(sha256, { start: 0, end: 150_000 }))?.body.cancel();
    assert.equal(await store.get("0".repeat(64), { start: 0, end: 1 }), undefined);
  });

  test("an empty content is a content", async ({ store }) => {
    const { sha256, size } = await store.put(new Uint8Array(), 0);
    assert.equal(size, 0);
    assert.deepEqual(await read(store, sha256), new Uint8Array());
  });

  test("a long stream of unknown length is kept whole", async ({ store, leftovers }) => {
    const total = 20 * 1024 * 1024 + 7;
    const hash = createHash("sha256");
    for await (const piece of pieces(total)) hash.update(piece);
    const { sha256, size } = await store.put(ReadableStream.from(pieces(total)), total);
    assert.equal(size, total);
    assert.equal(sha256, hash.digest("hex"));
    const found = await store.get(sha256);
    assert.equal(found?.size, total);
    const back = createHash("sha256");
    for await (const chunk of found?.body ?? []) back.update(chunk);
    assert.equal(back.digest("hex"), sha256);
    assert.equal(await leftovers(), 0);
  });

  test("one byte too many is refused, the stream is cancelled, and nothing is left", async ({ store, leftovers }) => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel: () => {
        cancelled = true;
      },
    });
    await assert.rejects(store.put(endless, 10_000), isTooLarge);
    assert.ok(cancelled);
    await assert.rejects(store.put(new Uint8Array(11), 10), isTooLarge);
    await store.put(new Uint8Array(10), 10);
    assert.equal((await Array.fromAsync(store.list())).length, 1);
    assert.equal(await leftovers(), 0);
  });

  test("a stream that breaks leaves nothing and its error is told", async ({ store, leftovers }) => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(utf8("half")),
      pull: () => Promise.reject(new Error("the line went dead")),
    });
    await assert.rejects(store.put(broken, 100), /the line went dead/);
    assert.deepEqual(await Array.fromAsync(store.list()), []);
    assert.equal(await leftovers(), 0);
  });

  test("the same content is kept once and counts as new when it comes again", async ({ store, clock }) => {
    const { sha256 } = await store.put(utf8("same"), 10);
    const first = await store.storedAt(sha256);
    assert.ok(first !== undefined);
    clock?.advance(3600);
    await store.put(utf8("same"), 10);
    const [one, ...others] = await Array.fromAsync(store.list());
    assert.deepEqual(others, []);
    assert.equal(one?.sha256, sha256);
    assert.ok(one.storedAt >= first);
    if (clock !== undefined) assert.equal(one.storedAt.getTime(), first.getTime() + 3_600_000);
  });

  test("many at once are all there, and the list has every one", async ({ store }) => {
    const contents = Array.from({ length: 8 }, (_, n) => utf8(`content ${n % 7}`));
    const stored = await Promise.all(contents.map((content) => store.put(content, 100)));
    const listed = (await Array.fromAsync(store.list())).map(({ sha256 }) => sha256).sort();
    assert.deepEqual(listed, [...new Set(stored.map(({ sha256 }) => sha256))].sort());
    assert.equal(listed.length, 7);
  });

  test("names that are no digest are no files", async ({ store }) => {
    const { sha256 } = await store.put(utf8("x"), 10);
    const tricks = [
      "",
      "../../secret.keys",
      `../${sha256}`,
      sha256.toUpperCase(),
      `${sha256}/`,
      sha256.slice(1),
      "tmp",
      `${sha256}\n`,
    ];
    for (const trick of tricks) {
      assert.equal(await store.get(trick), undefined);
      assert.equal(await store.storedAt(trick), undefined);
      assert.equal(await store.address(trick, { contentType: "text/xml", seconds: 60 }), undefined);
      await store.remove(trick);
    }
    assert.deepEqual(await read(store, sha256), utf8("x"));
  });
}

Deno.test("folder: files are for their owner alone, in folders by their digest; stray files are no files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = configOf({ DATA_DIR: folder });
    const store = openFileStore({ config, network: systemNetwork, clock: new TestClock(), random: systemRandom });
    const { sha256 } = await store.put(utf8("x"), 10);
    const path = `${folder}/files/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(`${folder}/files`)).mode! & 0o777, 0o700);
    await Deno.writeTextFile(`${folder}/files/.hidden`, "");
    await Deno.writeTextFile(`${folder}/files/${sha256.slice(0, 2)}/.hidden`, "");
    assert.equal((await Array.fromAsync(store.list())).length, 1);
    await Deno.writeTextFile(join(folder, "files", "tmp", "unfinished"), "half");
    assert.equal(await store.tidy(new Date(Date.now() - 60_000)), 0);
    assert.equal(await store.tidy(new Date(Date.now() + 60_000)), 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("bucket: an address serves the content with its type, for its time, and only as signed", () =>
  withBucket(async ({ s3, clock, url }) => {
    assert.ok(clock !== undefined);
    // Over plain http no device would use it: the address is made for a service with TLS.
    const store = openFileStore({
      config: configOf({
        FILES_URL: "s3://files/espalier/",
        S3_ENDPOINT: "https://s3.example.com",
        S3_REGION: ACCOUNT.region,
        S3_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
        S3_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
      }),
      network: { client: () => ({ fetch: (address, init) => s3.answer(new Request(address, init)), close() {} }) },
      clock,
      random: systemRandom,
    });
    const { sha256 } = await store.put(utf8("<plist/>"), 100);
    assert.ok(s3.objects.has(`files/espalier/${sha256}`));
    const address = await store.address(sha256, { contentType: "text/xml", seconds: 300 });
    assert.ok(address !== undefined && address.startsWith(`https://s3.example.com/files/espalier/${sha256}?`));
    const fetchAs = (changed: string) => s3.answer(new Request(changed));
    const good = await fetchAs(address);
    assert.equal(good.status, 200);
    assert.equal(good.headers.get("content-type"), "text/xml");
    assert.equal(await good.text(), "<plist/>");
    assert.equal((await fetchAs(address.replace("text%2Fxml", "text%2Fhtml"))).status, 403);
    assert.equal((await fetchAs(address.replace(sha256, "0".repeat(64)))).status, 403);
    assert.equal((await fetchAs(address.replace("Expires=300", "Expires=3000"))).status, 403);
    assert.equal((await fetchAs(address.split("?")[0] ?? "")).status, 403);
    assert.equal((await s3.answer(new Request(address, { method: "DELETE" }))).status, 403);
    clock.advance(301);
    assert.equal((await fetchAs(address)).status, 403);
    store.close();
    // If the service itself uses plain http, files go through the server.
    const plain = await withPlainAddress(url, clock);
    assert.equal(plain, undefined);
  }));

async function withPlainAddress(url: string, clock: TestClock): Promise<string | undefined> {
  const store = openFileStore({
    config: configOf({ FILES_URL: "s3://files", S3_ENDPOINT: url, S3_ACCESS_KEY_ID: "a", S3_SECRET_ACCESS_KEY: "b" }),
    network: systemNetwork,
    clock,
    random: systemRandom,
  });
  try {
    return await store.address("0".repeat(64), { contentType: "text/xml", seconds: 1 });
  } finally {
    store.close();
  }
}

Deno.test("bucket: wrong credentials, a wrong clock and an outage are refusals that tell no secret", () =>
  withBucket(async ({ s3, store, clock, url }) => {
    assert.ok(clock !== undefined);
    const wrong = openFileStore({
      config: configOf({
        FILES_URL: "s3://files/espalier",
        S3_ENDPOINT: url,
        S3_REGION: ACCOUNT.region,
        S3_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
        S3_SECRET_ACCESS_KEY: "another secret",
      }),
      network: systemNetwork,
      clock,
      random: systemRandom,
    });
    const refusal = (reason: RegExp) => (error: unknown) =>
      error instanceof Problem && error.code === "unavailable" && reason.test(error.details.reason ?? "") &&
      !`${error.message} ${error.details.reason}`.includes("secret");
    await assert.rejects(wrong.put(utf8("x"), 10), refusal(/403 SignatureDoesNotMatch/));
    await assert.rejects(wrong.get("0".repeat(64)), refusal(/403 SignatureDoesNotMatch/));
    wrong.close();
    assert.equal(s3.objects.size, 0);
    s3.outages = 2;
    await store.put(utf8("x"), 10);
    assert.equal(s3.objects.size, 1);
    s3.outages = 3;
    await assert.rejects(store.put(utf8("y"), 10), refusal(/503 SlowDown/));
    const late = new SimulatedS3(ACCOUNT, () => new Date(clock.now().getTime() + 3_600_000));
    const response = await late.answer(new Request(`${url}/files/x`));
    assert.equal(response.status, 403);
  }));

Deno.test("bucket: a broken upload in parts is aborted, and one left by a crash is removed", () =>
  withBucket(async ({ s3, store, clock, url }) => {
    assert.ok(clock !== undefined);
    const broken = openFileStore({
      config: configOf({
        FILES_URL: "s3://files/espalier",
        S3_ENDPOINT: url,
        S3_REGION: ACCOUNT.region,
        S3_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
        S3_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
      }),
      network: {
        client: () => ({
          fetch: (address, init) =>
            address.includes("partNumber=2")
              ? Promise.resolve(new Response("<Error><Code>QuotaExceeded</Code></Error>", { status: 403 }))
              : s3.answer(new Request(address, init)),
          close() {},
        }),
      },
      clock,
      random: systemRandom,
    });
    await assert.rejects(
      broken.put(ReadableStream.from(pieces(9 * 1024 * 1024)), 1e9),
      (error) => error instanceof Problem && error.details.reason === "the bucket answered 403 QuotaExceeded",
    );
    assert.deepEqual(s3.seen.splice(0).map(({ method }) => method), ["POST", "PUT", "DELETE"]);
    assert.deepEqual([s3.objects.size, s3.uploads.size], [0, 0]);
    await store.put(ReadableStream.from(pieces(9 * 1024 * 1024)), 1e9);
    assert.deepEqual(s3.seen.map(({ method }) => method), ["POST", "PUT", "PUT", "POST"]);
    s3.uploads.set("left", { key: `files/espalier/${"0".repeat(64)}`, initiated: clock.now(), parts: new Map() });
    s3.uploads.set("theirs", { key: "files/other", initiated: clock.now(), parts: new Map() });
    assert.equal(await store.tidy(clock.now()), 0);
    clock.advance(10);
    assert.equal(await store.tidy(clock.now()), 1);
    assert.deepEqual([...s3.uploads.keys()], ["theirs"]);
  }));

Deno.test("other objects in the bucket are left alone", () =>
  withBucket(async ({ s3, store, clock }) => {
    assert.ok(clock !== undefined);
    await store.put(utf8("x"), 10);
    for (
      const key of [
        "espalier/readme.txt",
        `espalier/sub/${"0".repeat(64)}`,
        "other",
        "espalier/a&b",
        "espalier/1",
        "espalier/2",
      ]
    ) {
      s3.objects.set(`files/${key}`, { bytes: utf8(""), modified: clock.now() });
    }
    assert.equal((await Array.fromAsync(store.list())).length, 1);
  }));

Deno.test("settings that name a bucket without its credentials are refused, and so are strange buckets", () => {
  assert.throws(() => configOf({ FILES_URL: "s3://files" }), /FILES_URL without S3_ACCESS_KEY_ID/);
  assert.throws(() => configOf({ S3_ACCESS_KEY_ID: "a" }), /S3_ACCESS_KEY_ID without S3_SECRET_ACCESS_KEY/);
  for (const url of ["https://x", "s3://", "s3://A", "s3://files/../x", "s3://files/a//b"]) {
    assert.throws(() => configOf({ FILES_URL: url, S3_ACCESS_KEY_ID: "a", S3_SECRET_ACCESS_KEY: "b" }), /FILES_URL/);
  }
});
