/**
 * The operations on versions of any kind, by the type of their artifact.
 *
 * @module
 */

import type { ArtifactVersionRow } from "../../../db/artifacts/artifact_versions.ts";
import type { ArtifactRow } from "../../../db/artifacts/artifacts.ts";
import type { By } from "../../events/by.ts";
import type { Runtime } from "../../runtime.ts";
import { versionKindOf } from "./kinds.ts";
import { typesOf } from "./version_kind.ts";
import { mustFindVersion, refilterVersion, removeVersion, type VersionInput } from "./versions.ts";

/** The operations on a version that do not depend on its content. */
export type AnyKind = {
  types: readonly string[];
  /** A version, with the kind's own fields as the API shows them. Throws `not-found`. */
  show(runtime: Runtime, id: string): Promise<{ row: ArtifactVersionRow; shown: object }>;
  /** Changes its number and its scope. Throws `invalid`, `not-found`. */
  refilter(
    runtime: Runtime,
    by: By,
    id: string,
    input: Omit<VersionInput, "artifactId">,
  ): Promise<ArtifactVersionRow>;
  /** Throws `refused`, `not-found`. */
  remove(runtime: Runtime, by: By, id: string): Promise<void>;
};

/** Returns the kind of the versions that artifacts of a type have. */
export function kindOf(type: ArtifactRow["type"]): AnyKind {
  const kind = versionKindOf(type);
  return {
    types: typesOf(kind),
    async show(runtime, id) {
      const { row, stored } = await mustFindVersion(runtime.sql, kind, id);
      return { row, shown: await kind.show(runtime, row, stored) };
    },
    refilter: async (runtime, by, id, input) => (await refilterVersion(runtime, by, kind, id, input)).row,
    remove: (runtime, by, id) => removeVersion(runtime, by, kind, id),
  };
}
