/**
 * Versions of provisioning profiles: files signed by Apple that permit apps to run.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { isVersionInUse } from "../../../db/artifacts/artifact_versions.ts";
import {
  loadProvisioningProfileVersions,
  type ProvisioningProfileVersionRow,
  writeProvisioningProfileVersion,
} from "../../../db/artifacts/provisioning_profile_versions.ts";
import { z } from "zod";
import { own } from "../../apple_schema/keys.ts";
import { byteSize } from "../../byte_size.ts";
import { invalid } from "../../errors.ts";
import { openSigned } from "../../pki/cms/signed.ts";
import { PkiError } from "../../pki/errors.ts";
import { isDict, parsePlist, type Plist, PlistError, str } from "../../protocol/plist.ts";
import { toJsonObject } from "../../protocol/plist_json.ts";
import { plistLines } from "../../protocol/plist_lines.ts";
import { expiryOf, expirySentence } from "../../packages/provisioning.ts";
import { warningsShown } from "../warnings_shown.ts";
import { fault, notDictionary, notPlist } from "./fields.ts";
import { fileOfBase64, LARGEST_FILE } from "./file_limit.ts";
import { profileDetails } from "./provisioning_details.ts";
import { kindApi } from "./kind_api.ts";
import { type FormValues, sourceFile } from "./kind_page.ts";
import type { Checked, Draft, VersionKind } from "./version_kind.ts";

/** A provisioning profile as it comes: the file in base64. */
export type ProvisioningProfileInput = { source: string };

/** A provisioning profile that was read. */
export type ProvisioningProfileDraft = ProvisioningProfileVersionRow & Draft;

/** The provisioning profile's own fields in the API. */
export type ShownProvisioningProfile = {
  source: string;
  name: string;
  uuid: string;
  application_identifier: string;
  /** ISO 8601; null if the profile does not say. */
  expires_at: string | null;
  warnings: { path: string; message: string }[];
};

/** Returns what a profile permits, and until when. */
function termsOf({ content }: Pick<ProvisioningProfileVersionRow, "content">) {
  const entitlements = own(content, "Entitlements");
  const [app, expires] = [
    own(entitlements, "application-identifier") ?? own(entitlements, "com.apple.application-identifier"),
    own(content, "ExpirationDate"),
  ];
  return {
    application_identifier: typeof app === "string" ? app : "",
    expires_at: typeof expires === "string" ? expires : null,
  };
}

/** Returns the warning about a profile that has expired, or expires soon. */
function warningsOf(row: ProvisioningProfileVersionRow, now: Date): ShownProvisioningProfile["warnings"] {
  const message = expirySentence({ name: row.name, expiresAt: expiryOf(termsOf(row).expires_at) }, now);
  return message === "" ? [] : [{ path: "source", message }];
}

/** Parses the file. The device checks Apple's signature: it knows Apple's current keys. */
export function readProvisioningProfile({ source }: ProvisioningProfileInput): Checked<ProvisioningProfileDraft> {
  const file = fileOfBase64(source);
  if (file.errors !== undefined) return file;
  const bytes = file.value;
  try {
    const content = parsePlist(openSigned(bytes).content);
    if (!isDict(content)) return fault("source", notDictionary(content));
    const [name, uuid] = [str(content, "Name") ?? "", str(content, "UUID") ?? ""];
    const missing = [...(name === "" ? ["Missing Name"] : []), ...(uuid === "" ? ["Missing UUID"] : [])];
    if (missing.length > 0) return fault("source", ...missing);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { value: { source: bytes, sha256, name, uuid, content: toJsonObject(content), variables: [], needed: [] } };
  } catch (error) {
    if (error instanceof PlistError) return fault("source", notPlist(error));
    if (error instanceof PkiError) return fault("source", `Not a signed provisioning profile: ${error.message}`);
    throw error;
  }
}

