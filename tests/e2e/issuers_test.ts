import assert from "node:assert/strict";
import { z } from "zod";
import { MODELS } from "../../simulators/device/models.ts";
import { downloadDirectProfile } from "../../src/enrollment/ota_enrollments.ts";
import { createAuthority, issueCertificate, randomSerial } from "../../src/pki/ca.ts";
import { certificatesFromPem, parseCertificate, toPem } from "../../src/pki/certificate.ts";
import { verifyChain } from "../../src/pki/chain.ts";
import { openPkiMessage } from "../../src/pki/scep/message.ts";
import { certRep } from "../../src/pki/scep/reply.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { systemNetwork } from "../../src/runtime.ts";
import { testBy } from "../routes/api/support.ts";
import { assign, idOf, link, made, makeBlueprint, makeProfile } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { AUTHORITY_KEY } from "../support/keys.ts";
import { TestClock } from "../support/runtime.ts";

const now = new TestClock().now();

/** A SCEP server elsewhere, with a static challenge. */
function outsideIssuer() {
  const key = AUTHORITY_KEY;
  const der = createAuthority({ subject: [["CN", "Outside CA"]], now, key, years: 10 });
  const authority = { certificate: parseCertificate(der), key };
  const challenges: (string | undefined)[] = [];
  return {
    pem: toPem(der, "CERTIFICATE"),
    challenges,
    async answer(request: Request): Promise<Response> {
      const operation = new URL(request.url).searchParams.get("operation");
      if (operation === "GetCACaps") return new Response("POSTPKIOperation\nSHA-256\nAES\n");
      if (operation === "GetCACert") {
        return new Response(Uint8Array.from(der), { headers: { "Content-Type": "application/x-x509-ca-cert" } });
      }
      const message = openPkiMessage(new Uint8Array(await request.arrayBuffer()), authority);
      if (message.messageType !== "PKCSReq") return new Response(null, { status: 400 });
      challenges.push(message.challengePassword);
      const certificate = issueCertificate(authority, {
        subject: message.csr.subject.raw,
        spki: message.csr.spki,
        serial: randomSerial(),
        notBefore: now,
        notAfter: new Date(now.getTime() + 365 * 864e5),
        keyUsage: ["digitalSignature"],
      });
      return new Response(certRep({ kind: "success", certificate, chain: [der] }, message, authority));
    },
  };
}

const ISSUER = {
  name: "NDES",
  url: "https://scep.example.com/scep",
  key_usage: 5,
  backend: "STATIC_CHALLENGE",
  static_challenge_kwargs: { challenge: "shared secret" },
};

const [mac] = MODELS;
assert.ok(mac !== undefined);
/** It takes profiles by command. */
const OLD = { ...mac, osVersion: "12.7.6", build: "21H1320" };

/** A profile with a SCEP payload that names an issuer. */
function scepProfile(name: string): string {
  return buildPlist({
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: "com.example.wifi",
    PayloadUUID: "2C5F6B1E-0000-4000-8000-000000000001",
    PayloadScope: "System",
    PayloadContent: [{
      PayloadType: "com.apple.security.scep",
      PayloadVersion: 1,
      PayloadIdentifier: "com.example.wifi.scep",
      PayloadUUID: "2C5F6B1E-0000-4000-8000-000000000002",
      PayloadContent: {
        Name: name,
        Subject: [[["CN", "Wi-Fi of JUN"]]],
        SubjectAltName: { dNSName: "jun.example.com" },
      },
    }],
  }).toBase64();
}

/** An enrollment whose identities come from that issuer; returns its id. */
async function enrollmentWith(fleet: Fleet, issuer: string): Promise<number> {
  const { json: [existing] } = await fleet.api("GET", "/api/mdm/ota_enrollments/");
  const { status, json } = await fleet.api("POST", "/api/mdm/ota_enrollments/", {
    name: "Outside",
    push_certificate: existing.push_certificate,
    scep_issuer: issuer,
    enrollment_secret: { meta_business_unit: existing.enrollment_secret.meta_business_unit },
  });
  assert.equal(status, 201);
  return json.id;
}

