/**
 * The form of a certificate asset: the issuer and the names.
 *
 * @module
 */

import type { RdnRow, SubjectAltNameRow } from "../../../db/artifacts/cert_asset_versions.ts";
import { type FieldErrors, invalid } from "../../errors.ts";
import { uuidField } from "../../input_fields.ts";
import { present } from "../../protocol/present.ts";
import type { FormValues } from "./kind_page.ts";

/** A certificate asset as it comes. There is no ACME issuer yet that could be named. */
export type CertAssetInput = {
  scepIssuerId: string | null;
  subject: readonly RdnRow[];
  subjectAltName: SubjectAltNameRow;
  accessible: "Default" | "AfterFirstUnlock";
};

/** Characters of a name. */
export const LONGEST_NAME = 1024;

/** When the device may use the certificate. */
export const ACCESSIBLE = ["Default", "AfterFirstUnlock"] as const;

/** The alternative names of a certificate, with their labels. */
export const NAMES = [
  ["rfc822Name", "Mail address"],
  ["dNSName", "DNS name"],
  ["uniformResourceIdentifier", "Address (URI)"],
  ["ntPrincipalName", "NT principal name"],
] as const;

const refuse = (text: string): never => {
  throw invalid({ subject: [text] });
};

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.trim() !== "" && value.length <= LONGEST_NAME;

function rdnOfJson(value: unknown, index: number): RdnRow {
  if (typeof value === "object" && value !== null && "type" in value && "value" in value) {
    const { type, value: text } = value;
    if (isText(type) && isText(text)) return { type, value: text };
  }
  return refuse(`Item ${index + 1} should have a type and a value, both texts of 1 to ${LONGEST_NAME} characters.`);
}

/** Returns a subject: lines such as `CN=Anna`, or JSON as the API takes it. Throws `invalid`. */
function readSubject(text: string): RdnRow[] {
  if (text.trimStart().startsWith("[")) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return refuse("This is not JSON.");
    }
    return Array.isArray(value) ? value.map(rdnOfJson) : refuse("This should be a list.");
  }
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (lines.length > 64) refuse("This should have at most 64 lines.");
  return lines.map((line, index) => {
    const at = line.indexOf("=");
    const [type, value] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    if (at < 1 || !isText(value)) return refuse(`Line ${index + 1} should be like CN=name: "${line.slice(0, 60)}".`);
    return { type, value };
  });
}

/** Errors about one name of the subject are errors of the subject. */
export function explainCertAsset(errors: FieldErrors): FieldErrors {
  const fields: FieldErrors = {};
  for (const [name, sentences] of Object.entries(errors)) {
    const [, index] = /^subject\.([0-9]+)\./.exec(name) ?? [];
    if (index === undefined) fields[name] = sentences;
    else (fields.subject ??= []).push(...sentences.map((text) => `Line ${Number(index) + 1}: ${text}.`));
  }
  return fields;
}

const nameOf = (values: FormValues, name: string): string | undefined => {
  const text = values.text(name);
  if (text.length > LONGEST_NAME) {
    throw invalid({ [name]: [`This should have at most ${LONGEST_NAME} characters.`] });
  }
  return text === "" ? undefined : text;
};

const accessibleOf = (values: FormValues): CertAssetInput["accessible"] =>
  values.text("accessible") === "AfterFirstUnlock" ? "AfterFirstUnlock" : "Default";

function issuerOf(values: FormValues): string | null {
  const text = values.text("scep_issuer");
  if (text === "") return null;
  const read = uuidField.safeParse(text);
  if (!read.success) throw invalid({ scep_issuer: ["Choose an option from the list."] });
  return read.data;
}

/** Returns the input of the submitted form. Throws `invalid`. */
export const readCertAssetForm = (values: FormValues): CertAssetInput => ({
  scepIssuerId: issuerOf(values),
  subject: readSubject(values.raw("subject")),
  subjectAltName: present({
    rfc822Name: nameOf(values, "rfc822Name"),
    dNSName: nameOf(values, "dNSName"),
    uniformResourceIdentifier: nameOf(values, "uniformResourceIdentifier"),
    ntPrincipalName: nameOf(values, "ntPrincipalName"),
  }),
  accessible: accessibleOf(values),
});
