/**
 * The references of a declaration: their targets must exist, match, and be delivered wherever the declaration is.
 *
 * @module
 */

import { listArtifactEdges } from "../../../db/artifacts/artifact_edges.ts";
import { type ArtifactRow, findArtifacts, findArtifactsOfDeclarations } from "../../../db/artifacts/artifacts.ts";
import type { DeclarationReferenceRow } from "../../../db/artifacts/declaration_versions.ts";
import type { Db } from "../../../db/open.ts";
import type { Reference } from "../../apple_schema/declarations.ts";
import { choice } from "../../apple_schema/scalars.ts";
import { circleSentence, type Dependency } from "../dependencies.ts";
import type { VersionContext } from "./version_kind.ts";

/** The prefix of a reference to one of our own artifacts. */
const OURS = "ztl:";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function faultOf(
  artifact: ArtifactRow,
  other: ArtifactRow,
  { assetTypes }: Reference,
  edges: readonly Dependency[],
  becomes: VersionContext["becomes"],
): string | undefined {
  // The types that its declaration may have; none while nothing was uploaded.
  const types = other.declarationType === null ? becomes(other.type) : [other.declarationType];
  const refuse = (why: string) => `Cannot refer to "${other.name}": ${why}`;
  const fits = types.some((type) =>
    assetTypes === null ? type.startsWith("com.apple.configuration.") : assetTypes.includes(type)
  );
  if (!fits) {
    const should = assetTypes === null ? "a configuration" : choice(assetTypes);
    const is = types[0] === undefined ? "it has no declaration yet" : `it is a ${types.join(" or ")}`;
    return refuse(`${is}, it should be ${should}`);
  }
  if (other.channel !== artifact.channel) {
    return refuse(`it is on the ${other.channel} channel, this artifact on the ${artifact.channel} channel`);
  }
  const missing = artifact.platforms.filter((platform) => !other.platforms.includes(platform));
  if (missing.length > 0) return refuse(`it is not available for ${missing.join(", ")}`);
  return circleSentence("refer to", artifact, other, edges);
}

/** Returns the artifacts that references name, or a sentence for each that cannot be. */
export async function resolveReferences(
  db: Db,
  artifact: ArtifactRow,
  references: readonly Reference[],
  becomes: VersionContext["becomes"],
): Promise<{ rows: DeclarationReferenceRow[]; sentences: string[] }> {
  const idOf = ({ value }: Reference) => value.startsWith(OURS) ? value.slice(OURS.length).toLowerCase() : undefined;
  const ids = references.map(idOf).filter((id) => id !== undefined).filter((id) => UUID.test(id));
  const byId = new Map((await findArtifacts(db, ids)).map((row) => [row.id, row]));
  const identifiers = references.filter((reference) => idOf(reference) === undefined).map(({ value }) => value);
  const named = await findArtifactsOfDeclarations(db, identifiers);
  const byIdentifier = new Map(named.map((row) => [row.declarationIdentifier, row]));
  const edges = references.length === 0 ? [] : await listArtifactEdges(db);
  const rows: DeclarationReferenceRow[] = [];
  const sentences: string[] = [];
  for (const reference of references) {
    const id = idOf(reference);
    const other = id === undefined ? byIdentifier.get(reference.value) : byId.get(id);
    const fault = other !== undefined
      ? faultOf(artifact, other, reference, edges, becomes)
      : `Cannot refer to "${reference.value}": ${
        id === undefined ? "no declaration has this Identifier" : "the artifact does not exist"
      }`;
    if (fault !== undefined) sentences.push(`"${reference.keyPath.join(".")}": ${fault}`);
    else if (other !== undefined) rows.push({ keyPath: reference.keyPath, artifactId: other.id });
  }
  return { rows, sentences };
}
