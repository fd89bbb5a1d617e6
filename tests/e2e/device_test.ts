import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { insertMetaBusinessUnit } from "../../db/tags/meta_business_units.ts";
import { createApp } from "../../routes/app.ts";
import { buildPkcsReq, openCertRep } from "../../simulators/device/scep_client.ts";
import { selfSigned } from "../../simulators/device/self_signed.ts";
import { signDetached } from "../../simulators/device/sign_detached.ts";
import { generateEcKey } from "../../simulators/ec_key.ts";
import { createOtaEnrollment, downloadDirectProfile } from "../../src/enrollment/ota_enrollments.ts";
import { Problem } from "../../src/errors.ts";
import { type Certificate, parseCertificate } from "../../src/pki/certificate.ts";
import { certificatesOf, openSigned } from "../../src/pki/cms/signed.ts";
import { buildCsr } from "../../src/pki/csr.ts";
import { array, asDict, buildPlist, dict, dicts, parsePlist, type PlistDict, str } from "../../src/protocol/plist.ts";
import { makeCaller, testBy } from "../routes/api/support.ts";
import { KEYS } from "../support/keys.ts";
import { openForCurve } from "../support/open_for_curve.ts";
import { type TestRuntime, withRuntime } from "../support/runtime.ts";

const TOPIC = "com.apple.mgmt.External.00000000-0000-4000-8000-000000000001";
const [deviceKey, otherKey] = KEYS;
const UDID = "564D1F2A-0000-4000-8000-000000000001";

type House = {
  runtime: TestRuntime;
  enrollmentId: number;
  send(method: string, path: string, body?: Uint8Array, headers?: Record<string, string>): Promise<Response>;
};

async function withHouse(body: (house: House) => Promise<void>): Promise<void> {
  await withRuntime(async (runtime) => {
    const { sql, clock } = runtime;
    const unit = await insertMetaBusinessUnit(sql, { name: "Test" }, clock.now());
    const [certificate] = await sql<{ id: number }[]>`
      insert into push_certificates (name, topic, private_key_sealed, created_at, updated_at)
      values ('push', ${TOPIC}, 'x', ${clock.now()}, ${clock.now()}) returning id`;
    assert.ok(certificate !== undefined);
    const enrollment = await createOtaEnrollment(runtime, testBy, {
      name: "Macs",
      displayName: "Macs",
      pushCertificateId: certificate.id,
      secret: {
        metaBusinessUnitId: unit.id,
        serialNumbers: [],
        udids: [],
        quota: null,
        expiredAt: null,
        tags: [],
      },
    });
    const app = createApp(runtime);
    await body({
      runtime,
      enrollmentId: enrollment.id,
      send: async (method, path, content, headers = {}) =>
        await app.fetch(
          new Request(`https://mdm.example.com${path}`, {
            method,
            headers,
            ...(content === undefined ? {} : { body: Uint8Array.from(content) }),
          }),
          { remoteAddress: "192.0.2.1" },
        ),
    });
  });
}

type Device = { certificate: Certificate; put(path: string, message: PlistDict): Promise<Response> };

function subjectOf(payload: PlistDict): [string, string][] {
  return (array(payload, "Subject") ?? []).map((rdn) => {
    const [pair] = Array.isArray(rdn) ? rdn : [];
    const [type, value] = Array.isArray(pair) ? pair : [];
    assert.ok(typeof type === "string" && typeof value === "string");
    return [type, value];
  });
}

async function scep(house: House, profile: Uint8Array, options: { cipher?: "des-cbc"; key?: typeof deviceKey } = {}) {
  const key = options.key ?? deviceKey;
  const payloads = dicts(asDict(parsePlist(profile)), "PayloadContent") ?? [];
  const payload = payloads.find((one) => str(one, "PayloadType") === "com.apple.security.scep");
  const content = payload === undefined ? undefined : dict(payload, "PayloadContent");
  assert.ok(content !== undefined);
  const ca = parseCertificate(
    new Uint8Array(await (await house.send("GET", "/public/mdm/scep/?operation=GetCACert")).arrayBuffer()),
  );
  const now = house.runtime.clock.now();
  const signer = {
    certificate: selfSigned({
      subject: [["CN", "SCEP SIGNER"]],
      key,
      notBefore: now,
      notAfter: new Date(now.getTime() + 864e5),
    }),
    key,
  };
  const senderNonce = crypto.getRandomValues(new Uint8Array(16));
  const csr = buildCsr({
    subject: subjectOf(content),
    key,
    attributes: { challengePassword: str(content, "Challenge") ?? "" },
  });
  const message = buildPkcsReq({
    csr,
    signer,
    recipient: ca.der,
    transactionId: "1",
    senderNonce,
    ...(options.cipher === undefined ? {} : { cipher: options.cipher, digest: "sha1" as const }),
  });
  const reply = await house.send("POST", "/public/mdm/scep/?operation=PKIOperation", message);
  assert.equal(reply.status, 200);
  return openCertRep(new Uint8Array(await reply.arrayBuffer()), {
    recipient: { certificate: parseCertificate(signer.certificate), key },
    signers: [ca],
    transactionId: "1",
    senderNonce,
  });
}

