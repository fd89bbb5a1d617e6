/**
 * Versions of certificate assets: credentials that devices get from an issuer, for names that may hold variables.
 *
 * @module
 */

import {
  type CertAssetVersionRow,
  loadCertAssetVersions,
  type RdnRow,
  type SubjectAltNameRow,
  writeCertAssetVersion,
} from "../../../db/artifacts/cert_asset_versions.ts";
import { findScepIssuer } from "../../../db/issuing/scep_issuers.ts";
import type { FieldErrors } from "../../errors.ts";
import { fault, variablesIn } from "./fields.ts";
import { canonicalJson } from "./json.ts";
import type { Draft, VersionKind } from "./version_kind.ts";

/** A certificate asset as it comes. There is no ACME issuer yet that could be named. */
export type CertAssetInput = {
  scepIssuerId: string | null;
  subject: readonly RdnRow[];
  subjectAltName: SubjectAltNameRow;
  accessible: "Default" | "AfterFirstUnlock";
};

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

/** Certificate assets. */
export const certAssetKind: VersionKind<CertAssetInput, CertAssetDraft, CertAssetVersionRow, ShownCertAsset> = {
  types: ["Certificate Asset"],
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
