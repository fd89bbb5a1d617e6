import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createApp } from "../../../routes/app.ts";
import type { SimulatedDevice } from "../../../simulators/device/device.ts";
import { signDetached } from "../../../simulators/device/sign_detached.ts";
import { dataAssetDownloadUrl, profileDownloadUrl, scepCredentialUrl } from "../../../src/downloads/url.ts";
import { createScepIssuer } from "../../../src/issuing/scep_issuers.ts";
import type { PlistDict } from "../../../src/protocol/plist.ts";
import { testBy } from "../api/support.ts";
import { type Fleet, withFleet } from "../../support/fleet.ts";
import { addCertAsset, addDataAsset, addProfile, advertise, channelOf } from "../../support/hosted.ts";
import { channelIdOf } from "../../support/ids.ts";

const SECRET = "a-secret-of-the-proxy";
const PROXIED = { TRUSTED_PROXIES: "192.0.2.1", TRUSTED_PROXY_SECRET: SECRET };
const PROFILE: PlistDict = {
  PayloadType: "Configuration",
  PayloadVersion: 1,
  PayloadIdentifier: "x",
  PayloadUUID: "x",
  PayloadContent: [{ PayloadType: "com.example", Udid: "$ENROLLED_DEVICE.UDID" }],
};
const utf8 = (text: string) => new TextEncoder().encode(text);

type Answer = { status: number; headers: Headers; bytes: Uint8Array<ArrayBuffer>; text: string };

async function fetch(
  fleet: Fleet,
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  const response = await fleet.fetch(new Request(url, { headers, method }));
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: new TextDecoder().decode(bytes) };
}

/** The payload of the download that was recorded last, and the event's other facts. */
async function lastEvent({ runtime }: Fleet) {
  const [row] = await runtime.sql<
    { payload: Record<string, unknown>; serialNumber: string | null; objects: unknown; request: { path: string } }[]
  >`select payload, serial_number, objects, request from events where type = 'mdm_download'
    order by created_at desc, (xmin::text::bigint) desc limit 1`;
  assert.ok(row !== undefined);
  return row;
}

const vouched = (device: SimulatedDevice, secret = SECRET): Record<string, string> => ({
  "X-SSL-Client-Cert": `:${Uint8Array.from(device.identity?.certificate.der ?? []).toBase64()}:`,
  "X-Espalier-Proxy-Secret": secret,
});

function signed(device: SimulatedDevice, body = new Uint8Array()): Record<string, string> {
  assert.ok(device.identity);
  const { certificate, key } = device.identity;
  return {
    "Mdm-Signature": signDetached(body, { certificate: certificate.der, key }, { form: "apple-ber" }).toBase64(),
  };
}

/** A device with an advertised profile, and its address. */
async function withProfile(fleet: Fleet, udid?: string) {
  const device = await fleet.enrolled(udid === undefined ? {} : { udid });
  const channel = await channelOf(fleet.runtime, device);
  const hosted = await addProfile(fleet.runtime, PROFILE);
  await advertise(fleet.runtime, channel, hosted);
  return { device, channel, hosted, url: await profileDownloadUrl(fleet.runtime, channel, hosted.versionId) };
}

Deno.test("an advertised profile is served signed and not cached in between, with an event", () =>
  withFleet(async (fleet) => {
    const { device, hosted, url } = await withProfile(fleet);
    const answer = await fetch(fleet, url);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/x-apple-aspen-config");
    assert.equal(answer.headers.get("content-length"), String(answer.bytes.length));
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.ok(answer.text.includes(device.udid));
    const event = await lastEvent(fleet);
    assert.equal(event.serialNumber, device.serialNumber);
    assert.deepEqual(event.payload, {
      outcome: "success",
      target_type: "profile",
      response_kind: "stream",
      udid: device.udid,
      artifact_version: {
        pk: hosted.versionId,
        version: 1,
        artifact: { pk: hosted.artifactId, type: "Profile", name: `artifact ${hosted.artifactId}` },
      },
    });
    assert.deepEqual(event.objects, { device: ["1"], artifact_version: [hosted.versionId] });
    // The address is a credential: it is not in the event, nor in the log.
    assert.equal(event.request.path, "/public/mdm/profiles/");
    const token = new URL(url).pathname.split("/").at(-2) ?? "";
    const stored = await fleet.runtime.sql`select * from events`;
    assert.ok(token.length === 72 && !JSON.stringify([stored, fleet.runtime.lines]).includes(token));
  }));

Deno.test("a token that was changed, invented, or created for another purpose is invalid", () =>
  withFleet(async (fleet) => {
    const { url, channel, hosted } = await withProfile(fleet);
    const token = url.split("/").at(-2) ?? "";
    const at = (path: string, text: string) => `https://mdm.example.com/public/mdm/${path}/${text}/`;
    const changed = `${token.slice(0, 40)}${token[40] === "A" ? "B" : "A"}${token.slice(41)}`;
    const others = [
      at("profiles", changed),
      at("profiles", "x"),
      at("profiles", "%00"),
      at("data_assets", token),
      at("scep_credential", token),
      (await dataAssetDownloadUrl(fleet.runtime, channel, hosted.versionId)).replace("data_assets", "profiles"),
    ];
    for (const other of others) {
      assert.equal((await fetch(fleet, other)).status, 400, other);
      assert.equal((await lastEvent(fleet)).payload.outcome, "bad_token");
    }
    assert.equal((await fetch(fleet, url)).status, 200);
  }));

