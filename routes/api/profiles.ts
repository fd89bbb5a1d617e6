/**
 * `/api/mdm/profiles/`: versions of configuration profiles.
 *
 * @module
 */

import { z } from "zod";
import { LARGEST_FILE } from "../../src/blueprints/versions/file_limit.ts";
import { profileKind } from "../../src/blueprints/versions/profile.ts";
import { byteSize } from "../../src/byte_size.ts";
import { blankableField } from "./fields.ts";
import { versionBody, versionEndpoints, versionShown } from "./version_endpoints.ts";
import { warningsShown } from "./warnings.ts";

/** The endpoints of profiles. */
export const PROFILE_ENDPOINTS = versionEndpoints({
  name: "profiles",
  noun: "profile",
  kind: profileKind,
  hasFile: true,
  body: z.object({
    ...versionBody,
    source: z.string().describe(
      `The .mobileconfig file in base64, ${byteSize(LARGEST_FILE)} at most. The server removes its signature.`,
    ),
    filename: blankableField(256).optional().describe("If absent: unchanged."),
  }).meta({ id: "ProfileRequest" }),
  schema: z.object({
    ...versionShown,
    source: z.string().describe("Base64, without signature."),
    filename: z.string(),
    payload_identifier: z.string(),
    payload_uuid: z.string(),
    payload_display_name: z.string(),
    payload_description: z.string(),
    warnings: warningsShown,
  }).meta({ id: "Profile" }),
  content: ({ source, filename }) => ({ source, filename }),
});
