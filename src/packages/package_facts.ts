/**
 * What a package says of itself.
 *
 * @module
 */

import { foreignText } from "../foreign_text.ts";
import type { Platform } from "../protocol/platform.ts";

/** An app in a package: its identifier, and what a device lists as ShortVersion and Version. */
export type PackageBundle = { id: string; version_str: string; version: string; path: string };

/** The provisioning profile in an app for phones and tablets. */
export type EmbeddedProfile = {
  name: string;
  uuid: string;
  /** With the prefix of the team, such as "A1B2C3D4E5.com.example.app"; "" if it does not say. */
  applicationIdentifier: string;
  /** ISO 8601; null if it does not say. */
  expiresAt: string | null;
};

/** The facts of a package. */
export type PackageFacts = {
  type: "PKG" | "IPA";
  title: string;
  productId: string;
  productVersion: string;
  /** The apps that a device lists once it is installed. Updaters, extensions and frameworks inside of them are left out. */
  bundles: PackageBundle[];
  /** Where it can be installed. */
  platforms: Platform[];
  signature: "signed" | "unsigned" | "invalid";
  /** The name in the signer's certificate; "" without one. */
  signer: string;
  profile: EmbeddedProfile | null;
  /** What keeps devices from installing it, as sentences. */
  warnings: string[];
};

/** Bytes of a text of a package: it is a key of tables, and is shown. */
const TEXT_BYTES = 256;

/** Returns a text of a package as it is kept. */
export const packageText = (text: string | undefined): string => foreignText(text?.trim() ?? "", TEXT_BYTES);
