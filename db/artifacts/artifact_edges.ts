/**
 * Dependencies between artifacts: by requirement, or because a declaration names another.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** One artifact that needs another. */
export type ArtifactEdge = {
  from: string;
  fromName: string;
  to: string;
  toName: string;
  kind: "requires" | "refers to";
};

/** Every one there is. There are about as many as artifacts, and they are read only when one is written. */
export async function listArtifactEdges(db: Db): Promise<ArtifactEdge[]> {
  return [
    ...await db<ArtifactEdge[]>`
      with edges as (
        select artifact_id as from_id, required_id as to_id, 'requires' as kind from artifact_requirements
        union
        select v.artifact_id, r.artifact_id, 'refers to'
        from declaration_references r join artifact_versions v on v.id = r.version_id)
      select e.from_id as "from", f.name as from_name, e.to_id as "to", t.name as to_name, e.kind
      from edges e join artifacts f on f.id = e.from_id join artifacts t on t.id = e.to_id
      order by f.name, f.id, t.name, t.id, e.kind`,
  ];
}
