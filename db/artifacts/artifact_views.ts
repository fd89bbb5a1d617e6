/**
 * Artifacts as people look at them: with their versions, how these do, and where they are used.
 *
 * @module
 */

import type { ArtifactRow } from "./artifacts.ts";
import type { ArtifactVersionRow } from "./artifact_versions.ts";
import { filterOf, type FilterRow } from "./filters.ts";
import { type Db, one } from "../open.ts";
import { suspendedChannels } from "../devices/suspended_channels.ts";

/** An artifact in a list. */
export type ArtifactListRow = Pick<ArtifactRow, "id" | "name" | "type" | "channel" | "platforms" | "updatedAt"> & {
  /** The newest version; null if there is none. */
  latestVersion: number | null;
  /** The newest version that is neither halted nor withdrawn. */
  versionInForce: number | null;
  /** In how many blueprints it is. */
  blueprints: number;
  /** Whether a version after the one in force is halted. */
  halted: boolean;
};

/** The filters of the list; `search` is part of the name or of an identifier, in either case. */
export type ArtifactSearch = {
  search?: string | undefined;
  type?: string | undefined;
  channel?: string | undefined;
  platform?: string | undefined;
  blueprintId?: number | undefined;
  limit: number;
  offset: number;
};

/** Returns a page by name, and the total number. */
export async function searchArtifacts(
  db: Db,
  query: ArtifactSearch,
): Promise<{ rows: ArtifactListRow[]; count: number }> {
  const text = query.search?.toLowerCase() ?? "";
  const where = db`where true
    ${query.type === undefined ? db`` : db`and a.type = ${query.type}`}
    ${query.channel === undefined ? db`` : db`and a.channel = ${query.channel}`}
    ${query.platform === undefined ? db`` : db`and ${query.platform} = any(a.platforms)`}
    ${
    query.blueprintId === undefined ? db`` : db`and exists (
        select 1 from blueprint_artifacts l where l.artifact_id = a.id and l.blueprint_id = ${query.blueprintId})`
  }
    ${
    text === "" ? db`` : db`and (
        strpos(lower(a.name), ${text}) > 0
        or strpos(lower(coalesce(a.declaration_identifier, '')), ${text}) > 0
        or exists (
          select 1 from artifact_versions v join profile_versions p on p.id = v.id
          where v.artifact_id = a.id and strpos(lower(p.payload_identifier), ${text}) > 0))`
  }`;
  const rows = await db<ArtifactListRow[]>`
    select a.id, a.name, a.type, a.channel, a.platforms, a.updated_at,
      (select max(v.version) from artifact_versions v where v.artifact_id = a.id) as latest_version,
      (select max(v.version) from artifact_versions v where v.artifact_id = a.id and v.state = 'active') as version_in_force,
      (select count(*)::int from blueprint_artifacts l where l.artifact_id = a.id) as blueprints,
      exists (select 1 from artifact_versions v where v.artifact_id = a.id and v.state = 'halted'
        and v.version > all (select w.version from artifact_versions w where w.artifact_id = a.id and w.state = 'active')) as halted
    from artifacts a ${where} order by a.name, a.id limit ${query.limit} offset ${query.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from artifacts a ${where}`);
  return { rows: [...rows], count };
}

/** A version with on how many channels, and on how many enrolled devices, it has which status. */
export type ArtifactVersionView = ArtifactVersionRow & {
  counts: Readonly<Record<string, number>>;
  devices: Readonly<Record<string, number>>;
};

const versionColumns = (db: Db) =>
  db`
    v.id, v.artifact_id, v.version, v.state, v.state_reason, v.state_at, v.variables,
    coalesce(v.needed_variables, v.variables) as needed_variables, v.created_at, v.updated_at,
    ${filterOf(db, "version", db`v.id`)} as filter,
    coalesce((
      select jsonb_object_agg(c.status, c.count)
      from (
        select t.status, count(*)::int as count from target_artifacts t
        where t.artifact_version_id = v.id and t.channel_id not in (${suspendedChannels(db)})
        group by t.status) c), '{}') as counts,
    coalesce((
      select jsonb_object_agg(c.status, c.count)
      from (
        select t.status, count(distinct e.id)::int as count
        from target_artifacts t join channels h on h.id = t.channel_id join enrollments e on e.id = h.enrollment_id
        where t.artifact_version_id = v.id and e.ended_at is null and t.channel_id not in (${suspendedChannels(db)})
        group by t.status) c), '{}') as devices`;

/** Returns one version. */
export async function viewArtifactVersion(db: Db, id: string): Promise<ArtifactVersionView | undefined> {
  const [row] = await db<ArtifactVersionView[]>`
    select ${versionColumns(db)} from artifact_versions v where v.id = ${id}`;
  return row;
}

/** Returns a page of the versions of an artifact, the newest first, and the total number. */
export async function viewArtifactVersions(
  db: Db,
  artifactId: string,
  page: { limit: number; offset: number },
): Promise<{ rows: ArtifactVersionView[]; count: number }> {
  const rows = await db<ArtifactVersionView[]>`
    select ${versionColumns(db)} from artifact_versions v where v.artifact_id = ${artifactId}
    order by v.version desc limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`
      select count(*)::int as count from artifact_versions where artifact_id = ${artifactId}`,
  );
  return { rows: [...rows], count };
}

/** An artifact beside another one. */
export type Neighbour = { id: string; name: string; type: ArtifactRow["type"]; kind: "requires" | "refers to" };

/** The uses of an artifact, and its dependencies. */
export type ArtifactUse = {
  /** The blueprints that hold it; `id` is that of the blueprint artifact. */
  blueprints: { id: number; blueprintId: number; name: string; filter: FilterRow }[];
  /** Artifacts that require it, or whose declaration names it. */
  usedBy: Neighbour[];
  uses: Neighbour[];
};

/** Returns the uses of an artifact, and its dependencies, each by name. */
export async function findArtifactUse(db: Db, id: string): Promise<ArtifactUse> {
  const blueprints = await db<ArtifactUse["blueprints"]>`
    select l.id, l.blueprint_id, b.name, ${filterOf(db, "blueprintArtifact", db`l.id`)} as filter
    from blueprint_artifacts l join blueprints b on b.id = l.blueprint_id
    where l.artifact_id = ${id} order by b.name, l.id`;
  const neighbours = await db<(Neighbour & { direction: "from" | "to" })[]>`
    select n.direction, n.kind, a.id, a.name, a.type
    from (
      select 'from' as direction, 'requires' as kind, artifact_id as id from artifact_requirements
      where required_id = ${id}
      union
      select 'to', 'requires', required_id from artifact_requirements where artifact_id = ${id}
      union
      select 'from', 'refers to', v.artifact_id
      from declaration_references r join artifact_versions v on v.id = r.version_id where r.artifact_id = ${id}
      union
      select 'to', 'refers to', r.artifact_id
      from declaration_references r join artifact_versions v on v.id = r.version_id where v.artifact_id = ${id}
    ) n join artifacts a on a.id = n.id
    order by a.name, a.id, n.kind`;
  const side = (direction: "from" | "to") =>
    neighbours.filter((one) => one.direction === direction).map(({ direction: _, ...neighbour }) => neighbour);
  return { blueprints: [...blueprints], usedBy: side("from"), uses: side("to") };
}
