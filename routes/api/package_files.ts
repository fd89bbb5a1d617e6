/**
 * Uploads of packages: `/api/mdm/package_files/` for enterprise apps, `/api/mdm/packages/files/` for packages.
 *
 * @module
 */

import { z } from "zod";
import type { PackageFileFacts } from "../../db/packages/package_files.ts";
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

/** What an upload says of the file, whatever is created with it. */
const said = {
  title: z.string(),
  product_id: z.string(),
  product_version: z.string(),
  bundles: bundlesShown,
  package_platforms: z.array(z.string()),
  signature: z.enum(["signed", "unsigned", "invalid"]),
  signer: z.string(),
  provisioning_profile: profileShown,
  warnings: z.array(z.string()).describe("What keeps devices from installing or opening it, as sentences."),
};
const [size, type] = [z.int().describe("Bytes."), z.enum(["PKG", "IPA"])];

/** The answers of uploads: where the file is has the name that it has in what is created with it. */
const FOR_APPS = z.object({
  package_uri: z.string(),
  package_sha256: z.string(),
  package_size: size,
  package_type: type,
  ...said,
}).meta({ id: "PackageFile" });
const FOR_PACKAGES = z.object({ source_uri: z.string(), sha256: z.string(), size, type, ...said }).meta({
  id: "UploadedPackage",
});

type Upload<Shown extends z.ZodType> = {
  path: `/${string}`;
  permission: Permission;
  summary: string;
  /** The fields to send on. */
  fields: readonly [string, string];
  schema: Shown;
  shown(facts: PackageFileFacts, uri: string, now: Date): z.input<Shown>;
};

const uploadTo = <Shown extends z.ZodType>({ fields: [uri, digest], schema, shown, ...about }: Upload<Shown>) =>
  endpoint({
    ...about,
    method: "POST",
    session: true,
    tag: "Artifacts",
    description: "The body is the file: an installer package (.pkg) or an app (.ipa). Send the answer's " +
      `\`${uri}\` and \`${digest}\` to create what refers to it. A file that nothing refers to is removed after ` +
      "a day.",
    takesFile: true,
    query: z.object({
      filename: z.string().min(1).max(256).regex(/^[^/\\\0]+\.(?:pkg|ipa)$/i, {
        error: "This should be the name of a .pkg or .ipa file.",
      }),
    }),
    response: { status: 201, schema },
    async handle({ runtime, query, file }) {
      try {
        return shown(await keepPackage(runtime, file()), uploadedUri(query.filename), runtime.clock.now());
      } catch (error) {
        if (error instanceof PackageError) throw invalid({ file: [error.message] });
        if (error instanceof Problem && error.code === "too-large") throw problem("too-large", TOO_LARGE, {}, error);
        throw error;
      }
    },
  });

const saidOf = (facts: PackageFileFacts, now: Date) => ({
  title: facts.title,
  product_id: facts.productId,
  product_version: facts.productVersion,
  bundles: facts.bundles,
  package_platforms: facts.platforms,
  signature: facts.signature,
  signer: facts.signer,
  provisioning_profile: shownProfile(facts),
  warnings: packageWarnings(facts, now),
});

/** The endpoints. */
export const PACKAGE_FILE_ENDPOINTS = [
  uploadTo({
    path: "/api/mdm/package_files/",
    permission: "mdm.add_artifactversion",
    summary: "Upload a package for an enterprise app",
    fields: ["package_uri", "package_sha256"],
    schema: FOR_APPS,
    shown: (facts, uri, now) => ({
      package_uri: uri,
      package_sha256: facts.sha256,
      package_size: facts.size,
      package_type: facts.type,
      ...saidOf(facts, now),
    }),
  }),
  uploadTo({
    path: "/api/mdm/packages/files/",
    permission: "mdm.add_package",
    summary: "Upload a package for declarations",
    fields: ["source_uri", "sha256"],
    schema: FOR_PACKAGES,
    shown: (facts, uri, now) => ({
      source_uri: uri,
      sha256: facts.sha256,
      size: facts.size,
      type: facts.type,
      ...saidOf(facts, now),
    }),
  }),
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
