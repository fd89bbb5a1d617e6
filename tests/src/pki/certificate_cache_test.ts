import assert from "node:assert/strict";
import { knownCertificate, rememberCertificate, rememberedCertificates } from "../../../src/pki/certificate_cache.ts";
import { PkiError } from "../../../src/pki/errors.ts";
import { ecKey } from "./helpers.ts";
import { selfSigned } from "../../../simulators/device/self_signed.ts";

const key = ecKey();
const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2036-01-01T00:00:00Z") };
const made = (name: string) => selfSigned({ subject: [["CN", name]], key, ...dates });

Deno.test("only a device's certificate is cached, not those of strangers", () => {
  const { count } = rememberedCertificates();
  for (let n = 0; n < 100; n++) knownCertificate(made(`stranger ${n}`));
  assert.equal(rememberedCertificates().count, count);
  const certificate = made("a device");
  assert.notEqual(knownCertificate(certificate), knownCertificate(certificate));
  const parsed = knownCertificate(certificate);
  rememberCertificate(parsed);
  assert.equal(knownCertificate(certificate.slice()), parsed);
  assert.equal(rememberedCertificates().count, count + 1);
});

Deno.test("the cache has a limit in bytes, and the least recently used entry is dropped first", () => {
  const first = knownCertificate(made("first"));
  const used = knownCertificate(made("used"));
  for (const one of [first, used]) rememberCertificate(one);
  // Nobody looks at the signature, so that one is enough.
  const large = made(`${"x".repeat(3500)} ....`);
  const place = new TextDecoder("latin1").decode(large).indexOf(" ....") + 1;
  for (let n = 0; n < 2500; n++) {
    large.set(new TextEncoder().encode(String(n).padStart(4, "0")), place);
    rememberCertificate(knownCertificate(large.slice()));
    knownCertificate(used.der);
  }
  const { bytes, count } = rememberedCertificates();
  assert.ok(bytes <= 16 * 1024 * 1024 && count < 2500, `${count} certificates, ${bytes} bytes`);
  assert.equal(knownCertificate(used.der), used);
  assert.notEqual(knownCertificate(first.der), first);
});

Deno.test("a certificate of more than 16 KB is refused before it is read", () => {
  assert.throws(
    () => knownCertificate(new Uint8Array(16 * 1024 + 1)),
    (error) => error instanceof PkiError && /16385 bytes/.test(error.message),
  );
});
