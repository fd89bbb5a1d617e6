import assert from "node:assert/strict";
import type { KeyObject } from "node:crypto";
import type { ChannelId } from "../../db/ids.ts";
import { deleteExpiredAssetCredentials } from "../../db/issuing/asset_credentials.ts";
import { insertAssetCertificate } from "../../db/issuing/asset_credentials.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { type DeviceIdentity, requestIdentity, ScepRefused } from "../../simulators/device/identity.ts";
import { managementOf, openProfile } from "../../simulators/device/installed_profile.ts";
import { signDetached } from "../../simulators/device/sign_detached.ts";
import { scepCredentialUrl } from "../../src/downloads/url.ts";
import { downloadDirectProfile } from "../../src/enrollment/ota_enrollments.ts";
import { openSession } from "../../src/enrollment/sessions.ts";
import { assetAuthority, builtInAuthority, renewAuthority } from "../../src/issuing/authority.ts";
import { issueClientCertificate } from "../../src/issuing/client_certificate.ts";
import { createAuthority } from "../../src/pki/ca.ts";
import { parseCertificate, toPem } from "../../src/pki/certificate.ts";
import { verifyChain } from "../../src/pki/chain.ts";
import { spkiOf } from "../../src/pki/keys.ts";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import { setDeviceValues } from "../../src/variables/device_values.ts";
import { testBy } from "../routes/api/support.ts";
import { inFolder, openssl } from "../src/pki/helpers.ts";
import { type Fleet, KEYS, TOPIC, withFleet } from "../support/fleet.ts";
import { addCertAsset, advertise, channelOf, type Hosted } from "../support/hosted.ts";

const SUBJECT = [{ type: "O", value: "Example" }, { type: "CN", value: "$ENROLLED_DEVICE.SERIAL_NUMBER" }];

type Setting = { device: SimulatedDevice; channel: ChannelId; asset: Hosted };

async function prepare(
  fleet: Fleet,
  names: Parameters<typeof addCertAsset>[1] = { subject: SUBJECT },
): Promise<Setting> {
  const device = await fleet.enrolled();
  const channel = await channelOf(fleet.runtime, device);
  const asset = await addCertAsset(fleet.runtime, names);
  await advertise(fleet.runtime, channel, asset);
  return { device, channel, asset };
}

/** The credential as the device downloads it. */
async function credentialOf(fleet: Fleet, { channel, asset }: Setting): Promise<PlistDict> {
  const response = await fleet.fetch(new Request(await scepCredentialUrl(fleet.runtime, channel, asset.versionId)));
  assert.equal(response.status, 200);
  return await response.json();
}

const request = (
  fleet: Fleet,
  credential: PlistDict,
  key: KeyObject,
  renew?: DeviceIdentity,
): Promise<DeviceIdentity> =>
  requestIdentity(fleet.fetch, { PayloadContent: credential }, key, {
    habit: "modern",
    now: fleet.runtime.clock.now(),
    ...(renew === undefined ? {} : { renew }),
  });

async function refused(fleet: Fleet, work: Promise<unknown>, reason: RegExp): Promise<void> {
  await assert.rejects(work, ScepRefused);
  const [row] = await fleet.runtime.sql<{ payload: { status: string; reason: string } }[]>`
    select payload from events where type = 'scep_request' order by created_at desc, (xmin::text::bigint) desc limit 1`;
  assert.equal(row?.payload.status, "failure");
  assert.match(row.payload.reason, reason);
}

