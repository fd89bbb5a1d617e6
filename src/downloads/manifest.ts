/**
 * The manifest of a package: what a device reads before it downloads the package.
 *
 * Source: Apple, "ManifestURL" (developer.apple.com/documentation/devicemanagement/manifesturl).
 *
 * @module
 */

import type { HostedPackage } from "../../db/downloads/packages.ts";
import type { PackageFileRow } from "../../db/packages/package_files.ts";
import { buildPlist, type PlistDict } from "../protocol/plist.ts";

/** The platforms that a manifest names for apps. */
const PLATFORM_IDENTIFIERS = { PKG: "com.apple.platform.macosx", IPA: "com.apple.platform.iphoneos" } as const;

/** Returns the identity that a device looks for: of an app, or of the package where it has none. */
export function mainBundle({ type, bundles, productId, productVersion }: Pick<
  HostedPackage,
  "type" | "bundles" | "productId" | "productVersion"
>): { id: string; version: string } {
  const [first] = bundles;
  const own = bundles.find(({ id }) => id === productId) ?? first;
  return type === "IPA" || own !== undefined
    ? { id: own?.id ?? productId, version: own?.version_str || productVersion }
    : { id: productId, version: productVersion };
}

/** Returns the manifest of a package whose file is at `url`, as a property list. */
export function packageManifest(
  hosted: Omit<HostedPackage, "filename">,
  chunks: PackageFileRow["chunks"],
  url: string,
): PlistDict {
  const { id, version } = mainBundle(hosted);
  return {
    items: [{
      assets: [{
        kind: "software-package",
        "md5-size": chunks.size,
        md5s: chunks.md5s,
        "sha256-size": chunks.size,
        sha256s: chunks.sha256s,
        url,
      }],
      metadata: {
        kind: "software",
        "bundle-identifier": id,
        "bundle-version": version,
        "platform-identifier": PLATFORM_IDENTIFIERS[hosted.type],
        title: hosted.title,
        sizeInBytes: hosted.size,
      },
    }],
  };
}

/** Returns the bytes of a manifest. */
export const manifestBytes = (
  hosted: HostedPackage,
  chunks: PackageFileRow["chunks"],
  url: string,
): Uint8Array<ArrayBuffer> => buildPlist(packageManifest(hosted, chunks, url));
