/**
 * The pages of each kind of versions.
 *
 * @module
 */

import type { ArtifactRow } from "../../../db/artifacts/artifacts.ts";
import { valueWarnings } from "../../../src/blueprints/value_warnings.ts";
import { dataAssetKind } from "../../../src/blueprints/versions/data_asset.ts";
import { declarationKind } from "../../../src/blueprints/versions/declaration.ts";
import { LARGEST_FILE } from "../../../src/blueprints/versions/file_limit.ts";
import { MAX_DEPTH } from "../../../src/blueprints/versions/json.ts";
import { profileKind } from "../../../src/blueprints/versions/profile.ts";
import {
  provisioningProfileKind,
  readProvisioningProfile,
} from "../../../src/blueprints/versions/provisioning_profile.ts";
import { byteSize as size } from "../../../src/byte_size.ts";
import { invalid } from "../../../src/errors.ts";
import { parsePlist, type Plist } from "../../../src/protocol/plist.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { parseStrictJson } from "../../../src/strict_json.ts";
import { Select } from "../parts/components.tsx";
import { type Form, type Upload } from "../parts/form.ts";
import { FileField, TextArea } from "../parts/form_parts.tsx";
import { certAssetPages } from "./certificates.tsx";
import { type ContentPages, contentPages } from "./content.tsx";
import { plistLines } from "./version_lines.ts";

/** The file of a form. Throws `invalid` when there is none. */
export function uploadOf(form: Form): Upload {
  const upload = form.upload("source");
  if (upload === undefined) throw invalid({ source: ["Choose a file."] });
  return upload;
}

const profilePages = contentPages(profileKind, {
  fields: ({ state }) => (
    <FileField
      name="source"
      label="Profile"
      accept=".mobileconfig,application/x-apple-aspen-config"
      help="A .mobileconfig file, signed or unsigned. The server removes the signature."
      required
      state={state}
    />
  ),
  read(form) {
    const { filename, bytes } = uploadOf(form);
    return { source: bytes.toBase64(), filename: filename.slice(0, 256) };
  },
  values: () => ({}),
  lines: ({ source }) => plistLines(parsePlist(Uint8Array.fromBase64(source))),
  warnings: ({ warnings }) => warnings.map(({ message }) => message),
  source: ({ source, filename, payload_identifier }) => ({
    filename: filename || `${payload_identifier}.mobileconfig`,
    type: "application/x-apple-aspen-config",
    body: Uint8Array.fromBase64(source),
  }),
});

/** The text of a declaration: that of the file when there is one, else what was typed. */
function declarationText(form: Form): string {
  const upload = form.upload("file");
  return upload === undefined ? form.raw("source") : new TextDecoder().decode(upload.bytes);
}

