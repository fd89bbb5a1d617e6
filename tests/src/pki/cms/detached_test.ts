import assert from "node:assert/strict";
import "reflect-metadata";
import fc from "fast-check";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { toPem } from "../../../../src/pki/certificate.ts";
import { verifyDetached } from "../../../../src/pki/cms/detached.ts";
import { signAttached } from "../../../../src/pki/cms/signed.ts";
import { Der } from "../../../../src/pki/der.ts";
import * as write from "../../../../src/pki/der_writer.ts";
import { OID } from "../../../../src/pki/oids.ts";
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
  type TestIdentity,
  utf8,
} from "../helpers.ts";
import { signDetached } from "../../../../simulators/device/sign_detached.ts";

const BODY = utf8("<plist><dict><key>Status</key><string>Idle</string></dict></plist>");

async function withFiles(folder: string, identity: TestIdentity): Promise<void> {
  await Deno.writeTextFile(`${folder}/c.pem`, toPem(identity.certificate, "CERTIFICATE"));
  await Deno.writeTextFile(`${folder}/k.pem`, identity.key.export({ type: "pkcs8", format: "pem" }).toString());
  await Deno.writeFile(`${folder}/body`, BODY);
}

const opensslSign = (folder: string, ...options: string[]) =>
  openssl(
    folder,
    "cms",
    "-sign",
    "-binary",
    "-in",
    "body",
    "-signer",
    "c.pem",
    "-inkey",
    "k.pem",
    "-outform",
    "DER",
    ...options,
  );

/** Whether pkijs, an independent reader, thinks that the message is right. */
async function pkijsVerifies(cms: Uint8Array, content: Uint8Array): Promise<boolean> {
  const info = new pkijs.ContentInfo({ schema: asn1js.fromBER(Uint8Array.from(cms)).result });
  const signed = new pkijs.SignedData({ schema: info.content });
  return await signed.verify({ signer: 0, data: Uint8Array.from(content).buffer, checkChain: false });
}

Deno.test("openssl's detached signatures verify: keys, hashes, attributes, identifiers, padding and BER", async () => {
  await inFolder(async (folder) => {
    const shapes: [TestIdentity, string[], string, boolean][] = [
      [selfIdentity(rsaKey()), ["-md", "sha1"], "sha1", true],
      [selfIdentity(rsaKey()), ["-md", "sha256"], "sha256", true],
      [selfIdentity(rsaKey()), ["-md", "sha384", "-noattr"], "sha384", false],
      [selfIdentity(rsaKey()), ["-md", "sha512", "-nosmimecap"], "sha512", true],
      [issuedBy(authority(), rsaKey()), ["-md", "sha256", "-keyid"], "sha256", true],
      [selfIdentity(rsaKey()), ["-md", "sha256", "-keyopt", "rsa_padding_mode:pss"], "sha256", true],
      [selfIdentity(ecKey()), ["-md", "sha1"], "sha1", true],
      [selfIdentity(ecKey()), ["-md", "sha256", "-noattr"], "sha256", false],
      [selfIdentity(ecKey("e", "P-384")), ["-md", "sha384"], "sha384", true],
      [selfIdentity(ecKey("e", "P-521")), ["-md", "sha512"], "sha512", true],
      [selfIdentity(rsaKey()), ["-md", "sha1", "-stream", "-indef"], "sha1", true],
      [selfIdentity(rsaKey()), ["-md", "sha256", "-stream", "-noattr"], "sha256", false],
    ];
    for (const [identity, options, digest, signedAttributes] of shapes) {
      await withFiles(folder, identity);
      const cms = await opensslSign(folder, ...options);
      const found = verifyDetached(cms, BODY);
      assert.equal(found.certificate.fingerprint, identity.parsed.fingerprint, options.join(" "));
      assert.deepEqual([found.digest, found.signedAttributes], [digest, signedAttributes]);
      // With -stream openssl attaches the content, which is then what must be the body.
      const code = options.includes("-stream") ? "cms" : "signature";
      refuses(() => verifyDetached(cms, flip(BODY, 0)), code);
      refuses(() => verifyDetached(cms, new Uint8Array()), code);
    }
  });
});

Deno.test("our detached signatures satisfy openssl, pkijs and ourselves, in DER and in Apple's BER", async () => {
  await inFolder(async (folder) => {
    for (const identity of [selfIdentity(rsaKey()), selfIdentity(ecKey())]) {
      await withFiles(folder, identity);
      for (const form of ["der", "apple-ber"] as const) {
        for (const digest of ["sha1", "sha256"] as const) {
          for (const attributes of [true, false]) {
            const cms = signDetached(BODY, identity, { form, digest, attributes });
            const found = verifyDetached(cms, BODY);
            assert.deepEqual([found.digest, found.signedAttributes], [digest, attributes]);
            assert.equal(await pkijsVerifies(cms, BODY), true);
            assert.equal(cms[1] === 0x80, form === "apple-ber");
            await Deno.writeFile(`${folder}/cms`, cms);
            await openssl(
              folder,
              "cms",
              "-verify",
              "-binary",
              "-inform",
              "DER",
              "-in",
              "cms",
              "-content",
              "body",
              "-noverify",
              "-out",
              "/dev/null",
            );
          }
        }
      }
    }
  });
});

