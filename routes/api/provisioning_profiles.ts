/**
 * `/api/mdm/provisioning_profiles/`: versions of the files that let apps run.
 *
 * @module
 */

import { z } from "zod";
import { provisioningProfileKind } from "../../src/blueprints/versions/provisioning_profile.ts";
import { versionBody, versionEndpoints, versionShown } from "./version_endpoints.ts";

/** The endpoints of provisioning profiles. */
export const PROVISIONING_PROFILE_ENDPOINTS = versionEndpoints({
  name: "provisioning_profiles",
  noun: "provisioning profile",
  kind: provisioningProfileKind,
  bodyLimit: 10 * 1024 * 1024,
  body: z.object({
    ...versionBody,
    source: z.string().describe("The .mobileprovision file in base64, as Apple signed it."),
  }).meta({ id: "ProvisioningProfileRequest" }),
  schema: z.object({ ...versionShown, source: z.string(), name: z.string(), uuid: z.string() }).meta({
    id: "ProvisioningProfile",
  }),
  content: ({ source }) => ({ source }),
});
