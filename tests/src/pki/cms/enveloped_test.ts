import assert from "node:assert/strict";
import { constants, publicEncrypt } from "node:crypto";
import fc from "fast-check";
import { toPem } from "../../../../src/pki/certificate.ts";
import { encryptCbc } from "../../../../src/pki/cms/ciphers.ts";
import { cipherOf, openEnveloped, sealEnveloped } from "../../../../src/pki/cms/enveloped.ts";
import * as write from "../../../../src/pki/der_writer.ts";
import { PkiError } from "../../../../src/pki/errors.ts";
import { OID } from "../../../../src/pki/oids.ts";
import { ecKey, flip, inFolder, openssl, refuses, rsaKey, selfIdentity, survives, utf8 } from "../helpers.ts";

const SECRET = utf8("ABCD-EFGH-IJKL-MNOP-QRST-UVWX");
const identity = () => selfIdentity(rsaKey());
const recipient = () => ({ certificate: identity().parsed, key: identity().key });
const SEALABLE = ["aes-256-cbc", "aes-128-cbc", "des-ede3-cbc", "des-cbc"] as const;

Deno.test("openssl's envelopes open: ciphers, key transports, identifiers, BER in pieces", async () => {
  await inFolder(async (folder) => {
    const big = crypto.getRandomValues(new Uint8Array(20_000));
    await Deno.writeFile(`${folder}/body`, big);
    await Deno.writeTextFile(`${folder}/c.pem`, toPem(identity().certificate, "CERTIFICATE"));
    const { parsed, key } = identity();
    for (const cipher of ["aes128", "aes192", "aes256", "des3"]) {
      for (
        const options of [[], ["-stream"], ["-recip", "c.pem", "-keyopt", "rsa_padding_mode:oaep"], [
          "-recip",
          "c.pem",
          "-keyopt",
          "rsa_padding_mode:oaep",
          "-keyopt",
          "rsa_oaep_md:sha256",
        ]]
      ) {
        const cms = await openssl(
          folder,
          "cms",
          "-encrypt",
          "-binary",
          `-${cipher}`,
          "-in",
          "body",
          "-outform",
          "DER",
          ...options,
          ...(options.includes("-recip") ? [] : ["c.pem"]),
        );
        const opened = openEnveloped(cms, { certificate: parsed, key });
        assert.deepEqual(Uint8Array.from(opened), big, `${cipher} ${options.join(" ")}`);
        assert.equal(
          cipherOf(cms),
          { aes128: "aes-128-cbc", aes192: "aes-192-cbc", aes256: "aes-256-cbc", des3: "des-ede3-cbc" }[cipher],
        );
      }
    }
  });
});

