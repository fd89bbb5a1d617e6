import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { SimulatedS3 } from "../../simulators/storage/s3.ts";
import { startServer } from "../../simulators/server_process.ts";
import { channelIdOf } from "../../db/ids.ts";
import { one } from "../../db/open.ts";
import { packageUrl } from "../../src/downloads/url.ts";
import { makeCaller } from "../routes/api/support.ts";
import { assign, link, makeBlueprint } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";
import { pkgOf } from "../support/packages.ts";
import { hasS3Server, withS3Server } from "../support/s3_server.ts";

const SECRET_KEYS = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const ACCOUNT = { accessKeyId: "AKTEST", secretAccessKey: "a secret", region: "eu-central-1" };
/** Megabytes of the package. The figures in docs/enterprise-apps.md were measured with 500. */
const MEGABYTES = Number(Deno.env.get("PACKAGE_MB") ?? 25);
const DEVICES = 20;
/** Megabytes above those of the idle server. The runtime takes a copy of each part that is sent to a bucket. */
const ALLOWED = { upload: { folder: 100, bucket: 150 }, downloads: 100 };

async function megabytes(pid: number, key: "VmRSS" | "VmHWM"): Promise<number | undefined> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  const [, kilobytes] = new RegExp(`${key}:\\s+(\\d+) kB`).exec(status) ?? [];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1000);
}

/** A package whose payload is never held as a whole. */
function largePackage(): { size: number; stream(): ReadableStream<Uint8Array> } {
  const head = pkgOf();
  const piece = new Uint8Array(1_000_000).fill(7);
  return {
    size: head.length + MEGABYTES * piece.length,
    stream: () =>
      ReadableStream.from((async function* () {
        yield head;
        for (let n = 0; n < MEGABYTES; n++) yield await Promise.resolve(piece);
      })()),
  };
}

async function measure(settings: Record<string, string>, place: keyof typeof ALLOWED.upload): Promise<void> {
  const folder = await Deno.makeTempDir();
  await withFleet(async (fleet) => {
    const { runtime } = fleet;
    runtime.clock.set(new Date());
    const start = () =>
      startServer({
        DATABASE_URL: runtime.databaseUrl,
        DATA_DIR: folder,
        SECRET_KEYS,
        BASE_URL: runtime.config.BASE_URL,
        ...settings,
      });
    let server = await start();
    try {
      const { token } = await makeCaller(runtime, "superuser");
      const call = async (method: string, path: string, body: BodyInit, type = "application/json") => {
        const headers = { Authorization: `Token ${token}`, "Content-Type": type };
        const response = await fetch(server.url + path, { method, headers, body });
        const json = await response.json();
        assert.ok(response.ok, `${path}: ${JSON.stringify(json)}`);
        return json;
      };
      // Warm: what every request needs is loaded.
      const artifact = await call(
        "POST",
        "/api/mdm/artifacts/",
        JSON.stringify({
          name: "Editor",
          type: "Enterprise App",
          channel: "Device",
          platforms: ["macOS"],
        }),
      );
      const path = "/api/mdm/package_files/?filename=Editor.pkg";
      for (let n = 0; n < 10; n++) {
        await call("POST", path, pkgOf({ version: `0.${n}`, size: 2_000_000 }), "application/octet-stream");
      }
      const file = largePackage();
      const idle = await megabytes(server.pid, "VmRSS");
      const sent = await call("POST", path, file.stream(), "application/octet-stream");
      const afterUpload = await megabytes(server.pid, "VmHWM");
      assert.equal(sent.package_size, file.size);
      const version = await call(
        "POST",
        "/api/mdm/enterprise_apps/",
        JSON.stringify({
          artifact: artifact.id,
          version: 1,
          macos: true,
          package_uri: sent.package_uri,
          package_sha256: sent.package_sha256,
        }),
      );
      const blueprint = await makeBlueprint(fleet);
      await link(fleet, blueprint.id, artifact.id, { macos: true });
      const device = await fleet.enrolled({
        mischief: (type) => type === "InstallEnterpriseApplication" ? "drop" : undefined,
      });
      await assign(fleet, device.serialNumber, blueprint.id);
      await device.connect();
      const { id } = one(await runtime.sql<{ id: number }[]>`select max(id) as id from channels`);
      const address = new URL(await packageUrl(runtime, channelIdOf(id), version.id));
      const get = (start: number) =>
        fetch(server.url + address.pathname, { headers: start === 0 ? {} : { Range: `bytes=${start}-` } });
      // Another process, so that each part has its own peak; warm again.
      await server.kill();
      server = await start();
      for (let n = 0; n < 10; n++) await (await get(file.size - 1_000_000)).bytes();
      const idleAgain = await megabytes(server.pid, "VmRSS");
      const began = performance.now();
      const sizes = await Promise.all(Array.from({ length: DEVICES }, async (_, n) => {
        // Every second one resumes a download that broke off.
        const start = n % 2 === 0 ? 0 : 1_000_000;
        const response = await get(start);
        assert.equal(response.status, start === 0 ? 200 : 206);
        let size = start;
        const hash = createHash("sha256");
        for await (const piece of response.body ?? []) {
          size += piece.length;
          // One of them is enough: hashing costs as much as serving.
          if (n === 0) hash.update(piece);
        }
        if (n === 0) assert.equal(hash.digest("hex"), sent.package_sha256);
        return size;
      }));
      const seconds = (performance.now() - began) / 1000;
      assert.ok(sizes.every((size) => size === file.size), `${sizes}`);
      const peak = await megabytes(server.pid, "VmHWM");
      console.log(
        `${DEVICES} downloads of ${MEGABYTES} MB from a ${place}: idle ${idle} MB, with the upload ${afterUpload} MB; ` +
          `idle ${idleAgain} MB, with the downloads ${peak} MB, ${seconds.toFixed(1)} s`,
      );
      const rose = (from: number | undefined, to: number | undefined) =>
        from === undefined || to === undefined ? 0 : to - from;
      assert.ok(rose(idle, afterUpload) <= ALLOWED.upload[place], `${idle} MB, then ${afterUpload} MB`);
      assert.ok(rose(idleAgain, peak) <= ALLOWED.downloads, `${idleAgain} MB, then ${peak} MB`);
    } finally {
      await server.kill();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("a large package passes through uploads and 20 downloads at once in bounded memory, with a folder", () =>
  measure({}, "folder"));

Deno.test("a large package passes through uploads and 20 downloads at once in bounded memory, with a bucket", async () => {
  const s3 = new SimulatedS3(ACCOUNT, () => new Date());
  const url = s3.start();
  try {
    await measure({
      FILES_URL: "s3://files/espalier",
      S3_ENDPOINT: url,
      S3_REGION: ACCOUNT.region,
      S3_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
      S3_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
    }, "bucket");
  } finally {
    await s3.stop();
  }
});

Deno.test({
  name: "a large package passes through uploads and 20 downloads at once in bounded memory, with a bucket of versitygw",
  ignore: !hasS3Server,
  fn: () => withS3Server((settings) => measure(settings, "bucket")),
});
