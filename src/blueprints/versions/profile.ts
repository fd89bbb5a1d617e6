/**
 * Versions of profiles: configuration profiles as files, signed or not.
 *
 * @module
 */

import { z } from "zod";
import {
  loadProfileVersions,
  type ProfileVersionRow,
  writeProfileVersion,
} from "../../../db/artifacts/profile_versions.ts";
import { checkProfile } from "../../apple_schema/profile_check.ts";
import type { SchemaIssue } from "../../apple_schema/types.ts";
import { byteSize } from "../../byte_size.ts";
import { profileDownloadUrl } from "../../downloads/url.ts";
import { invalid } from "../../errors.ts";
import { blankableField } from "../../input_text.ts";
import { type Platform, PLATFORMS } from "../../protocol/platform.ts";
import { parsePlist } from "../../protocol/plist.ts";
import { plistLines } from "../../protocol/plist_lines.ts";
import { namesIn } from "../../variables/used.ts";
import { warningsShown } from "../warnings_shown.ts";
import { fault } from "./fields.ts";
import { LARGEST_FILE } from "./file_limit.ts";
import { kindApi } from "./kind_api.ts";
import { sourceFile } from "./kind_page.ts";
import { plistOf, type ProfileDraft, type ProfileInput, readProfile } from "./profile_source.ts";
import type { VersionKind } from "./version_kind.ts";

/** The profile's own fields in the API. */
export type ShownProfile = {
  source: string;
  filename: string;
  payload_identifier: string;
  payload_uuid: string;
  payload_display_name: string;
  payload_description: string;
  /** Returns its deviations from Apple's schema, for the platforms and the channel that get it. */
  warnings: SchemaIssue[];
};

const contextOf = (id: string) => ({ table: "profile_versions", column: "source_sealed", id });

/** Returns the deviations of a stored profile from Apple's schema, for its recipients. */
function warningsOf(source: Uint8Array, channel: "Device" | "User", platforms: readonly Platform[]): SchemaIssue[] {
  const read = plistOf(source);
  if (read.errors !== undefined) return [];
  return checkProfile(read.value, { channel, platforms, isOpen: (text) => namesIn(text).length > 0 });
}

/** Profiles. */
export const profileKind: VersionKind<ProfileInput, ProfileDraft, ProfileVersionRow, ShownProfile> = {
  name: "profile",
  types: {
    "Profile": {
      path: "legacy-profile",
      section: "Configurations",
      declarationPrefix: null,
      linkable: true,
      install: "InstallProfile",
      remove: "RemoveProfile",
      activated: true,
      variables: true,
      declaredAs: "com.apple.configuration.legacy",
      becomes: ["com.apple.configuration.legacy"],
    },
  },
  read: (_, input) => Promise.resolve(readProfile(input)),
  async check({ tx, runtime, id, artifact, isNew, others }, draft) {
    // If the profile does not set it, the artifact does: on phones and tablets the key has no meaning.
    if (draft.scope !== undefined && draft.channel !== artifact.channel) {
      const should = artifact.channel === "Device" ? "System" : "User";
      return fault(
        "source",
        `Its PayloadScope is ${draft.scope}: for an artifact on the ${artifact.channel} channel it should be ${should}, or absent`,
      );
    }
    const [latest] = others;
    const before = await loadProfileVersions(tx, [id, ...(latest === undefined ? [] : [latest])]);
    if (isNew && latest !== undefined && before.get(latest)?.sha256 === draft.sha256) {
      return fault("source", "This file is not different from the latest one");
    }
    return {
      value: {
        sourceSealed: await runtime.keys.seal(draft.source, contextOf(id)),
        sha256: draft.sha256,
        size: draft.source.length,
        filename: draft.filename ?? before.get(id)?.filename ?? "",
        payloadIdentifier: draft.payloadIdentifier,
        payloadUuid: draft.payloadUuid,
        payloadDisplayName: draft.payloadDisplayName,
        payloadDescription: draft.payloadDescription,
      },
    };
  },
  write: writeProfileVersion,
  load: loadProfileVersions,
  fingerprint: ({ sha256 }) => sha256,
  async show(runtime, { id, channel, filter }, stored) {
    const source = await runtime.keys.open(stored.sourceSealed, contextOf(id));
    return {
      source: source.toBase64(),
      filename: stored.filename,
      payload_identifier: stored.payloadIdentifier,
      payload_uuid: stored.payloadUuid,
      payload_display_name: stored.payloadDisplayName,
      payload_description: stored.payloadDescription,
      warnings: warningsOf(source, channel, PLATFORMS.filter((platform) => filter.platforms[platform].active)),
    };
  },
  audit: (stored) => ({
    filename: stored.filename,
    payload_identifier: stored.payloadIdentifier,
    payload_uuid: stored.payloadUuid,
    payload_display_name: stored.payloadDisplayName,
    sha256: stored.sha256,
    size: stored.size,
  }),
  payload: async ({ runtime, channelId, versionId }) => ({
    ProfileURL: await profileDownloadUrl(runtime, channelId, versionId),
  }),
  api: kindApi({
    path: "profiles",
    noun: "profile",
    schema: "Profile",
    order: 1,
    hasFile: true,
    body: {
      source: z.string().describe(
        `The .mobileconfig file in base64, ${byteSize(LARGEST_FILE)} at most. The server removes its signature.`,
      ),
      filename: blankableField(256).optional().describe("If absent: unchanged."),
    },
    shown: {
      source: z.string().describe("Base64, without signature."),
      filename: z.string(),
      payload_identifier: z.string(),
      payload_uuid: z.string(),
      payload_display_name: z.string(),
      payload_description: z.string(),
      warnings: warningsShown,
    },
    content: ({ source, filename }) => ({ source, filename }),
  }),
  page: {
    slug: "profile",
    title: "Upload a profile",
    button: "Upload",
    order: 1,
    asks: { channel: "Channel, if the profile does not name one" },
    fields: [{
      kind: "file",
      name: "source",
      label: "Profile",
      accept: ".mobileconfig,application/x-apple-aspen-config",
      help: "A .mobileconfig file, signed or unsigned. The server removes the signature.",
    }],
    nature(values) {
      const read = readProfile({ source: sourceFile(values).bytes.toBase64() });
      if (read.errors !== undefined) throw invalid(read.errors);
      const { payloadDisplayName, payloadIdentifier, scope, channel } = read.value;
      return { name: payloadDisplayName.trim() || payloadIdentifier, ...(scope === undefined ? {} : { channel }) };
    },
    read(values) {
      const { filename, bytes } = sourceFile(values);
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
  },
};