/** JSON in the form of a property list: keys without a value are left out. */
function plistOfJson(value: unknown): Plist {
  if (Array.isArray(value)) return value.map(plistOfJson);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plistOfJson(item)]));
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : "";
}

const ofForm = (values: FormValues): ProvisioningProfileInput => ({ source: sourceFile(values).bytes.toBase64() });

/** Provisioning profiles. */
export const provisioningProfileKind: VersionKind<
  ProvisioningProfileInput,
  ProvisioningProfileDraft,
  ProvisioningProfileVersionRow,
  ShownProvisioningProfile
> = {
  name: "provisioning profile",
  types: {
    "Provisioning Profile": {
      path: "provisioning-profile",
      section: null,
      declarationPrefix: null,
      linkable: true,
      install: "InstallProvisioningProfile",
      remove: "RemoveProvisioningProfile",
      activated: false,
      variables: false,
      declaredAs: null,
      becomes: [],
    },
  },
  read: (_, input) => Promise.resolve(readProvisioningProfile(input)),
  async check({ tx, id, isNew, others: [latest] }, { variables: _, needed: _needed, ...stored }) {
    const present = isNew ? undefined : (await loadProvisioningProfileVersions(tx, [id])).get(id);
    // The device would have both, and the server would know of one.
    if (present !== undefined && present.uuid !== stored.uuid && await isVersionInUse(tx, id)) {
      return fault(
        "source",
        `Devices have the profile ${present.uuid} of this version. Upload a profile with another UUID as a new version.`,
      );
    }
    const before = latest === undefined ? undefined : (await loadProvisioningProfileVersions(tx, [latest])).get(latest);
    if (isNew && before?.sha256 === stored.sha256) {
      return fault("source", "This file is not different from the latest one");
    }
    return { value: stored };
  },
  write: writeProvisioningProfileVersion,
  load: loadProvisioningProfileVersions,
  fingerprint: ({ sha256 }) => sha256,
  show: ({ clock }, _version, row) =>
    Promise.resolve({
      source: row.source.toBase64(),
      name: row.name,
      uuid: row.uuid,
      ...termsOf(row),
      warnings: warningsOf(row, clock.now()),
    }),
  audit: ({ source, sha256, name, uuid }) => ({ name, uuid, sha256, size: source.length }),
  api: kindApi({
    path: "provisioning_profiles",
    noun: "provisioning profile",
    schema: "ProvisioningProfile",
    order: 3,
    hasFile: true,
    body: {
      source: z.string().describe(
        `The .mobileprovision file in base64, ${byteSize(LARGEST_FILE)} at most, as Apple signed it.`,
      ),
    },
    shown: {
      source: z.string(),
      name: z.string(),
      uuid: z.string(),
      application_identifier: z.string().describe("With the prefix of the team."),
      expires_at: z.string().nullable(),
      warnings: warningsShown,
    },
    content: ({ source }) => ({ source }),
  }),
  page: {
    slug: "provisioning-profile",
    title: "New provisioning profile",
    order: 5,
    asks: {},
    fields: [{
      kind: "file",
      name: "source",
      label: "Provisioning profile",
      accept: ".mobileprovision,.provisionprofile",
      help: "The file as signed by Apple.",
    }],
    nature(values) {
      const read = readProvisioningProfile(ofForm(values));
      if (read.errors !== undefined) throw invalid(read.errors);
      return { name: read.value.name.trim() || read.value.uuid };
    },
    read: ofForm,
    values: () => ({}),
    details: { title: "Provisioning", of: profileDetails },
    warnings: ({ warnings }) => warnings.map(({ message }) => message),
    lines({ source }) {
      const read = readProvisioningProfile({ source });
      return read.errors === undefined ? plistLines(plistOfJson(read.value.content)) : [];
    },
    source: ({ source, uuid }) => ({
      filename: `${uuid}.mobileprovision`,
      type: "application/octet-stream",
      body: Uint8Array.fromBase64(source),
    }),
  },
};