Deno.test("a device gets the certificate that the asset specifies, whatever its request says; openssl reads and verifies it", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const setting = await prepare(fleet, {
      subject: [...SUBJECT, { type: "2.5.4.12", value: "$CUSTOM.TITLE" }, { type: "OU", value: "${CUSTOM.NONE:-}" }],
      subjectAltName: {
        rfc822Name: "${CUSTOM.OWNER}@example.com",
        dNSName: "$ENROLLED_DEVICE.SERIAL_NUMBER.example.com",
        uniformResourceIdentifier: "urn:device:$ENROLLED_DEVICE.UDID",
        ntPrincipalName: "$CUSTOM.OWNER@corp.example.com",
      },
    });
    const { device } = setting;
    await setDeviceValues(runtime.sql, runtime, testBy, device.serialNumber, {
      values: { TITLE: "Kiöśk", OWNER: "ada" },
    });
    const credential = await credentialOf(fleet, setting);
    assert.equal(credential["URL"], "https://mdm.example.com/public/mdm/scep/");
    assert.deepEqual(credential["Subject"], [[["O", "Example"]], [["CN", device.serialNumber]], [[
      "2.5.4.12",
      "Kiöśk",
    ]]]);
    // The attack: the device asks for names of its own.
    const forged = { ...credential, Subject: [[["CN", "admin"]], [["O", "Evil"]]] };
    const { certificate } = await request(fleet, forged, KEYS[1]);
    assert.deepEqual(certificate.subject.rdns.map(({ value }) => value), ["Example", device.serialNumber, "Kiöśk"]);
    assert.deepEqual(certificate.extendedKeyUsage, ["1.3.6.1.5.5.7.3.2"]);
    assert.equal(certificate.isCa, false);
    await inFolder(async (folder) => {
      // As an operator gets them.
      const root = (await fleet.api("GET", "/api/mdm/certificate_authority/")).json;
      const assets = (await fleet.api("GET", "/api/mdm/certificate_authority/assets/")).json;
      assert.deepEqual(assets.chain, [root.certificate]);
      await Deno.writeTextFile(`${folder}/root.pem`, root.certificate);
      await Deno.writeTextFile(`${folder}/assets.pem`, assets.certificate);
      await Deno.writeTextFile(`${folder}/anchor.pem`, assets.anchor);
      await Deno.writeTextFile(`${folder}/c.pem`, toPem(certificate.der, "CERTIFICATE"));
      const identity = device.identity?.certificate.der ?? new Uint8Array();
      await Deno.writeTextFile(`${folder}/identity.pem`, toPem(identity, "CERTIFICATE"));
      const epoch = String(runtime.clock.now().getTime() / 1000);
      const verify = (file: string, ...trust: string[]) =>
        openssl(folder, "verify", ...trust, "-purpose", "sslclient", "-attime", epoch, file);
      await verify("c.pem", "-CAfile", "root.pem", "-untrusted", "assets.pem");
      // A VPN that trusts the anchor lets certificates of assets in, and no device identity.
      await verify("c.pem", "-CAfile", "anchor.pem");
      await verify("identity.pem", "-CAfile", "root.pem");
      await assert.rejects(verify("identity.pem", "-CAfile", "anchor.pem"));
      await assert.rejects(verify("identity.pem", "-CAfile", "anchor.pem", "-untrusted", "root.pem"));
      const text = new TextDecoder().decode(
        await openssl(
          folder,
          "x509",
          "-in",
          "c.pem",
          "-noout",
          "-subject",
          "-ext",
          "subjectAltName,extendedKeyUsage",
          "-nameopt",
          "utf8,sep_comma_plus",
        ),
      );
      assert.match(text, new RegExp(`subject=O=Example,CN=${device.serialNumber},title=Kiöśk`));
      assert.match(text, /email:ada@example\.com/);
      assert.match(text, new RegExp(`DNS:${device.serialNumber}\\.example\\.com`));
      assert.match(text, new RegExp(`URI:urn:device:${device.udid}`));
      assert.match(text, /othername: ?UPN: ?:?ada@corp\.example\.com/i);
      assert.match(text, /TLS Web Client Authentication/);
    });
    const ends = await runtime.sql`
      select not_after from asset_certificates
      where channel_id = ${setting.channel} and artifact_version_id = ${setting.asset.versionId}`;
    assert.deepEqual([...ends], [{ notAfter: certificate.notAfter }]);
    const [{ n } = { n: -1 }] = await runtime.sql<{ n: number }[]>`
      select count(*)::int as n from issued_certificates where fingerprint = ${certificate.fingerprint}`;
    assert.equal(n, 0, "it is no identity");
  }));

