/**
 * The kinds of versions by the type of their artifact, with what can be done to any of them alike.
 *
 * @module
 */

import type { ArtifactVersionRow } from "../../../db/artifacts/artifact_versions.ts";
import type { ArtifactRow } from "../../../db/artifacts/artifacts.ts";
import type { By } from "../../events/by.ts";
import type { Runtime } from "../../runtime.ts";
import { certAssetKind } from "./cert_asset.ts";
import { dataAssetKind } from "./data_asset.ts";
import { declarationKind } from "./declaration.ts";
import { profileKind } from "./profile.ts";
import { provisioningProfileKind } from "./provisioning_profile.ts";
import type { Draft, VersionKind } from "./version_kind.ts";
import { mustFindVersion, refilterVersion, removeVersion, type VersionInput } from "./versions.ts";

/** What can be done to a version without knowing what it is made of. */
export type AnyKind = {
  types: readonly ArtifactRow["type"][];
  /** A version, with the kind's own fields as the API shows them. Throws `not-found`. */
  show(runtime: Runtime, id: string): Promise<{ row: ArtifactVersionRow; shown: object }>;
  /** Changes its number and who gets it. Throws `invalid`, `not-found`. */
  refilter(
    runtime: Runtime,
    by: By,
    id: string,
    input: Omit<VersionInput, "artifactId">,
  ): Promise<ArtifactVersionRow>;
  /** Throws `refused`, `not-found`. */
  remove(runtime: Runtime, by: By, id: string): Promise<void>;
};

const operationsOf = <Input, D extends Draft, Stored, Shown extends object>(
  kind: VersionKind<Input, D, Stored, Shown>,
): AnyKind => ({
  types: kind.types,
  async show(runtime, id) {
    const { row, stored } = await mustFindVersion(runtime.sql, kind, id);
    return { row, shown: await kind.show(runtime, row, stored) };
  },
  refilter: async (runtime, by, id, input) => (await refilterVersion(runtime, by, kind, id, input)).row,
  remove: (runtime, by, id) => removeVersion(runtime, by, kind, id),
});

const KINDS: readonly AnyKind[] = [
  operationsOf(profileKind),
  operationsOf(declarationKind),
  operationsOf(dataAssetKind),
  operationsOf(certAssetKind),
  operationsOf(provisioningProfileKind),
];

/** The kind of the versions that artifacts of a type have. */
export function kindOf(type: ArtifactRow["type"]): AnyKind {
  const kind = KINDS.find(({ types }) => types.includes(type));
  if (kind === undefined) throw new Error(`Unknown artifact type ${type}`);
  return kind;
}