function deviceWith(house: House, certificate: Certificate, form: "der" | "apple-ber" = "apple-ber"): Device {
  return {
    certificate,
    put: (path, message) => {
      const body = buildPlist(message);
      const signature = signDetached(body, { certificate: certificate.der, key: deviceKey }, { form });
      return house.send("PUT", path, body, { "Mdm-Signature": signature.toBase64() });
    },
  };
}

const authenticate = (udid = UDID): PlistDict => ({
  MessageType: "Authenticate",
  Topic: TOPIC,
  UDID: udid,
  SerialNumber: "C02TEST00001",
  DeviceName: "A Mac",
});

async function enroll(house: House, form: "der" | "apple-ber" = "apple-ber"): Promise<Device> {
  const profile = await downloadDirectProfile(house.runtime, testBy, house.enrollmentId, { signed: false });
  const reply = await scep(house, profile);
  assert.equal(reply.status, "success");
  const [certificate] = reply.certificates;
  assert.ok(certificate !== undefined);
  const device = deviceWith(house, certificate, form);
  assert.equal((await device.put("/public/mdm/checkin/", authenticate())).status, 200);
  const update = await device.put("/public/mdm/checkin/", {
    MessageType: "TokenUpdate",
    Topic: TOPIC,
    UDID,
    Token: new Uint8Array([1, 2, 3]),
    PushMagic: "magic",
  });
  assert.equal(update.status, 200);
  return device;
}

/** Connects until there is nothing to do; returns what was asked. */
async function converse(
  device: Device,
  answer: (requestType: string) => PlistDict = () => ({ Status: "Acknowledged" }),
): Promise<string[]> {
  const asked: string[] = [];
  let response = await device.put("/public/mdm/connect/", { UDID, Status: "Idle" });
  for (let turn = 0; turn < 20; turn++) {
    assert.equal(response.status, 200);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length === 0) return asked;
    const command = asDict(parsePlist(bytes));
    const type = str(dict(command, "Command") ?? {}, "RequestType") ?? "";
    asked.push(type);
    response = await device.put("/public/mdm/connect/", {
      UDID,
      CommandUUID: str(command, "CommandUUID") ?? "",
      ...(type === "DeviceInformation"
        ? {
          Status: "Acknowledged",
          QueryResponses: {
            UDID,
            DeviceName: "Renamed",
            ProductName: "Mac14,2",
            OSVersion: "15.1",
            BuildVersion: "24B83",
            IsAppleSilicon: true,
            IsSupervised: true,
            SerialNumber: "C02TEST00001",
          },
        }
        : type === "SecurityInfo"
        ? { Status: "Acknowledged", SecurityInfo: { FDE_Enabled: true } }
        : answer(type)),
    });
  }
  throw new Error("the conversation does not end");
}

Deno.test("a device enrolls with a direct profile, reports its inventory, is locked through the API and answers", async () => {
  await withHouse(async (house) => {
    const device = await enroll(house);
    assert.deepEqual(await converse(device), ["DeviceInformation", "SecurityInfo", "ActivationLockBypassCode"]);
    const { token } = await makeCaller(house.runtime, "superuser");
    const headers = { Authorization: `Token ${token}`, "Content-Type": "application/json" };
    const get = async (path: string) => await (await house.send("GET", path, undefined, headers)).json();
    const [listed] = await get("/api/mdm/devices/?serial_number=C02TEST00001");
    assert.equal(listed.name, "Renamed");
    assert.equal(listed.os_version, "15.1");
    assert.equal(listed.platform, "macOS");
    assert.equal(listed.filevault_enabled, true);
    assert.equal((await get("/api/mdm/devices/?limit=1")).count, 1);
    const body = new TextEncoder().encode(JSON.stringify({ pin: "123456" }));
    const locked = await house.send("POST", `/api/mdm/devices/${listed.id}/lock/`, body, headers);
    assert.equal(locked.status, 201);
    const command = await locked.json();
    assert.equal(command.status, null);
    assert.deepEqual(await converse(device), ["DeviceLock"]);
    assert.equal((await get(`/api/mdm/devices/commands/${command.uuid}/`)).status, "Acknowledged");
    assert.deepEqual(await converse(device), []);
    const stored = await house.runtime.sql`select arguments::text from command_history`;
    assert.ok(!JSON.stringify(stored).includes("123456"), "the PIN is not kept in clear");
  });
});