Deno.test("a lost reply does no harm: the same key gets the same certificate again, another key gets none", () =>
  withFleet(async (fleet) => {
    const setting = await prepare(fleet);
    const credential = await credentialOf(fleet, setting);
    const first = await request(fleet, credential, KEYS[0]);
    const again = await request(fleet, credential, KEYS[0]);
    assert.equal(again.certificate.fingerprint, first.certificate.fingerprint);
    await refused(fleet, request(fleet, credential, KEYS[1]), /used for another key/);
    // A credential that is downloaded again buys another certificate; the one before stays good.
    const other = await request(fleet, await credentialOf(fleet, setting), KEYS[1]);
    assert.notEqual(other.certificate.fingerprint, first.certificate.fingerprint);
    assert.equal((await request(fleet, credential, KEYS[0])).certificate.fingerprint, first.certificate.fingerprint);
  }));

Deno.test("two concurrent keys with one challenge: one certificate", () =>
  withFleet(async (fleet) => {
    const setting = await prepare(fleet);
    const credential = await credentialOf(fleet, setting);
    const results = await Promise.allSettled(KEYS.map((key) => request(fleet, credential, key)));
    assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  }));

Deno.test("a challenge is good for a day, and for nothing once the device, the asset or its issuer is another's", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { sql, clock } = runtime;
    const setting = await prepare(fleet);
    const old = await credentialOf(fleet, setting);
    clock.advance(24 * 3600 + 1);
    await refused(fleet, request(fleet, old, KEYS[0]), /the challenge has expired/);
    assert.equal(await deleteExpiredAssetCredentials(sql, clock.now()), 1);
    await refused(fleet, request(fleet, old, KEYS[0]), /the challenge is unknown/);

    const credential = await credentialOf(fleet, setting);
    await advertise(runtime, setting.channel);
    await advertise(runtime, setting.channel);
    await refused(fleet, request(fleet, credential, KEYS[0]), /the device no longer has the asset/);
    await advertise(runtime, setting.channel, setting.asset);
    const now = clock.now();
    await sql`update devices set blocked_at = ${now}`;
    await refused(fleet, request(fleet, credential, KEYS[0]), /is blocked/);
    await sql`update devices set blocked_at = null`;
    await sql`
      insert into scep_issuers (id, name, url, key_size, key_usage, backend, created_at, updated_at)
      values (${runtime.random.uuid()}, 'x', '', 2048, 5, 'STATIC_CHALLENGE', ${now}, ${now})`;
    await sql`update cert_asset_versions set scep_issuer_id = (select id from scep_issuers where name = 'x')`;
    await refused(fleet, request(fleet, credential, KEYS[0]), /another issuer now/);
    await sql`update cert_asset_versions set scep_issuer_id = (select id from scep_issuers where backend = 'BUILT_IN')`;
    await request(fleet, credential, KEYS[0]);
    await setting.device.checkOut();
    await refused(fleet, request(fleet, credential, KEYS[0]), /the enrollment of the challenge has ended/);
  }));