Deno.test("identities of a SCEP server elsewhere are trusted for the enrollments that name it, and for no other", async () => {
  const outside = outsideIssuer();
  await withFleet(async (fleet) => {
    const { json: issuer, status } = await fleet.api("POST", "/api/mdm/scep_issuers/", ISSUER);
    assert.equal(status, 201);
    const enrollment = await enrollmentWith(fleet, issuer.id);
    const send = async (request: Request) =>
      request.url.startsWith("https://scep.example.com/") ? await outside.answer(request) : await fleet.fetch(request);
    const device = fleet.device({ send });
    await device.enroll(await downloadDirectProfile(fleet.runtime, testBy, enrollment, { signed: true }));
    assert.deepEqual(outside.challenges, ["shared secret"]);
    assert.equal((await device.connect()).length, 3);
    assert.equal(String(device.identity?.certificate.issuer), "CN=Outside CA");

    // The attack: the outside authority gives a certificate for a session of an enrollment that is not its.
    const swapped = fleet.device({
      send: async (request) =>
        request.url.includes("/public/mdm/scep/") ? await outside.answer(request) : await fleet.fetch(request),
    });
    const own = await downloadDirectProfile(fleet.runtime, testBy, fleet.enrollmentId, { signed: true });
    await assert.rejects(swapped.enroll(own), /Authenticate was answered with 400/);
  }, { SCEP_CA_FULLCHAIN: outside.pem });
});

