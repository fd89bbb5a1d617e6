/**
 * The API resource of enterprise apps.
 *
 * @module
 */

import { z } from "zod";
import type { PackageFileFacts } from "../../../db/packages/package_files.ts";
import { secretField } from "../../input_text.ts";
import { PACKAGE_URI_WORDS, sha256Field } from "../../packages/package_input.ts";
import { warningsShown } from "../warnings_shown.ts";
import type { EnterpriseAppInput } from "./enterprise_app.ts";
import { type KindApi, kindApi } from "./kind_api.ts";

const bundle = z.object({
  id: z.string(),
  version_str: z.string().describe("CFBundleShortVersionString."),
  version: z.string().describe("CFBundleVersion."),
  path: z.string(),
}).meta({ id: "PackageBundle" });

/** The apps of a package in the API. */
export const bundlesShown = z.array(bundle).describe("The apps that a device lists once the package is installed.");

/** The provisioning profile of an app in the API. */
export const profileShown = z.object({
  name: z.string(),
  uuid: z.string(),
  application_identifier: z.string(),
  expires_at: z.string().nullable(),
}).nullable().describe("The provisioning profile in the app.");

/** Returns the provisioning profile in a package as the API shows it. */
export const shownProfile = ({ profile }: Pick<PackageFileFacts, "profile">): z.output<typeof profileShown> =>
  profile === null ? null : {
    name: profile.name,
    uuid: profile.uuid,
    application_identifier: profile.applicationIdentifier,
    expires_at: profile.expiresAt,
  };

const shown = {
  package_uri: z.string(),
  package_sha256: z.string(),
  package_size: z.int().describe("Bytes."),
  filename: z.string(),
  product_id: z.string(),
  product_version: z.string(),
  ios_app: z.boolean(),
  configuration: z.string().nullable(),
  install_as_managed: z.boolean(),
  remove_on_unenroll: z.boolean(),
  title: z.string(),
  bundles: bundlesShown,
  package_type: z.enum(["PKG", "IPA"]),
  package_platforms: z.array(z.string()).describe("The platforms that the package is for."),
  signature: z.enum(["signed", "unsigned", "invalid"]),
  signer: z.string(),
  provisioning_profile: profileShown,
  warnings: warningsShown,
};

/** The enterprise app's own fields in the API. */
export type ShownEnterpriseApp = z.output<z.ZodObject<typeof shown>>;

/** Its resource. */
export const enterpriseAppApi: KindApi<EnterpriseAppInput, ShownEnterpriseApp> = kindApi({
  path: "enterprise_apps",
  noun: "enterprise app",
  schema: "EnterpriseApp",
  order: 6,
  body: {
    package_uri: secretField(2048).describe(PACKAGE_URI_WORDS),
    package_sha256: sha256Field.describe("Digest of the package."),
    ios_app: z.boolean().default(false).describe(
      "Whether Macs with Apple silicon install this app of phones and tablets.",
    ),
    configuration: secretField(1_000_000).nullish().describe("A property list, which may have variables."),
    install_as_managed: z.boolean().optional().describe("Whether Macs manage the app, so that it can be removed."),
    installed_as_managed: z.boolean().optional().describe("The same, as some clients name it."),
    remove_on_unenroll: z.boolean().default(false).describe("Only with `install_as_managed`."),
  },
  shown,
  content: (read) => ({
    packageUri: read.package_uri,
    packageSha256: read.package_sha256,
    iosApp: read.ios_app,
    configuration: read.configuration ?? null,
    installAsManaged: read.install_as_managed ?? read.installed_as_managed ?? false,
    removeOnUnenroll: read.remove_on_unenroll,
  }),
});
