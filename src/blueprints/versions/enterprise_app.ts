/**
 * Versions of enterprise apps: packages that devices install from this server.
 *
 * @module
 */

import {
  type EnterpriseAppVersionRow,
  loadEnterpriseAppVersions,
  writeEnterpriseAppVersion,
} from "../../../db/artifacts/enterprise_app_versions.ts";
import type { PackageFileFacts } from "../../../db/packages/package_files.ts";
import { holdFile } from "../../files/unreferenced.ts";
import { keepPackage, type PackageAddress, packageAt, uploadedUri } from "../../packages/keep_package.ts";
import { packageWarnings } from "../../packages/package_warnings.ts";
import { PackageError } from "../../packages/package_error.ts";
import type { Runtime } from "../../runtime.ts";
import { configurationVariables, openConfiguration, sealConfiguration } from "./app_configuration.ts";
import { enterpriseAppApi, type ShownEnterpriseApp, shownProfile } from "./enterprise_app_api.ts";
import { enterpriseAppPage } from "./enterprise_app_page.ts";
import { fault } from "./fields.ts";
import type { Upload } from "./kind_page.ts";
import type { Checked, Draft, VersionKind } from "./version_kind.ts";

/** An enterprise app as it comes: where its package is, and how it is installed. */
export type EnterpriseAppInput = {
  packageUri: string;
  /** Hex. */
  packageSha256: string;
  /** A small package itself, from a form: it is then not at an address. */
  upload?: Upload;
  iosApp: boolean;
  /** A property list; null is none. */
  configuration: string | null;
  installAsManaged: boolean;
  removeOnUnenroll: boolean;
};

/** An enterprise app that was read. */
export type EnterpriseAppDraft = EnterpriseAppInput & Draft & { filename: string; package: PackageFileFacts };

const TABLE = "enterprise_app_versions";

function optionErrors({ installAsManaged, removeOnUnenroll, iosApp }: EnterpriseAppInput, facts: PackageFileFacts) {
  return {
    ...(removeOnUnenroll && !installAsManaged
      ? { remove_on_unenroll: ["Only available if installed as managed is also set"] }
      : {}),
    ...(iosApp && facts.type !== "IPA" ? { ios_app: ["Only available for apps of phones and tablets (.ipa)"] } : {}),
  };
}

/** Returns where the package of an input is; one that came with it is stored. */
async function addressOf(runtime: Runtime, input: EnterpriseAppInput): Promise<Checked<PackageAddress>> {
  const { packageUri: uri, packageSha256: sha256, upload } = input;
  if (upload === undefined) return { value: { uri, sha256 } };
  try {
    const facts = await keepPackage(runtime, upload.bytes);
    return { value: { uri: uploadedUri(upload.filename.slice(0, 256)), sha256: facts.sha256 } };
  } catch (error) {
    if (error instanceof PackageError) return fault("package_uri", error.message);
    throw error;
  }
}

async function read(runtime: Runtime, input: EnterpriseAppInput): Promise<Checked<EnterpriseAppDraft>> {
  const variables = configurationVariables(input.configuration);
  if (variables.errors !== undefined) return variables;
  const address = await addressOf(runtime, input);
  if (address.errors !== undefined) return address;
  const { uri, sha256 } = address.value;
  const found = await packageAt(runtime, { uri, sha256 }, "package_uri");
  if (found.refusal !== undefined) return fault("package_uri", found.refusal);
  const errors = optionErrors(input, found.facts);
  if (Object.keys(errors).length > 0) return { errors };
  const { upload: _, ...rest } = input;
  const { facts, filename } = found;
  return { value: { ...rest, ...variables.value, packageUri: uri, packageSha256: sha256, filename, package: facts } };
}

/** Returns the part of a version that devices get. */
const fingerprint = (row: EnterpriseAppVersionRow): string =>
  JSON.stringify([
    row.packageSha256,
    row.configurationSha256,
    row.iosApp,
    row.installAsManaged,
    row.removeOnUnenroll,
  ]);

