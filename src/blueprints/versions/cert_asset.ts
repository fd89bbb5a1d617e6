/**
 * Versions of certificate assets: credentials that devices get from an issuer, for names that may hold variables.
 *
 * @module
 */

import { z } from "zod";
import {
  type CertAssetVersionRow,
  loadCertAssetVersions,
  type RdnRow,
  type SubjectAltNameRow,
  writeCertAssetVersion,
} from "../../../db/artifacts/cert_asset_versions.ts";
import { findScepIssuer, listScepIssuers } from "../../../db/issuing/scep_issuers.ts";
import type { Db } from "../../../db/open.ts";
import { scepCredentialUrl } from "../../downloads/url.ts";
import type { FieldErrors } from "../../errors.ts";
import { notBuiltField, uuidField } from "../../input_fields.ts";
import { textField } from "../../input_text.ts";
import { present } from "../../protocol/present.ts";
import {
  ACCESSIBLE,
  type CertAssetInput,
  explainCertAsset,
  LONGEST_NAME,
  NAMES,
  readCertAssetForm,
} from "./cert_asset_form.ts";
import { fault, variablesIn } from "./fields.ts";
import { canonicalJson } from "./json.ts";
import { kindApi } from "./kind_api.ts";
import type { Options } from "./kind_page.ts";
import type { Draft, VersionKind } from "./version_kind.ts";

/** A certificate asset that was read. */
export type CertAssetDraft = CertAssetVersionRow & Draft;

/** The certificate asset's own fields in the API. */
export type ShownCertAsset = {
  acme_issuer: null;
  scep_issuer: string;
  subject: RdnRow[];
  subject_alt_name: SubjectAltNameRow;
  accessible: "Default" | "AfterFirstUnlock";
};

const unknownPk = (pk: string) => `Invalid pk "${pk}" - object does not exist.`;

/** C, CN, L, O, OU, ST, or an OID of at least two numbers. */
const RDN_TYPE = /^(C|CN|L|O|OU|ST|[0-2](\.(0|[1-9][0-9]{0,15})){1,31})$/;

function errorsOf(input: CertAssetInput): FieldErrors {
  if (input.scepIssuerId === null) return { non_field_errors: ["An ACME issuer or SCEP issuer is required."] };
  if (input.subject.length === 0 && Object.keys(input.subjectAltName).length === 0) {
    return { non_field_errors: ["A Subject or SubjectAltName is required."] };
  }
  return Object.fromEntries(
    input.subject.flatMap(({ type }, index) =>
      RDN_TYPE.test(type) ? [] : [[`subject.${index}.type`, ["Invalid RDN type"]]]
    ),
  );
}

const otherName = textField(LONGEST_NAME).nullish();

async function issuers(db: Db): Promise<Options> {
  const { rows } = await listScepIssuers(db, { limit: 500, offset: 0 });
  return rows.map(({ id, name }) => [id, name]);
}

