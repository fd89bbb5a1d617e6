import assert from "node:assert/strict";
import { sealToken, tokenContent } from "../../../simulators/apple/device_assignment_token.ts";
import { readServerToken, ServerTokenError } from "../../../src/ade/server_token.ts";
import { createSelfSigned } from "../../../src/pki/ca.ts";
import { parseCertificate, toPem } from "../../../src/pki/certificate.ts";
import { growth, LARGEST } from "../../../fuzz/growth.ts";
import { KEYS } from "../../support/keys.ts";

const now = new Date("2026-06-01T12:00:00Z");
const [key, otherKey] = KEYS;
const made = (name: string, owner: typeof key) =>
  createSelfSigned({
    subject: [["CN", name]],
    key: owner,
    notBefore: new Date(now.getTime() - 86_400_000),
    notAfter: new Date(now.getTime() + 2 * 86_400_000),
  });
const certificate = made("token-1", key);
const pem = toPem(certificate, "CERTIFICATE");
const recipient = { certificate: parseCertificate(certificate), key };
const token = { consumerKey: "CK_1", consumerSecret: "CS_2", accessToken: "AT_3", accessSecret: "AS_4" };
const expiry = new Date("2027-06-01T12:00:00Z");
const content = tokenContent(token, expiry);
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (file: Uint8Array) => new TextDecoder().decode(file);
const bodyOf = (file: Uint8Array) => text(file).split(/\r?\n\r?\n/).slice(1).join("").replaceAll(/\s/g, "");

function refused(file: Uint8Array, sentence: RegExp, with_ = recipient): void {
  assert.throws(() => readServerToken(file, with_), (error) => {
    assert.ok(error instanceof ServerTokenError, String(error));
    assert.match(error.message, sentence);
    return true;
  });
}

for (const openssl of ["-des3", "-aes128", "-aes256"] as const) {
  for (const streamed of [false, true]) {
    Deno.test(`a server token that OpenSSL encrypted with ${openssl}${streamed ? ", with indefinite lengths," : ""} is read`, async () => {
      const file = await sealToken(content, pem, { openssl, streamed });
      assert.match(text(file), /^MIME-Version|^Content-/);
      assert.deepEqual(readServerToken(file, recipient), { ...token, expiry });
    });
  }
}

Deno.test("the file may be S/MIME with either line end, PEM, bare base64 or DER", async () => {
  const file = await sealToken(content, pem);
  const base64 = bodyOf(file);
  const der = Uint8Array.fromBase64(base64);
  const forms = [
    file,
    bytes(text(file).replaceAll("\r\n", "\n")),
    bytes(base64),
    der,
    bytes(toPem(der, "PKCS7")),
  ];
  for (const form of forms) assert.equal(readServerToken(form, recipient).consumerKey, "CK_1");
});

Deno.test("a file that is no server token of this key is refused with what it is", async () => {
  const file = await sealToken(content, pem);
  const other = made("token-2", otherKey);
  const foreign = await sealToken(content, toPem(other, "CERTIFICATE"));
  refused(foreign, /encrypted for another public key/);
  // The right name with another key decrypts to noise, or not at all.
  refused(file, /encrypted for another public key/, { ...recipient, key: otherKey });
  refused(bytes(""), /is empty/);
  refused(bytes(pem), /is a certificate/);
  refused(bytes("hello"), /is not one/);
  refused(bytes("Content-Type: text/plain"), /headers and nothing else/);
  refused(bytes("Content-Transfer-Encoding: quoted-printable\n\nabc"), /should be base64, and is "quoted-printable"/);
  refused(new Uint8Array(300_000), /too large/);
  refused(Uint8Array.of(0x30, 0x82, 0x10, 0), /damaged/);
  const half = bytes(text(file).slice(0, text(file).length / 2));
  assert.throws(() => readServerToken(half, recipient), ServerTokenError);
});

Deno.test("what Apple wrote into it must be a whole token", async () => {
  const sealed = async (inside: string) => await sealToken(inside, pem);
  const wrap = (json: string) => `-----BEGIN MESSAGE-----\n${json}\n-----END MESSAGE-----\n`;
  refused(await sealed(wrap("no JSON")), /cannot be read/);
  refused(await sealed(wrap("{}")), /"consumer_key" is missing or wrong/);
  refused(await sealed(content.replace(/2027[^"]*/, "soon")), /"access_token_expiry" is missing or wrong/);
  refused(await sealed("nothing between marks"), /another public key/);
  const bare = content.slice(content.indexOf("{"), content.indexOf("}") + 1);
  assert.equal(readServerToken(await sealed(bare), recipient).accessSecret, "AS_4");
});

Deno.test("the work of reading a file grows with its length alone", async () => {
  const lines = (size: number) => bytes("Content-Type: x\n".repeat(size / 16));
  assert.throws(() => readServerToken(lines(LARGEST), recipient), ServerTokenError);
  assert.equal(await growth((input) => readServerToken(input, recipient), lines), undefined);
});