Deno.test("names like those of enrollments, empty names and names that cannot be written get no certificate", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const setting = await prepare(fleet);
    const { device } = setting;
    const give = async (names: { subject?: unknown[]; subjectAltName?: Record<string, string> }) => {
      const { sql } = runtime;
      await sql`update cert_asset_versions set subject = ${sql.json((names.subject ?? []) as never)},
        subject_alt_name = ${sql.json(names.subjectAltName ?? {})}`;
      return request(fleet, { ...await credentialOf(fleet, setting), Subject: [[["CN", "x"]]] }, KEYS[0]);
    };
    // The attack: a device that names itself like an enrollment whose secret it knows.
    for (const value of ["MDM$OTA$secret", "OTA$secret", "MDM$RE$x"]) {
      await setDeviceValues(runtime.sql, runtime, testBy, device.serialNumber, { values: { NAME: value } });
      for (const type of ["CN", "cn", "2.5.4.3"]) {
        const subject = [{ type, value: "$CUSTOM.NAME" }, { type: "CN", value: "harmless" }];
        await refused(fleet, give({ subject }), /names that look like those of enrollments are not allowed for assets/);
      }
    }
    await setDeviceValues(runtime.sql, runtime, testBy, device.serialNumber, { values: { NAME: "" } });
    await refused(fleet, give({ subject: [{ type: "CN", value: "$CUSTOM.NAME" }] }), /all of them are empty/);
    await refused(fleet, give({ subjectAltName: { dNSName: "münchen.example" } }), /should be in ASCII/);
    // A refusal does not tell the value: it may be a secret.
    const secret = { values: { HOST_KEY: "geheim-ö" } };
    await setDeviceValues(runtime.sql, runtime, testBy, device.serialNumber, secret);
    const told = give({ subjectAltName: { dNSName: "$CUSTOM.HOST_KEY" } });
    await refused(
      fleet,
      told,
      /^the names of the asset make no certificate: its alternative name of the kind "dns"[^ö]*$/,
    );
    await refused(fleet, give({ subject: [{ type: "XYZ", value: "x" }] }), /Cannot write the name's attribute "XYZ"/);
    const { certificate } = await give({ subjectAltName: { dNSName: "only.example.com" } });
    assert.equal(certificate.subject.rdns.length, 0);
    assert.ok(certificate.criticalExtensions.has("2.5.29.17"), "names that stand alone are critical");
  }));

Deno.test("the certificate of an asset is never an identity: not to connect, not to check in, not to renew", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const setting = await prepare(fleet);
    const { device } = setting;
    const bought = await request(fleet, await credentialOf(fleet, setting), KEYS[0]);
    const put = async (path: string, message: PlistDict, { certificate, key }: DeviceIdentity): Promise<number> => {
      const body = buildPlist(message);
      const signature = signDetached(body, { certificate: certificate.der, key }, { form: "apple-ber" }).toBase64();
      const response = await fleet.fetch(
        new Request(`https://mdm.example.com/public/mdm/${path}/`, {
          method: "PUT",
          body,
          headers: { "Mdm-Signature": signature },
        }),
      );
      await response.body?.cancel();
      return response.status;
    };
    const authenticate = (udid: string): PlistDict => ({
      MessageType: "Authenticate",
      Topic: TOPIC,
      UDID: udid,
      SerialNumber: device.serialNumber,
    });
    const idle: PlistDict = { UDID: device.udid, Status: "Idle" };
    assert.equal(await put("connect", idle, bought), 400);
    assert.equal(await put("checkin", authenticate(device.udid), bought), 400);
    assert.equal(await put("checkin", authenticate("NEW"), bought), 400);
    await assert.rejects(request(fleet, await credentialOf(fleet, setting), KEYS[1], bought), ScepRefused);

    // Even one with the names of an open session, which is never issued: it was not issued for a session.
    const authority = await builtInAuthority(runtime);
    const [unit] = await runtime.sql<{ id: number }[]>`select id from meta_business_units`;
    const session = await runtime.sql.begin((tx) =>
      openSession(tx, runtime, {
        kind: "OTA",
        status: "STARTED",
        otaEnrollmentId: fleet.enrollmentId,
        depEnrollmentId: null,
        metaBusinessUnitId: unit?.id ?? 0,
        serialNumber: null,
        udid: null,
        enrollmentId: null,
        hardwareEvidence: null,
        factoryKey: null,
      }, 1)
    );
    const certificate = issueClientCertificate(runtime, authority, {
      subject: [["CN", session.commonName], ["O", session.organization]],
      spki: spkiOf(KEYS[0]),
      keyUsage: ["digitalSignature"],
    });
    const parsed = parseCertificate(certificate);
    await insertAssetCertificate(runtime.sql, {
      fingerprint: parsed.fingerprint,
      authorityId: authority.id,
      challengeHash: new Uint8Array(32),
      spkiFingerprint: parsed.spkiFingerprint,
      channelId: setting.channel,
      artifactVersionId: setting.asset.versionId,
      certificate,
      notAfter: parsed.notAfter,
    }, runtime.clock.now());
    assert.equal(await put("checkin", authenticate("NEW"), { certificate: parsed, key: KEYS[0] }), 400);
    assert.ok(device.identity);
    assert.equal(await put("connect", idle, device.identity), 200);
  }));