Deno.test("a message with any changed bit does not verify, or has the same content", () => {
  const identity = selfIdentity(rsaKey());
  for (const form of ["der", "apple-ber"] as const) {
    const cms = signDetached(BODY, identity, { form });
    let accepted = 0;
    for (let i = 0; i < cms.length; i++) {
      for (const bit of [0, 3, 7]) {
        survives(() => {
          const found = verifyDetached(flip(cms, i, bit), BODY);
          // Not everything is signed (versions, the digestAlgorithms set); but who signed what always is.
          assert.deepEqual(found.certificate.publicKey, identity.parsed.publicKey);
          accepted++;
        });
      }
    }
    assert.ok(accepted < 40 + identity.certificate.length * 3, `${accepted} accepted`);
  }
});

Deno.test("a message that is cut short anywhere is refused", () => {
  for (const form of ["der", "apple-ber"] as const) {
    const cms = signDetached(BODY, selfIdentity(ecKey()), { form });
    for (let length = 0; length < cms.length; length++) {
      refuses(() => verifyDetached(cms.subarray(0, length), BODY), undefined);
    }
  }
});

/** A detached message with its parts replaced. */
function rebuilt(cms: Uint8Array, change: (parts: Uint8Array[], signer: Uint8Array[]) => void): Uint8Array {
  const [type, explicit] = Der.parse(cms).children();
  const signedData = explicit?.children()[0];
  const parts = signedData?.children() ?? [];
  const signers = parts.at(-1)?.children()[0]?.children() ?? [];
  assert.ok(type && parts.length >= 4 && signers.length >= 5);
  const raw = parts.map((part) => part.raw);
  const signer = signers.map((field) => field.raw);
  const before = raw.at(-1);
  change(raw, signer);
  if (raw.at(-1) === before) raw[raw.length - 1] = write.setOf(write.sequence(...signer));
  return write.sequence(type.raw, write.context(0, write.sequence(...raw)));
}

Deno.test("a message with two signers, or none, is refused", () => {
  const cms = signDetached(BODY, selfIdentity(rsaKey()), { form: "der" });
  assert.ok(verifyDetached(rebuilt(cms, () => {}), BODY));
  refuses(
    () =>
      verifyDetached(
        rebuilt(cms, (parts, signer) => {
          const one = write.sequence(...signer);
          parts[parts.length - 1] = write.element(0x31, one, one);
        }),
        BODY,
      ),
    "cms",
    /2 signers/,
  );
  refuses(
    () => verifyDetached(rebuilt(cms, (parts) => parts[parts.length - 1] = write.setOf()), BODY),
    "cms",
    /0 signers/,
  );
});

Deno.test("another certificate in the place of the signer's is refused, with the same name and serial number too", () => {
  const cms = signDetached(BODY, selfIdentity(rsaKey()), { form: "der" });
  const stranger = selfIdentity(rsaKey("stranger"));
  const swap = (certificate: Uint8Array) => rebuilt(cms, (parts) => parts[3] = write.context(0, certificate));
  refuses(() => verifyDetached(swap(stranger.certificate), BODY), "cms", /not in the message/);
  // A certificate with the names and the serial number of the signer's, over the stranger's key.
  const own = selfIdentity(rsaKey());
  const both = signDetached(BODY, own, { form: "der" });
  const ownSpki = own.parsed.spki.toHex();
  const forged = Uint8Array.fromHex(own.certificate.toHex().replace(ownSpki, stranger.parsed.spki.toHex()));
  refuses(
    () => verifyDetached(rebuilt(both, (parts) => parts[3] = write.context(0, forged)), BODY),
    "signature",
    /not one of/,
  );
  refuses(() => verifyDetached(rebuilt(both, (parts) => parts.splice(3, 1)), BODY), "cms", /not in the message/);
});

const attribute = (type: string, ...values: Uint8Array[]) => write.sequence(write.oid(type), write.setOf(...values));

