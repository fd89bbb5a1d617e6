import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { signDetached } from "../../../../simulators/device/sign_detached.ts";
import { toPem } from "../../../../src/pki/certificate.ts";
import { parseCertificate } from "../../../../src/pki/certificate.ts";
import { certificatesOf, degenerate, openSigned, signAttached } from "../../../../src/pki/cms/signed.ts";
import * as write from "../../../../src/pki/der_writer.ts";
import {
  authority,
  ecKey,
  flip,
  inFolder,
  issuedBy,
  openssl,
  refuses,
  rsaKey,
  selfIdentity,
  survives,
  utf8,
} from "../helpers.ts";

const PROFILE = utf8("<plist><dict/></plist>\n".repeat(900));

Deno.test("a signed profile satisfies openssl with the chain inside and only the root known", async () => {
  await inFolder(async (folder) => {
    for (const key of [rsaKey(), ecKey(), ecKey("e", "P-384"), ecKey("e", "P-521")]) {
      const ca = authority(ecKey("ca"));
      const signer = issuedBy(ca, key);
      const digest = key === ecKey("e", "P-521") ? "sha512" : "sha256";
      const cms = signAttached(PROFILE, { ...signer, chain: [ca.certificate] }, { digest, signingTime: new Date() });
      await Deno.writeTextFile(`${folder}/ca.pem`, toPem(ca.certificate, "CERTIFICATE"));
      await Deno.writeFile(`${folder}/cms`, cms);
      const at = String(signer.parsed.notBefore.getTime() / 1000 + 60);
      for (const command of ["cms", "smime"]) {
        const content = await openssl(
          folder,
          command,
          "-verify",
          "-binary",
          "-inform",
          "DER",
          "-in",
          "cms",
          "-CAfile",
          "ca.pem",
          "-purpose",
          "any",
          "-attime",
          at,
        );
        assert.deepEqual(Uint8Array.from(content), PROFILE);
      }
      const opened = openSigned(cms);
      assert.deepEqual(Uint8Array.from(opened.content), PROFILE);
      assert.equal(opened.signers[0]?.certificate.fingerprint, signer.parsed.fingerprint);
      assert.deepEqual(opened.certificates.map(({ fingerprint }) => fingerprint), [
        signer.parsed.fingerprint,
        ca.parsed.fingerprint,
      ]);
    }
  });
});

Deno.test("openssl's attached messages open: DER, BER in pieces, and several signers", async () => {
  await inFolder(async (folder) => {
    const [one, two] = [selfIdentity(rsaKey()), selfIdentity(ecKey())];
    await Deno.writeFile(`${folder}/body`, PROFILE);
    for (const [name, { certificate, key }] of [["1", one], ["2", two]] as const) {
      await Deno.writeTextFile(`${folder}/c${name}.pem`, toPem(certificate, "CERTIFICATE"));
      await Deno.writeTextFile(`${folder}/k${name}.pem`, key.export({ type: "pkcs8", format: "pem" }).toString());
    }
    const sign = (...options: string[]) =>
      openssl(
        folder,
        "cms",
        "-sign",
        "-binary",
        "-nodetach",
        "-in",
        "body",
        "-outform",
        "DER",
        "-signer",
        "c1.pem",
        "-inkey",
        "k1.pem",
        ...options,
      );
    for (const options of [[], ["-stream"], ["-noattr", "-stream"], ["-md", "sha1"]]) {
      const cms = await sign(...options);
      assert.deepEqual(Uint8Array.from(openSigned(cms).content), PROFILE, options.join(" "));
    }
    const both = await sign("-signer", "c2.pem", "-inkey", "k2.pem");
    assert.deepEqual(
      openSigned(both).signers.map(({ certificate }) => certificate.fingerprint).toSorted(),
      [one.parsed.fingerprint, two.parsed.fingerprint].toSorted(),
    );
    // One good signature does not make up for a bad one.
    const bad = Uint8Array.from(both);
    let refused = 0;
    for (let i = bad.length - 600; i < bad.length; i += 7) if (!survives(() => openSigned(flip(bad, i)))) refused++;
    assert.ok(refused > 70, `${refused} refused`);
  });
});

Deno.test("changed content, detached content and unsigned messages do not open", () => {
  const identity = selfIdentity(rsaKey());
  const cms = signAttached(utf8("the content"), identity);
  const at = new TextDecoder("latin1").decode(cms).indexOf("the content");
  refuses(() => openSigned(flip(cms, at)), "signature", /not what was signed/);
  refuses(() => openSigned(signDetached(utf8("x"), identity, { form: "der" })), "cms", /no content/);
  refuses(() => openSigned(degenerate([identity.certificate])), "cms", /no content/);
  refuses(
    () => openSigned(write.sequence(write.oid("1.2.840.113549.1.7.1"), write.context(0, write.octets(cms)))),
    "cms",
  );
  const nobody = write.sequence(
    write.oid("1.2.840.113549.1.7.2"),
    write.context(
      0,
      write.sequence(
        write.integer(1),
        write.setOf(),
        write.sequence(write.oid("1.2.840.113549.1.7.1"), write.context(0, write.octets(utf8("x")))),
        write.setOf(),
      ),
    ),
  );
  refuses(() => openSigned(nobody), "cms", /not signed/);
});

Deno.test("a certs-only message holds its certificates in order, for us and for openssl", async () => {
  await inFolder(async (folder) => {
    const certificates = [selfIdentity(ecKey("1"), "one"), selfIdentity(ecKey("2"), "two")].map(({ certificate }) =>
      certificate
    );
    const cms = degenerate(certificates);
    assert.deepEqual(certificatesOf(cms).map(({ subject }) => subject.commonName), ["one", "two"]);
    await Deno.writeFile(`${folder}/cms`, cms);
    const text = new TextDecoder().decode(
      await openssl(folder, "pkcs7", "-inform", "DER", "-in", "cms", "-print_certs", "-noout"),
    );
    assert.match(text, /CN = one[\s\S]*CN = two/);
  });
});

Deno.test("a key that is not the certificate's can not sign; a Web Crypto key can", async () => {
  const identity = selfIdentity(rsaKey());
  refuses(() => signAttached(utf8("x"), { ...identity, key: rsaKey("other") }), "key", /not the certificate's/);
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = await crypto.subtle.importKey(
    "pkcs8",
    Uint8Array.from(pair.privateKey.export({ type: "pkcs8", format: "der" })),
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign"],
  );
  const web = selfIdentity(pair.privateKey);
  assert.ok(openSigned(signAttached(utf8("x"), { certificate: web.certificate, key })));
});

Deno.test("serial numbers of 128 bits with the highest bit set are kept", () => {
  const ca = authority(ecKey("ca"));
  const leaf = issuedBy(ca, ecKey());
  const wide = parseCertificate(leaf.certificate);
  assert.ok(openSigned(signAttached(utf8("x"), leaf)).signers[0]?.certificate.serialNumber === wide.serialNumber);
});
