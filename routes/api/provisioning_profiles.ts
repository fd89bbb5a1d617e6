/**
 * `/api/mdm/provisioning_profiles/`: versions of the files that let apps run.
 *
 * @module
 */

import { z } from "zod";
import { provisioningProfileKind } from "../../src/blueprints/versions/provisioning_profile.ts";
import { byteSize } from "../../src/byte_size.ts";
import { LARGEST_FILE } from "../../src/blueprints/versions/file_limit.ts";
import { versionBody, versionEndpoints, versionShown } from "./version_endpoints.ts";

/** The endpoints of provisioning profiles. */
export const PROVISIONING_PROFILE_ENDPOINTS = versionEndpoints({
  name: "provisioning_profiles",
  noun: "provisioning profile",
  kind: provisioningProfileKind,
  hasFile: true,
  body: z.object({
    ...versionBody,
    source: z.string().describe(
      `The .mobileprovision file in base64, ${byteSize(LARGEST_FILE)} at most, as Apple signed it.`,
    ),
  }).meta({ id: "ProvisioningProfileRequest" }),
  schema: z.object({ ...versionShown, source: z.string(), name: z.string(), uuid: z.string() }).meta({
    id: "ProvisioningProfile",
  }),
  content: ({ source }) => ({ source }),
});
