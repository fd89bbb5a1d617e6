/**
 * The pages of certificate assets: who issues, and for which names.
 *
 * @module
 */

import type { RdnRow } from "../../../db/artifacts/cert_asset_versions.ts";
import { listScepIssuers } from "../../../db/issuing/scep_issuers.ts";
import { certAssetKind } from "../../../src/blueprints/versions/cert_asset.ts";
import { type FieldErrors, invalid } from "../../../src/errors.ts";
import { present } from "../../../src/protocol/present.ts";
import { Field, Select } from "../parts/components.tsx";
import { type Form, isUuid } from "../parts/form.ts";
import { TextArea } from "../parts/form_parts.tsx";
import { contentPages } from "./content.tsx";

const LONGEST_VALUE = 1024;
const ACCESSIBLE = [["Default", "When the device is unlocked"], [
  "AfterFirstUnlock",
  "After the first unlock",
]] as const;
const NAMES = [
  ["rfc822Name", "Mail address"],
  ["dNSName", "DNS name"],
  ["uniformResourceIdentifier", "Address (URI)"],
  ["ntPrincipalName", "NT principal name"],
] as const;

const refuse = (text: string): never => {
  throw invalid({ subject: [text] });
};

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.trim() !== "" && value.length <= LONGEST_VALUE;

function rdnOfJson(value: unknown, index: number): RdnRow {
  if (typeof value === "object" && value !== null && "type" in value && "value" in value) {
    const { type, value: text } = value;
    if (isText(type) && isText(text)) return { type, value: text };
  }
  return refuse(`Item ${index + 1} should have a type and a value, both texts of 1 to ${LONGEST_VALUE} characters.`);
}

/** A subject: lines such as `CN=Anna`, or JSON as the API takes it. Throws `invalid`. */
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
function explain(errors: FieldErrors): FieldErrors {
  const fields: FieldErrors = {};
  for (const [name, sentences] of Object.entries(errors)) {
    const [, index] = /^subject\.([0-9]+)\./.exec(name) ?? [];
    if (index === undefined) fields[name] = sentences;
    else (fields.subject ??= []).push(...sentences.map((text) => `Line ${Number(index) + 1}: ${text}.`));
  }
  return fields;
}

const nameOf = (form: Form, name: string): string | undefined => {
  const text = form.text(name);
  if (text.length > LONGEST_VALUE) {
    throw invalid({ [name]: [`This should have at most ${LONGEST_VALUE} characters.`] });
  }
  return text === "" ? undefined : text;
};

const accessibleOf = (form: Form): "Default" | "AfterFirstUnlock" =>
  form.text("accessible") === "AfterFirstUnlock" ? "AfterFirstUnlock" : "Default";

function issuerOf(form: Form): string | null {
  const text = form.text("scep_issuer");
  if (text !== "" && !isUuid(text)) throw invalid({ scep_issuer: ["Choose an option from the list."] });
  return text || null;
}

/** Certificate assets. */
export const certAssetPages = contentPages(certAssetKind, {
  async fields({ runtime, state, values }) {
    const { rows } = await listScepIssuers(runtime.sql, { limit: 500, offset: 0 });
    return (
      <>
        <Select
          name="scep_issuer"
          label="Issuer"
          options={rows.map(({ id, name }) => [id, name] as const)}
          value={values.scep_issuer ?? ""}
          state={state}
        />
        <TextArea
          name="subject"
          label="Subject"
          rows={4}
          state={state}
          value={values.subject ?? ""}
          help={
            <>
              A line for each name, such as <code>CN=$ENROLLED_DEVICE.SERIAL_NUMBER</code> and{" "}
              <code>O=Example</code>, or JSON as the API takes it. Values may hold variables.
            </>
          }
        />
        <fieldset>
          <legend>Other names of the subject</legend>
          {NAMES.map(([name, label]) => (
            <Field name={name} label={label} maxlength={LONGEST_VALUE} value={values[name] ?? ""} state={state} />
          ))}
        </fieldset>
        <Select
          name="accessible"
          label="The device may use it"
          options={ACCESSIBLE}
          value={values.accessible ?? "Default"}
          state={state}
        />
      </>
    );
  },
  read: (form) => ({
    acmeIssuerId: null,
    scepIssuerId: issuerOf(form),
    subject: readSubject(form.raw("subject")),
    subjectAltName: present({
      rfc822Name: nameOf(form, "rfc822Name"),
      dNSName: nameOf(form, "dNSName"),
      uniformResourceIdentifier: nameOf(form, "uniformResourceIdentifier"),
      ntPrincipalName: nameOf(form, "ntPrincipalName"),
    }),
    accessible: accessibleOf(form),
  }),
  values: ({ scep_issuer, subject, subject_alt_name, accessible }) => ({
    ...subject_alt_name,
    scep_issuer,
    accessible,
    subject: subject.map(({ type, value }) => `${type}=${value}`).join("\n"),
  }),
  async lines({ scep_issuer, subject, subject_alt_name, accessible }, { sql }) {
    const { rows } = await listScepIssuers(sql, { limit: 500, offset: 0 });
    return [
      `Issuer: ${rows.find(({ id }) => id === scep_issuer)?.name ?? scep_issuer}`,
      "Subject:",
      ...subject.map(({ type, value }) => `  ${type}=${value}`),
      "Other names:",
      ...NAMES.flatMap(([name]) =>
        subject_alt_name[name] === undefined ? [] : [`  ${name}: ${subject_alt_name[name]}`]
      ),
      `Accessible: ${accessible}`,
    ];
  },
  source: () => null,
  explain,
});
