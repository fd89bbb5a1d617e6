/**
 * The file of a profile, signed or not, as operators upload it.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { profileRefusals } from "../../apple_schema/profile_check.ts";
import { certificatesOf, openSigned } from "../../pki/cms/signed.ts";
import { PkiError } from "../../pki/errors.ts";
import { buildPlist, get, isDict, kindOf, parsePlist, type PlistDict, PlistError, str } from "../../protocol/plist.ts";
import { fault, notDictionary, notPlist, variablesIn } from "./fields.ts";
import { fileOfBase64 } from "./file_limit.ts";
import type { Checked } from "./version_kind.ts";

/** An uploaded profile: the file in base64, and its name. Without a name it keeps its current one. */
export type ProfileInput = { source: string; filename?: string | undefined };

/** A profile that was read. */
export type ProfileDraft = {
  /** Without signature. */
  source: Uint8Array;
  sha256: string;
  filename: string | undefined;
  variables: readonly string[];
  needed: readonly string[];
  payloadIdentifier: string;
  payloadUuid: string;
  payloadDisplayName: string;
  payloadDescription: string;
  channel: "Device" | "User";
  /** The profile's PayloadScope; undefined if it has none. */
  scope: string | undefined;
};

const CHANNELS: ReadonlyMap<string, "Device" | "User"> = new Map([["System", "Device"], ["User", "User"]]);
const DER_SEQUENCE = 0x30;
const PEM = /^\s{0,16}-----BEGIN ([A-Z0-9 ]{1,40})-----/;
const latin1 = new TextDecoder("latin1");
const LONGEST_ID = 512;

/** Bytes without the white space after them: editors and mail programs add a line end to a signed file. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && [0x09, 0x0a, 0x0d, 0x20].includes(bytes[end - 1] ?? 0)) end--;
  return bytes.subarray(0, end);
}

/**
 * Returns the profile inside of its signature, when there is one (a property list never begins with a DER sequence).
 */
function unsigned(bytes: Uint8Array): Checked<Uint8Array> {
  if (bytes[0] !== DER_SEQUENCE) return { value: bytes };
  try {
    certificatesOf(bytes);
  } catch (error) {
    const shorter = withoutLineEnd(bytes);
    if (error instanceof PkiError && shorter.length < bytes.length) return unsigned(shorter);
    if (error instanceof PkiError) {
      return fault("source", `Not a plist: it is not a signed profile either: ${error.message}`);
    }
    throw error;
  }
  try {
    return { value: openSigned(bytes).content };
  } catch (error) {
    if (error instanceof PkiError) return fault("source", `Cannot strip the signature: ${error.message}`);
    throw error;
  }
}

/** Returns the property list that a profile is. */
export function plistOf(bytes: Uint8Array): Checked<PlistDict> {
  if (bytes[0] === DER_SEQUENCE) return fault("source", "Not a plist: it is signed twice, one signature is accepted");
  const label = PEM.exec(latin1.decode(bytes.subarray(0, 100)))?.[1];
  if (label !== undefined) {
    return fault("source", `Not a plist: it is a ${label} in PEM, but a signed profile must be in DER`);
  }
  try {
    const value = parsePlist(bytes);
    return isDict(value) ? { value } : fault("source", notDictionary(value));
  } catch (error) {
    if (error instanceof PlistError) return fault("source", notPlist(error));
    throw error;
  }
}

/** Values that a binary property list, or a lenient parser, can contain and the XML for devices cannot. */
function unwritable(profile: PlistDict): string | undefined {
  try {
    buildPlist(profile);
    return undefined;
  } catch (error) {
    if (error instanceof PlistError) return error.message;
    throw error;
  }
}

/** Reads a profile's file. */
export function readProfile({ source, filename }: ProfileInput): Checked<ProfileDraft> {
  const file = fileOfBase64(source);
  if (file.errors !== undefined) return file;
  const opened = unsigned(file.value);
  if (opened.errors !== undefined) return opened;
  const read = plistOf(opened.value);
  if (read.errors !== undefined) return read;
  const profile = read.value;
  const ids = { PayloadIdentifier: "", PayloadUUID: "" };
  for (const key of ["PayloadIdentifier", "PayloadUUID"] as const) {
    const value = get(profile, key);
    if (value !== undefined && typeof value !== "string") {
      return fault("source", `${key} is ${kindOf(value)}, it should be a string`);
    }
    ids[key] = value ?? "";
    if (ids[key] === "") return fault("source", `Missing ${key}`);
    if (ids[key].length > LONGEST_ID) {
      return fault("source", `${key} has ${ids[key].length} characters, ${LONGEST_ID} are accepted`);
    }
  }
  const given = get(profile, "PayloadScope");
  const scope = given === undefined ? undefined : String(given);
  const channel = CHANNELS.get(scope ?? "User");
  if (channel === undefined) return fault("source", `Unknown PayloadScope: ${scope}`);
  const sentence = unwritable(profile);
  if (sentence !== undefined) return fault("source", sentence);
  const refusals = profileRefusals(profile);
  if (refusals.length > 0) return fault("source", ...refusals);
  const variables = variablesIn("source", profile);
  if (variables.errors !== undefined) return variables;
  return {
    value: {
      source: opened.value,
      sha256: createHash("sha256").update(opened.value).digest("hex"),
      filename,
      ...variables.value,
      payloadIdentifier: ids.PayloadIdentifier,
      payloadUuid: ids.PayloadUUID,
      payloadDisplayName: str(profile, "PayloadDisplayName") ?? "",
      payloadDescription: str(profile, "PayloadDescription") ?? "",
      channel,
      scope,
    },
  };
}
