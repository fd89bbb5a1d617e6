import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { SimulatedS3 } from "../../../simulators/storage/s3.ts";
import { loadConfig } from "../../../src/config.ts";
import { Problem } from "../../../src/errors.ts";
import { type ExternalFile, readExternal } from "../../../src/files/external.ts";
import { createLogger } from "../../../src/log.ts";
import type { Network } from "../../../src/runtime.ts";
import { TestClock } from "../../support/runtime.ts";

const ACCOUNT = { accessKeyId: "AKTEST", secretAccessKey: "a secret", region: "eu-central-1" };
const CONTENT = new TextEncoder().encode("PK…");
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

type House = {
  fetched: string[];
  open: number;
  answer(request: Request): Response | Promise<Response>;
  settings: Record<string, unknown>;
};

async function read(
  house: House,
  file: Partial<ExternalFile> & { uri: string },
): Promise<{ filename: string; text: string }> {
  const network: Network = {
    client: () => {
      house.open++;
      return {
        fetch: async (url, init) => {
          house.fetched.push(url);
          return await house.answer(new Request(url, init));
        },
        close: () => {
          house.open--;
        },
      };
    },
  };
  const clock = new TestClock();
  const config = loadConfig(house.settings, { env: {}, readFile: () => "" });
  const log = createLogger("silent", () => clock.now(), () => {});
  const { filename, body } = await readExternal({ config, network, clock, log }, {
    sha256: SHA256,
    limit: 100,
    ...file,
  });
  return { filename, text: await new Response(body).text() };
}

const makeHouse = (change: Partial<House> = {}): House => ({
  fetched: [],
  open: 0,
  answer: () => new Response(CONTENT),
  settings: { FILE_URI_HOSTS: "files.example.com,other.example.com:8443" },
  ...change,
});

async function refuses(house: House, file: Partial<ExternalFile> & { uri: string }, sentence: RegExp): Promise<void> {
  await assert.rejects(read(house, file), (error) => {
    assert.ok(error instanceof Problem, String(error));
    assert.match(error.details.fields?.[file.field ?? "file_uri"]?.join() ?? "", sentence);
    return true;
  });
  assert.equal(house.open, 0, "a connection was left open");
}

Deno.test("a file of a host that the settings name is read, with its name", async () => {
  const house = makeHouse();
  assert.deepEqual(await read(house, { uri: "https://files.example.com/a/b%20c.zip?x=1" }), {
    filename: "b c.zip",
    text: "PK…",
  });
  assert.equal((await read(house, { uri: "https://other.example.com:8443/x", extensions: ["", ".zip"] })).text, "PK…");
  assert.equal(house.open, 0);
});

Deno.test("no other host, scheme, port or user is ever asked", async () => {
  const house = makeHouse();
  await refuses(house, { uri: "https://169.254.169.254/latest/meta-data/" }, /Cannot fetch from "169.254.169.254"/);
  await refuses(house, { uri: "https://files.example.com.evil.example/x" }, /FILE_URI_HOSTS does not name it/);
  await refuses(house, { uri: "https://files.example.com:8443/x" }, /FILE_URI_HOSTS does not name it/);
  await refuses(house, { uri: "https://files.example.com@evil.example/x" }, /Cannot fetch from "evil.example"/);
  await refuses(house, { uri: "https://user:pw@files.example.com/x" }, /user name or password/);
  await refuses(house, { uri: "http://files.example.com/x" }, /^Unknown external resource URI scheme: 'http'$/);
  await refuses(house, { uri: "file:///etc/passwd" }, /^Unknown external resource URI scheme: 'file'$/);
  await refuses(house, { uri: "nothing" }, /valid URL/);
  await refuses(house, { uri: "https://files.example.com/%" }, /valid URL/);
  await refuses(house, { uri: "https://files.example.com/a%00b.zip" }, /valid URL/);
  await refuses(makeHouse({ settings: {} }), { uri: "https://files.example.com/x" }, /FILE_URI_HOSTS/);
  assert.deepEqual(house.fetched, []);
});

Deno.test("a name has no folders, however they are written", async () => {
  const house = makeHouse();
  assert.equal((await read(house, { uri: "https://files.example.com/a/..%2f..%2fb.zip" })).filename, "b.zip");
});

