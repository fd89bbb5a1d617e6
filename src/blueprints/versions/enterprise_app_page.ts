/**
 * The pages of enterprise apps.
 *
 * @module
 */

import { byteSize } from "../../byte_size.ts";
import { invalid } from "../../errors.ts";
import type { EnterpriseAppInput } from "./enterprise_app.ts";
import type { ShownEnterpriseApp } from "./enterprise_app_api.ts";
import type { KindPage } from "./kind_page.ts";
import { appDetails } from "./provisioning_details.ts";

const YES_NO = [["no", "No"], ["yes", "Yes"]] as const;

/** Returns an error under the name of the field of the form. */
const explained = (errors: Readonly<Record<string, readonly string[]>>): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(errors).map(([name, sentences]) => [
      name === "package_uri" || name === "package_sha256" ? "package" : name,
      [...sentences],
    ]),
  );

/** Their pages. */
export const enterpriseAppPage: KindPage<EnterpriseAppInput, ShownEnterpriseApp> = {
  slug: "enterprise-app",
  title: "New enterprise app",
  order: 6,
  asks: { name: true, platforms: true },
  fields: [
    {
      kind: "package",
      name: "package",
      label: "Package",
      accept: ".pkg,.ipa",
      help: "A signed installer package (.pkg), or an app for phones and tablets (.ipa).",
    },
    {
      kind: "choice",
      name: "install_as_managed",
      label: "Manage the app on Macs, so that it can be removed",
      options: YES_NO,
      value: "yes",
    },
    { kind: "choice", name: "remove_on_unenroll", label: "Remove the app when a device unenrolls", options: YES_NO },
    { kind: "choice", name: "ios_app", label: "Install an .ipa on Macs with Apple silicon, too", options: YES_NO },
    {
      kind: "lines",
      name: "configuration",
      label: "Configuration",
      rows: 8,
      help: "A property list for the app, which may have variables such as `$ENROLLED_DEVICE.SERIAL_NUMBER`.",
      file: { name: "configuration_file", label: "Or upload a file", accept: ".plist" },
    },
  ],
  read(values) {
    const upload = values.upload("package");
    const [uri, sha256] = [values.text("package_uri"), values.text("package_sha256")];
    if (upload === undefined && (uri === "" || !/^[0-9a-f]{64}$/.test(sha256))) {
      throw invalid({ package: ["Choose a file."] });
    }
    const file = values.upload("configuration_file");
    const configuration = file === undefined ? values.raw("configuration") : new TextDecoder().decode(file.bytes);
    return {
      ...(upload === undefined ? {} : { upload }),
      packageUri: uri,
      packageSha256: sha256,
      iosApp: values.text("ios_app") === "yes",
      configuration: configuration.trim() === "" ? null : configuration,
      installAsManaged: values.text("install_as_managed") === "yes",
      removeOnUnenroll: values.text("remove_on_unenroll") === "yes",
    };
  },
  values: (shown) => ({
    package_uri: shown.package_uri,
    package_sha256: shown.package_sha256,
    package: `${shown.filename}: ${shown.title} ${shown.product_version}, ${byteSize(shown.package_size)}`,
    ios_app: shown.ios_app ? "yes" : "no",
    configuration: shown.configuration ?? "",
    install_as_managed: shown.install_as_managed ? "yes" : "no",
    remove_on_unenroll: shown.remove_on_unenroll ? "yes" : "no",
  }),
  lines: (shown) => [
    `Package: ${shown.filename}, ${byteSize(shown.package_size)}`,
    `Product: ${shown.product_id} ${shown.product_version}`,
    `Platforms: ${shown.package_platforms.join(", ")}`,
    ...shown.bundles.map(({ id, version_str: short, version, path }) => `App: ${id} ${short} (${version}), ${path}`),
    shown.package_type === "IPA"
      ? "Signature: checked by devices"
      : `Signature: ${shown.signature}${shown.signer === "" ? "" : ` by ${shown.signer}`}`,
    ...(shown.provisioning_profile === null ? [] : [
      `Provisioning profile: ${shown.provisioning_profile.name}, expires ${
        shown.provisioning_profile.expires_at?.slice(0, 10) ?? "on an unknown date"
      }`,
    ]),
    `SHA-256: ${shown.package_sha256}`,
    `Managed: ${shown.install_as_managed ? "yes" : "no"}`,
    `Removed when the device unenrolls: ${shown.remove_on_unenroll ? "yes" : "no"}`,
    `Also on Macs: ${shown.ios_app ? "yes" : "no"}`,
    ...(shown.configuration === null ? [] : ["Configuration:", ...shown.configuration.split("\n")]),
  ],
  details: { title: "Provisioning", of: appDetails },
  warnings: ({ warnings }) => warnings.map(({ message }) => message),
  async source({ filename, package_sha256: sha256 }, runtime) {
    const file = await runtime.files.get(sha256);
    return file === undefined ? null : { filename, type: "application/octet-stream", body: file.body };
  },
  explain: explained,
};
