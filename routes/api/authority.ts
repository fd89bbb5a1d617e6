/**
 * `/api/mdm/certificate_authority/`: the root of the built-in authority, for who has to trust it elsewhere.
 *
 * @module
 */

import { z } from "zod";
import { builtInAuthority } from "../../src/enrollment/authority.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import { toPem } from "../../src/pki/certificate.ts";
import { endpoint } from "./endpoint.ts";
import { timeOut } from "./fields.ts";

/** The endpoint of the authority. */
export const AUTHORITY_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/certificate_authority/",
    permission: "mdm.view_scepissuer",
    tag: "Enrollment",
    summary: "Read the certificate of the built-in authority",
    response: {
      status: 200,
      schema: z.object({
        subject: z.string(),
        fingerprint: z.string().describe("SHA-256 in hex."),
        not_before: timeOut,
        not_after: timeOut,
        certificate: z.string().describe("PEM."),
      }),
    },
    async handle({ runtime }) {
      const { certificate } = await builtInAuthority(runtime);
      return {
        subject: String(certificate.subject),
        fingerprint: certificate.fingerprint,
        not_before: naiveUtc(certificate.notBefore),
        not_after: naiveUtc(certificate.notAfter),
        certificate: toPem(Uint8Array.from(certificate.der), "CERTIFICATE"),
      };
    },
  }),
];
