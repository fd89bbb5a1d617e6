import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { findPushKey } from "../../../db/push/push_certificates.ts";
import { selfSigned } from "../../../simulators/device/self_signed.ts";
import { toPem } from "../../../src/pki/certificate.ts";
import { parseCsr } from "../../../src/pki/csr.ts";
import { encryptPrivateKeyPem, exportPkcs8, importPkcs8 } from "../../../src/pki/keys.ts";
import { pushCertificateRequest, signedPushCertificateRequest } from "../../../src/push/certificates.ts";
import { systemNetwork } from "../../../src/runtime.ts";
import { KEYS, TOPIC, withFleet } from "../../support/fleet.ts";
import { inFolder, openssl } from "../pki/helpers.ts";

const [key, otherKey] = KEYS;
const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2027-01-01T00:00:00Z") };
const TOPICS = { other: "com.apple.mgmt.External.other" };

/** A certificate as Apple gives it: the topic is the subject's UID. */
const certificate = (topic: string, of = key, until = dates.notAfter) =>
  toPem(
    selfSigned({
      subject: [["0.9.2342.19200300.100.1.1", topic], ["CN", `APSP:${topic}`]],
      key: of,
      ...dates,
      notAfter: until,
    }),
    "CERTIFICATE",
  );
const keyPem = toPem(exportPkcs8(key), "PRIVATE KEY");
const PATH = "/api/mdm/push_certificates/";

Deno.test("a push certificate is created, its request is readable by openssl, and Apple's answer is stored with it", () =>
  withFleet(async (fleet) => {
    const { json: made, status } = await fleet.api("POST", PATH, { name: "Ours" });
    assert.deepEqual([status, made.topic, made.certificate], [201, null, null]);
    const csr = await pushCertificateRequest(fleet.runtime, made.id);
    const text = execFileSync("openssl", ["req", "-inform", "DER", "-noout", "-verify", "-text"], {
      input: csr,
      stdio: ["pipe", "pipe", "ignore"],
    }).toString();
    assert.match(text, /sha256WithRSAEncryption/);
    assert.match(text, /\(2048 bit\)/);
    // The same key again: a renewal's request is for the key that is here.
    assert.deepEqual(parseCsr(await pushCertificateRequest(fleet.runtime, made.id)).spki, parseCsr(csr).spki);

    const foreign = await fleet.api("PUT", `${PATH}${made.id}/`, {
      name: "Ours",
      certificate: certificate(TOPICS.other),
    });
    assert.deepEqual(foreign.json, { non_field_errors: ["The certificate and key do not form a pair"] });
    const sealed = await findPushKey(fleet.runtime.sql, made.id);
    const own = importPkcs8(
      await fleet.runtime.keys.open(sealed ?? "", {
        table: "push_certificates",
        column: "private_key_sealed",
        id: made.id,
      }),
    );
    const uploaded = await fleet.api("PUT", `${PATH}${made.id}/`, {
      name: "Ours",
      certificate: certificate(TOPICS.other, own),
    });
    assert.equal(uploaded.json.topic, TOPICS.other);
    assert.equal(uploaded.json.not_after, "2027-01-01T00:00:00");
    assert.ok(!JSON.stringify(uploaded.json).includes("PRIVATE"));
  }));

Deno.test("a certificate with another topic is refused, with the number of devices that would be lost", () =>
  withFleet(async (fleet) => {
    await fleet.enrolled();
    await fleet.enrolled();
    const { json: [row] } = await fleet.api("GET", PATH);
    const refused = await fleet.api("PUT", `${PATH}${row.id}/`, {
      name: "push",
      certificate: certificate(TOPICS.other),
      private_key: keyPem,
    });
    assert.deepEqual([refused.status, refused.json], [400, {
      certificate: [
        `The new certificate has a different topic: it is "${TOPICS.other}", it should be "${TOPIC}". ` +
        "2 enrolled devices would be lost.",
      ],
    }]);
    const renewed = await fleet.api("PUT", `${PATH}${row.id}/`, {
      name: "push 2027",
      certificate: certificate(TOPIC, otherKey),
      private_key: encryptPrivateKeyPem(otherKey, "secret"),
      key_password: "secret",
    });
    assert.deepEqual([renewed.status, renewed.json.name, renewed.json.topic], [200, "push 2027", TOPIC]);
    const ended = await fleet.api("PUT", `${PATH}${row.id}/`, {
      name: "push 2027",
      certificate: certificate(TOPIC, otherKey, new Date("2026-02-01T00:00:00Z")),
    });
    assert.deepEqual(ended.json, { certificate: ["The certificate expired 2026-02-01T00:00:00"] });
    assert.deepEqual((await fleet.api("DELETE", `${PATH}${row.id}/`)).json, [
      "This push certificate cannot be deleted",
    ]);
  }));

