import assert from "node:assert/strict";
import https from "node:https";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createApp } from "../../routes/app.ts";
import { Connections } from "../../routes/connections.ts";
import { listen, type Listener } from "../../routes/listener.ts";
import { selfSigned } from "../../simulators/device/self_signed.ts";
import { dataAssetDownloadUrl } from "../../src/downloads/url.ts";
import { downloadDirectProfile } from "../../src/enrollment/ota_enrollments.ts";
import { toPem } from "../../src/pki/certificate.ts";
import { exportPkcs8 } from "../../src/pki/keys.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { addDataAsset, advertise, channelOf } from "../support/hosted.ts";
import { testBy } from "./api/support.ts";

const keyPem = toPem(exportPkcs8(KEYS[0]), "PRIVATE KEY");
const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2036-01-01T00:00:00Z") };
const certificatePem = toPem(selfSigned({ subject: [["CN", "localhost"]], key: KEYS[0], ...dates }), "CERTIFICATE");

async function withPort(body: (fleet: Fleet, port: Listener) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  await withFleet(async (fleet) => {
    const port = await listen(createApp(fleet.runtime).fetch, {
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert: certificatePem, key: keyPem },
      asksCertificate: true,
      connections: new Connections({ perAddress: 100, total: 100, exempt: () => false }, fleet.runtime.counters),
      failed: (error) => failures.push(error),
    });
    try {
      await body(fleet, port);
    } finally {
      await port.close(1000);
      assert.deepEqual(failures, []);
    }
  }, {
    TLS_FULLCHAIN: certificatePem,
    TLS_PRIVKEY: keyPem,
    MTLS_PORT: 0,
    MTLS_BASE_URL: "https://devices.example.com",
  });
}

type Answer = { status: number; text: string };

/** A PUT over HTTP/1.1, with the client certificate that is given. */
function put(port: number, path: string, body: Uint8Array, options: https.RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      { host: "127.0.0.1", port, path, method: "PUT", rejectUnauthorized: false, agent: false, ...options },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: String(Buffer.concat(chunks)) }));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

Deno.test("a device shows its certificate on the mutual TLS port, and signs nothing", () =>
  withPort(async (fleet, { port }) => {
    // The profile says devices.example.com: the device's messages go to the port instead.
    const seen: Request[] = [];
    const device = fleet.device({
      send: async (request) => {
        const url = new URL(request.url);
        if (url.hostname !== "devices.example.com") return await fleet.fetch(request);
        seen.push(request.clone());
        const { identity } = device;
        assert.ok(identity);
        const { status, text } = await put(port, url.pathname, new Uint8Array(await request.arrayBuffer()), {
          cert: toPem(identity.certificate.der, "CERTIFICATE"),
          key: toPem(exportPkcs8(identity.key), "PRIVATE KEY"),
        });
        return new Response(text === "" ? null : text, { status });
      },
    });
    await device.enroll(await downloadDirectProfile(fleet.runtime, testBy, fleet.enrollmentId, { signed: true }));
    assert.deepEqual((await device.connect()).map(({ requestType }) => requestType), [
      "DeviceInformation",
      "SecurityInfo",
      "ActivationLockBypassCode",
    ]);
    assert.ok(seen.length > 3 && seen.every(({ headers }) => !headers.has("mdm-signature")));

    const idle = buildPlist({ UDID: device.udid, Status: "Idle" });
    const { identity } = device;
    assert.ok(identity);
    const own = {
      cert: toPem(identity.certificate.der, "CERTIFICATE"),
      key: toPem(exportPkcs8(identity.key), "PRIVATE KEY"),
    };
    assert.deepEqual(await put(port, "/public/mdm/connect/", idle, own), { status: 200, text: "" });

    const header = { "X-SSL-Client-Cert": encodeURIComponent(own.cert) };
    const none = await put(port, "/public/mdm/connect/", idle, { headers: header });
    assert.equal(none.status, 400, "a certificate in a header is not one that was shown");
    const stranger = toPem(selfSigned({ subject: [["CN", "x"]], key: KEYS[0], ...dates }), "CERTIFICATE");
    assert.equal((await put(port, "/public/mdm/connect/", idle, { cert: stranger, key: keyPem })).status, 400);
  }));

/** A GET: status, length that was promised, and digest of what came. */
function get(port: number, path: string, identity: { cert: string; key: string }, method = "GET") {
  return new Promise<{ status: number; length: string; sha256: string }>((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, method, rejectUnauthorized: false, agent: false, ...identity };
    const request = https.request(options, (response) => {
      const hash = createHash("sha256");
      response.on("data", (chunk) => hash.update(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          length: String(response.headers["content-length"]),
          sha256: hash.digest("hex"),
        }));
    });
    request.on("error", reject);
    request.end();
  });
}

Deno.test("large files are streamed over the port, and let go of when the device hangs up", () =>
  withPort(async (fleet, { port }) => {
    const { runtime } = fleet;
    const device = fleet.device();
    // Enrolled without the port: its certificate is all that the port asks for.
    Object.assign(runtime.config, { MTLS_PROXY: false });
    await device.enroll(await downloadDirectProfile(runtime, testBy, fleet.enrollmentId, { signed: true }));
    Object.assign(runtime.config, { MTLS_PROXY: true });
    assert.ok(device.identity);
    const own = {
      cert: toPem(device.identity.certificate.der, "CERTIFICATE"),
      key: toPem(exportPkcs8(device.identity.key), "PRIVATE KEY"),
    };
    const content = crypto.getRandomValues(new Uint8Array(60_000));
    const asset = await addDataAsset(runtime, "ZIP", content);
    const channel = await channelOf(runtime, device);
    await advertise(runtime, channel, asset);
    const { pathname } = new URL(await dataAssetDownloadUrl(runtime, channel, asset.versionId));

    const chunks = 300;
    let [pulled, cancelled] = [0, false];
    runtime.files.get = () =>
      Promise.resolve({
        size: content.length * chunks,
        body: new ReadableStream<Uint8Array>({
          pull: (controller) => pulled++ < chunks ? controller.enqueue(content) : controller.close(),
          cancel: () => void (cancelled = true),
        }),
      });
    const hash = createHash("sha256");
    for (let n = 0; n < chunks; n++) hash.update(content);
    const whole = { status: 200, length: String(content.length * chunks), sha256: hash.digest("hex") };
    assert.deepEqual(await get(port, pathname, own), whole);
    assert.equal(cancelled, false);
    pulled = 0;
    const head = await get(port, pathname, own, "HEAD");
    // The size is that of the asset; its file is not opened.
    assert.deepEqual([head.status, head.length, pulled], [200, String(content.length), 0]);

    [pulled, cancelled] = [0, false];
    await new Promise<void>((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path: pathname, rejectUnauthorized: false, agent: false, ...own };
      const request = https.request(options, (response) => {
        response.once("data", () => {
          response.destroy();
          resolve();
        });
      });
      request.on("error", reject);
      request.end();
    });
    for (let turn = 0; !cancelled && turn < 3000; turn++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(cancelled, "the file is still open");
    assert.ok(pulled < chunks, "everything was read for nobody");
    const stranger = toPem(selfSigned({ subject: [["CN", "x"]], key: KEYS[0], ...dates }), "CERTIFICATE");
    assert.equal((await get(port, pathname, { cert: stranger, key: keyPem })).status, 404);
  }));
