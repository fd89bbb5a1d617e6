/**
 * Versions of data assets: files that declarations refer to.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { z } from "zod";
import {
  type DataAssetVersionRow,
  loadDataAssetVersions,
  writeDataAssetVersion,
} from "../../../db/artifacts/data_asset_versions.ts";
import { byteSize } from "../../byte_size.ts";
import { dataAssetDownloadUrl } from "../../downloads/url.ts";
import { readExternal } from "../../files/external.ts";
import { holdFile } from "../../files/unreferenced.ts";
import { parsePlist, PlistError } from "../../protocol/plist.ts";
import { plistLines } from "../../protocol/plist_lines.ts";
import type { Runtime } from "../../runtime.ts";
import { fault } from "./fields.ts";
import { fileOfBase64, LARGEST_FILE } from "./file_limit.ts";
import { kindApi } from "./kind_api.ts";
import { sourceFile } from "./kind_page.ts";
import type { Checked, VersionKind } from "./version_kind.ts";
import { isZip } from "./zip.ts";

/**
 * A data asset as it comes: the file itself in base64, or where it is and its SHA-256. The SHA-256 alone means the file that
 * the version has already.
 */
export type DataAssetInput = {
  type: "PLIST" | "ZIP";
  source?: string | null | undefined;
  /** The name of the file in base64. */
  filename?: string | undefined;
  fileUri?: string | null | undefined;
  fileSha256?: string | null | undefined;
  /** The file of `fileUri`, where it has been fetched. */
  fetched?: FetchedFile;
};

type FetchedFile = { bytes: Uint8Array<ArrayBuffer>; filename: string };

/** A data asset that was read. */
export type DataAssetDraft = {
  type: "PLIST" | "ZIP";
  /** The field that gave the file; null when none did. */
  field: "source" | "file_uri" | null;
  filename: string;
  /** Undefined when none was given. */
  sha256: string | undefined;
  size: number;
  variables: readonly string[];
  needed: readonly string[];
};

/** The data asset's own fields in the API. */
export type ShownDataAsset = { type: "PLIST" | "ZIP"; file_sha256: string; file_size: number; filename: string };

/** Bytes that a data asset may have that the server reads from elsewhere. */
const MAX_DATA_ASSET_SIZE = 64_000_000;

/** Devices get the media type of text. */
function isXmlPlist(bytes: Uint8Array): boolean {
  if (new TextDecoder().decode(bytes.subarray(0, 6)) === "bplist") return false;
  try {
    parsePlist(bytes);
    return true;
  } catch (error) {
    if (error instanceof PlistError) return false;
    throw error;
  }
}

const IS: Readonly<Record<DataAssetInput["type"], (bytes: Uint8Array) => boolean>> = { PLIST: isXmlPlist, ZIP: isZip };

type Given = { field: "source" | "file_uri"; bytes: Uint8Array<ArrayBuffer>; filename: string };

/** Returns the file that was given, if one was. */
async function fileOf(runtime: Runtime, input: DataAssetInput): Promise<Checked<Given | undefined>> {
  const [source, uri, sha256] = [input.source ?? undefined, input.fileUri ?? undefined, input.fileSha256 ?? undefined];
  if (source !== undefined && uri !== undefined) {
    return fault("non_field_errors", "file_uri and source are mutually exclusive");
  }
  if (source !== undefined) {
    const read = fileOfBase64(source);
    if (read.errors !== undefined) return read;
    const bytes = read.value;
    if (sha256 !== undefined && sha256 !== createHash("sha256").update(bytes).digest("hex")) {
      return fault("source", "Hash mismatch");
    }
    return { value: { field: "source", bytes, filename: input.filename ?? "" } };
  }
  if (uri === undefined) return { value: undefined };
  if (sha256 === undefined) return fault("file_sha256", "This field is required with file_uri");
  return { value: { field: "file_uri", ...input.fetched ?? await fetchFile(runtime, uri, sha256) } };
}

async function fetchFile(runtime: Runtime, uri: string, sha256: string): Promise<FetchedFile> {
  const { filename, body } = await readExternal(runtime, { uri, sha256, limit: MAX_DATA_ASSET_SIZE });
  return { bytes: await new Response(body).bytes(), filename };
}

const TYPES = ["PLIST", "ZIP"] as const;
const CONTENT_TYPES = { PLIST: "text/xml", ZIP: "application/zip" } as const;
/** Bytes of a property list that is shown line by line. */
const READABLE = 1024 * 1024;

async function fileLines(runtime: Runtime, sha256: string): Promise<string[]> {
  const file = await runtime.files.get(sha256);
  if (file === undefined) return ["The file is missing."];
  return ["", ...plistLines(parsePlist(await new Response(file.body).bytes()))];
}

