/**
 * Uploads of packages: `/api/mdm/package_files/`.
 *
 * @module
 */

import { z } from "zod";
import { byteSize } from "../../src/byte_size.ts";
import { bundlesShown, profileShown, shownProfile } from "../../src/blueprints/versions/enterprise_app_api.ts";
import type { Permission } from "../../src/access/actor.ts";
import { secretField } from "../../src/input_text.ts";
import { invalid, Problem, problem } from "../../src/errors.ts";
import { keepPackage, LARGEST_PACKAGE, uploadedUri } from "../../src/packages/keep_package.ts";
import { PACKAGE_URI_WORDS, sha256Field } from "../../src/packages/package_input.ts";
import { packageWarnings } from "../../src/packages/package_warnings.ts";
import { PackageError } from "../../src/packages/package_error.ts";
import { enqueueFetch } from "../../src/packages/fetch.ts";
import { endpoint } from "./endpoint.ts";
import { queuedTask, taskSchema } from "./queued_task.ts";

const TOO_LARGE = `Cannot keep the file: packages of up to ${byteSize(LARGEST_PACKAGE)} are accepted.`;

const fileSchema = z.object({
  package_uri: z.string(),
  package_sha256: z.string(),
  package_size: z.int().describe("Bytes."),
  package_type: z.enum(["PKG", "IPA"]),
  title: z.string(),
  product_id: z.string(),
  product_version: z.string(),
  bundles: bundlesShown,
  package_platforms: z.array(z.string()),
  signature: z.enum(["signed", "unsigned", "invalid"]),
  signer: z.string(),
  provisioning_profile: profileShown,
  warnings: z.array(z.string()).describe("What keeps devices from installing or opening it, as sentences."),
}).meta({ id: "PackageFile" });

const uploadTo = (path: `/${string}`, permission: Permission, summary: string) =>
  endpoint({
    method: "POST",
    path,
    permission,
    session: true,
    tag: "Artifacts",
    summary,
    description: "The body is the file: an installer package (.pkg) or an app (.ipa). Send the answer's " +
      "`package_uri` and `package_sha256` to create what refers to it. A file that nothing refers to is removed after " +
      "a day.",
    takesFile: true,
    query: z.object({
      filename: z.string().min(1).max(256).regex(/^[^/\\\0]+\.(?:pkg|ipa)$/i, {
        error: "This should be the name of a .pkg or .ipa file.",
      }),
    }),
    response: {
      status: 201,
      schema: fileSchema,
    },
    async handle({ runtime, query, file }) {
      try {
        const facts = await keepPackage(runtime, file());
        return {
          package_uri: uploadedUri(query.filename),
          package_sha256: facts.sha256,
          package_size: facts.size,
          package_type: facts.type,
          title: facts.title,
          product_id: facts.productId,
          product_version: facts.productVersion,
          bundles: facts.bundles,
          package_platforms: facts.platforms,
          signature: facts.signature,
          signer: facts.signer,
          provisioning_profile: shownProfile(facts),
          warnings: packageWarnings(facts, runtime.clock.now()),
        };
      } catch (error) {
        if (error instanceof PackageError) throw invalid({ file: [error.message] });
        if (error instanceof Problem && error.code === "too-large") throw problem("too-large", TOO_LARGE, {}, error);
        throw error;
      }
    },
  });

/** The endpoints. */
export const PACKAGE_FILE_ENDPOINTS = [
  uploadTo("/api/mdm/package_files/", "mdm.add_artifactversion", "Upload a package for an enterprise app"),
  uploadTo("/api/mdm/packages/files/", "mdm.add_package", "Upload a package for declarations"),
  endpoint({
    method: "POST",
    path: "/api/mdm/package_files/fetch/",
    permission: "mdm.add_artifactversion",
    session: true,
    tag: "Artifacts",
    summary: "Fetch a package from elsewhere",
    description: "A job fetches the file. When it has succeeded, a version with the same `package_uri` and " +
      "`package_sha256` is created at once.",
    body: z.object({
      package_uri: secretField(2048).describe(PACKAGE_URI_WORDS),
      package_sha256: sha256Field,
    }).meta({ id: "PackageFetch" }),
    response: { status: 201, schema: taskSchema },
    handle: async ({ runtime, body }) =>
      queuedTask(await enqueueFetch(runtime, { uri: body.package_uri, sha256: body.package_sha256 })),
  }),
];