Deno.test("a redirect is not followed, and the other server's text is not repeated", async () => {
  const redirect = makeHouse({
    answer: () => new Response("inner page", { status: 302, headers: { Location: "https://169.254.169.254/" } }),
  });
  await refuses(redirect, { uri: "https://files.example.com/x" }, /^Could not download the file\.$/);
  assert.equal(redirect.fetched.length, 1);
  await refuses(makeHouse({ answer: () => new Response("no", { status: 500 }) }), {
    uri: "https://files.example.com/x",
  }, /^Could not/);
  await refuses(
    makeHouse({ answer: () => Promise.reject(new Error("dns")) }),
    { uri: "https://files.example.com/x" },
    /^Could not/,
  );
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("dead")) });
  await refuses(
    makeHouse({ answer: () => new Response(broken) }),
    { uri: "https://files.example.com/x" },
    /^Could not/,
  );
});

Deno.test("another content, too much of it, and another ending are refused on the field that was named", async () => {
  const house = makeHouse();
  const uri = "https://files.example.com/x.zip";
  await refuses(house, { uri, sha256: "0".repeat(64), field: "package_uri" }, /^Hash mismatch$/);
  await refuses(house, { uri, limit: CONTENT.length - 1 }, /more than 4 bytes/);
  await refuses(house, { uri, extensions: [".pkg"] }, /^Unsupported file extension: '.zip'$/);
  assert.equal((await read(house, { uri, limit: CONTENT.length, extensions: [".zip"] })).text, "PK…");
});

Deno.test("a stream that is no longer read releases its connection", async () => {
  const house = makeHouse();
  const clock = new TestClock();
  const network: Network = {
    client: () => {
      house.open++;
      return { fetch: () => Promise.resolve(new Response(CONTENT)), close: () => void house.open-- };
    },
  };
  const { body } = await readExternal({
    config: loadConfig(house.settings, { env: {}, readFile: () => "" }),
    network,
    clock,
    log: createLogger("silent", () => clock.now(), () => {}),
  }, { uri: "https://files.example.com/x", sha256: SHA256, limit: 10 });
  await body.cancel();
  assert.equal(house.open, 0);
});

Deno.test("a bucket is read with the configured credentials, keys of any letters", async () => {
  const clock = new TestClock();
  const s3 = new SimulatedS3(ACCOUNT, () => clock.now());
  const settings = {
    S3_REGION: ACCOUNT.region,
    S3_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
    S3_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
    S3_ENDPOINT: "https://s3.example.com",
  };
  const house = makeHouse({ settings, answer: (request) => s3.answer(request) });
  const key = "a b/ü+(1)'!*~.zip";
  s3.objects.set(`uploads/${key}`, { bytes: CONTENT, modified: clock.now() });
  const uri = `s3://uploads/${encodeURIComponent(key).replaceAll("%2F", "/")}`;
  assert.deepEqual(await read(house, { uri }), { filename: "ü+(1)'!*~.zip", text: "PK…" });
  assert.equal(house.open, 0);
  await refuses(house, { uri: "s3://uploads/none" }, /^Could not download/);
  await refuses(house, { uri: "s3://uploads/" }, /should have the form s3:/);
  await refuses(house, { uri: "s3://up%2floads/x" }, /should have the form s3:/);
  await refuses(makeHouse(), { uri: "s3://uploads/x" }, /S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are not set/);
});

Deno.test("Amazon's own addresses are by host, and by path where the bucket has a full stop", async () => {
  const settings = { S3_REGION: "eu-central-1", S3_ACCESS_KEY_ID: "a", S3_SECRET_ACCESS_KEY: "b" };
  const house = makeHouse({ settings });
  await read(house, { uri: "s3://uploads/x/y.zip" });
  await read(house, { uri: "s3://up.loads/x/y.zip" });
  assert.deepEqual(house.fetched, [
    "https://uploads.s3.eu-central-1.amazonaws.com/x/y.zip",
    "https://s3.eu-central-1.amazonaws.com/up.loads/x/y.zip",
  ]);
});