Deno.test("the challenge of an identity is requested for that identity; without one, the device can retry", async () => {
  const outside = outsideIssuer();
  const wanted: string[] = [];
  let down = false;
  const service = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { subject } = z.object({ subject: z.object({ common_name: z.string() }) }).parse(await request.json());
    wanted.push(subject.common_name);
    return down ? new Response(null, { status: 404 }) : Response.json({ challenge: `challenge ${wanted.length}` });
  });
  try {
    await withFleet(async (fleet) => {
      fleet.runtime.network = systemNetwork;
      const { json: issuer } = await fleet.api("POST", "/api/mdm/scep_issuers/", {
        name: "Ident",
        url: "https://scep.example.com/scep",
        backend: "IDENT",
        ident_kwargs: { url: `http://127.0.0.1:${service.addr.port}/`, bearer_token: "t0ken", max_retries: 0 },
      });
      const enrollment = await enrollmentWith(fleet, issuer.id);
      const send = async (request: Request) =>
        request.url.startsWith("https://scep.example.com/")
          ? await outside.answer(request)
          : await fleet.fetch(request);
      for (const expected of ["challenge 1", "challenge 2"]) {
        const device = fleet.device({ send });
        await device.enroll(await downloadDirectProfile(fleet.runtime, testBy, enrollment, { signed: true }));
        assert.equal(outside.challenges.at(-1), expected);
      }
      assert.ok(wanted.every((name) => name.startsWith("MDM$")) && new Set(wanted).size === 2, wanted.join());
      down = true;
      const sessions = async () => (await fleet.runtime.sql`select from enrollment_sessions`).length;
      const before = await sessions();
      const { status, json } = await fleet.api("GET", `/api/mdm/ota_enrollments/${enrollment}/profile/`);
      assert.deepEqual([status, json], [503, {
        detail: 'Cannot get a challenge from the SCEP issuer "Ident": it answers with status 404.',
      }]);
      assert.equal(await sessions(), before);
      // A profile that is sent by command fails with the reason.
      down = false;
      const blueprint = await makeBlueprint(fleet);
      const { artifact } = await makeProfile(fleet, { version: { source: scepProfile("Ident") } });
      await link(fleet, blueprint.id, artifact.id);
      const device = fleet.device({ send, model: OLD });
      await device.enroll(await downloadDirectProfile(fleet.runtime, testBy, enrollment, { signed: true }));
      await device.connect();
      await assign(fleet, device.serialNumber, blueprint.id);
      down = true;
      await device.connect();
      const id = await idOf(fleet, device.serialNumber);
      const [row] = await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`);
      assert.deepEqual([row.status, row.extra_info.reason], [
        "Failed",
        'Cannot get a challenge from the SCEP issuer "Ident": it answers with status 404.',
      ]);
      assert.equal(wanted.at(-1), "Wi-Fi of JUN");
    }, { SCEP_CA_FULLCHAIN: outside.pem });
  } finally {
    await service.shutdown();
  }
});

Deno.test("without its chain in the settings an outside issuer is trusted for nothing", async () => {
  const outside = outsideIssuer();
  await withFleet(async (fleet) => {
    const { json: issuer } = await fleet.api("POST", "/api/mdm/scep_issuers/", ISSUER);
    const enrollment = await enrollmentWith(fleet, issuer.id);
    const device = fleet.device({
      send: async (request) =>
        request.url.startsWith("https://scep.example.com/")
          ? await outside.answer(request)
          : await fleet.fetch(request),
    });
    const profile = await downloadDirectProfile(fleet.runtime, testBy, enrollment, { signed: true });
    await assert.rejects(device.enroll(profile), /Authenticate was answered with 400/);
  });
});

Deno.test("SCEP issuers are created, changed and deleted; the built-in one and one in use are not", () =>
  withFleet(async (fleet) => {
    const path = "/api/mdm/scep_issuers/";
    const { json: [builtIn] } = await fleet.api("GET", path);
    assert.deepEqual([builtIn.backend, builtIn.provisioning_uid], [undefined, "built-in"]);
    assert.deepEqual((await fleet.api("DELETE", `${path}${builtIn.id}/`)).json, [
      "This SCEP issuer cannot be deleted.",
    ]);
    assert.deepEqual((await fleet.api("PUT", `${path}${builtIn.id}/`, ISSUER)).json, [
      "This SCEP issuer cannot be updated.",
    ]);
    const { json: made } = await fleet.api("POST", path, ISSUER);
    assert.deepEqual(made.static_challenge_kwargs, { challenge: "shared secret" });
    assert.deepEqual((await fleet.api("POST", path, ISSUER)).json, {
      name: ["SCEP issuer with this name already exists."],
    });
    const { static_challenge_kwargs: _, ...without } = ISSUER;
    assert.deepEqual((await fleet.api("POST", path, { ...without, name: "Other" })).json, {
      static_challenge_kwargs: ["This field is required."],
    });
    const changed = await fleet.api("PUT", `${path}${made.id}/`, {
      ...ISSUER,
      static_challenge_kwargs: { challenge: "another" },
    });
    assert.deepEqual(changed.json.static_challenge_kwargs, { challenge: "another" });
    const stored = await fleet.runtime.sql`select backend_sealed from scep_issuers where id = ${made.id}`;
    assert.ok(!JSON.stringify(stored).includes("another"), "the challenge is sealed");
    await enrollmentWith(fleet, made.id);
    assert.deepEqual((await fleet.api("DELETE", `${path}${made.id}/`)).json, ["This SCEP issuer cannot be deleted."]);
  }));

Deno.test("an OTA enrollment is changed and revoked, and deleted only before its first device", () =>
  withFleet(async (fleet) => {
    const path = "/api/mdm/ota_enrollments/";
    const { json: [row] } = await fleet.api("GET", path);
    assert.match(row.enrollment_secret.secret, /^[A-Za-z0-9]{64}$/);
    const { json: blueprint } = await fleet.api("POST", "/api/mdm/blueprints/", { name: "All", collect_apps: 2 });
    const body = {
      name: "Renamed",
      push_certificate: row.push_certificate,
      blueprint: blueprint.id,
      enrollment_secret: { meta_business_unit: row.enrollment_secret.meta_business_unit, quota: 1 },
    };
    const { json: changed } = await fleet.api("PUT", `${path}${row.id}/`, body);
    assert.deepEqual([changed.name, changed.blueprint, changed.enrollment_secret.quota], ["Renamed", blueprint.id, 1]);
    assert.deepEqual((await fleet.api("PUT", `${path}${row.id}/`, { ...body, blueprint: 99 })).json, {
      blueprint: ['Invalid pk "99" - object does not exist.'],
    });
    const device = await fleet.enrolled();
    assert.deepEqual((await device.connect()).map(({ requestType }) => requestType), [
      "DeviceInformation",
      "SecurityInfo",
      "DeclarativeManagement",
      "ActivationLockBypassCode",
      "InstalledApplicationList",
    ]);
    await assert.rejects(fleet.enrolled());
    assert.deepEqual((await fleet.api("DELETE", `${path}${row.id}/`)).json, ["This OTA enrollment cannot be deleted"]);
    assert.equal((await fleet.api("POST", `${path}${row.id}/revoke/`)).status, 200);
    assert.deepEqual((await fleet.api("POST", `${path}${row.id}/revoke/`)).json, {
      detail: "The enrollment secret is already revoked.",
    });
  }));

Deno.test("a blueprint assigned to a device stays through TokenUpdate, and its lists are collected", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const { json: [{ id, blueprint }] } = await fleet.api("GET", "/api/mdm/devices/");
    assert.equal(blueprint, null);
    const { json: made } = await fleet.api("POST", "/api/mdm/blueprints/", {
      name: "Collect",
      collect_apps: 2,
      collect_certificates: 2,
      collect_profiles: 2,
    });
    await fleet.api("PUT", `/api/mdm/devices/${id}/blueprint/`, { blueprint: made.id });
    assert.deepEqual((await device.connect()).map(({ requestType }) => requestType), [
      "DeclarativeManagement",
      "InstalledApplicationList",
      "CertificateList",
      "ProfileList",
    ]);
    // Its reportable items are known now, and subscribed to.
    assert.deepEqual((await device.connect()).map(({ requestType }) => requestType), ["DeclarativeManagement"]);
    await device.tokenUpdate();
    assert.equal((await fleet.api("GET", `/api/mdm/devices/${id}/`)).json.blueprint, made.id);
    const apps = (await fleet.api("GET", `/api/mdm/devices/${id}/apps/`)).json;
    assert.deepEqual(apps.map(({ name }: { name: string }) => name), ["Firefox", "Inventory", "Pages", "Safari"]);
    const certificates = (await fleet.api("GET", `/api/mdm/devices/${id}/certificates/`)).json;
    assert.equal(certificates[0].fingerprint, device.identity?.certificate.fingerprint);
    const profiles = (await fleet.api("GET", `/api/mdm/devices/${id}/profiles/`)).json;
    assert.equal(profiles[0].display_name, "Everyone");
    const { json: explained } = await fleet.api("GET", `/api/mdm/devices/${id}/plan/`);
    assert.equal(explained.next, null);
    assert.ok(explained.decisions.some((one: { evidence: string }) => /due every 86400 s/.test(one.evidence)));
    // Taken once more, the list is the same and nothing is doubled.
    fleet.runtime.clock.advance(86_401);
    assert.equal((await device.connect()).length, 5);
    assert.equal((await fleet.api("GET", `/api/mdm/devices/${id}/apps/`)).json.length, 4);
  }));

Deno.test("devices are found by tag and by user", () =>
  withFleet(async (fleet) => {
    const [one, two] = [await fleet.enrolled(), await fleet.enrolled()];
    await one.addUser({ userId: crypto.randomUUID(), shortName: "ada", longName: "Ada" });
    const { json: tag } = await fleet.api("POST", "/api/inventory/tags/", { name: "Lab" });
    await fleet.runtime.sql`
      insert into device_tags (serial_number, tag_id, created_at) values (${two.serialNumber}, ${tag.id}, now())`;
    const find = async (query: string) =>
      (await fleet.api("GET", `/api/mdm/devices/?${query}`)).json.map((row: { udid: string }) => row.udid);
    assert.deepEqual(await find(`tags=${tag.id}`), [two.udid]);
    assert.deepEqual(await find(`excluded_tags=${tag.id}`), [one.udid]);
    assert.deepEqual(await find("short_name=ada"), [one.udid]);
    assert.deepEqual((await fleet.api("GET", "/api/mdm/devices/?tags=999")).status, 400);
    const { json: [found] } = await fleet.api("GET", "/api/mdm/devices/?short_name=ada");
    assert.equal(found.users[0].long_name, "Ada");
  }));

Deno.test("the built-in authority's certificate can be had, and it is the issuer of the devices' identities", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const { json } = await fleet.api("GET", "/api/mdm/certificate_authority/");
    const [root] = certificatesFromPem(json.certificate);
    assert.ok(root && device.identity);
    assert.equal(
      verifyChain(device.identity.certificate, { anchors: [root], now: fleet.runtime.clock.now() }).length,
      2,
    );
  }));