/** Data assets. */
export const dataAssetKind: VersionKind<DataAssetInput, DataAssetDraft, DataAssetVersionRow, ShownDataAsset> = {
  name: "data asset",
  types: {
    "Data Asset": {
      path: "data-asset",
      section: "Assets",
      declarationPrefix: null,
      linkable: false,
      install: null,
      remove: null,
      activated: false,
      variables: false,
      declaredAs: "com.apple.asset.data",
      becomes: ["com.apple.asset.data"],
    },
  },
  async fetch(runtime, input) {
    const { source, fileUri, fileSha256 } = input;
    // Contradictory fields are refused when the input is parsed.
    if (!fileUri || !fileSha256 || (source !== undefined && source !== null)) return input;
    return { ...input, fetched: await fetchFile(runtime, fileUri, fileSha256) };
  },
  async read(runtime, input) {
    const { type } = input;
    const file = await fileOf(runtime, input);
    if (file.errors !== undefined) return file;
    if (file.value === undefined) {
      return {
        value: {
          type,
          field: null,
          filename: "",
          sha256: input.fileSha256 ?? undefined,
          size: 0,
          variables: [],
          needed: [],
        },
      };
    }
    const { field, bytes, filename } = file.value;
    if (!IS[type](bytes)) return fault(field, `Invalid ${type} file`);
    const stored = await runtime.files.put(bytes, MAX_DATA_ASSET_SIZE);
    return { value: { type, field, filename, ...stored, variables: [], needed: [] } };
  },
  async check({ tx, runtime, id, isNew, others }, draft) {
    const [latest] = others;
    const found = await loadDataAssetVersions(tx, [id, ...(latest === undefined ? [] : [latest])]);
    const [own, other] = [found.get(id), latest === undefined ? undefined : found.get(latest)];
    const { type, field, filename } = draft;
    if (other !== undefined && other.type !== type) {
      return fault("type", `Is ${type}, it should be ${other.type} as in the other versions of this artifact`);
    }
    if (field === null || draft.sha256 === undefined) {
      if (own === undefined || own.fileSha256 !== draft.sha256) {
        return fault("non_field_errors", "file_uri or source is required");
      }
      if (own.type !== type) return fault("type", `Is ${type}, it should be ${own.type} as the file is`);
      return { value: own };
    }
    if (isNew && other?.fileSha256 === draft.sha256) {
      return fault(field, "This file is not different from the latest one");
    }
    await holdFile(tx, runtime, draft.sha256);
    return { value: { type, filename, fileSize: draft.size, fileSha256: draft.sha256 } };
  },
  write: writeDataAssetVersion,
  load: loadDataAssetVersions,
  fingerprint: ({ type, fileSha256 }) => `${type} ${fileSha256}`,
  show: (_runtime, _row, stored) => Promise.resolve(shown(stored)),
  audit: shown,
  async payload({ runtime, channelId, versionId, row }) {
    if (row.dataAsset === null) return undefined;
    const { type, size, sha256 } = row.dataAsset;
    const DataURL = await dataAssetDownloadUrl(runtime, channelId, versionId);
    return { Reference: { DataURL, ContentType: CONTENT_TYPES[type], Size: size, "Hash-SHA-256": sha256 } };
  },
  api: kindApi({
    path: "data_assets",
    noun: "data asset",
    schema: "DataAsset",
    order: 4,
    hasFile: true,
    body: {
      type: z.enum(TYPES),
      source: z.string().min(1).nullish().describe(`The file in base64, ${byteSize(LARGEST_FILE)} at most.`),
      file_uri: z.string().min(1).max(2048).nullish().describe(
        `Location of the file: s3://bucket/key, or an https URL of a host that the server may read from. Maximum size: ${
          byteSize(MAX_DATA_ASSET_SIZE)
        }.`,
      ),
      file_sha256: z.string().regex(/^[0-9a-f]{64}$/, {
        error: "This should be a SHA-256 digest: 64 hexadecimal digits in lower case.",
      }).nullish().describe("Digest of the file. On PUT, if sent without a file: the digest of the stored file."),
    },
    shown: {
      type: z.enum(TYPES),
      file_sha256: z.string(),
      file_size: z.int().describe("Bytes."),
      filename: z.string(),
    },
    content: ({ type, source, file_uri, file_sha256 }) => ({
      type,
      source,
      fileUri: file_uri,
      fileSha256: file_sha256,
    }),
  }),
  page: {
    slug: "data-asset",
    title: "New data asset",
    order: 3,
    asks: { name: true, platforms: true },
    fields: [
      {
        kind: "choice",
        name: "data_type",
        label: "File type",
        options: [["PLIST", "Property list"], ["ZIP", "ZIP archive"]],
        fixed: true,
      },
      {
        kind: "file",
        name: "source",
        label: "File",
        accept: ".plist,.xml,.zip",
        help: `Up to ${byteSize(LARGEST_FILE)}.`,
      },
    ],
    read(values) {
      const { filename, bytes } = sourceFile(values);
      const type = values.text("data_type") === "ZIP" ? "ZIP" : "PLIST";
      return { type, source: bytes.toBase64(), filename: filename.slice(0, 256) };
    },
    values: ({ type }) => ({ data_type: type }),
    lines: async ({ type, filename, file_size, file_sha256 }, runtime) => [
      `Type: ${type}`,
      `File: ${JSON.stringify(filename)}`,
      `Size: ${file_size} bytes`,
      `SHA-256: ${file_sha256}`,
      ...(type === "PLIST" && file_size <= READABLE ? await fileLines(runtime, file_sha256) : []),
    ],
    async source({ type, filename, file_sha256 }, runtime) {
      const file = await runtime.files.get(file_sha256);
      if (file === undefined) return null;
      return {
        filename: filename || `${file_sha256}.${type.toLowerCase()}`,
        type: CONTENT_TYPES[type],
        body: file.body,
      };
    },
  },
};

function shown({ type, fileSha256, fileSize, filename }: DataAssetVersionRow): ShownDataAsset {
  return { type, file_sha256: fileSha256, file_size: fileSize, filename };
}
