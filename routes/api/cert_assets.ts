/**
 * `/api/mdm/cert_assets/`: versions of credentials that devices get from an issuer.
 *
 * @module
 */

import { z } from "zod";
import { certAssetKind } from "../../src/blueprints/versions/cert_asset.ts";
import { present } from "../../src/protocol/present.ts";
import { notBuiltField, textField, uuidField } from "./fields.ts";
import { versionBody, versionEndpoints, versionShown } from "./version_endpoints.ts";

const ACCESSIBLE = ["Default", "AfterFirstUnlock"] as const;
const name = textField(1024).nullish();

/** The endpoints of certificate assets. */
export const CERT_ASSET_ENDPOINTS = versionEndpoints({
  name: "cert_assets",
  noun: "certificate asset",
  kind: certAssetKind,
  body: z.object({
    ...versionBody,
    acme_issuer: notBuiltField("ACME issuers"),
    scep_issuer: uuidField.nullable(),
    subject: z.array(z.object({ type: textField(256), value: textField(1024) })).max(64).describe(
      "Each type is C, CN, L, O, OU, ST or a dotted OID. Values may hold variables.",
    ),
    subject_alt_name: z.object({
      rfc822Name: name,
      dNSName: name,
      uniformResourceIdentifier: name,
      ntPrincipalName: name,
    }).describe("Values may hold variables."),
    accessible: z.enum(ACCESSIBLE).default("Default").describe("When the device can use the certificate."),
  }).meta({ id: "CertAssetRequest" }),
  schema: z.object({
    ...versionShown,
    acme_issuer: z.null(),
    scep_issuer: z.string(),
    subject: z.array(z.object({ type: z.string(), value: z.string() })),
    subject_alt_name: z.object({
      rfc822Name: z.string().exactOptional(),
      dNSName: z.string().exactOptional(),
      uniformResourceIdentifier: z.string().exactOptional(),
      ntPrincipalName: z.string().exactOptional(),
    }),
    accessible: z.enum(ACCESSIBLE),
  }).meta({ id: "CertAsset" }),
  content: (body) => ({
    scepIssuerId: body.scep_issuer,
    subject: body.subject,
    subjectAltName: present({
      rfc822Name: body.subject_alt_name.rfc822Name ?? undefined,
      dNSName: body.subject_alt_name.dNSName ?? undefined,
      uniformResourceIdentifier: body.subject_alt_name.uniformResourceIdentifier ?? undefined,
      ntPrincipalName: body.subject_alt_name.ntPrincipalName ?? undefined,
    }),
    accessible: body.accessible,
  }),
});