Deno.test("a command postponed with NotNow is offered again not in the same conversation, but in a later one", async () => {
  await withHouse(async (house) => {
    const device = await enroll(house, "der");
    await converse(device);
    const { token } = await makeCaller(house.runtime, "superuser");
    const headers = { Authorization: `Token ${token}`, "Content-Type": "application/json" };
    const [{ id }] = await (await house.send("GET", "/api/mdm/devices/", undefined, headers)).json();
    await house.send(
      "POST",
      `/api/mdm/devices/${id}/lock/`,
      new TextEncoder().encode(JSON.stringify({ pin: "123456" })),
      headers,
    );
    assert.deepEqual(await converse(device, () => ({ Status: "NotNow" })), ["DeviceLock"]);
    house.runtime.clock.advance(3600);
    assert.deepEqual(await converse(device), ["DeviceLock"]);
  });
});

Deno.test("a command that was sent and not answered is offered again after its time", async () => {
  await withHouse(async (house) => {
    const device = await enroll(house);
    const first = await (await device.put("/public/mdm/connect/", { UDID, Status: "Idle" })).text();
    assert.match(first, /DeviceInformation/);
    const second = await (await device.put("/public/mdm/connect/", { UDID, Status: "Idle" })).text();
    assert.match(second, /SecurityInfo/);
    house.runtime.clock.advance(120);
    const later: string[] = [];
    for (let text = ""; later.length === 0 || text !== "";) {
      text = await (await device.put("/public/mdm/connect/", { UDID, Status: "Idle" })).text();
      later.push(text);
    }
    // The one that was sent first before the other, and each once.
    assert.deepEqual(later, [first, second, ""]);
  });
});

Deno.test("a stranger's certificate, a forged signature, a wrong UDID and an untrusted header are refused with an event", async () => {
  await withHouse(async (house) => {
    const device = await enroll(house);
    const now = house.runtime.clock.now();
    const stranger = parseCertificate(selfSigned({
      subject: [["CN", device.certificate.subject.commonName ?? ""], ["O", "MBU$1"]],
      key: deviceKey,
      notBefore: now,
      notAfter: new Date(now.getTime() + 864e5),
    }));
    assert.equal((await deviceWith(house, stranger).put("/public/mdm/connect/", { UDID, Status: "Idle" })).status, 400);
    assert.equal((await deviceWith(house, stranger).put("/public/mdm/checkin/", authenticate("OTHER"))).status, 400);
    const body = buildPlist({ UDID, Status: "Idle" });
    const otherBody = buildPlist({ UDID, Status: "NotNow" });
    const forged = signDetached(otherBody, { certificate: device.certificate.der, key: deviceKey }, { form: "der" });
    const send = (headers: Record<string, string>) => house.send("PUT", "/public/mdm/connect/", body, headers);
    assert.equal((await send({ "Mdm-Signature": forged.toBase64() })).status, 400);
    assert.equal((await send({})).status, 400);
    const pem = encodeURIComponent(
      `-----BEGIN CERTIFICATE-----\n${Uint8Array.from(device.certificate.der).toBase64()}\n-----END CERTIFICATE-----`,
    );
    assert.equal((await send({ "X-SSL-Client-Cert": pem })).status, 400);
    assert.equal((await device.put("/public/mdm/connect/", { UDID: "OTHER", Status: "Idle" })).status, 400);
    assert.equal((await device.put("/public/mdm/checkin/", authenticate("OTHER"))).status, 400);
    const [{ n } = { n: 0 }] = await house.runtime.sql<{ n: number }[]>`
      select count(*)::int as n from events where type = 'mdm_request' and payload->>'status' = 'failure'`;
    assert.equal(n, 7);
  });
});

Deno.test("a blocked device is released with 401 at its next contact, and no session of its enrolls again", async () => {
  await withHouse(async (house) => {
    const device = await enroll(house);
    const { token } = await makeCaller(house.runtime, "superuser");
    const headers = { Authorization: `Token ${token}` };
    const [{ id }] = await (await house.send("GET", "/api/mdm/devices/", undefined, headers)).json();
    assert.equal((await house.send("POST", `/api/mdm/devices/${id}/block/`, undefined, headers)).status, 200);
    const again = await house.send("POST", `/api/mdm/devices/${id}/block/`, undefined, headers);
    assert.deepEqual(await again.json(), { detail: "Device already blocked." });
    assert.equal((await device.put("/public/mdm/connect/", { UDID, Status: "Idle" })).status, 401);
    assert.equal(
      (await device.put("/public/mdm/checkin/", { MessageType: "CheckOut", Topic: TOPIC, UDID })).status,
      200,
    );
    const profile = await downloadDirectProfile(house.runtime, testBy, house.enrollmentId, { signed: false });
    const reply = await scep(house, profile);
    assert.equal(reply.status, "success");
    const next = deviceWith(house, reply.certificates[0] ?? device.certificate);
    assert.equal((await next.put("/public/mdm/checkin/", authenticate())).status, 400);
    assert.equal((await house.send("POST", `/api/mdm/devices/${id}/unblock/`, undefined, headers)).status, 200);
    assert.equal((await next.put("/public/mdm/checkin/", authenticate())).status, 200);
  });
});

