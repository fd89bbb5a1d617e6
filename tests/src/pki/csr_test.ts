import assert from "node:assert/strict";
import fc from "fast-check";
import { buildCsr, parseCsr } from "../../../src/pki/csr.ts";
import { Der } from "../../../src/pki/der.ts";
import * as write from "../../../src/pki/der_writer.ts";
import { spkiOf } from "../../../src/pki/keys.ts";
import { ecKey, flip, inFolder, openssl, refuses, rsaKey, run, survives } from "./helpers.ts";

const SUBJECT = [["C", "US"], ["O", "Espalier"], ["CN", "MDM$OTA$abc"]] as const;

Deno.test("our requests satisfy openssl, with the challenge and the names inside", async () => {
  await inFolder(async (folder) => {
    for (const key of [rsaKey(), ecKey(), ecKey("e", "P-384"), ecKey("e", "P-521")]) {
      const csr = buildCsr({
        subject: SUBJECT,
        key,
        attributes: {
          challengePassword: "s3cret",
          subjectAltNames: [{ kind: "dns", value: "a.example" }, { kind: "ip", value: "2001:db8::1" }],
        },
      });
      await Deno.writeFile(`${folder}/csr`, csr);
      const { success, text, errors } = await run(
        folder,
        "openssl",
        "req",
        "-inform",
        "DER",
        "-in",
        "csr",
        "-noout",
        "-verify",
        "-text",
      );
      assert.ok(success && /verify OK/.test(errors + text), errors);
      assert.match(text, /challengePassword\s*:\s*s3cret/);
      assert.match(text, /DNS:a.example, IP Address:2001:DB8:0:0:0:0:0:1/);
      const parsed = parseCsr(csr);
      assert.equal(parsed.subject.toString(), "CN=MDM$OTA$abc,O=Espalier,C=US");
      assert.equal(parsed.challengePassword, "s3cret");
      assert.deepEqual(parsed.spki, spkiOf(key));
      assert.deepEqual(parsed.extensions.subjectAltNames.map(({ kind }) => kind), ["dns", "ip"]);
    }
  });
});

Deno.test("openssl's requests are read, with the size of their key for the caller's rule", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/c.cnf`,
      "[req]\ndistinguished_name=dn\nattributes=at\nprompt=no\nreq_extensions=ex\n[dn]\nCN=x\n[at]\nchallengePassword=pässwörd\n[ex]\nsubjectAltName=email:a@b.example\nkeyUsage=digitalSignature\n",
    );
    for (const digest of ["sha1", "sha256", "sha512"]) {
      const der = await openssl(
        folder,
        "req",
        "-new",
        "-newkey",
        "rsa:1024",
        "-nodes",
        "-keyout",
        "k",
        `-${digest}`,
        "-config",
        "c.cnf",
        "-utf8",
        "-outform",
        "DER",
      );
      const csr = parseCsr(der);
      assert.equal(csr.publicKey.kind === "rsa" && csr.publicKey.bits, 1024);
      assert.equal(csr.challengePassword, "pässwörd");
      assert.deepEqual(csr.extensions.subjectAltNames, [{ kind: "email", value: "a@b.example" }]);
    }
    const none = await openssl(folder, "req", "-new", "-key", "k", "-subj", "/CN=plain", "-outform", "DER");
    assert.equal(parseCsr(none).challengePassword, undefined);
  });
});

Deno.test("a request for another person's key is refused: it is not signed by that key", () => {
  const csr = buildCsr({ subject: SUBJECT, key: rsaKey() });
  const [info, algorithm, signature] = Der.parse(csr).children();
  assert.ok(info && algorithm && signature);
  const [version, subject, , attributes] = info.children();
  assert.ok(version && subject && attributes);
  const stolen = write.sequence(version.raw, subject.raw, spkiOf(rsaKey("other")), attributes.raw);
  refuses(() => parseCsr(write.sequence(stolen, algorithm.raw, signature.raw)), "csr", /not signed by its own key/);
});

Deno.test("no request with a changed bit is accepted, and only the PKI error is thrown", () => {
  const csr = buildCsr({ subject: SUBJECT, key: rsaKey(), attributes: { challengePassword: "x" } });
  const expected = parseCsr(csr);
  for (let i = 0; i < csr.length; i++) {
    // The NULL of the algorithm may lose its tag and mean the same; everything else is signed.
    survives(() => {
      const changed = parseCsr(flip(csr, i, i % 8));
      assert.deepEqual([changed.spki, changed.challengePassword], [expected.spki, expected.challengePassword]);
      assert.ok(i > csr.length - 256 - 24 && i < csr.length - 256, `byte ${i}`);
    });
  }
  for (let length = 0; length < csr.length; length += 5) {
    assert.equal(survives(() => parseCsr(csr.subarray(0, length))), false);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assert.equal(survives(() => parseCsr(bytes)), false)),
  );
});
