/**
 * The one table of kinds of versions. Adding a kind is adding a file and a line here: its endpoints and its pages follow.
 *
 * @module
 */

import { Registry } from "../../registry.ts";
import { certAssetKind } from "./cert_asset.ts";
import { dataAssetKind } from "./data_asset.ts";
import { declarationKind } from "./declaration.ts";
import { enterpriseAppKind } from "./enterprise_app.ts";
import { profileKind } from "./profile.ts";
import { provisioningProfileKind } from "./provisioning_profile.ts";
import { storeAppKind } from "./store_app.ts";
import { type AnyVersionKind, typesOf } from "./version_kind.ts";

/** Every kind, sorted by name. */
export const KINDS = new Registry<AnyVersionKind>([
  certAssetKind,
  dataAssetKind,
  declarationKind,
  enterpriseAppKind,
  profileKind,
  provisioningProfileKind,
  storeAppKind,
]);

/** Returns every kind, in the order of the API or of the pages. */
export const kindsBy = (part: "api" | "page"): AnyVersionKind[] =>
  [...KINDS].sort((one, other) => one[part].order - other[part].order);

/** Returns the kind of the versions that artifacts of a type have. */
export function versionKindOf(type: string): AnyVersionKind {
  const kind = [...KINDS].find((one) => typesOf(one).includes(type));
  if (kind === undefined) throw new Error(`Unknown artifact type ${type}`);
  return kind;
}