Deno.test("a SCEP challenge buys one key's certificate: the same key gets it again, another key does not", async () => {
  await withHouse(async (house) => {
    const profile = await downloadDirectProfile(house.runtime, testBy, house.enrollmentId, { signed: false });
    const [one, two] = [await scep(house, profile, { cipher: "des-cbc" }), await scep(house, profile)];
    assert.equal(one.status, "success");
    assert.equal(two.status, "success");
    assert.equal(one.certificates[0]?.fingerprint, two.certificates[0]?.fingerprint);
    assert.equal((await scep(house, profile, { key: otherKey })).status, "failure");
  });
});

Deno.test("openssl verifies the signed profile and the certificate that was issued", async () => {
  await withHouse(async (house) => {
    const signed = await downloadDirectProfile(house.runtime, testBy, house.enrollmentId, { signed: true });
    const folder = await Deno.makeTempDir();
    try {
      const ca = await (await house.send("GET", "/public/mdm/scep/?operation=GetCACert")).arrayBuffer();
      const pem = `-----BEGIN CERTIFICATE-----\n${new Uint8Array(ca).toBase64()}\n-----END CERTIFICATE-----\n`;
      await Deno.writeTextFile(`${folder}/ca.pem`, pem);
      await Deno.writeFile(`${folder}/profile`, signed);
      const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] });
      const at = String(Math.floor(house.runtime.clock.now().getTime() / 1000));
      const text = openssl(
        ..."cms -verify -inform DER -purpose any -attime".split(" "),
        at,
        "-CAfile",
        `${folder}/ca.pem`,
        "-in",
        `${folder}/profile`,
      );
      assert.deepEqual(asDict(parsePlist(text)), asDict(parsePlist(openSigned(signed).content)));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});

Deno.test("a revoked enrollment secret gives no profile", async () => {
  await withHouse(async (house) => {
    await house.runtime.sql`update enrollment_secrets set revoked_at = ${house.runtime.clock.now()}`;
    await assert.rejects(
      downloadDirectProfile(house.runtime, testBy, house.enrollmentId, { signed: true }),
      (error) => error instanceof Problem && /revoked/.test(error.details.list?.join() ?? ""),
    );
  });
});

Deno.test("a client with an elliptic curve key gets its certificate in an envelope for that key", async () => {
  await withHouse(async (house) => {
    const profile = await downloadDirectProfile(house.runtime, testBy, house.enrollmentId, { signed: false });
    const payload = (dicts(asDict(parsePlist(profile)), "PayloadContent") ?? [])
      .find((one) => str(one, "PayloadType") === "com.apple.security.scep");
    const content = payload === undefined ? undefined : dict(payload, "PayloadContent");
    assert.ok(content !== undefined);
    const key = await generateEcKey("P-256");
    const now = house.runtime.clock.now();
    const until = new Date(now.getTime() + 864e5);
    const signer = selfSigned({ subject: [["CN", "SCEP SIGNER"]], key, notBefore: now, notAfter: until });
    const ca = new Uint8Array(await (await house.send("GET", "/public/mdm/scep/?operation=GetCACert")).arrayBuffer());
    const message = buildPkcsReq({
      csr: buildCsr({
        subject: subjectOf(content),
        key,
        attributes: { challengePassword: str(content, "Challenge") ?? "" },
      }),
      signer: { certificate: signer, key },
      recipient: ca,
      transactionId: "1",
      senderNonce: crypto.getRandomValues(new Uint8Array(16)),
    });
    const reply = await house.send("POST", "/public/mdm/scep/?operation=PKIOperation", message);
    assert.equal(reply.status, 200);
    const { content: envelope, signers } = openSigned(new Uint8Array(await reply.arrayBuffer()));
    assert.equal(signers[0]?.certificate.fingerprint, parseCertificate(ca).fingerprint);
    const opened = await openForCurve(envelope, { certificate: parseCertificate(signer), key });
    const mine = certificatesOf(opened).find(({ isCa }) => !isCa);
    assert.equal(mine?.publicKey.kind, "ec");
    assert.equal(mine?.subject.commonName, subjectOf(content).find(([type]) => type === "CN")?.[1]);
  });
});
