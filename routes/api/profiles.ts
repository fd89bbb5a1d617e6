/**
 * `/api/mdm/profiles/`: versions of configuration profiles.
 *
 * @module
 */

import { z } from "zod";
import { profileKind } from "../../src/blueprints/versions/profile.ts";
import { LARGEST_FILE } from "../../src/blueprints/versions/file_limit.ts";
import { byteSize } from "../../src/byte_size.ts";
import { blankableField } from "./fields.ts";
import { warningsShown } from "./warnings.ts";
import { versionBody, versionEndpoints, versionShown } from "./version_endpoints.ts";

/** The endpoints of profiles. */
export const PROFILE_ENDPOINTS = versionEndpoints({
  name: "profiles",
  noun: "profile",
  kind: profileKind,
  hasFile: true,
  body: z.object({
    ...versionBody,
    source: z.string().describe(
      `The .mobileconfig file in base64, ${byteSize(LARGEST_FILE)} at most. A signature is taken off.`,
    ),
    filename: blankableField(256).optional().describe("Stays when absent."),
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
