/**
 * A certificate for 127.0.0.1 under a root of its own.
 *
 * @module
 */

import { createAuthority, issueCertificate, randomSerial } from "../../src/pki/ca.ts";
import { parseCertificate, toPem } from "../../src/pki/certificate.ts";
import { exportPkcs8, spkiOf } from "../../src/pki/keys.ts";
import { AUTHORITY_KEY, KEYS } from "./keys.ts";

/** Chain, key and root in PEM. */
export function loopbackCertificate(): { chain: string; key: string; root: string } {
  const now = new Date();
  const key = AUTHORITY_KEY;
  const root = createAuthority({ subject: [["CN", "Test Root"]], now, key, years: 1 });
  const leaf = issueCertificate({ certificate: parseCertificate(root), key }, {
    subject: [["CN", "127.0.0.1"]],
    spki: spkiOf(KEYS[0]),
    serial: randomSerial(),
    notBefore: new Date(now.getTime() - 60_000),
    notAfter: new Date(now.getTime() + 86_400_000),
    keyUsage: ["digitalSignature", "keyEncipherment"],
    eku: ["1.3.6.1.5.5.7.3.1"],
    san: [{ kind: "ip", value: "127.0.0.1" }],
  });
  const pem = (der: Uint8Array) => toPem(der, "CERTIFICATE");
  return { chain: pem(leaf) + pem(root), key: toPem(exportPkcs8(KEYS[0]), "PRIVATE KEY"), root: pem(root) };
}