Deno.test("content not advertised to this channel is not found, previously advertised content is", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { channel, hosted, url } = await withProfile(fleet);
    const other = await fleet.enrolled({ udid: "OTHER" });
    const otherUrl = await profileDownloadUrl(runtime, await channelOf(runtime, other), hosted.versionId);
    assert.equal((await fetch(fleet, otherUrl)).status, 404);
    assert.deepEqual(
      await lastEvent(fleet).then(({ payload }) => [payload.outcome, payload.reason]),
      ["not_found", "not advertised"],
    );
    await advertise(runtime, channel);
    assert.equal((await fetch(fleet, url)).status, 200);
    await advertise(runtime, channel);
    assert.equal((await fetch(fleet, url)).status, 404);
    const unknown = await profileDownloadUrl(runtime, channelIdOf(999), hosted.versionId);
    assert.equal((await fetch(fleet, unknown)).status, 404);
    assert.equal((await lastEvent(fleet)).payload.outcome, "target_not_found");
    // A version of another kind behind a right token.
    const asset = await addDataAsset(runtime, "PLIST", utf8("x"));
    await advertise(runtime, channel, asset);
    assert.equal((await fetch(fleet, await profileDownloadUrl(runtime, channel, asset.versionId))).status, 404);
    assert.equal((await fetch(fleet, await scepCredentialUrl(runtime, channel, asset.versionId))).status, 404);
  }));

Deno.test("blocked and checked-out devices get nothing, and all refusals read the same", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const first = await withProfile(fleet);
    await runtime.sql`update devices set blocked_at = ${runtime.clock.now()} where udid = ${first.device.udid}`;
    const blocked = await fetch(fleet, first.url, signed(first.device));
    assert.equal(blocked.status, 404);
    const reasons = async () => await lastEvent(fleet).then(({ payload }) => [payload.outcome, payload.reason]);
    assert.deepEqual(await reasons(), ["device_inactive", "blocked"]);
    const second = await withProfile(fleet, "OTHER");
    await second.device.checkOut();
    const gone = await fetch(fleet, second.url);
    assert.deepEqual(await reasons(), ["device_inactive", "checked_out"]);
    const unknown = await fetch(fleet, await profileDownloadUrl(runtime, channelIdOf(999), first.hosted.versionId));
    assert.deepEqual([gone.status, gone.text, unknown.status, unknown.text], [404, blocked.text, 404, blocked.text]);
  }));

Deno.test("where devices sign, the address is enough, and an identity that is shown must be the device's", () =>
  withFleet(async (fleet) => {
    const { device, url } = await withProfile(fleet);
    const other = await fleet.enrolled({ udid: "OTHER" });
    assert.equal((await fetch(fleet, url)).status, 200);
    assert.equal((await fetch(fleet, url, signed(device))).status, 200);
    assert.equal((await fetch(fleet, url, vouched(device))).status, 200);
    for (
      const shown of [
        signed(other),
        vouched(other),
        signed(device, utf8("another body")),
        { "Mdm-Signature": "nonsense" },
        { ...signed(device), ...vouched(other) },
        { ...signed(other), ...vouched(device) },
      ]
    ) {
      assert.equal((await fetch(fleet, url, shown)).status, 404);
      assert.equal((await lastEvent(fleet)).payload.outcome, "not_identified");
    }
    // Without the proxy's secret its header is as if it were not there.
    assert.equal((await fetch(fleet, url, vouched(other, "another-secret-of-the"))).status, 200);
  }, { ...PROXIED, MTLS_PROXY: false }));

Deno.test("where devices show their certificate, nothing less and no other one will do", () =>
  withFleet(async (fleet) => {
    const { device, url } = await withProfile(fleet);
    const other = await fleet.enrolled({ udid: "OTHER" });
    // From here on connections bring certificates; the devices enrolled before.
    Object.assign(fleet.runtime.config, { MTLS_PROXY: true });
    assert.equal((await fetch(fleet, url, vouched(device))).status, 200);
    for (
      const shown of [{}, signed(device), vouched(other), vouched(device, "another-secret-of-the"), {
        ...vouched(device),
        ...signed(other),
      }]
    ) {
      assert.equal((await fetch(fleet, url, shown)).status, 404);
      assert.equal((await lastEvent(fleet)).payload.outcome, "not_identified");
    }
    const app = createApp(fleet.runtime);
    const over = async (shown: SimulatedDevice) => {
      const peerCertificate = Uint8Array.from(shown.identity?.certificate.der ?? []);
      return (await app.fetch(new Request(url), { remoteAddress: "198.51.100.7", peerCertificate })).status;
    };
    assert.equal(await over(device), 200);
    assert.equal(await over(other), 404);
    // A retired identity belongs to no device.
    await fleet.runtime.sql`update enrollment_identities set retired_at = now()`;
    assert.equal(await over(device), 404);
  }, { ...PROXIED, MTLS_PROXY: false }));