Deno.test("signed attributes without messageDigest or contentType, with two of one, or with other ones, are refused", async () => {
  const { sign, createHash } = await import("node:crypto");
  const identity = selfIdentity(rsaKey());
  const cms = signDetached(BODY, identity, { form: "der" });
  const digest = write.octets(createHash("sha256").update(BODY).digest());
  const type = attribute(OID.contentType, write.oid(OID.data));
  const message = attribute(OID.messageDigest, digest);
  const signedWith = (...attributes: Uint8Array[]) =>
    rebuilt(cms, (_, signer) => {
      const set = write.setOf(...attributes);
      signer[5] = write.octets(sign("sha256", set, identity.key));
      set[0] = 0xa0;
      signer[3] = set;
    });
  assert.ok(verifyDetached(signedWith(type, message), BODY));
  const past = attribute(OID.signingTime, write.time(new Date("1999-01-01T00:00:00Z")));
  assert.ok(verifyDetached(signedWith(type, message, past), BODY), "the signing time never rejects");
  refuses(() => verifyDetached(signedWith(type), BODY), "cms", /messageDigest/);
  refuses(() => verifyDetached(signedWith(message), BODY), "cms", /contentType/);
  refuses(() => verifyDetached(signedWith(), BODY), "cms", /missing/);
  refuses(() => verifyDetached(signedWith(type, message, message), BODY), "cms", /twice/);
  refuses(
    () => verifyDetached(signedWith(type, attribute(OID.messageDigest, digest, digest)), BODY),
    "cms",
    /2 values/,
  );
  refuses(
    () => verifyDetached(signedWith(attribute(OID.contentType, write.oid(OID.signedData)), message), BODY),
    "cms",
  );
  const other = attribute(OID.messageDigest, write.octets(new Uint8Array(32)));
  refuses(() => verifyDetached(signedWith(type, other), BODY), "signature", /not what was signed/);
  const short = attribute(OID.messageDigest, write.octets(new Uint8Array()));
  refuses(() => verifyDetached(signedWith(type, short), BODY), "signature");
});

Deno.test("one message's signed attributes are not accepted as another message's content", () => {
  const identity = selfIdentity(rsaKey());
  const cms = signDetached(BODY, identity, { form: "der" });
  let attributes = new Uint8Array();
  const stripped = rebuilt(cms, (_, signer) => {
    attributes = Uint8Array.from(signer.splice(3, 1)[0] ?? []);
    attributes[0] = 0x31;
  });
  refuses(() => verifyDetached(stripped, attributes), "cms", /another message's signed attributes/);
});

Deno.test("content that is attached must be the body", () => {
  const identity = selfIdentity(rsaKey());
  assert.ok(verifyDetached(signAttached(BODY, identity), BODY));
  refuses(() => verifyDetached(signAttached(utf8("other"), identity), BODY), "cms", /other content/);
});

Deno.test("algorithms are read with and without NULL, under the names that tools give them, and not mixed", () => {
  const identity = selfIdentity(rsaKey());
  const cms = signDetached(BODY, identity, { form: "der", digest: "sha1" });
  const named = (digest: Uint8Array, signature: Uint8Array) =>
    rebuilt(cms, (_, signer) => {
      signer[2] = digest;
      signer[4] = signature;
    });
  const rsa = [OID.rsaEncryption, "1.2.840.113549.1.1.5", "1.3.14.3.2.29"];
  for (const oid of rsa) {
    for (const signature of [write.algorithm(oid), write.algorithm(oid, write.nil())]) {
      assert.ok(verifyDetached(named(write.algorithm(OID.sha1), signature), BODY));
      assert.ok(verifyDetached(named(write.algorithm(OID.sha1, write.nil()), signature), BODY));
    }
  }
  const sha256WithRsa = write.algorithm("1.2.840.113549.1.1.11");
  refuses(() => verifyDetached(named(write.algorithm(OID.sha1), sha256WithRsa), BODY), "cms", /digest is sha1/);
  refuses(() => verifyDetached(named(write.algorithm("1.2.840.113549.2.5"), sha256WithRsa), BODY), "unsupported");
  refuses(() => verifyDetached(named(write.algorithm(OID.sha1), write.algorithm("1.2.3")), BODY), "unsupported");
  const ecdsa = write.algorithm("1.2.840.10045.4.1");
  refuses(() => verifyDetached(named(write.algorithm(OID.sha1), ecdsa), BODY), "signature");
});

Deno.test("random and mangled bytes never throw anything but the PKI error", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
    assert.equal(survives(() => verifyDetached(bytes, BODY)), false);
  }));
  const cms = signDetached(BODY, selfIdentity(ecKey()), { form: "apple-ber" });
  const edit = fc.tuple(fc.nat(cms.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), fc.nat(cms.length), (edits, cut) => {
      const mangled = Uint8Array.from([...cms.subarray(0, cut), ...cms.subarray(cut)]);
      for (const [index, value] of edits) mangled[index] = value;
      survives(() => verifyDetached(mangled, BODY));
    }),
    { numRuns: 500 },
  );
});

Deno.test("every message that we accept, pkijs accepts: a differential run over mangled messages", async () => {
  const identity = selfIdentity(rsaKey());
  const cms = signDetached(BODY, identity, { form: "der" });
  for (let i = 0; i < cms.length; i += 11) {
    const changed = flip(cms, i, i % 8);
    if (!survives(() => verifyDetached(changed, BODY))) continue;
    // Inside the certificate nothing is verified here by either; elsewhere the two must agree.
    const inCertificate = verifyDetached(changed, BODY).certificate.fingerprint !== identity.parsed.fingerprint;
    if (!inCertificate) assert.equal(await pkijsVerifies(changed, BODY), true, `byte ${i}`);
  }
});