/** Certificate assets. */
export const certAssetKind: VersionKind<CertAssetInput, CertAssetDraft, CertAssetVersionRow, ShownCertAsset> = {
  name: "certificate asset",
  types: {
    "Certificate Asset": {
      path: "cert-asset",
      section: "Assets",
      declarationPrefix: null,
      linkable: false,
      install: null,
      remove: null,
      activated: false,
      variables: true,
      declaredAs: "com.apple.asset.credential.scep",
      becomes: ["com.apple.asset.credential.acme", "com.apple.asset.credential.scep"],
    },
  },
  read(_, input) {
    const { scepIssuerId, subject, subjectAltName, accessible } = input;
    const errors = errorsOf(input);
    if (scepIssuerId === null || Object.keys(errors).length > 0) return Promise.resolve({ errors });
    const [inSubject, inNames] = [variablesIn("subject", subject), variablesIn("subject_alt_name", subjectAltName)];
    if (inSubject.errors !== undefined || inNames.errors !== undefined) {
      return Promise.resolve({ errors: { ...inSubject.errors, ...inNames.errors } });
    }
    const both = (key: keyof Draft) => [...new Set([...inSubject.value[key], ...inNames.value[key]])].sort();
    const variables = { variables: both("variables"), needed: both("needed") };
    return Promise.resolve({ value: { scepIssuerId, subject, subjectAltName, accessible, ...variables } });
  },
  async check({ tx }, { variables: _, needed: _needed, ...stored }) {
    const { scepIssuerId } = stored;
    if (await findScepIssuer(tx, scepIssuerId) === undefined) return fault("scep_issuer", unknownPk(scepIssuerId));
    return { value: stored };
  },
  write: writeCertAssetVersion,
  load: loadCertAssetVersions,
  fingerprint: (stored) => canonicalJson(shown(stored)),
  show: (_runtime, _row, stored) => Promise.resolve(shown(stored)),
  audit: shown,
  async payload({ runtime, channelId, versionId, row }) {
    if (row.accessible === null) return undefined;
    const DataURL = await scepCredentialUrl(runtime, channelId, versionId);
    return { Reference: { DataURL, ContentType: "application/json" }, Accessible: row.accessible };
  },
  api: kindApi({
    path: "cert_assets",
    noun: "certificate asset",
    schema: "CertAsset",
    order: 5,
    body: {
      acme_issuer: notBuiltField("ACME issuers"),
      scep_issuer: uuidField.nullable(),
      subject: z.array(z.object({ type: textField(256), value: textField(LONGEST_NAME) })).max(64).describe(
        "Each type is C, CN, L, O, OU, ST or a dotted OID. Values may hold variables.",
      ),
      subject_alt_name: z.object({
        rfc822Name: otherName,
        dNSName: otherName,
        uniformResourceIdentifier: otherName,
        ntPrincipalName: otherName,
      }).describe("Values may hold variables."),
      accessible: z.enum(ACCESSIBLE).default("Default").describe("When the device can use the certificate."),
    },
    shown: {
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
    },
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
  }),
  page: {
    slug: "certificate-asset",
    title: "New certificate asset",
    order: 4,
    asks: { name: true, channel: "Channel", platforms: true },
    fields: [
      { kind: "choice", name: "scep_issuer", label: "Issuer", options: issuers },
      {
        kind: "lines",
        name: "subject",
        label: "Subject",
        rows: 4,
        help:
          "A line for each name, such as `CN=$ENROLLED_DEVICE.SERIAL_NUMBER` and `O=Example`, or JSON as the API takes " +
          "it. Values may hold variables.",
      },
      {
        kind: "group",
        legend: "Other names of the subject",
        fields: NAMES.map(([name, label]) => ({ kind: "text", name, label, maxlength: LONGEST_NAME })),
      },
      {
        kind: "choice",
        name: "accessible",
        label: "The device may use it",
        options: [["Default", "When the device is unlocked"], ["AfterFirstUnlock", "After the first unlock"]],
        value: "Default",
      },
    ],
    read: readCertAssetForm,
    values: ({ scep_issuer, subject, subject_alt_name, accessible }) => ({
      ...subject_alt_name,
      scep_issuer,
      accessible,
      subject: subject.map(({ type, value }) => `${type}=${value}`).join("\n"),
    }),
    async lines({ scep_issuer, subject, subject_alt_name, accessible }, { sql }) {
      const issuer = (await issuers(sql)).find(([id]) => id === scep_issuer)?.[1] ?? scep_issuer;
      return [
        `Issuer: ${issuer}`,
        "Subject:",
        ...subject.map(({ type, value }) => `  ${type}=${value}`),
        "Other names:",
        ...NAMES.flatMap(([name]) =>
          subject_alt_name[name] === undefined ? [] : [`  ${name}: ${subject_alt_name[name]}`]
        ),
        `Accessible: ${accessible}`,
      ];
    },
    explain: explainCertAsset,
  },
};

function shown({ scepIssuerId, subject, subjectAltName, accessible }: CertAssetVersionRow): ShownCertAsset {
  return {
    acme_issuer: null,
    scep_issuer: scepIssuerId,
    subject: subject.map(({ type, value }) => ({ type, value })),
    subject_alt_name: subjectAltName,
    accessible,
  };
}
