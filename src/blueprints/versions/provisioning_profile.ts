/**
 * Versions of provisioning profiles: files that Apple signed, which let apps run.
 *
 * @module
 */

import { createHash } from "node:crypto";
import {
  loadProvisioningProfileVersions,
  type ProvisioningProfileVersionRow,
  writeProvisioningProfileVersion,
} from "../../../db/artifacts/provisioning_profile_versions.ts";
import { openSigned } from "../../pki/cms/signed.ts";
import { PkiError } from "../../pki/errors.ts";
import { isDict, parsePlist, PlistError, str } from "../../protocol/plist.ts";
import { toJsonObject } from "../../protocol/plist_json.ts";
import { fault, notDictionary, notPlist } from "./fields.ts";
import { fileOfBase64 } from "./file_limit.ts";
import type { Checked, Draft, VersionKind } from "./version_kind.ts";

/** A provisioning profile as it comes: the file in base64. */
export type ProvisioningProfileInput = { source: string };

/** A provisioning profile that was read. */
export type ProvisioningProfileDraft = ProvisioningProfileVersionRow & Draft;

/** The provisioning profile's own fields in the API. */
export type ShownProvisioningProfile = { source: string; name: string; uuid: string };

/** Reads the file. Whether Apple signed it is the device's to say: it knows Apple's keys of its day. */
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

/** Provisioning profiles. */
export const provisioningProfileKind: VersionKind<
  ProvisioningProfileInput,
  ProvisioningProfileDraft,
  ProvisioningProfileVersionRow,
  ShownProvisioningProfile
> = {
  types: ["Provisioning Profile"],
  read: (_, input) => Promise.resolve(readProvisioningProfile(input)),
  async check({ tx, isNew, others: [latest] }, { variables: _, needed: _needed, ...stored }) {
    const before = latest === undefined ? undefined : (await loadProvisioningProfileVersions(tx, [latest])).get(latest);
    if (isNew && before?.sha256 === stored.sha256) {
      return fault("source", "This file is not different from the latest one");
    }
    return { value: stored };
  },
  write: writeProvisioningProfileVersion,
  load: loadProvisioningProfileVersions,
  fingerprint: ({ sha256 }) => sha256,
  show: (_runtime, _row, { source, name, uuid }) => Promise.resolve({ source: source.toBase64(), name, uuid }),
  audit: ({ source, sha256, name, uuid }) => ({ name, uuid, sha256, size: source.length }),
};