/** A declaration with a ServerToken; one is made where it is absent. What is no declaration is left as it is. */
function withServerToken(text: string): unknown {
  let value: unknown;
  try {
    value = parseStrictJson(text, MAX_DEPTH);
  } catch {
    // The reader of the text says what is wrong with it.
    return text;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || "ServerToken" in value) return value;
  return { ...value, ServerToken: crypto.randomUUID() };
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

const declarationPages = contentPages(declarationKind, {
  fields: ({ state, values }) => (
    <>
      <TextArea
        name="source"
        label="Declaration"
        rows={16}
        state={state}
        value={values.source ?? ""}
        {...(state === undefined ? {} : { typed: declarationText(state.values) })}
        help={
          <>
            JSON with Type, Identifier and Payload. If ServerToken is absent, the server creates one. Refer to other
            artifacts by <code>ztl:</code> and their id, or by the Identifier of their declaration.
          </>
        }
      />
      <label class="field">
        <span>Or upload a file</span>
        <input type="file" name="file" accept=".json,application/json" />
      </label>
    </>
  ),
  read: (form) => ({ source: withServerToken(declarationText(form)) }),
  values: ({ source: { ServerToken: _, ...source } }) => ({ source: pretty(source) }),
  lines: ({ source }) => pretty(source).split("\n"),
  source: ({ source }) => ({
    filename: `${source.Identifier}.json`,
    type: "application/json",
    body: new TextEncoder().encode(`${pretty(source)}\n`),
  }),
});

const DATA_TYPES = [["PLIST", "Property list"], ["ZIP", "ZIP archive"]] as const;
const READABLE = 1024 * 1024;

async function dataLines(runtime: Runtime, sha256: string): Promise<string[]> {
  const file = await runtime.files.get(sha256);
  if (file === undefined) return ["The file is missing."];
  return ["", ...plistLines(parsePlist(await new Response(file.body).bytes()))];
}

const dataAssetPages = contentPages(dataAssetKind, {
  fields: ({ state, values, upgrade }) => (
    <>
      {upgrade
        ? <input type="hidden" name="data_type" value={values.type ?? ""} />
        : <Select name="data_type" label="File type" options={DATA_TYPES} state={state} />}
      <FileField
        name="source"
        label="File"
        accept=".plist,.xml,.zip"
        help={`Up to ${size(LARGEST_FILE)}.`}
        required
        state={state}
      />
    </>
  ),
  read(form) {
    const { filename, bytes } = uploadOf(form);
    const type: "ZIP" | "PLIST" = form.text("data_type") === "ZIP" ? "ZIP" : "PLIST";
    return { type, source: bytes.toBase64(), filename: filename.slice(0, 256) };
  },
  values: ({ type }) => ({ type }),
  lines: async ({ type, filename, file_size, file_sha256 }, runtime) => [
    `Type: ${type}`,
    `File: ${JSON.stringify(filename)}`,
    `Size: ${file_size} bytes`,
    `SHA-256: ${file_sha256}`,
    ...(type === "PLIST" && file_size <= READABLE ? await dataLines(runtime, file_sha256) : []),
  ],
  async source({ type, filename, file_sha256 }, runtime) {
    const file = await runtime.files.get(file_sha256);
    if (file === undefined) return null;
    const [extension, contentType] = type === "ZIP" ? ["zip", "application/zip"] : ["plist", "text/xml"];
    return { filename: filename || `${file_sha256}.${extension}`, type: contentType, body: file.body };
  },
});

/** JSON as a property list would have it: what has no value is left out. */
function plistOfJson(value: unknown): Plist {
  if (Array.isArray(value)) return value.map(plistOfJson);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plistOfJson(item)]));
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : "";
}

const provisioningProfilePages = contentPages(provisioningProfileKind, {
  fields: ({ state }) => (
    <FileField
      name="source"
      label="Provisioning profile"
      accept=".mobileprovision,.provisionprofile"
      help="The file as signed by Apple."
      required
      state={state}
    />
  ),
  read: (form) => ({ source: uploadOf(form).bytes.toBase64() }),
  values: () => ({}),
  lines({ source }) {
    const read = readProvisioningProfile({ source });
    return read.errors === undefined ? plistLines(plistOfJson(read.value.content)) : [];
  },
  source: ({ source, uuid }) => ({
    filename: `${uuid}.mobileprovision`,
    type: "application/octet-stream",
    body: Uint8Array.fromBase64(source),
  }),
});

const PAGES: readonly ContentPages[] = [
  profilePages,
  declarationPages,
  dataAssetPages,
  certAssetPages,
  provisioningProfilePages,
];

/** The pages of the versions that artifacts of a type have. */
export function contentPagesOf(type: ArtifactRow["type"]): ContentPages {
  const pages = PAGES.find(({ types }) => types.includes(type));
  if (pages === undefined) throw new Error(`Cannot find the pages of versions of an artifact of type ${type}`);
  return pages;
}

/** What to warn of about a version that is kept: its content, and variables without a value. */
export async function warningsAbout(
  { runtime }: { runtime: Runtime },
  { type }: Pick<ArtifactRow, "type">,
  versionId: string,
): Promise<string[]> {
  const [content, values] = await Promise.all([
    contentPagesOf(type).warnings(runtime, versionId),
    valueWarnings(runtime.sql, [versionId]),
  ]);
  return [...content, ...values.map(({ message }) => message)];
}
