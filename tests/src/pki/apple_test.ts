import assert from "node:assert/strict";
import {
  appleIphoneCertificationAuthority,
  appleIphoneDeviceCa,
  appleRootCa,
  verifyAppleDevice,
} from "../../../src/pki/apple.ts";
import { createAuthority, issueCertificate } from "../../../src/pki/ca.ts";
import { parseCertificate } from "../../../src/pki/certificate.ts";
import { verifyChain } from "../../../src/pki/chain.ts";
import { spkiOf } from "../../../src/pki/keys.ts";
import { authority, ecKey, issuedBy, NOW, refuses, rsaKey, selfIdentity } from "./helpers.ts";

Deno.test("Apple's three certificates are the published ones, and lead to the root", () => {
  assert.equal(appleRootCa.fingerprint, "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024");
  assert.equal(appleIphoneDeviceCa.notAfter.toISOString(), "2014-04-16T22:54:46.000Z");
  assert.equal(appleIphoneCertificationAuthority.notAfter.toISOString(), "2022-04-12T17:43:28.000Z");
  const options = { anchors: [appleRootCa], intermediates: [appleIphoneCertificationAuthority], allowSha1: true };
  assert.equal(verifyChain(appleIphoneDeviceCa, { ...options, now: new Date("2010-01-01") }).length, 3);
  refuses(() => verifyChain(appleIphoneDeviceCa, { ...options, now: NOW }), "chain", /valid until/);
  refuses(
    () => verifyChain(appleIphoneDeviceCa, { ...options, allowSha1: false, now: new Date("2010-01-01") }),
    "chain",
    /SHA-1/,
  );
});

Deno.test("Apple's own authorities are no devices", () => {
  for (const certificate of [appleRootCa, appleIphoneCertificationAuthority, appleIphoneDeviceCa]) {
    refuses(() => verifyAppleDevice(certificate, [], { now: new Date("2010-01-01") }), "chain", /not a device/);
  }
});

Deno.test("a certificate of an authority that only has the name of Apple's is refused, even when it is in the message", () => {
  const key = rsaKey("fake apple");
  const subject = [["C", "US"], ["O", "Apple Inc."], ["OU", "Apple iPhone"], ["CN", "Apple iPhone Device CA"]] as const;
  const fake = parseCertificate(createAuthority({ subject, now: NOW, key, years: 5 }));
  const device = parseCertificate(issueCertificate({ certificate: fake, key }, {
    subject: [["CN", "device"]],
    spki: spkiOf(ecKey()),
    serial: Uint8Array.of(1),
    notBefore: NOW,
    notAfter: new Date(NOW.getTime() + 86_400_000),
    keyUsage: ["digitalSignature"],
  }));
  refuses(() => verifyAppleDevice(device, [fake, appleIphoneDeviceCa], { now: NOW }), "chain");
  refuses(() => verifyAppleDevice(selfIdentity(ecKey()).parsed, [], { now: NOW }), "chain");
});

Deno.test("an extra root accepts its own devices, while it is set, and only within their validity", () => {
  const root = authority(ecKey("dev root"), "Simulated Apple");
  const device = issuedBy(root, ecKey("dev"));
  assert.equal(verifyAppleDevice(device.parsed, [], { now: NOW, extraRoots: [root.parsed] }).length, 2);
  refuses(() => verifyAppleDevice(device.parsed, [root.parsed], { now: NOW }), "chain");
  const later = new Date(NOW.getTime() + 2 * 365 * 86_400_000);
  refuses(() => verifyAppleDevice(device.parsed, [], { now: later, extraRoots: [root.parsed] }), "chain");
});