Deno.test("a data asset is streamed with its type and length, and not again when it is known", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const channel = await channelOf(runtime, await fleet.enrolled());
    const content = utf8("<plist>$ENROLLED_DEVICE.UDID</plist>");
    const [plist, zip] = [
      await addDataAsset(runtime, "PLIST", content),
      await addDataAsset(runtime, "ZIP", new Uint8Array(200_000)),
    ];
    await advertise(runtime, channel, plist, zip);
    const url = await dataAssetDownloadUrl(runtime, channel, plist.versionId);
    const answer = await fetch(fleet, url);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "text/xml");
    assert.equal(answer.headers.get("content-length"), String(content.length));
    assert.deepEqual(answer.bytes, content);
    const etag = answer.headers.get("etag") ?? "";
    assert.equal(etag, `"${createHash("sha256").update(content).digest("hex")}"`);
    for (const known of [etag, `"x", W/${etag}`, "*"]) {
      const again = await fetch(fleet, url, { "If-None-Match": known });
      assert.deepEqual([again.status, again.text], [304, ""]);
    }
    assert.equal((await fetch(fleet, url, { "If-None-Match": '"x"' })).status, 200);
    const head = await fetch(fleet, url, {}, "HEAD");
    assert.deepEqual([head.status, head.text, head.headers.get("content-length")], [200, "", String(content.length)]);
    const archive = await fetch(fleet, await dataAssetDownloadUrl(runtime, channel, zip.versionId));
    assert.deepEqual([archive.headers.get("content-type"), archive.bytes.length], ["application/zip", 200_000]);
    await runtime.files.remove(createHash("sha256").update(content).digest("hex"));
    assert.equal((await fetch(fleet, url)).status, 404);
    assert.equal((await lastEvent(fleet)).payload.reason, "the file is missing");
  }));

Deno.test("a data asset in a bucket is fetched from there, by an address for it and for minutes", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const channel = await channelOf(runtime, await fleet.enrolled());
    const asset = await addDataAsset(runtime, "ZIP", utf8("PK"));
    await advertise(runtime, channel, asset);
    const asked: unknown[] = [];
    const address = "https://files.example.com/x?signature=1";
    runtime.files.address = (...given) => {
      asked.push(given);
      return Promise.resolve(address);
    };
    const answer = await fetch(fleet, await dataAssetDownloadUrl(runtime, channel, asset.versionId));
    assert.deepEqual([answer.status, answer.headers.get("location"), answer.text], [302, address, ""]);
    assert.deepEqual(asked, [[createHash("sha256").update("PK").digest("hex"), {
      contentType: "application/zip",
      seconds: 300,
    }]]);
    assert.equal((await lastEvent(fleet)).payload.response_kind, "redirect");
    // The address is signed for GET.
    const head = await fetch(fleet, await dataAssetDownloadUrl(runtime, channel, asset.versionId), {}, "HEAD");
    assert.deepEqual([head.status, head.headers.get("content-length"), asked.length], [200, "2", 1]);
  }));

Deno.test("a credential of an outside issuer has its facts, and names with the channel's values", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled();
    const channel = await channelOf(runtime, device);
    const { id } = await createScepIssuer(runtime, testBy, {
      name: "Outside",
      description: "",
      url: "https://ca.example.com/scep",
      keySize: 4096,
      keyUsage: 1,
      backend: "STATIC_CHALLENGE",
      settings: { challenge: "s3cret" },
    });
    const asset = await addCertAsset(runtime, {
      subject: [
        { type: "O", value: "Example" },
        { type: "CN", value: "$ENROLLED_DEVICE.SERIAL_NUMBER" },
        { type: "OU", value: "${REALM_USER.EMAIL:-}" },
        { type: "1.2.840.113549.1.9.1", value: "it@example.com" },
      ],
      subjectAltName: { dNSName: "$ENROLLED_DEVICE.SERIAL_NUMBER.example.com", ntPrincipalName: null, rfc822Name: "" },
    }, id);
    await advertise(runtime, channel, asset);
    const answer = await fetch(fleet, await scepCredentialUrl(runtime, channel, asset.versionId));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.deepEqual(JSON.parse(answer.text), {
      URL: "https://ca.example.com/scep",
      Name: "Outside",
      Subject: [[["O", "Example"]], [["CN", device.serialNumber]], [["1.2.840.113549.1.9.1", "it@example.com"]]],
      SubjectAltName: { dNSName: `${device.serialNumber}.example.com` },
      Challenge: "s3cret",
      Keysize: 4096,
      "Key Type": "RSA",
      "Key Usage": 1,
    });
    assert.equal((await lastEvent(fleet)).payload.target_type, "cert_credential_scep");
  }));
