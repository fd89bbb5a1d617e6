/**
 * `/api/mdm/certificate_authority/`: the certificates of the built-in authorities, for other systems that must trust
 * them.
 *
 * @module
 */

import { z } from "zod";
import { assetAuthority, builtInAuthority } from "../../src/issuing/authority.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import { type Certificate, toPem } from "../../src/pki/certificate.ts";
import { endpoint } from "./endpoint.ts";
import { timeOut } from "./fields.ts";

const pemOf = ({ der }: Certificate) => toPem(Uint8Array.from(der), "CERTIFICATE");

const certificateSchema = z.object({
  subject: z.string(),
  fingerprint: z.string().describe("SHA-256 in hex."),
  not_before: timeOut,
  not_after: timeOut,
  certificate: z.string().describe("PEM."),
}).meta({ id: "AuthorityCertificate" });

const shown = (certificate: Certificate) => ({
  subject: String(certificate.subject),
  fingerprint: certificate.fingerprint,
  not_before: naiveUtc(certificate.notBefore),
  not_after: naiveUtc(certificate.notAfter),
  certificate: pemOf(certificate),
});

/** The endpoints of the authorities. */
export const AUTHORITY_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/certificate_authority/",
    permission: "mdm.view_scepissuer",
    tag: "Enrollment",
    summary: "Read the certificate of the authority of device identities",
    response: { status: 200, schema: certificateSchema },
    handle: async ({ runtime }) => shown((await builtInAuthority(runtime)).certificate),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/certificate_authority/assets/",
    permission: "mdm.view_scepissuer",
    tag: "Enrollment",
    summary: "Read the certificates of the authority of certificate assets",
    description: "A VPN or network that trusts this anchor trusts certificates of assets, but no device identities.",
    response: {
      status: 200,
      schema: certificateSchema.extend({
        anchor: z.string().describe("PEM of the self-signed certificate of the same name and key."),
        chain: z.array(z.string()).describe("PEM of the certificates above it."),
      }).meta({ id: "AssetAuthorityCertificates" }),
    },
    async handle({ runtime }) {
      const { certificate, anchor, chain } = await assetAuthority(runtime);
      return { ...shown(certificate), anchor: pemOf(anchor), chain: chain.map(pemOf) };
    },
  }),
];
