/**
 * The certificates of the simulated push service: its own authority, its server's certificate, and push certificates.
 *
 * How it differs from the real thing: one authority issues all of them, where Apple has several; a push certificate is
 * issued on request, with a key that is created here.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { type Authority, createAuthority, issueCertificate, randomSerial } from "../../src/pki/ca.ts";
import { parseCertificate, toPem } from "../../src/pki/certificate.ts";
import { exportPkcs8, generateRsaKey, spkiOf } from "../../src/pki/keys.ts";
import { OID } from "../../src/pki/oids.ts";
import { generateEcKey } from "../ec_key.ts";

/** PEM texts; the key is not encrypted. */
export type PemIdentity = { certificatePem: string; keyPem: string };

/** Dates of a push certificate; a year from now, and 2048 bits of RSA by default. */
export type PushCertificateOptions = { notBefore?: Date; notAfter?: Date; key?: KeyObject };

/** The authority and its certificates. */
export type PushAuthority = {
  authority: Authority;
  caPem: string;
  /** The certificate of the server on the loopback addresses. */
  server: PemIdentity;
  /** A push certificate: its topic is the user id of its subject. */
  pushCertificate(topic: string, options?: PushCertificateOptions): Promise<PemIdentity>;
};

const DAY_MS = 86_400_000;

/**
 * Creates the authority. TLS clients look at the machine's clock and the simulation at its own, so the authority and
 * the server's certificate hold for both.
 */
export async function makePushAuthority(now: Date): Promise<PushAuthority> {
  const times = [now.getTime(), Date.now()];
  const begin = new Date(Math.min(...times) - 365 * DAY_MS);
  const key = await generateEcKey("P-256");
  const subject = [["CN", "Simulated Push CA"], ["O", "Simulation"]] as const;
  const der = createAuthority({ subject, now: begin, key, years: 30 });
  const authority: Authority = { certificate: parseCertificate(der), key };
  const serverKey = await generateEcKey("P-256");
  const server = issueCertificate(authority, {
    subject: [["CN", "localhost"]],
    spki: spkiOf(serverKey),
    serial: randomSerial(),
    notBefore: begin,
    notAfter: new Date(Math.max(...times) + 3650 * DAY_MS),
    san: [{ kind: "dns", value: "localhost" }, { kind: "ip", value: "127.0.0.1" }],
    eku: [OID.serverAuth],
    keyUsage: ["digitalSignature"],
  });
  return {
    authority,
    caPem: toPem(der, "CERTIFICATE"),
    server: pemOf(server, serverKey),
    async pushCertificate(topic, options = {}) {
      const notAfter = options.notAfter ?? new Date(Math.max(...times) + 365 * DAY_MS);
      const own = options.key ?? await generateRsaKey(2048);
      const certificate = issueCertificate(authority, {
        subject: [["UID", topic], ["CN", `APSP:${topic.split(".").at(-1) ?? topic}`], ["C", "US"]],
        spki: spkiOf(own),
        serial: randomSerial(),
        notBefore: options.notBefore ?? new Date(Math.min(...times, notAfter.getTime()) - DAY_MS),
        notAfter,
        eku: [OID.clientAuth],
        keyUsage: ["digitalSignature"],
      });
      return pemOf(certificate, own);
    },
  };
}

const pemOf = (der: Uint8Array, key: KeyObject): PemIdentity => ({
  certificatePem: toPem(der, "CERTIFICATE"),
  keyPem: toPem(exportPkcs8(key), "PRIVATE KEY"),
});