Deno.test("our envelopes open for openssl and for us, single DES by 3DES with one key", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/k.pem`, identity().key.export({ type: "pkcs8", format: "pem" }).toString());
    await Deno.writeTextFile(`${folder}/c.pem`, toPem(identity().certificate, "CERTIFICATE"));
    for (const cipher of SEALABLE) {
      for (const size of [0, 1, 15, 16, 17, 5000]) {
        const content = crypto.getRandomValues(new Uint8Array(size));
        const cms = sealEnveloped(content, identity().certificate, { cipher });
        assert.equal(cipherOf(cms), cipher);
        assert.deepEqual(Uint8Array.from(openEnveloped(cms, recipient())), content);
        await Deno.writeFile(`${folder}/cms`, cms);
        const legacy = cipher === "des-cbc" ? ["-provider", "default", "-provider", "legacy"] : [];
        const opened = await openssl(
          folder,
          "cms",
          "-decrypt",
          "-binary",
          "-inform",
          "DER",
          "-in",
          "cms",
          "-inkey",
          "k.pem",
          "-recip",
          "c.pem",
          ...legacy,
        );
        assert.deepEqual(Uint8Array.from(opened), content, cipher);
      }
    }
  });
});

/** An envelope of our making with the given encrypted key. */
function envelope(
  encryptedKey: Uint8Array,
  content: Uint8Array,
  iv = new Uint8Array(16),
  cipher: string = OID.aes256Cbc,
) {
  const { parsed } = identity();
  const id = write.sequence(parsed.issuer.raw, write.integer(Uint8Array.fromHex(parsed.serialNumber)));
  const enveloped = write.sequence(
    write.integer(0),
    write.setOf(
      write.sequence(write.integer(0), id, write.algorithm(OID.rsaEncryption, write.nil()), write.octets(encryptedKey)),
    ),
    write.sequence(write.oid(OID.data), write.algorithm(cipher, write.octets(iv)), write.contextPrimitive(0, content)),
  );
  return write.sequence(write.oid(OID.envelopedData), write.context(0, enveloped));
}

/** The error of opening, as its whole outside: name, code and words. Undefined when it opened. */
function outcome(cms: Uint8Array): string | undefined {
  try {
    openEnveloped(cms, recipient());
    return undefined;
  } catch (error) {
    assert.ok(error instanceof PkiError);
    assert.equal(error.cause, undefined);
    return `${error.code}: ${error.message}`;
  }
}

Deno.test("every failure to decrypt looks the same, or an attacker could learn keys from the difference", () => {
  const { key } = identity();
  const contentKey = new Uint8Array(32).fill(7);
  const sealed = encryptCbc("aes-256-cbc", contentKey, new Uint8Array(16), SECRET);
  const raw = (block: Uint8Array) => publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);
  const padded = (change: (block: Uint8Array) => void, keyBytes = contentKey) => {
    const block = new Uint8Array(256).fill(0x55);
    block.set([0, 2]);
    block[255 - keyBytes.length] = 0;
    block.set(keyBytes, 256 - keyBytes.length);
    change(block);
    return envelope(raw(block), sealed);
  };
  assert.equal(outcome(padded(() => {})), undefined, "the well padded one opens");
  const failures = [
    padded((block) => block[0] = 1),
    padded((block) => block[1] = 1),
    padded((block) => block[1] = 0),
    padded((block) => block[2] = 0),
    padded((block) => block[100] = 0),
    padded((block) => block[222] = 0),
    padded((block) => block[223] = 9),
    padded(() => {}, new Uint8Array(16).fill(7)),
    padded(() => {}, new Uint8Array(33).fill(7)),
    padded((block) => block[255] = 8),
    envelope(new Uint8Array(256), sealed),
    envelope(new Uint8Array(256).fill(0xff), sealed),
    envelope(new Uint8Array(0), sealed),
    envelope(new Uint8Array(255).fill(1), sealed),
    envelope(raw(padded.length === 0 ? new Uint8Array(256) : new Uint8Array(256).fill(1)), sealed),
  ].map((cms) => [0, 1, 2, 3].map(() => outcome(cms)));
  // A random key gives good padding once in 256 times: then rubbish comes out instead of the error, which is why each runs
  // four times and one of them must fail in the one way there is.
  for (const [index, outcomes] of failures.entries()) {
    const seen = new Set(outcomes.filter((one) => one !== undefined));
    assert.deepEqual([...seen], ["decrypt: Cannot open the envelope: it does not decrypt"], `case ${index}`);
  }
});

Deno.test("damaged content, vectors and lengths fail in the same way as wrong keys", () => {
  const { key } = identity();
  const contentKey = new Uint8Array(32).fill(7);
  const encrypted = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, contentKey);
  const sealed = encryptCbc("aes-256-cbc", contentKey, new Uint8Array(16), SECRET);
  const expected = "decrypt: Cannot open the envelope: it does not decrypt";
  assert.equal(outcome(envelope(encrypted, sealed)), undefined);
  assert.equal(outcome(envelope(encrypted, sealed.subarray(0, 31))), expected);
  assert.equal(outcome(envelope(encrypted, new Uint8Array())), expected);
  assert.equal(outcome(envelope(encrypted, flip(sealed, 15, 3))), expected, "the last byte of padding");
  assert.equal(outcome(envelope(encrypted, sealed, new Uint8Array(15))), expected);
});

Deno.test("an envelope for another recipient, of an unknown cipher or without recipients is refused with a reason", () => {
  const other = selfIdentity(rsaKey("other"), "other");
  const cms = sealEnveloped(SECRET, other.certificate, { cipher: "aes-128-cbc" });
  refuses(() => openEnveloped(cms, recipient()), "cms", /not addressed/);
  refuses(
    () => openEnveloped(envelope(new Uint8Array(256), SECRET, new Uint8Array(16), "1.2.840.113549.3.2"), recipient()),
    "unsupported",
  );
  refuses(
    () => sealEnveloped(SECRET, selfIdentity(ecKey()).certificate, { cipher: "aes-128-cbc" }),
    "unsupported",
    /not RSA/,
  );
});

Deno.test("mangled envelopes never throw anything but the PKI error", () => {
  const cms = sealEnveloped(SECRET, identity().certificate, { cipher: "aes-128-cbc" });
  const who = recipient();
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(cms.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), (edits) => {
      const mangled = cms.slice();
      for (const [index, value] of edits) mangled[index] = value;
      survives(() => openEnveloped(mangled, who));
    }),
    { numRuns: 300 },
  );
  for (let length = 0; length < cms.length; length += 3) {
    assert.equal(survives(() => openEnveloped(cms.subarray(0, length), who)), false);
  }
});