Deno.test("a file that is not a push certificate is refused with its own sentence", () =>
  withFleet(async (fleet) => {
    const upload = async (fields: Record<string, unknown>) =>
      (await fleet.api("POST", PATH, {
        name: "New",
        certificate: certificate(TOPICS.other),
        private_key: keyPem,
        ...fields,
      }))
        .json;
    assert.deepEqual(await upload({ certificate: "x" }), {
      certificate: ["Could not load PEM certificate: it is not a PEM, DER, PKCS #7 or PKCS #12 file"],
    });
    assert.deepEqual(await upload({ private_key: "x" }), {
      private_key: ["Could not load PEM private key: this is not PEM text"],
    });
    const locked = encryptPrivateKeyPem(key, "right");
    assert.deepEqual(await upload({ private_key: locked, key_password: "wrong" }), {
      private_key: ["Could not load PEM private key: the password is wrong, or the key is damaged"],
    });
    assert.deepEqual(await upload({ private_key: locked }), {
      private_key: ["Could not load PEM private key: a password is needed, or it is not a private key"],
    });
    assert.deepEqual(await upload({ private_key: undefined }), { private_key: ["This field is required."] });
    // An app's push certificate and a vendor's have topics as well.
    for (const topic of ["com.example.shop", "ABCDE12345", "com.apple.mgmt"]) {
      assert.deepEqual(await upload({ certificate: certificate(topic) }), {
        certificate: [
          `Topic "${topic}" is not an MDM topic (com.apple.mgmt.…). Upload the certificate from Apple's push portal.`,
        ],
      });
    }
    const old = certificate(TOPICS.other, key, new Date("2026-02-01T00:00:00Z"));
    assert.deepEqual(await upload({ certificate: old }), {
      certificate: ["The certificate expired 2026-02-01T00:00:00"],
    });
    const noTopic = toPem(selfSigned({ subject: [["CN", "no topic"]], key, ...dates }), "CERTIFICATE");
    assert.deepEqual(await upload({ certificate: noTopic }), {
      certificate: ["Could not extract the topic from the certificate subject"],
    });
    assert.deepEqual(await upload({ certificate: certificate(TOPIC) }), {
      certificate: ["Another push certificate has this topic already"],
    });
    assert.deepEqual(await upload({ name: "push" }), { name: ["Push certificate with this name already exists."] });
    // With its issuer in front, or both in a PKCS #12 file, it is the same certificate.
    const issuer = toPem(selfSigned({ subject: [["CN", "issuer"]], key: otherKey, ...dates }), "CERTIFICATE");
    const leaf = certificate(TOPICS.other);
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/c.pem`, leaf + issuer);
      await Deno.writeTextFile(`${folder}/k.pem`, keyPem);
      const pack = ["pkcs12", "-export", "-legacy", "-in", "c.pem", "-inkey", "k.pem", "-passout", "pass:geheim"];
      const p12 = Uint8Array.from(await openssl(folder, ...pack)).toBase64();
      for (
        const form of [
          { certificate: issuer + leaf },
          { certificate: p12, private_key: undefined, key_password: "geheim" },
          { certificate: leaf + keyPem, private_key: undefined },
        ]
      ) {
        const made = await upload(form);
        assert.equal(made.certificate, leaf, JSON.stringify(made));
        assert.equal((await fleet.api("DELETE", `${PATH}${made.id}/`)).status, 204);
      }
      assert.deepEqual(await upload({ certificate: p12, private_key: undefined }), {
        certificate: ["Could not load PEM certificate: Could not open the PKCS #12 file: a password is needed"],
      });
    });
  }));

Deno.test("the request is signed by the configured vendor service; a failure is reported without the service's text", async () => {
  let answer: () => Response = () => Response.json({ signed_csr: "U0lHTkVE" });
  const seen: unknown[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    seen.push(await request.json());
    return answer();
  });
  try {
    await withFleet(async (fleet) => {
      fleet.runtime.network = systemNetwork;
      const { json: { id } } = await fleet.api("POST", PATH, { name: "Ours" });
      assert.equal(await signedPushCertificateRequest(fleet.runtime, id), "U0lHTkVE");
      const csr = await pushCertificateRequest(fleet.runtime, id);
      assert.deepEqual(seen, [{ b64_csr: csr.toBase64(), fqdn: "mdm.example.com" }]);
      answer = () => new Response("internal secret", { status: 500 });
      await assert.rejects(signedPushCertificateRequest(fleet.runtime, id), (error: Error) => {
        assert.match(error.message, /unexpected answer/);
        return !error.message.includes("internal secret");
      });
      answer = () => Response.json({ signed: true });
      await assert.rejects(signedPushCertificateRequest(fleet.runtime, id), /unexpected answer/);
    }, { PUSH_CSR_SIGNER_URL: `http://127.0.0.1:${server.addr.port}/` });
  } finally {
    await server.shutdown();
  }
});