/** Enterprise apps. */
export const enterpriseAppKind: VersionKind<
  EnterpriseAppInput,
  EnterpriseAppDraft,
  EnterpriseAppVersionRow,
  ShownEnterpriseApp
> = {
  name: "enterprise app",
  types: {
    "Enterprise App": {
      path: "enterprise-app",
      section: null,
      declarationPrefix: null,
      linkable: true,
      install: "InstallEnterpriseApplication",
      installElsewhere: "InstallInHouseApplication",
      remove: "RemoveApplication",
      activated: false,
      variables: true,
      declaredAs: null,
      becomes: [],
    },
  },
  async fetch(runtime, input) {
    // What is wrong with it is said when it is read.
    if (input.upload === undefined) {
      await packageAt(runtime, { uri: input.packageUri, sha256: input.packageSha256 }, "package_uri");
    }
    return input;
  },
  read,
  async check({ tx, runtime, id, artifact, isNew, others }, draft) {
    const [latest] = others;
    const found = await loadEnterpriseAppVersions(tx, latest === undefined ? [] : [latest]);
    const other = latest === undefined ? undefined : found.get(latest);
    const { package: facts, configuration } = draft;
    if (other !== undefined && other.package.productId !== facts.productId) {
      return fault(
        "package_uri",
        `The product ID of the package is "${facts.productId}", it should be "${other.package.productId}" as in the ` +
          "other versions of this artifact",
      );
    }
    const platforms = [...facts.platforms, ...(draft.iosApp ? ["macOS"] : [])];
    if (!artifact.platforms.some((platform) => platforms.includes(platform))) {
      return fault("package_uri", `The package is for ${platforms.join(", ")}, the artifact is not`);
    }
    const stored: EnterpriseAppVersionRow = {
      packageUri: draft.packageUri,
      packageSha256: draft.packageSha256,
      filename: draft.filename,
      iosApp: draft.iosApp,
      ...await sealConfiguration(runtime, TABLE, id, configuration),
      installAsManaged: draft.installAsManaged,
      removeOnUnenroll: draft.removeOnUnenroll,
      package: facts,
    };
    if (isNew && other !== undefined && fingerprint(other) === fingerprint(stored)) {
      return fault("package_uri", "This version is not different from the latest one");
    }
    await holdFile(tx, runtime, draft.packageSha256);
    return { value: stored };
  },
  write: writeEnterpriseAppVersion,
  load: loadEnterpriseAppVersions,
  fingerprint,
  async show(runtime, { id }, row) {
    const { package: facts, configurationSealed: sealed } = row;
    return {
      package_uri: row.packageUri,
      package_sha256: row.packageSha256,
      package_size: facts.size,
      filename: row.filename,
      product_id: facts.productId,
      product_version: facts.productVersion,
      ios_app: row.iosApp,
      configuration: await openConfiguration(runtime, TABLE, id, sealed),
      install_as_managed: row.installAsManaged,
      remove_on_unenroll: row.removeOnUnenroll,
      title: facts.title,
      bundles: facts.bundles,
      package_type: facts.type,
      package_platforms: facts.platforms,
      signature: facts.signature,
      signer: facts.signer,
      provisioning_profile: shownProfile(facts),
      warnings: packageWarnings(facts, runtime.clock.now()).map((message) => ({ path: "package_uri", message })),
    };
  },
  audit: (row) => ({
    // An address may be signed, with the signature behind the question mark.
    package_uri: row.packageUri.split("?")[0] ?? "",
    package_sha256: row.packageSha256,
    package_size: row.package.size,
    product_id: row.package.productId,
    product_version: row.package.productVersion,
    ios_app: row.iosApp,
    configuration_sha256: row.configurationSha256,
    install_as_managed: row.installAsManaged,
    remove_on_unenroll: row.removeOnUnenroll,
  }),
  api: enterpriseAppApi,
  page: enterpriseAppPage,
};