Deno.test("challenges are kept as hashes alone, and are in no event and no log", () =>
  withFleet(async (fleet) => {
    const setting = await prepare(fleet);
    const credential = await credentialOf(fleet, setting);
    await request(fleet, credential, KEYS[0]);
    const { sql, lines } = fleet.runtime;
    const everything = JSON.stringify([
      await sql`select * from asset_credentials`,
      await sql`select * from asset_certificates`,
      await sql`select * from events`,
      lines,
    ]);
    assert.ok(!everything.includes(String(credential["Challenge"])));
  }));

Deno.test("an authority from before assets had their own gets one below it, and all are renewed in time", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const old = await builtInAuthority(runtime);
    const asItWas = createAuthority({
      subject: old.certificate.subject.raw,
      now: runtime.clock.now(),
      key: old.key,
      years: 15,
    });
    await runtime.sql`update certificate_authorities set certificate = ${asItWas}`;
    runtime.clock.advance(3601);
    const before = await assetAuthority(runtime);
    assert.equal(before.chain[0]?.pathLength, 1);
    assert.equal(before.chain[0]?.spkiFingerprint, old.certificate.spkiFingerprint);
    const leaf = parseCertificate(issueClientCertificate(runtime, before, {
      subject: [["CN", "x"]],
      spki: spkiOf(KEYS[0]),
      keyUsage: ["digitalSignature"],
    }));
    verifyChain(leaf, { anchors: before.chain, intermediates: [before.certificate], now: runtime.clock.now() });
    runtime.clock.set("2040-01-01T00:00:00Z");
    await renewAuthority(runtime);
    const after = await assetAuthority(runtime);
    assert.ok(after.certificate.notAfter.getUTCFullYear() >= 2054 && after.anchor.notAfter.getUTCFullYear() >= 2054);
    assert.equal(after.certificate.spkiFingerprint, before.certificate.spkiFingerprint);
    assert.equal(await renewAuthority(runtime), undefined);
  }));

Deno.test("of a request for an identity only the key counts: the server writes the subject and no alternative names", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { scep } = managementOf(
      openProfile(await downloadDirectProfile(runtime, testBy, fleet.enrollmentId, { signed: true })),
    );
    const content = scep?.["PayloadContent"] as PlistDict;
    let issued = 0;
    const own = content["Subject"] as [string, string][][];
    for (
      const Subject of [
        [
          [["CN", "ceo@corp.example"]],
          [["1.2.840.113549.1.9.1", "ceo@corp.example"]],
          [["OU", "Domain Admins"]],
          ...own,
        ],
        [...own, [["OU", "Domain Admins"]], [["CN", "ceo@corp.example"]]],
        [...own, [["DC", "corp"]]],
      ]
    ) {
      const payload = {
        PayloadContent: { ...content, Subject, SubjectAltName: { ntPrincipalName: "ceo@corp.example" } },
      };
      const asked = requestIdentity(fleet.fetch, payload as PlistDict, KEYS[1], {
        habit: "modern",
        now: runtime.clock.now(),
      });
      const certificate = await asked.then(({ certificate }) => certificate, (error) => {
        assert.ok(error instanceof ScepRefused);
        return undefined;
      });
      // A request with an unknown session is refused; issued certificates have no names of their own.
      if (certificate === undefined) continue;
      issued++;
      assert.deepEqual(certificate.subject.rdns.map(({ value }) => value), own.map(([rdn]) => rdn?.[1]));
      assert.deepEqual(certificate.subjectAltNames, []);
    }
    assert.ok(issued > 0);
  }));
